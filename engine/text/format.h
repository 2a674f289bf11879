/* format.h - write a YAML text in its one canonical form, comments included
 *
 *   keys         of known mappings in the order of their field table
 *   indentation  two spaces, lists below their key as well
 *   flow style   kept where it fits in FT_FORMAT_WIDTH columns
 *   quotes       " unless ' needs no escape; never taken away
 *   comments     stay before, behind or after what they belong to
 *   blank lines  one where there were some
 *
 * Formatting twice is formatting once, and the meaning stays: a result that
 * would not give the same tree is refused.
 */
#ifndef FT_TEXT_FORMAT_H
#define FT_TEXT_FORMAT_H

#include "base/str.h"
#include "text/field.h"

struct ft_err;

#define FT_FORMAT_WIDTH 100 /* columns */

/* Append the canonical form of 'doc', which has been parsed without an error.
 * 'table' describes its root.  FT_EDOC when it cannot be written with the same
 * meaning; 'out' is unchanged then. */
int ft_format(const struct ft_doc *doc, const struct ft_field *table,
              struct ft_str *out, struct ft_err *err);

/* Have two documents the same meaning?  The order of keys counts only where
 * 'table' does not give one. */
bool ft_format_same(const struct ft_node *a, const struct ft_node *b,
                    const struct ft_field *table);

#endif
