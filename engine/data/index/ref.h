/* ref.h - the text by which users name results
 *
 *   REF = [BRANCH:]stage.output[{axis=value,…}][~N]  or  digits of a version
 */
#ifndef FT_DATA_REF_H
#define FT_DATA_REF_H

#include <stdbool.h>
#include <stddef.h>

struct ft_err;

#define FT_REF_DIGITS_MIN 4
#define FT_REF_AXES_MAX 32
#define FT_REF_TEXT_MAX 4096

struct ft_ref {
    char *id; /* digits of a version id, or NULL; then the rest is empty */
    char *branch; /* NULL: the current one */
    char *object;
    struct {
        char *axis, *value;
    } pick[FT_REF_AXES_MAX];
    size_t n_picks;
    size_t back; /* N of ~N */
};

/* FT_EUSAGE with the reason. */
int ft_ref_parse(const char *text, struct ft_ref *ref, struct ft_err *err);
void ft_ref_release(struct ft_ref *ref);

/* Whether the cell (canonical JSON, "" for none) has the values picked.  A
 * quantity agrees in any unit of its dimension. */
bool ft_ref_picks(const struct ft_ref *ref, const char *cell);

#endif
