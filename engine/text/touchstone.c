/* touchstone.c - network parameters as a table */
#include "text/touchstone.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"

#define LINE_BYTES 4096
#define VALUES_MAX                                                          \
    (1 + 2 * FT_TOUCHSTONE_PORTS_MAX * FT_TOUCHSTONE_PORTS_MAX)
#define DEGREE (3.14159265358979323846 / 180)
#define BLANKS " \t\r\n"

enum form { FORM_RI, FORM_MA, FORM_DB };

struct reader {
    const char *path;
    FILE *in, *out;
    int line;
    size_t ports, total; /* numbers of one frequency, with itself */
    bool options;        /* the option line was there */
    double to_hz, reference_ohm;
    enum form form;
    double value[VALUES_MAX]; /* of the frequency at hand */
    size_t have;
    double last_hz;
    size_t points;
};

static int fail(const struct reader *r, struct ft_err *err, const char *fmt,
                ...) __attribute__((format(printf, 3, 4)));

/* FT_EFORMAT with the line. */
static int fail(const struct reader *r, struct ft_err *err, const char *fmt,
                ...)
{
    char text[160];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return ft_err_set(err, FT_EFORMAT, "%s:%d: %s", r->path, r->line, text);
}

/* --- the name ------------------------------------------------------------- */

unsigned ft_touchstone_ports(const char *path)
{
    const char *dot = strrchr(path, '.');
    char *end;
    unsigned long n;

    if (!dot || tolower((unsigned char)dot[1]) != 's' ||
        !isdigit((unsigned char)dot[2]))
        return 0;
    n = strtoul(dot + 2, &end, 10);
    return tolower((unsigned char)*end) == 'p' && !end[1] && n <= 10000
               ? (unsigned)n
               : 0;
}

/* What may stand in a message. */
static const char *shown(const char *word)
{
    for (const char *c = word; *c; c++)
        if (!isprint((unsigned char)*c))
            return "(unprintable)";
    return word;
}

/* --- the option line ------------------------------------------------------ */

static const struct {
    const char *name;
    double to_hz;
} frequency[] = { { "hz", 1 }, { "khz", 1e3 }, { "mhz", 1e6 },
                  { "ghz", 1e9 } };

static const char *const forms[] = { [FORM_RI] = "ri", [FORM_MA] = "ma",
                                     [FORM_DB] = "db" };

/* A whole word that is a finite decimal number. */
static bool is_number(const char *word, double *value)
{
    char *end;

    if (strspn(word, "+-.0123456789eE") != strlen(word))
        return false;
    *value = strtod(word, &end);
    return end != word && !*end && isfinite(*value);
}

static bool take_word(struct reader *r, const char *word)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(frequency); i++)
        if (strcasecmp(word, frequency[i].name) == 0) {
            r->to_hz = frequency[i].to_hz;
            return true;
        }
    for (size_t i = 0; i < FT_ARRAY_LEN(forms); i++)
        if (strcasecmp(word, forms[i]) == 0) {
            r->form = (enum form)i;
            return true;
        }
    return strcasecmp(word, "s") == 0;
}

static int read_options(struct reader *r, char *line, struct ft_err *err)
{
    char *rest = line, *word;

    if (r->options)
        return fail(r, err, "a second option line");
    r->options = true;
    while ((word = strsep(&rest, BLANKS))) {
        if (!*word || take_word(r, word))
            continue;
        if (strlen(word) == 1 && strchr("yzhgYZHG", *word))
            return fail(r, err, "%s parameters: only S parameters are read",
                        word);
        if (strcasecmp(word, "r") != 0)
            return fail(r, err, "'%.40s' in the option line", shown(word));
        do
            word = strsep(&rest, BLANKS);
        while (word && !*word);
        if (!word || !is_number(word, &r->reference_ohm) ||
            r->reference_ohm <= 0)
            return fail(r, err, "R without a resistance");
    }
    return 0;
}

/* --- the table ------------------------------------------------------------ */

static void write_header(struct reader *r)
{
    const char *between = r->ports < 10 ? "" : "_";

    fprintf(r->out, "frequency [Hz]");
    for (size_t i = 1; i <= r->ports; i++)
        for (size_t j = 1; j <= r->ports; j++)
            fprintf(r->out, ",S%zu%s%zu_re [1],S%zu%s%zu_im [1]", i, between,
                    j, i, between, j);
    fprintf(r->out, ",reference [ohm]\n");
}

/* Where a parameter stands: a two-port has S11 S21 S12 S22. */
static const double *pair_at(const struct reader *r, size_t i, size_t j)
{
    size_t at = r->ports == 2 ? j * 2 + i : i * r->ports + j;

    return &r->value[1 + 2 * at];
}

/* With 17 digits, and as floating-point numbers whatever they are. */
static int write_pair(struct reader *r, const double *pair,
                      struct ft_err *err)
{
    double re = pair[0], im = pair[1];

    if (r->form != FORM_RI) {
        double size = r->form == FORM_DB ? pow(10, pair[0] / 20) : pair[0];

        re = size * cos(pair[1] * DEGREE);
        im = size * sin(pair[1] * DEGREE);
    }
    if (!isfinite(re) || !isfinite(im))
        return fail(r, err, "a number is too large");
    fprintf(r->out, ",%.16e,%.16e", re, im);
    return 0;
}

static int write_point(struct reader *r, struct ft_err *err)
{
    double hz = r->value[0] * r->to_hz;

    if (r->value[0] < 0 || (r->points && hz <= r->last_hz))
        return fail(r, err, "the frequencies do not ascend");
    if (!isfinite(hz))
        return fail(r, err, "a frequency is too large");
    if (!r->points)
        write_header(r);
    fprintf(r->out, "%.16e", hz);
    for (size_t i = 0; i < r->ports; i++)
        for (size_t j = 0; j < r->ports; j++)
            if (write_pair(r, pair_at(r, i, j), err) < 0)
                return -1;
    if (fprintf(r->out, ",%.16e\n", r->reference_ohm) < 0)
        return ft_err_sys(err, "cannot write the table");
    r->last_hz = hz;
    r->points++;
    r->have = 0;
    return 0;
}

/* --- data ----------------------------------------------------------------- */

/* A frequency begins a line; of three ports and more, pairs alone go on with
 * it.  So the number of values on a line is odd or even. */
static int check_count(struct reader *r, size_t before, struct ft_err *err)
{
    size_t n = r->have - before;

    if (r->ports == 2 && !before && n == 5)
        return fail(r, err, "noise parameters are not read");
    if ((before == 0) != (n % 2 == 1))
        return fail(r, err, "a frequency and pairs of numbers are wanted");
    if (r->have < r->total && r->ports <= 2)
        return fail(r, err, "the line has too few numbers");
    return 0;
}

static int read_data(struct reader *r, char *line, struct ft_err *err)
{
    size_t before = r->have;
    char *rest = line, *word;

    while ((word = strsep(&rest, BLANKS))) {
        if (!*word)
            continue;
        if (!r->options)
            return fail(r, err, "numbers before the option line");
        if (r->have == r->total)
            return fail(r, err, "more numbers than the ports have");
        if (!is_number(word, &r->value[r->have++]))
            return fail(r, err, "'%.40s' is not a number", shown(word));
    }
    if (r->have == before)
        return 0;
    if (check_count(r, before, err) < 0)
        return -1;
    return r->have == r->total ? write_point(r, err) : 0;
}

static int read_line(struct reader *r, char *line, struct ft_err *err)
{
    if (!strchr(line, '\n') && strlen(line) == LINE_BYTES - 1)
        return fail(r, err, "the line is too long");
    line[strcspn(line, "!")] = '\0'; /* a comment */
    line += strspn(line, BLANKS);
    if (*line == '[') {
        fail(r, err, "Touchstone 2 is not read");
        return ft_err_hint(err, "export the file as Touchstone 1");
    }
    return *line == '#' ? read_options(r, line + 1, err)
                        : read_data(r, line, err);
}

static int read_all(struct reader *r, struct ft_err *err)
{
    char line[LINE_BYTES];

    while (fgets(line, sizeof(line), r->in)) {
        r->line++;
        if (read_line(r, line, err) < 0)
            return -1;
    }
    if (ferror(r->in))
        return ft_err_sys(err, "cannot read '%s'", r->path);
    if (r->have)
        return fail(r, err, "the file ends within a frequency");
    if (!r->points)
        return ft_err_set(err, FT_EFORMAT, "%s: no frequencies", r->path);
    if (fflush(r->out) != 0)
        return ft_err_sys(err, "cannot write the table");
    return 0;
}

int ft_touchstone_csv(const char *path, FILE *out, struct ft_err *err)
{
    /* What the option line means when it says nothing. */
    struct reader r = { .path = path, .out = out, .to_hz = 1e9,
                        .form = FORM_MA, .reference_ohm = 50 };
    int rc;

    r.ports = ft_touchstone_ports(path);
    r.total = 1 + 2 * r.ports * r.ports;
    if (!r.ports || r.ports > FT_TOUCHSTONE_PORTS_MAX)
        return ft_err_set(err, FT_EFORMAT,
                          "%s: %zu ports, 1 to %d can be read", path, r.ports,
                          FT_TOUCHSTONE_PORTS_MAX);
    r.in = fopen(path, "re");
    if (!r.in)
        return ft_err_sys(err, "cannot read '%s'", path);
    rc = read_all(&r, err);
    fclose(r.in);
    return rc;
}
