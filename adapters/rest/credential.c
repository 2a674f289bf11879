/* credential.c - the secret that a reference in a site file leads to */
#include "adapters/rest/credential.h"

#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/slurm/shell.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/words.h"

#define MIN_TTL_S 60.0
#define SKEW_S 60.0    /* between the clocks of this machine and the site */
#define AGAIN_S 2.0    /* between two readings that nothing urges */
#define COMMAND_S 20.0 /* for a command to end */
#define SECRET_MAX 16384
#define SHOWN_MIN 12   /* characters of it that would tell something */
#define SCONTROL_PREFIX "SLURM_JWT="

struct ft_credential {
    char *reference;
    const char *value; /* behind the colon of it */
    double min_ttl_s;
    char *secret;      /* NULL: none was read */
    double end_s;      /* since 1970; 0: it does not say */
    double renew_s;    /* when it is to be read again */
    double read_s;     /* when it was */
    struct ft_err why; /* it could not be */
};

static double now_s(void)
{
    return (double)ft_clock_now_ns() / 1e9;
}

struct ft_credential *ft_credential_new(const char *reference,
                                        double min_ttl_s)
{
    struct ft_credential *c = ft_calloc(1, sizeof(*c));

    c->reference = ft_strdup(reference);
    c->value = c->reference + strcspn(c->reference, ":");
    c->value += *c->value == ':';
    c->min_ttl_s = min_ttl_s > 0 ? min_ttl_s : MIN_TTL_S;
    return c;
}

static void free_secret(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void ft_credential_free(struct ft_credential *c)
{
    if (!c)
        return;
    free_secret(c->secret);
    free(c->reference);
    free(c);
}

/* --- reading -------------------------------------------------------------- */

static int check_file(int fd, const char *path, struct ft_err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return ft_err_sys(err, "cannot look at '%s'", path);
    if (!S_ISREG(st.st_mode))
        return ft_err_set(err, FT_EACCES, "'%s' is no file", path);
    if (st.st_uid == geteuid() && !(st.st_mode & 077))
        return 0;
    ft_err_set(err, FT_EACCES, "others may read or change the credential '%s'",
               path);
    return ft_err_hint(err, "chmod 600 '%s', and it has to be yours", path);
}

static int read_file(const char *path, struct ft_str *out, struct ft_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;
    char buf[SECRET_MAX + 1];
    ssize_t n;

    if (fd < 0) {
        ft_err_sys(err, "cannot read the credential '%s'", path);
        return ft_err_hint(err, "put it there; what waits then goes on");
    }
    if (check_file(fd, path, err) == 0) {
        n = read(fd, buf, sizeof(buf));
        if (n < 0)
            ft_err_sys(err, "cannot read the credential '%s'", path);
        else
            ft_str_addn(out, buf, (size_t)n), rc = 0;
        explicit_bzero(buf, sizeof(buf));
    }
    (void)close(fd);
    return rc;
}

static int read_variable(const char *name, struct ft_str *out,
                         struct ft_err *err)
{
    const char *value = getenv(name);

    if (value && *value) {
        ft_str_add(out, value);
        return 0;
    }
    ft_err_set(err, FT_EACCES, "the variable '%s' is not set", name);
    return ft_err_hint(err, "set it and say 'fedtwin resume'; a file: or "
                            "command: can be renewed during a run");
}

/* What it prints to standard error is not shown: it may hold anything. */
static int run_command(const char *text, struct ft_str *out,
                       struct ft_err *err)
{
    const struct ft_shell here = { .within_s = COMMAND_S };
    struct ft_str errors = FT_STR_INIT;
    struct ft_words words = { 0 };
    size_t len;
    int code;

    for (; *(text += strspn(text, " \t")); text += len) {
        len = strcspn(text, " \t");
        ft_words_add(&words, ft_strndup(text, len));
    }
    if (!words.n)
        return ft_err_set(err, FT_EACCES, "the credential's command is empty");
    code = ft_shell_run(&here, (const char *const *)words.item, NULL, out,
                        &errors);
    if (code != 0) {
        ft_err_set(err, FT_EACCES, "the command '%s ...' for the credential "
                   "failed (%d)", words.item[0], code);
        ft_err_hint(err, "start it by hand to see why");
    }
    explicit_bzero(errors.s, errors.len);
    ft_str_release(&errors);
    ft_words_free(words.item);
    return code == 0 ? 0 : -1;
}

/* One line of visible characters: it becomes the line of a header. */
static char *secret_of(const char *text)
{
    size_t len, i;

    text += strspn(text, " \t\r\n");
    if (strncmp(text, SCONTROL_PREFIX, strlen(SCONTROL_PREFIX)) == 0)
        text += strlen(SCONTROL_PREFIX);
    len = strcspn(text, "\r\n");
    while (len && isblank((unsigned char)text[len - 1]))
        len--;
    for (i = 0; i < len; i++)
        if (!isgraph((unsigned char)text[i]))
            return NULL;
    return len && len <= SECRET_MAX ? ft_strndup(text, len) : NULL;
}

/* How much of the reference people are shown: a command without its words. */
static int shown_len(const struct ft_credential *c)
{
    return ft_starts_with(c->reference, "command:")
               ? (int)strcspn(c->reference, " \t")
               : (int)strlen(c->reference);
}

/* A new copy of what the reference leads to now, or NULL. */
static char *read_secret(const struct ft_credential *c, struct ft_err *err)
{
    static const struct {
        const char *kind;
        int (*read)(const char *value, struct ft_str *out, struct ft_err *err);
    } kinds[] = {
        { "file:", read_file },
        { "env:", read_variable },
        { "command:", run_command },
    };
    struct ft_str text = FT_STR_INIT;
    char *secret = NULL;
    int rc = ft_err_set(err, FT_EACCES, "the credential is no reference");
    size_t i;

    for (i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (ft_starts_with(c->reference, kinds[i].kind))
            rc = kinds[i].read(c->value, &text, err);
    if (rc == 0) {
        secret = secret_of(text.s);
        if (!secret)
            ft_err_set(err, FT_EACCES, "what the reference '%.*s' of the "
                       "credential leads to is no token", shown_len(c),
                       c->reference);
    }
    if (text.len)
        explicit_bzero(text.s, text.len);
    ft_str_release(&text);
    return secret;
}

/* --- its end -------------------------------------------------------------- */

static int base64url_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* The claims of a JSON Web Token: what is between its two dots. */
static struct json_object *claims_of(const char *token)
{
    const char *text = strchr(token, '.');
    struct json_object *claims = NULL;
    struct ft_str bytes = FT_STR_INIT;
    uint32_t bits = 0;
    int n = 0, value;

    for (text = text ? text + 1 : ""; (value = base64url_value(*text)) >= 0;
         text++) {
        bits = bits << 6 | (uint32_t)value;
        n += 6;
        if (n >= 8) {
            n -= 8;
            ft_str_addc(&bytes, (char)(bits >> n & 255));
        }
    }
    if (*text == '.' && bytes.len)
        claims = ft_json_parse(bytes.s, bytes.len, "token", NULL);
    ft_str_release(&bytes);
    return claims;
}

static double end_of(const char *token)
{
    struct json_object *claims = claims_of(token);
    double end_s = ft_json_num_or(claims, "exp", 0);

    json_object_put(claims);
    return end_s > 0 && isfinite(end_s) ? end_s : 0;
}

/* 'secret' is taken. */
static void keep(struct ft_credential *c, char *secret)
{
    double left_s;

    free_secret(c->secret);
    c->secret = secret;
    c->end_s = end_of(secret);
    left_s = fmax(c->end_s - c->read_s, 0);
    c->renew_s = c->end_s > 0 ? c->end_s - fmin(c->min_ttl_s, left_s / 2)
                              : HUGE_VAL;
}

static const char *report_end(const struct ft_credential *c,
                              struct ft_err *err)
{
    char when[FT_TIME_TEXT];

    ft_time_text((int64_t)(fmin(c->end_s, 9e9) * 1e9), when);
    ft_err_set(err, FT_EACCES, "the token of '%.*s' ended at %.19sZ",
               shown_len(c), c->reference, when);
    ft_err_hint(err, "%s", ft_starts_with(c->reference, "env:")
                ? "set the variable and say 'fedtwin resume'; a file: or "
                  "command: can be renewed during a run"
                : "renew it; what waits then goes on");
    return NULL;
}

/* Not more often than is good for a command, whoever asks how often. */
static bool was_just_read(const struct ft_credential *c)
{
    return c->read_s > 0 && now_s() < c->read_s + AGAIN_S;
}

/* True when it is another one than before. */
static bool read_again(struct ft_credential *c)
{
    char *secret;
    bool other;

    c->read_s = now_s();
    secret = read_secret(c, &c->why);
    if (secret)
        c->why = (struct ft_err){ 0 };
    other = secret && (!c->secret || strcmp(secret, c->secret) != 0);
    if (other)
        keep(c, secret);
    else
        free_secret(secret);
    return other;
}

const char *ft_credential_get(struct ft_credential *c, struct ft_err *err)
{
    bool past;

    if ((!c->secret || now_s() >= c->renew_s) && !was_just_read(c))
        (void)read_again(c);
    past = c->secret && c->end_s > 0 && now_s() > c->end_s;
    if (c->why.code && (!c->secret || past)) {
        *err = c->why;
        return NULL;
    }
    return past && now_s() > c->end_s + SKEW_S ? report_end(c, err)
                                                : c->secret;
}

bool ft_credential_refused(struct ft_credential *c)
{
    return !was_just_read(c) && read_again(c);
}

/* The claims of a token are no secret, but its last part is. */
bool ft_credential_shows(const struct ft_credential *c, const char *text)
{
    const char *part = c && c->secret ? strrchr(c->secret, '.') : NULL;
    char piece[SHOWN_MIN + 1];
    size_t i, len;

    if (!c || !c->secret)
        return false;
    part = part ? part + 1 : c->secret;
    len = strlen(part);
    if (len < SHOWN_MIN)
        return len && strstr(text, part);
    for (i = 0; i + SHOWN_MIN <= len; i++) {
        memcpy(piece, part + i, SHOWN_MIN);
        piece[SHOWN_MIN] = '\0';
        if (strstr(text, piece))
            return true;
    }
    return false;
}
