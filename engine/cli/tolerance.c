/* tolerance.c - the options --rtol and --atol: when numbers count as equal */
#include "cli/tolerance.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "cli/term.h"

#define STATUS_USAGE 2

/* A number from 0 on; -1 after printing that it is none. */
static double read_rtol(const struct ft_cli *cli, double fallback)
{
    const char *text = ft_cli_option(cli, "rtol");
    double x = 0;

    if (!text)
        return fallback;
    if (*text && ft_number_scan(text, &x) == strlen(text) && x >= 0 &&
        isfinite(x))
        return x;
    ft_print_error("--rtol wants a number from 0 on, not '%s'", text);
    return -1;
}

static int add_atol(struct ft_tolerances *atol, const char *text)
{
    struct ft_quantity q;
    struct ft_err err;

    if (atol->n == FT_ATOL_MAX) {
        ft_print_error("more than %d times --atol", FT_ATOL_MAX);
        return STATUS_USAGE;
    }
    if (ft_quantity_parse(text, &q, &err) < 0) {
        ft_err_context(&err, "--atol");
        ft_print_err(&err);
        return STATUS_USAGE;
    }
    if (!(q.written >= 0)) {
        ft_print_error("--atol: '%s' is negative", text);
        return STATUS_USAGE;
    }
    for (size_t i = 0; i < atol->n; i++)
        if (ft_unit_same_dimension(atol->item[i].unit, q.unit)) {
            ft_print_error("--atol: '%s' and '%s' are of one dimension",
                           atol->text[i], text);
            return STATUS_USAGE;
        }
    atol->item[atol->n] = q;
    atol->text[atol->n++] = text;
    return 0;
}

int ft_tolerances_read(const struct ft_cli *cli, double rtol,
                       struct ft_tolerances *t)
{
    int status = 0;

    *t = (struct ft_tolerances){ .rtol = read_rtol(cli, rtol) };
    for (int i = 0; i < cli->n_given && !status; i++)
        if (strcmp(cli->given[i].name, "atol") == 0)
            status = add_atol(t, cli->given[i].value);
    return status || t->rtol < 0 ? STATUS_USAGE : 0;
}

void ft_tolerances_warn(const struct ft_tolerances *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->used[i])
            ft_print_warning("--atol '%s': nothing that was compared has such "
                             "a unit", t->text[i]);
}
