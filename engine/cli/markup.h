/* markup.h - text from anywhere inside HTML and XML
 *
 * Everything that is not a constant of the program goes through here, whether
 * it stands in an element or in an attribute.
 */
#ifndef FT_CLI_MARKUP_H
#define FT_CLI_MARKUP_H

#include <stddef.h>

struct ft_str;

/* & < > " ' become references.  What XML cannot hold (most control characters,
 * bytes that are not UTF-8) becomes U+FFFD; lines and tabs stay. */
void ft_markup_text(struct ft_str *out, const char *text);
void ft_markup_textn(struct ft_str *out, const char *text, size_t len);

#endif
