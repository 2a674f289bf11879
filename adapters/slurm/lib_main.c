/* lib_main.c - fedtwin-slurm-lib: one request after the other */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/link/wire.h"
#include "base/alloc.h"
#include "base/json.h"

static struct json_object *open_site(void *state, struct json_object *request)
{
    struct json_object *site = ft_json_or_null(request, "site"), *answer;
    struct json_object *endpoint = ft_json_or_null(site, "endpoint");
    const char *conf = ft_json_str_or(endpoint, "config",
                                      getenv("SLURM_CONF"));

    char *version;

    (void)state;
    if (!conf || !*conf)
        conf = FT_SLURM_CONF;
    /* libslurm would try for a minute and then end this program */
    if (access(conf, R_OK) < 0)
        return ft_wire_error("rejected", "cannot read '%s': %s", conf,
                             strerror(errno));
    setenv("SLURM_CONF", conf, 1);
    setenv("SLURM_BITSTR_LEN", "0", 1); /* lists of elements at full length */
    slurm_init(NULL);
    answer = ft_wire_ok();
    ft_json_add_int(answer, "protocol", FT_WIRE_PROTOCOL);
    version = ft_asprintf("%d.%02d.%d",
                          SLURM_VERSION_MAJOR(SLURM_VERSION_NUMBER),
                          SLURM_VERSION_MINOR(SLURM_VERSION_NUMBER),
                          SLURM_VERSION_MICRO(SLURM_VERSION_NUMBER));
    ft_json_add_str(answer, "version", version);
    free(version);
    return answer;
}

void ft_lib_forget_conf(struct ft_lib *lib)
{
    if (lib->conf)
        slurm_free_ctl_conf(lib->conf);
    lib->conf = NULL;
}

int ft_lib_conf(struct ft_lib *lib)
{
    if (!lib->conf && slurm_load_ctl_conf(0, &lib->conf) != 0) {
        lib->conf = NULL;
        return -1;
    }
    lib->accounting = lib->conf->accounting_storage_type &&
                      strstr(lib->conf->accounting_storage_type, "slurmdbd");
    return 0;
}

static const struct ft_wire_op ops[] = {
    { "open", open_site },
    { "probe", ft_lib_probe },
    { "submit", ft_lib_submit },
    { "estimate", ft_lib_estimate },
    { "status", ft_lib_status },
    { "find_by_tag", ft_lib_find },
    { "cancel", ft_lib_cancel },
    { "hold", ft_lib_hold },
    { "release", ft_lib_release },
    { NULL, NULL },
};

int main(void)
{
    struct ft_lib lib = { 0 };

    ft_wire_serve(ops, &lib);
    _exit(0); /* libslurm keeps much that a leak checker would find */
}
