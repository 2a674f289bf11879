/* func.h - functions of place, time and solution, written as text
 *
 *   "273.15 + 100*sin(pi*t/40)"     "interp(t, 0, 293.15, 60, 350)"
 *
 * Variables x, y, z (m) and t (s), and the solution under the name that the
 * physics gives it (such as T); constants pi and e, operators + - * / ^
 * (^ binds to the right and before a sign), parentheses, and
 *   sin cos tan asin acos atan sinh cosh tanh exp log sqrt abs
 *   step(a)       0 where a < 0, else 1
 *   min(a, b)  max(a, b)
 *   interp(a, a0, v0, a1, v1, ...)  straight lines between the points, whose
 *                 a must increase; constant outside
 * The value is a plain number in the SI unit that the user of it states.
 * There are no loops, no assignments and no access to anything else.
 *
 * Nothing here is collective.
 */
#ifndef FE_FUNC_H
#define FE_FUNC_H

#include <stdbool.h>

#define FE_FUNC_TEXT 4096 /* longest text */
#define FE_FUNC_CODE 1024 /* most numbers, names and operators in it */
#define FE_FUNC_DEPTH 64  /* deepest nesting, and values waiting at once */

struct fe_func;

/* Compile 'text'; NULL after filling 'msg' with the reason.  The caller frees
 * the function with fe_func_free(). */
struct fe_func *fe_func_new(const char *text, char *msg, int msg_size);
/* The same; 'solution' is the name that the solution has in the text. */
struct fe_func *fe_func_new_of(const char *text, const char *solution,
                               char *msg, int msg_size);
void fe_func_free(struct fe_func *func); /* NULL is fine */

const char *fe_func_text(const struct fe_func *func);

/* Does the text use the solution? */
bool fe_func_has_solution(const struct fe_func *func);

/* May be infinite or not a number, as the text asks. */
double fe_func_value(const struct fe_func *func, const double x[3], double t);
/* The same, and the derivatives by x, y and z. */
double fe_func_gradient(const struct fe_func *func, const double x[3],
                        double t, double grad[3]);
/* Where the solution is 'u': the value, and the derivative by u. */
double fe_func_slope(const struct fe_func *func, const double x[3], double t,
                     double u, double *slope);

#endif
