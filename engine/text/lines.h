/* lines.h - lines and characters of a text, as libyaml counts them */
#ifndef FT_TEXT_LINES_H
#define FT_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "text/doc.h"

/* Line 'line' (from 1) of 'size' bytes without its end; NULL when there is no
 * such line. */
const char *ft_line_find(const char *text, size_t size, int line,
                         size_t *len);

/* The text is UTF-8 without control characters, or that is reported. */
bool ft_encoding_check(const struct ft_doc *doc, struct ft_diags *diags);

#endif
