/* cmd_main.c - fedtwin-slurm-cmd: one request after the other */
#include "adapters/slurm/cmd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/link/wire.h"
#include "base/alloc.h"
#include "base/json.h"

void ft_cmd_begin(struct ft_words *words)
{
    ft_words_add(words, ft_strdup("env"));
    ft_words_add(words, ft_strdup("SLURM_TIME_FORMAT=%s"));
    ft_words_add(words, ft_strdup("SLURM_BITSTR_LEN=0"));
}

int ft_cmd_run(const struct ft_cmd *cmd, struct ft_words *words,
               const char *input, struct ft_str *out, struct ft_str *errors)
{
    int code = ft_shell_run(&cmd->shell, (const char *const *)words->item,
                            input, out, errors);

    ft_words_free(words->item);
    *words = (struct ft_words){ 0 };
    return code;
}

const char *ft_cmd_reason(struct ft_str *errors)
{
    const char *text = errors->s, *known;

    ft_str_cut(errors, strcspn(errors->s, "\r\n"));
    known = strstr(text, "error: ");
    return known ? known + strlen("error: ") : text;
}

static struct json_object *read_version(struct ft_cmd *cmd)
{
    struct ft_str out = FT_STR_INIT, errors = FT_STR_INIT;
    struct ft_words words = { 0 };
    struct json_object *answer;

    ft_cmd_begin(&words);
    ft_words_add(&words, ft_strdup("sinfo"));
    ft_words_add(&words, ft_strdup("--version"));
    if (ft_cmd_run(cmd, &words, NULL, &out, &errors) == 0) {
        const char *number = strrchr(out.s, ' ');

        ft_str_cut(&out, strcspn(out.s, "\n"));
        answer = ft_wire_ok();
        ft_json_add_int(answer, "protocol", FT_WIRE_PROTOCOL);
        ft_json_add_str(answer, "version", number ? number + 1 : out.s);
    } else {
        answer = ft_wire_error("unavailable", "%s", ft_cmd_reason(&errors));
    }
    ft_str_release(&out);
    ft_str_release(&errors);
    return answer;
}

/* One for every user, host and worker; short, as a socket's name has to be. */
static void set_host(struct ft_cmd *cmd, const char *host)
{
    const char *dir = getenv("XDG_RUNTIME_DIR");

    ft_str_add(&cmd->host, host);
    ft_str_addf(&cmd->control, "%s/fedtwin-ssh-%ld-%%C",
                dir && *dir && strlen(dir) < 40 ? dir : "/tmp",
                (long)getppid());
    cmd->shell.host = cmd->host.s;
    cmd->shell.control = cmd->control.s;
}

static struct json_object *open_site(void *state, struct json_object *request)
{
    struct json_object *site = ft_json_or_null(request, "site");
    struct json_object *endpoint = ft_json_or_null(site, "endpoint");
    const char *transport = ft_json_str_or(endpoint, "transport", "");
    const char *host = ft_json_str_or(endpoint, "host", "");
    const char *conf = ft_json_str_or(endpoint, "config", "");
    struct ft_cmd *cmd = state;

    ft_str_add(&cmd->conf, conf);
    cmd->shell.conf = *conf ? cmd->conf.s : NULL;
    if (strcmp(transport, "ssh") == 0) {
        if (!*host || *host == '-')
            return ft_wire_error("rejected", "'%s' cannot be a host", host);
        set_host(cmd, host);
    } else if (strcmp(transport, "local") != 0) {
        return ft_wire_error("rejected", "unknown transport '%s'", transport);
    }
    return read_version(cmd);
}

static const struct ft_wire_op ops[] = {
    { "open", open_site },
    { "probe", ft_cmd_probe },
    { "submit", ft_cmd_submit },
    { "estimate", ft_cmd_estimate },
    { "status", ft_cmd_status },
    { "find_by_tag", ft_cmd_find },
    { "cancel", ft_cmd_cancel },
    { "hold", ft_cmd_hold },
    { "release", ft_cmd_release },
    { NULL, NULL },
};

int main(void)
{
    struct ft_cmd cmd = { .host = FT_STR_INIT, .control = FT_STR_INIT,
                          .conf = FT_STR_INIT };

    ft_wire_serve(ops, &cmd);
    ft_cmd_jobs_forget(&cmd);
    ft_told_release(&cmd.told);
    ft_str_release(&cmd.host);
    ft_str_release(&cmd.control);
    ft_str_release(&cmd.conf);
    return 0;
}
