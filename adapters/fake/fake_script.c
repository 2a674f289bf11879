/* fake_script.c - what a simulated site does with each attempt */
#include "adapters/fake/fake_script.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/field.h"
#include "text/quantity.h"

#define LOST_AFTER_S 60
#define RETRY_AFTER_S 1

static const char *const clocks[] = { "simulated", "real", NULL };
static const char *const outputs[] = { "none", NULL };

#define CHANCE(name, text)                                                   \
    { .key = name, .type = FT_FIELD_NUMBER, .max = 1, .doc = text }
#define SECONDS(name, text)                                                  \
    { .key = name, .type = FT_FIELD_QUANTITY, .unit = "s",                   \
      .max = HUGE_VAL, .doc = text }

static const struct ft_field answer_fields[] = {
    CHANCE("retry_after", "busy now"),
    CHANCE("denied", "credentials or policy"),
    CHANCE("rejected", "can never run there"),
    CHANCE("unknown_outcome", "the site may have accepted it or not"),
    { 0 },
};

static const struct ft_field outcome_fields[] = {
    CHANCE("error", "the program fails"),
    CHANCE("oom", "it needs more memory than it was given"),
    CHANCE("timeout", "it takes longer than it may"),
    CHANCE("node_fail", "its node fails"),
    CHANCE("preempted", "it has to make room"),
    CHANCE("lost", "the site no longer knows it"),
    { 0 },
};

static const struct ft_field fields[] = {
    { .key = "clock", .type = FT_FIELD_CHOICE, .choices = clocks,
      .doc = "simulated: time passes as fast as the engine can work" },
    { .key = "seed", .type = FT_FIELD_INT, .max = 1e15,
      .doc = "chooses one of the possible histories" },
    SECONDS("wait", "from submission to start"),
    SECONDS("duration", "of an attempt"),
    { .key = "spread", .type = FT_FIELD_NUMBER, .max = 1,
      .doc = "durations are uniform in duration * (1 -+ spread)" },
    SECONDS("retry_after", "pause that a busy site asks for"),
    SECONDS("lost_after", "until an attempt counts as lost"),
    { .key = "submit", .type = FT_FIELD_STRUCT, .fields = answer_fields,
      .doc = "chances that a submission is not simply accepted" },
    { .key = "end", .type = FT_FIELD_STRUCT, .fields = outcome_fields,
      .doc = "chances that an attempt does not end well" },
    { .key = "outputs", .type = FT_FIELD_CHOICE, .choices = outputs,
      .doc = "none: stages that declare outputs succeed without them" },
    { 0 },
};

/* --- reading -------------------------------------------------------------- */

static double number(const struct ft_node *map, const char *key)
{
    const struct ft_node *node = ft_node_get(map, key);
    double x = 0;

    return node && ft_node_number(node, &x) ? x : 0;
}

static double seconds(const struct ft_node *map, const char *key,
                      double deflt)
{
    const struct ft_node *node = ft_node_get(map, key);
    struct ft_quantity q;

    return node && ft_quantity_parse(node->text, &q, NULL) == 0 ? q.si
                                                                : deflt;
}

static const char *const answer_names[] = {
    [FT_SUBMIT_OK] = "ok",
    [FT_SUBMIT_RETRY_AFTER] = "retry_after",
    [FT_SUBMIT_DENIED] = "denied",
    [FT_SUBMIT_REJECTED] = "rejected",
    [FT_SUBMIT_UNKNOWN_OUTCOME] = "unknown_outcome",
};

/* The chances in 'map'; what is left of 1 is chance[0]. */
static int read_chances(const struct ft_site *site, const char *key,
                        const char *const *name, double *chance, size_t n,
                        struct ft_err *err)
{
    const struct ft_node *map = ft_node_get(site->node, key);
    double sum = 0;

    for (size_t i = 1; i < n; i++) {
        chance[i] = number(map, name[i]);
        sum += chance[i];
    }
    if (sum > 1)
        return ft_err_set(err, FT_EDOC, "site '%s': the chances in '%s' add "
                          "up to %g", site->name, key, sum);
    chance[0] = 1 - sum;
    return 0;
}

static bool chosen(const struct ft_node *options, const char *key,
                   const char *value)
{
    const struct ft_node *node = ft_node_get(options, key);

    return node && strcmp(node->text, value) == 0;
}

int ft_fake_read(const struct ft_site *site, struct ft_fake_script *script,
                 struct ft_err *err)
{
    const struct ft_node *options = site->node;
    struct ft_diags diags = FT_DIAGS_INIT;
    int rc = 0;

    if (options && !ft_fields_check(site->doc, options, fields,
                                    "the options of a simulated site",
                                    &diags))
        rc = ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    if (rc < 0)
        return -1;
    *script = (struct ft_fake_script){
        .simulated = !chosen(options, "clock", "real"),
        .without_outputs = chosen(options, "outputs", "none"),
        .seed = (uint64_t)number(options, "seed"),
        .wait_s = seconds(options, "wait", 0),
        .duration_s = seconds(options, "duration", 0),
        .spread = number(options, "spread"),
        .retry_after_s = seconds(options, "retry_after", RETRY_AFTER_S),
        .lost_after_s = seconds(options, "lost_after", LOST_AFTER_S),
    };
    if (read_chances(site, "submit", answer_names, script->answer,
                     FT_FAKE_ANSWERS, err) < 0)
        return -1;
    return read_chances(site, "end", ft_outcome_names, script->outcome,
                        FT_OUTCOMES, err);
}

/* --- chance --------------------------------------------------------------- */

/* splitmix64: well mixed even for seeds that differ in one bit. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* In [0, 1). */
static double uniform(uint64_t *state)
{
    return (double)(next(state) >> 11) * 0x1p-53;
}

static unsigned draw(uint64_t *state, const double *chance, unsigned n)
{
    double x = uniform(state) - chance[0];
    unsigned i = 0;

    while (x >= 0 && i + 1 < n)
        x -= chance[++i];
    /* A rounding error must not choose what has no chance. */
    return chance[i] > 0 ? i : 0;
}

void ft_fake_fate(const struct ft_fake_script *s, uint64_t tag,
                  double timeout_s, struct ft_fake_fate *fate)
{
    uint64_t state = s->seed;

    state = next(&state) ^ tag;
    fate->answer = draw(&state, s->answer, FT_FAKE_ANSWERS);
    fate->accepted = fate->answer == FT_SUBMIT_OK ||
                     (fate->answer == FT_SUBMIT_UNKNOWN_OUTCOME &&
                      uniform(&state) < 0.5);
    fate->outcome = draw(&state, s->outcome, FT_OUTCOMES);
    fate->wait_s = s->wait_s;
    fate->run_s = s->duration_s *
                  (1 + s->spread * (2 * uniform(&state) - 1));
    if (fate->outcome == FT_OUT_TIMEOUT && timeout_s > fate->run_s)
        fate->run_s = timeout_s;
    /* What does not end well ends somewhere on its way. */
    else if (fate->outcome != FT_OUT_OK && fate->outcome != FT_OUT_TIMEOUT)
        fate->run_s *= uniform(&state);
    if (timeout_s > 0 && fate->run_s > timeout_s) {
        fate->run_s = timeout_s;
        fate->outcome = FT_OUT_TIMEOUT;
    }
    if (fate->outcome == FT_OUT_LOST)
        fate->run_s += s->lost_after_s;
}
