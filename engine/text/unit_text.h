/* unit_text.h - a unit's text brought into one form and checked */
#ifndef FT_TEXT_UNIT_TEXT_H
#define FT_TEXT_UNIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ft_err;

/* Append 'text' to 'out' in UDUNITS' ASCII notation: "W·m⁻¹" gives "W.m^-1". */
void ft_unit_plain(const char *text, struct ft_str *out);

/* Is the plain 'text' a product of names with whole powers that can be read in
 * one way only?  'shown' is what the user wrote.  FT_EDOC, id FT0202. */
int ft_unit_text_check(const char *text, const char *shown, struct ft_err *err);

/* The next name in the plain 'text' from *at on, copied to 'name'; *at moves
 * behind it.  False when there is none. */
bool ft_unit_next_name(const char *text, size_t *at, char name[], size_t size);

#endif
