/* diff_text.h - a difference as text for people */
#ifndef FT_CLI_DIFF_TEXT_H
#define FT_CLI_DIFF_TEXT_H

#include <stdbool.h>

struct json_object;

/* Print what ft_diff() found (share/doc/diff.md): a line for each object first,
 * details behind, each list bounded with a count of what is left out.  Nothing
 * when nothing differs.  'names': without the details. */
void ft_diff_print(struct json_object *diff, bool names);

#endif
