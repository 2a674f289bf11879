/* fuzz_quantity.c - what is accepted reads back as the same quantity */
#include "t/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/quantity.h"

static void check(const struct ft_quantity *q)
{
    const struct ft_unit *si = ft_unit_parse(ft_unit_si_text(q->unit), NULL);
    struct ft_str text = FT_STR_INIT;
    struct ft_quantity again;

    if (!isfinite(q->si) || !isfinite(q->written))
        FT_BUG("quantity that is not finite");
    if (!si || !ft_unit_same_dimension(si, q->unit))
        FT_BUG("SI unit '%s' cannot be read", ft_unit_si_text(q->unit));
    ft_quantity_text(q, &text);
    if (ft_quantity_parse(text.s, &again, NULL) < 0 || again.si != q->si ||
        again.unit != q->unit)
        FT_BUG("'%s' does not read back", text.s);
    ft_unit_multiply(q->unit, q->unit);
    ft_unit_divide(ft_unit_one(), q->unit);
    ft_unit_root(q->unit, 2);
    ft_str_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = ft_strndup((const char *)data, size);
    struct ft_err err = { 0 };
    struct ft_quantity q;

    if (ft_quantity_parse(text, &q, &err) == 0)
        check(&q);
    else if (!err.msg[0] || !err.id[0])
        FT_BUG("refused without a reason");
    ft_quantity_parse_in(text, "W/m/K", &q, NULL);
    free(text);
    return 0;
}
