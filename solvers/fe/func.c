/* func.c - compile a text to a list for a stack machine, and run it
 *
 * Derivatives are carried along with each value (forward differentiation):
 * a number is a 'struct jet' whose gradient is touched only when asked for.
 */
#include "fe/func.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum op {
    OP_NUMBER, OP_X, OP_Y, OP_Z, OP_T, OP_SOLUTION,
    OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_POW, OP_NEG,
    OP_SIN, OP_COS, OP_TAN, OP_ASIN, OP_ACOS, OP_ATAN, OP_SINH, OP_COSH,
    OP_TANH, OP_EXP, OP_LOG, OP_SQRT, OP_ABS, OP_STEP, OP_MIN, OP_MAX,
    OP_INTERP,
};

struct ins {
    enum op op;
    int args;     /* OP_INTERP: how many */
    double value; /* OP_NUMBER */
};

struct fe_func {
    char *text;
    const char *solution; /* its name while compiling, or NULL */
    bool has_solution;
    struct ins code[FE_FUNC_CODE];
    int n;
};

static const struct {
    const char *name;
    enum op op;
    int args; /* -1: an odd number, 5 at least */
} functions[] = {
    { "sin", OP_SIN, 1 },   { "cos", OP_COS, 1 },   { "tan", OP_TAN, 1 },
    { "asin", OP_ASIN, 1 }, { "acos", OP_ACOS, 1 }, { "atan", OP_ATAN, 1 },
    { "sinh", OP_SINH, 1 }, { "cosh", OP_COSH, 1 }, { "tanh", OP_TANH, 1 },
    { "exp", OP_EXP, 1 },   { "log", OP_LOG, 1 },   { "sqrt", OP_SQRT, 1 },
    { "abs", OP_ABS, 1 },   { "step", OP_STEP, 1 }, { "min", OP_MIN, 2 },
    { "max", OP_MAX, 2 },   { "interp", OP_INTERP, -1 },
};
#define N_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static const struct {
    const char *name;
    enum op op;
    double value;
} names[] = {
    { "x", OP_X, 0 },
    { "y", OP_Y, 0 },
    { "z", OP_Z, 0 },
    { "t", OP_T, 0 },
    { "pi", OP_NUMBER, 3.14159265358979323846 },
    { "e", OP_NUMBER, 2.71828182845904523536 },
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

/* --- compiling --------------------------------------------------------- */

struct parser {
    const char *at;
    struct fe_func *func;
    int depth; /* of nesting */
    int stack; /* values waiting when the code so far has run */
    char *msg;
    int msg_size;
};

static bool parse_sum(struct parser *p);

__attribute__((format(printf, 2, 3)))
static bool fail(struct parser *p, const char *fmt, ...)
{
    va_list ap;
    int n;

    n = snprintf(p->msg, (size_t)p->msg_size, "column %d: ",
                 (int)(p->at - p->func->text) + 1);
    if (n < 0 || n >= p->msg_size)
        return false;
    va_start(ap, fmt);
    (void)vsnprintf(p->msg + n, (size_t)(p->msg_size - n), fmt, ap);
    va_end(ap);
    return false;
}

/* Append an instruction that takes 'args' values and leaves one. */
static bool emit(struct parser *p, enum op op, int args, double value)
{
    if (p->func->n == FE_FUNC_CODE)
        return fail(p, "the function is too long");
    p->stack += 1 - args;
    if (p->stack > FE_FUNC_DEPTH)
        return fail(p, "the function needs too many values at once");
    p->func->code[p->func->n++] = (struct ins){ op, args, value };
    return true;
}

static char peek(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n')
        p->at++;
    return *p->at;
}

static bool expect(struct parser *p, char want)
{
    if (peek(p) != want)
        return *p->at ? fail(p, "'%c' expected, found '%c'", want, *p->at)
                      : fail(p, "'%c' expected at the end", want);
    p->at++;
    return true;
}

static bool parse_number(struct parser *p)
{
    const char *end = p->at;
    char *got;
    double value;

    end += strspn(end, "0123456789.");
    if (*end == 'e' || *end == 'E') {
        const char *digits = end + 1 + (end[1] == '+' || end[1] == '-');

        if (isdigit((unsigned char)*digits))
            end = digits + strspn(digits, "0123456789");
    }
    value = strtod(p->at, &got);
    if (got != end || !isfinite(value))
        return fail(p, "malformed number");
    p->at = end;
    return emit(p, OP_NUMBER, 0, value);
}

/* interp() needs pairs after its first argument, and abscissae that are
 * numbers in increasing order. */
static bool check_interp(struct parser *p, int first, int args)
{
    const struct ins *code = p->func->code + first;

    if (args < 5 || args % 2 == 0)
        return fail(p, "'interp' takes a value and two or more pairs");
    for (int i = 0; i < args - 1; i++) {
        if (code[i].op != OP_NUMBER)
            return fail(p, "the pairs of 'interp' must be plain numbers");
        if (i >= 2 && i % 2 == 0 && code[i].value <= code[i - 2].value)
            return fail(p, "the points of 'interp' must increase");
    }
    return true;
}

static bool parse_call(struct parser *p, size_t which)
{
    int want = functions[which].args, args = 0, tail = 0;

    if (!expect(p, '('))
        return false;
    do {
        p->at += args > 0;
        if (!parse_sum(p))
            return false;
        if (args++ == 0)
            tail = p->func->n;
    } while (peek(p) == ',');
    if (!expect(p, ')'))
        return false;
    if (want < 0) {
        /* a negative abscissa is folded into its number by parse_sign() */
        if (p->func->n - tail != args - 1)
            return fail(p, "the pairs of 'interp' must be plain numbers");
        if (!check_interp(p, tail, args))
            return false;
    } else if (args != want) {
        return fail(p, "'%s' takes %d argument%s, not %d",
                    functions[which].name, want, want > 1 ? "s" : "", args);
    }
    return emit(p, functions[which].op, args, 0);
}

static bool parse_name(struct parser *p)
{
    size_t len = strspn(p->at, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    if (p->func->solution && strlen(p->func->solution) == len &&
        strncmp(p->at, p->func->solution, len) == 0) {
        p->at += len;
        p->func->has_solution = true;
        return emit(p, OP_SOLUTION, 0, 0);
    }
    for (size_t i = 0; i < N_NAMES; i++)
        if (strlen(names[i].name) == len &&
            strncmp(p->at, names[i].name, len) == 0) {
            p->at += len;
            return emit(p, names[i].op, 0, names[i].value);
        }
    for (size_t i = 0; i < N_FUNCTIONS; i++)
        if (strlen(functions[i].name) == len &&
            strncmp(p->at, functions[i].name, len) == 0) {
            p->at += len;
            return parse_call(p, i);
        }
    return fail(p, "unknown name '%.*s'", (int)(len < 40 ? len : 40), p->at);
}

static bool parse_primary(struct parser *p)
{
    char c = peek(p);

    if (isdigit((unsigned char)c) || c == '.')
        return parse_number(p);
    if (isalpha((unsigned char)c) || c == '_')
        return parse_name(p);
    if (c == '(') {
        p->at++;
        return parse_sum(p) && expect(p, ')');
    }
    if (c == '\0')
        return fail(p, "a value is missing at the end");
    return fail(p, "unexpected '%c'", c);
}

static bool parse_sign(struct parser *p);

static bool parse_power(struct parser *p)
{
    if (!parse_primary(p))
        return false;
    if (peek(p) != '^')
        return true;
    p->at++;
    return parse_sign(p) && emit(p, OP_POW, 2, 0);
}

static bool parse_sign(struct parser *p)
{
    char c = peek(p);
    int from = p->func->n;
    bool ok;

    if (++p->depth > FE_FUNC_DEPTH)
        return fail(p, "the function is nested too deeply");
    if (c == '-' || c == '+') {
        p->at++;
        ok = parse_sign(p);
        if (ok && c == '-' && p->func->n == from + 1 &&
            p->func->code[from].op == OP_NUMBER)
            p->func->code[from].value = -p->func->code[from].value;
        else if (ok && c == '-')
            ok = emit(p, OP_NEG, 1, 0);
    } else {
        ok = parse_power(p);
    }
    p->depth--;
    return ok;
}

static bool parse_product(struct parser *p)
{
    char c;

    if (!parse_sign(p))
        return false;
    while ((c = peek(p)) == '*' || c == '/') {
        p->at++;
        if (!parse_sign(p) || !emit(p, c == '*' ? OP_MUL : OP_DIV, 2, 0))
            return false;
    }
    return true;
}

static bool parse_sum(struct parser *p)
{
    char c;

    if (!parse_product(p))
        return false;
    while ((c = peek(p)) == '+' || c == '-') {
        p->at++;
        if (!parse_product(p) || !emit(p, c == '+' ? OP_ADD : OP_SUB, 2, 0))
            return false;
    }
    return true;
}

struct fe_func *fe_func_new(const char *text, char *msg, int msg_size)
{
    return fe_func_new_of(text, NULL, msg, msg_size);
}

struct fe_func *fe_func_new_of(const char *text, const char *solution,
                               char *msg, int msg_size)
{
    struct fe_func *func;
    struct parser p = { .msg = msg, .msg_size = msg_size };

    if (strlen(text) > FE_FUNC_TEXT) {
        (void)snprintf(msg, (size_t)msg_size,
                       "the function has more than %d characters",
                       FE_FUNC_TEXT);
        return NULL;
    }
    func = calloc(1, sizeof(*func));
    if (func)
        func->text = strdup(text);
    if (!func || !func->text) {
        (void)snprintf(msg, (size_t)msg_size, "out of memory");
        goto fail;
    }
    p.func = func;
    func->solution = solution;
    p.at = func->text;
    if (!parse_sum(&p))
        goto fail;
    if (peek(&p) != '\0') {
        (void)fail(&p, "unexpected '%c'", *p.at);
        goto fail;
    }
    func->solution = NULL;
    return func;
fail:
    fe_func_free(func);
    return NULL;
}

void fe_func_free(struct fe_func *func)
{
    if (!func)
        return;
    free(func->text);
    free(func);
}

const char *fe_func_text(const struct fe_func *func)
{
    return func->text;
}

bool fe_func_has_solution(const struct fe_func *func)
{
    return func->has_solution;
}

/* --- running ----------------------------------------------------------- */

struct jet {
    double v, d[3];
};

/* f(a), given its value and its slope there. */
static void chain(struct jet *a, int n, double value, double slope)
{
    a->v = value;
    for (int k = 0; k < n; k++)
        a->d[k] *= slope;
}

/* f(a, b), given its value and its slopes by a and by b. */
static void chain2(struct jet *a, const struct jet *b, int n, double value,
                   double by_a, double by_b)
{
    a->v = value;
    for (int k = 0; k < n; k++)
        a->d[k] = by_a * a->d[k] + by_b * b->d[k];
}

static void run_power(struct jet *a, const struct jet *b, int n)
{
    double v = pow(a->v, b->v), by_a = 0, by_b = 0;
    bool fixed = true; /* the exponent: log(a) must not spoil a negative a */

    for (int k = 0; k < n; k++)
        fixed = fixed && b->d[k] == 0;
    if (n > 0)
        by_a = b->v == 0 ? 0 : b->v * pow(a->v, b->v - 1);
    if (!fixed)
        by_b = v * log(a->v);
    chain2(a, b, n, v, by_a, by_b);
}

/* a[0] is the abscissa, a[1..] the pairs. */
static void run_interp(struct jet *a, int args, int n)
{
    const struct jet *p = a + 1;
    int last = (args - 1) / 2 - 1, i = 0;
    double slope, s = a->v;

    if (!(s > p[0].v)) {
        chain(a, n, s == s ? p[1].v : s, 0);
        return;
    }
    if (s >= p[2 * last].v) {
        chain(a, n, p[2 * last + 1].v, 0);
        return;
    }
    while (s >= p[2 * i + 2].v)
        i++;
    slope = (p[2 * i + 3].v - p[2 * i + 1].v) / (p[2 * i + 2].v - p[2 * i].v);
    chain(a, n, p[2 * i + 1].v + slope * (s - p[2 * i].v), slope);
}

static void run_unary(enum op op, struct jet *a, int n)
{
    double v = a->v, f;

    switch (op) {
    case OP_NEG: chain(a, n, -v, -1); break;
    case OP_SIN: chain(a, n, sin(v), n ? cos(v) : 0); break;
    case OP_COS: chain(a, n, cos(v), n ? -sin(v) : 0); break;
    case OP_TAN: f = tan(v); chain(a, n, f, 1 + f * f); break;
    case OP_ASIN: chain(a, n, asin(v), 1 / sqrt(1 - v * v)); break;
    case OP_ACOS: chain(a, n, acos(v), -1 / sqrt(1 - v * v)); break;
    case OP_ATAN: chain(a, n, atan(v), 1 / (1 + v * v)); break;
    case OP_SINH: chain(a, n, sinh(v), n ? cosh(v) : 0); break;
    case OP_COSH: chain(a, n, cosh(v), n ? sinh(v) : 0); break;
    case OP_TANH: f = tanh(v); chain(a, n, f, 1 - f * f); break;
    case OP_EXP: f = exp(v); chain(a, n, f, f); break;
    case OP_LOG: chain(a, n, log(v), 1 / v); break;
    case OP_SQRT: f = sqrt(v); chain(a, n, f, 0.5 / f); break;
    case OP_ABS: chain(a, n, fabs(v), v < 0 ? -1 : 1); break;
    default: chain(a, n, v < 0 ? 0 : 1, 0); break; /* OP_STEP */
    }
}

static void run_binary(enum op op, struct jet *a, const struct jet *b, int n)
{
    double u = a->v, v = b->v;

    switch (op) {
    case OP_ADD: chain2(a, b, n, u + v, 1, 1); break;
    case OP_SUB: chain2(a, b, n, u - v, 1, -1); break;
    case OP_MUL: chain2(a, b, n, u * v, v, u); break;
    case OP_DIV: chain2(a, b, n, u / v, 1 / v, -u / (v * v)); break;
    case OP_POW: run_power(a, b, n); break;
    case OP_MIN: chain2(a, b, n, u < v ? u : v, u < v, !(u < v)); break;
    default: chain2(a, b, n, u > v ? u : v, u > v, !(u > v)); break;
    }
}

/* 'n' derivatives are carried along: none, that by the solution, or those by
 * x, y and z. */
static struct jet run(const struct fe_func *func, const double x[3], double t,
                      double u, int n)
{
    struct jet stack[FE_FUNC_DEPTH], *top = stack - 1;

    for (int i = 0; i < func->n; i++) {
        const struct ins *ins = &func->code[i];

        top += 1 - ins->args;
        switch (ins->args) {
        case 0:
            *top = (struct jet){ .v = ins->value };
            if (ins->op >= OP_X && ins->op <= OP_Z) {
                top->v = x[ins->op - OP_X];
                top->d[ins->op - OP_X] = 1;
            } else if (ins->op == OP_T) {
                top->v = t;
            } else if (ins->op == OP_SOLUTION) {
                top->v = u;
            }
            if (n == 1) /* by the solution */
                top->d[0] = ins->op == OP_SOLUTION;
            break;
        case 1: run_unary(ins->op, top, n); break;
        case 2: run_binary(ins->op, top, top + 1, n); break;
        default: run_interp(top, ins->args, n); break;
        }
    }
    return stack[0];
}

double fe_func_value(const struct fe_func *func, const double x[3], double t)
{
    return run(func, x, t, 0, 0).v;
}

double fe_func_gradient(const struct fe_func *func, const double x[3],
                        double t, double grad[3])
{
    struct jet jet = run(func, x, t, 0, 3);

    for (int k = 0; k < 3; k++)
        grad[k] = jet.d[k];
    return jet.v;
}

double fe_func_slope(const struct fe_func *func, const double x[3], double t,
                     double u, double *slope)
{
    struct jet jet = run(func, x, t, u, 1);

    *slope = jet.d[0];
    return jet.v;
}
