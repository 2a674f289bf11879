/* fuzz_agent.c - what an agent is asked and what it answers, as JSON */
#include "t/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/result.h"

static void check_attempt(struct json_object *obj)
{
    struct ft_err err = { 0 };
    struct ft_attempt *a = ft_attempt_read(obj, &err), *again;
    struct json_object *written;

    if (!a && !err.msg[0])
        FT_BUG("refused without a reason");
    if (!a)
        return;
    written = ft_attempt_json(a);
    again = ft_attempt_read(written, &err);
    if (!again || again->tag != a->tag || strcmp(again->dir, a->dir) != 0 ||
        strcmp(again->argv[0], a->argv[0]) != 0 ||
        again->resources.ranks != a->resources.ranks || a->timeout_s < 0)
        FT_BUG("an attempt does not read back");
    ft_attempt_free(again);
    json_object_put(written);
    ft_attempt_free(a);
}

static bool is_amount(double x)
{
    return isfinite(x) && x >= 0;
}

static void check_result(struct json_object *obj)
{
    const char *tag = ft_json_str_or(obj, "attempt_tag", "");
    struct ft_ending e;

    if (!ft_result_ending(obj, tag, &e))
        return;
    if (e.outcome > FT_OUT_LOST || e.slots < 1 ||
        !memchr(e.reason, '\0', sizeof(e.reason)) ||
        !memchr(e.host, '\0', sizeof(e.host)))
        FT_BUG("an ending that cannot be");
    if (!is_amount(e.user_s) || !is_amount(e.system_s) ||
        !is_amount(e.peak_rss_bytes) || !is_amount(e.read_bytes) ||
        !is_amount(e.written_bytes) || !is_amount(e.energy_j))
        FT_BUG("an amount that cannot be");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_object *obj = ft_json_parse((const char *)data, size,
                                            "the line", NULL);

    check_attempt(obj);
    check_result(obj);
    json_object_put(obj);
    return 0;
}
