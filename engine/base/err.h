/* err.h - what went wrong, filled by the callee and printed by the caller
 *
 * A function that can fail returns -1 or NULL, takes 'struct ft_err *err'
 * last and changes nothing else on failure.  A NULL 'err' is allowed and
 * drops the text.  The first error counts: setters overwrite, so a caller
 * that adds context uses ft_err_context().
 *
 * Message: a fact, lower case, no full stop, the subject in single quotes.
 * "cannot" never will; "could not" may work next time.  Hint: what to do,
 * only if likely right.
 */
#ifndef FT_BASE_ERR_H
#define FT_BASE_ERR_H

/* Kinds of failure, with the exit status a command ends with. */
#define FT_CODES(X)                                                         \
    X(FT_OK, 0, "no error")                                                 \
    X(FT_EUSAGE, 2, "usage error")                                          \
    X(FT_EDOC, 3, "invalid workflow, module or site file")                  \
    X(FT_EIO, 4, "input or output failed")                                  \
    X(FT_ENOSPC, 4, "no space left")                                        \
    X(FT_EACCES, 4, "permission denied")                                    \
    X(FT_ENOENT, 4, "not found")                                            \
    X(FT_EEXIST, 4, "exists already")                                       \
    X(FT_EBUSY, 4, "in use")                                                \
    X(FT_EFORMAT, 4, "invalid or damaged data")                             \
    X(FT_EVERSION, 4, "made by a newer fedtwin")                            \
    X(FT_ESITE, 4, "site unavailable")                                      \
    X(FT_ESTAGE, 1, "stage failed")                                         \
    X(FT_ECANCEL, 5, "cancelled")                                           \
    X(FT_ETIME, 6, "time ran out")

enum ft_code {
#define X(code, status, text) code,
    FT_CODES(X)
#undef X
};

struct ft_err {
    enum ft_code code;
    char id[8];     /* diagnostic code such as "FT0107", or empty */
    char file[256]; /* empty: no file */
    int line, col;  /* 1-based; line 0: no position */
    char msg[400];
    char hint[200]; /* or empty */
};

/* Each returns -1, so that callers write 'return ft_err_set(...)'. */
int ft_err_set(struct ft_err *err, enum ft_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends ": " and the text of errno; the code follows errno (ENOSPC and
 * EDQUOT give FT_ENOSPC, EACCES, EPERM and EROFS FT_EACCES, ENOENT
 * FT_ENOENT, EEXIST FT_EEXIST, else FT_EIO). */
int ft_err_sys(struct ft_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

int ft_err_hint(struct ft_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Give the error its diagnostic code, such as "FT0202". */
int ft_err_id(struct ft_err *err, const char *id);

/* Put "TEXT: " before the message. */
int ft_err_context(struct ft_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

int ft_code_status(enum ft_code code);       /* exit status */
const char *ft_code_text(enum ft_code code); /* "no space left" */

#endif
