/* err.c - what went wrong, filled by the callee and printed by the caller */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *text;
} codes[] = {
#define X(code, status, text) [code] = { status, text },
    FT_CODES(X)
#undef X
};

static const struct {
    int number;
    enum ft_code code;
} from_errno[] = {
    { ENOSPC, FT_ENOSPC }, { EDQUOT, FT_ENOSPC }, { EACCES, FT_EACCES },
    { EPERM, FT_EACCES },  { EROFS, FT_EACCES },  { ENOENT, FT_ENOENT },
    { EEXIST, FT_EEXIST }, { EBUSY, FT_EBUSY },
};

static enum ft_code code_of_errno(int number)
{
    for (size_t i = 0; i < sizeof(from_errno) / sizeof(from_errno[0]); i++)
        if (from_errno[i].number == number)
            return from_errno[i].code;
    return FT_EIO;
}

int ft_err_set(struct ft_err *err, enum ft_code code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return -1;
    *err = (struct ft_err){ .code = code };
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    return -1;
}

int ft_err_sys(struct ft_err *err, const char *fmt, ...)
{
    int number = errno;
    va_list ap;
    size_t len;

    if (!err)
        return -1;
    *err = (struct ft_err){ .code = code_of_errno(number) };
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    len = strlen(err->msg);
    snprintf(err->msg + len, sizeof(err->msg) - len, ": %s",
             strerror(number));
    return -1;
}

int ft_err_hint(struct ft_err *err, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return -1;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return -1;
}

int ft_err_id(struct ft_err *err, const char *id)
{
    if (err)
        snprintf(err->id, sizeof(err->id), "%s", id);
    return -1;
}

int ft_err_context(struct ft_err *err, const char *fmt, ...)
{
    char old[sizeof(err->msg)];
    va_list ap;
    size_t len;

    if (!err)
        return -1;
    memcpy(old, err->msg, sizeof(old));
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    len = strlen(err->msg);
    snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", old);
    return -1;
}

int ft_code_status(enum ft_code code)
{
    return codes[code].status;
}

const char *ft_code_text(enum ft_code code)
{
    return codes[code].text;
}
