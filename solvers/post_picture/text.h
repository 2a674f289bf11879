/* text.h - text on a picture, the same on every machine
 *
 * Outlines are built in, so neither fonts nor their configuration are needed.
 * Text is UTF-8; a character without an outline is drawn as a box.  Between
 * TEXT_UP and TEXT_DOWN it is raised, as an exponent.
 */
#ifndef PICTURE_TEXT_H
#define PICTURE_TEXT_H

#include <cairo.h>
#include <stddef.h>

#define TEXT_UP '\001'
#define TEXT_DOWN '\002'
#define TEXT_MAX 512

/* In the colour at hand; 'anchor' 0: begins at x, 0.5: centred, 1: ends there.
 * 'y' is the base line. */
void text_draw(cairo_t *cr, double x, double y, double size, double anchor,
               const char *text);
/* Upwards: 'x' is the base line, 'y' the middle. */
void text_draw_up(cairo_t *cr, double x, double y, double size,
                  const char *text);
double text_width(double size, const char *text);

/* "W m-2" with exponents; "" for "1". */
void text_of_unit(const char *unit, char *text, size_t size);
/* "long name [unit]". */
void text_of_quantity(const char *name, const char *unit, char *text,
                      size_t size);
/* With as many digits as values 'step' apart need; 1.5e-6 becomes a power. */
void text_of_number(double x, double step, char *text, size_t size);
/* Of ten. */
void text_of_power(int exponent, char *text, size_t size);

#endif
