/* site_check.c - what is wrong with a site file that follows the tables */
#include "model/site_in.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "text/field.h"
#include "text/quantity.h"

#define SIGNAL_BEFORE_S 60.0 /* when the file does not say */

typedef const struct ft_site_reader reader;

static bool report(reader *r, const struct ft_node *at, const char *text,
                   const char *hint)
{
    ft_diag_add(r->diags, r->doc, &at->mark, FT_D_SITE, "%s", text);
    if (hint)
        ft_diag_hint(r->diags, "%s", hint);
    return false;
}

bool ft_site_check_version(reader *r)
{
    const struct ft_node *node = ft_node_get(r->root, "fedtwin-site");
    long long version;

    if (node && ft_node_int(node, &version) && version == 1)
        return true;
    ft_diag_add(r->diags, r->doc, node ? &node->mark : &r->root->mark,
                FT_D_VERSION, node ? "this version of site files is not known"
                                   : "the site file lacks 'fedtwin-site'");
    ft_diag_hint(r->diags, "write 'fedtwin-site: 1'");
    return false;
}

/* --- which adapter has which key ------------------------------------------ */

enum { LOCAL = 1, FAKE = 2, PROGRAM = 4, SLURM = 8, REST = 16 };
#define REMOTE (PROGRAM | SLURM | REST)

static const struct {
    const char *adapter;
    int bit;
} bits[] = {
    { "local", LOCAL }, { "fake", FAKE },      { "program", PROGRAM },
    { "slurm", SLURM }, { "slurmrest", REST },
};

/* Of the whole file, or of 'endpoint'. */
static const struct {
    const char *in, *key;
    int adapters;
} owned[] = {
    { NULL, "program", PROGRAM },
    { NULL, "endpoint", REMOTE },
    { NULL, "identity", REMOTE },
    { NULL, "queues", REMOTE | FAKE },
    { NULL, "limits", REMOTE | FAKE },
    { NULL, "answer_within", REMOTE },
    { NULL, "lost_after", REMOTE },
    { NULL, "signal_before", REMOTE },
    { NULL, "storage", REMOTE | FAKE },
    { NULL, "fedtwin", REMOTE },
    { NULL, "modules", REMOTE },
    { NULL, "env", REMOTE },
    { NULL, "pilot", REMOTE },
    { "endpoint", "config", SLURM | PROGRAM },
    { "endpoint", "transport", SLURM | PROGRAM },
    { "endpoint", "host", SLURM | PROGRAM },
    { "endpoint", "url", REST | PROGRAM },
    { "endpoint", "socket", REST | PROGRAM },
    { "endpoint", "ca", REST | PROGRAM },
    { "endpoint", "api", REST | PROGRAM },
};

static bool check_owner(reader *r)
{
    const char *adapter = ft_node_get(r->root, "adapter")->text;
    struct ft_str text = FT_STR_INIT;
    bool ok = true;
    int bit = 0;

    for (size_t i = 0; i < FT_ARRAY_LEN(bits); i++)
        if (strcmp(bits[i].adapter, adapter) == 0)
            bit = bits[i].bit;
    for (size_t i = 0; i < FT_ARRAY_LEN(owned); i++) {
        const struct ft_node *in = owned[i].in
                                       ? ft_node_get(r->root, owned[i].in)
                                       : r->root;
        const struct ft_node *key = ft_node_key(in, owned[i].key);

        if (!key || (owned[i].adapters & bit))
            continue;
        ft_str_cut(&text, 0);
        ft_str_addf(&text, "'adapter: %s' has no key '%s'", adapter,
                    key->text);
        ok = report(r, key, text.s, NULL);
    }
    ft_str_release(&text);
    return ok;
}

/* --- texts ---------------------------------------------------------------- */

/* They become a word of a command there, or a line of a script. */
static bool check_word(reader *r, const struct ft_node *in, const char *key)
{
    const struct ft_node *node = ft_node_get(in, key);
    bool ok = true;

    if (!node)
        return true;
    for (size_t i = 0; i < node->len; i++)
        ok &= isgraph((unsigned char)node->text[i]) ||
              (unsigned char)node->text[i] >= 0x80;
    if (ok && node->len && node->len <= 256 && node->text[0] != '-')
        return true;
    ft_diag_add(r->diags, r->doc, &node->mark, FT_D_SITE,
                "'%s' cannot be '%s' of a site", node->text, key);
    ft_diag_hint(r->diags, "one word without a '-' in front");
    return false;
}

static bool check_absolute(reader *r, const struct ft_node *in,
                           const char *key)
{
    const struct ft_node *node = ft_node_get(in, key);

    if (!node || node->text[0] == '/')
        return true;
    ft_diag_add(r->diags, r->doc, &node->mark, FT_D_SITE,
                "'%s' is not an absolute path", node->text);
    return false;
}

static bool check_texts(reader *r)
{
    static const char *const identity[] = { "user", "account" };
    static const char *const queue[] = { "queue", "account", "qos",
                                         "constraint" };
    const struct ft_node *endpoint = ft_node_get(r->root, "endpoint");
    const struct ft_node *queues = ft_node_get(r->root, "queues");
    bool ok = check_word(r, endpoint, "host");

    ok &= check_word(r, endpoint, "api");
    ok &= check_absolute(r, endpoint, "config");
    ok &= check_absolute(r, endpoint, "socket");
    ok &= check_absolute(r, endpoint, "ca");
    ok &= check_absolute(r, r->root, "module_init");
    ok &= check_absolute(r, r->root, "program");
    ok &= check_absolute(r, r->root, "fedtwin");
    ok &= check_absolute(r, ft_node_get(r->root, "storage"), "root");
    for (size_t i = 0; i < FT_ARRAY_LEN(identity); i++)
        ok &= check_word(r, ft_node_get(r->root, "identity"), identity[i]);
    for (size_t q = 0; queues && q < queues->n; q++)
        for (size_t i = 0; i < FT_ARRAY_LEN(queue); i++)
            ok &= check_word(r, queues->item[q], queue[i]);
    return ok;
}

/* --- secrets -------------------------------------------------------------- */

#define REFERENCE_HINT                                                        \
    "keep it elsewhere and write 'credential: file:PATH', 'env:NAME' or "     \
    "'command:WORDS'"

/* Without the line that it stands in: nobody else has to see it. */
static bool report_secret(reader *r, const struct ft_node *at,
                          const char *text)
{
    ft_diag_add(r->diags, NULL, &at->mark, FT_D_SITE, "%s", text);
    ft_diag_hint(r->diags, REFERENCE_HINT);
    return false;
}

static bool looks_secret(const char *text)
{
    static const char *const start[] = { "eyJ",      "ghp_",  "github_pat_",
                                         "glpat-",   "AKIA",  "ASIA",
                                         "-----BEGIN", "Bearer ", "hvs." };

    for (size_t i = 0; i < FT_ARRAY_LEN(start); i++)
        if (strncmp(text, start[i], strlen(start[i])) == 0)
            return true;
    return false;
}

/* A variable that is called so holds one, unless it says where one is. */
static bool names_secret(const char *name)
{
    static const char *const part[] = { "TOKEN", "SECRET", "PASSW", "JWT",
                                        "API_KEY", "PRIVATE_KEY" };
    static const char *const end[] = { "_FILE", "_PATH", "_DIR" };
    bool found = false;

    for (size_t i = 0; i < FT_ARRAY_LEN(part); i++)
        found |= strcasestr(name, part[i]) != NULL;
    for (size_t i = 0; i < FT_ARRAY_LEN(end); i++)
        found &= !ft_ends_with(name, end[i]);
    return found;
}

static bool check_env(reader *r)
{
    const struct ft_node *env = ft_node_get(r->root, "env");
    bool ok = true;

    for (size_t i = 0; env && i < env->n; i++)
        if (names_secret(env->key[i]->text))
            ok = report_secret(r, env->item[i], "this looks like a secret");
    return ok;
}

/* Anywhere in the file. */
static bool check_secrets(reader *r, const struct ft_node *node)
{
    bool ok = true;

    if (node->kind == FT_NODE_SCALAR && looks_secret(node->text))
        return report_secret(r, node, "this looks like a secret");
    for (size_t i = 0; i < node->n; i++)
        ok &= check_secrets(r, node->item[i]);
    return ok;
}

static bool check_secret_file(reader *r, const struct ft_node *node,
                              const char *path)
{
    struct stat st;

    if (path[0] != '/')
        return report(r, node, "the file of a credential needs an absolute "
                               "path", "file:/home/me/.secrets/token");
    if (stat(path, &st) < 0 || !(st.st_mode & 077))
        return true; /* what is not there yet may come */
    ft_diag_add(r->diags, r->doc, &node->mark, FT_D_SITE,
                "others may read the credential '%s'", path);
    ft_diag_hint(r->diags, "chmod 600 '%s'", path);
    return false;
}

static bool is_variable(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return !*name;
}

static bool check_credential(reader *r)
{
    const struct ft_node *node = ft_node_get(
        ft_node_get(r->root, "identity"), "credential");
    const char *colon = node ? strchr(node->text, ':') : NULL;

    if (!node || looks_secret(node->text))
        return true; /* reported for the whole file */
    if (ft_starts_with(node->text, "file:"))
        return check_secret_file(r, node, colon + 1);
    if (ft_starts_with(node->text, "env:") && is_variable(colon + 1))
        return true;
    if (ft_starts_with(node->text, "command:") && colon[1])
        return true;
    return report_secret(r, node, "a credential is a reference, never the "
                                  "secret itself");
}

/* --- what belongs together ------------------------------------------------ */

static bool check_program(reader *r)
{
    const struct ft_node *adapter = ft_node_get(r->root, "adapter");

    if (strcmp(adapter->text, "program") != 0 ||
        ft_node_get(r->root, "program"))
        return true;
    return report(r, adapter, "'adapter: program' needs the key 'program'",
                  NULL);
}

static bool check_url(reader *r, const struct ft_node *url)
{
    const char *host = strstr(url->text, "://");

    if (!ft_starts_with(url->text, "http://") &&
        !ft_starts_with(url->text, "https://")) {
        ft_diag_add(r->diags, r->doc, &url->mark, FT_D_SITE,
                    "'%s' is no http:// or https:// address", url->text);
        return false;
    }
    host += 3;
    if (!memchr(host, '@', strcspn(host, "/")))
        return true;
    return report_secret(r, url, "an address with a user or password in it");
}

static bool check_endpoint(reader *r)
{
    const struct ft_node *adapter = ft_node_get(r->root, "adapter");
    const struct ft_node *endpoint = ft_node_get(r->root, "endpoint");
    const struct ft_node *at = endpoint ? endpoint : adapter;
    const struct ft_node *transport = ft_node_get(endpoint, "transport");
    const struct ft_node *host = ft_node_get(endpoint, "host");
    const struct ft_node *url = ft_node_get(endpoint, "url");
    const struct ft_node *socket = ft_node_get(endpoint, "socket");
    const struct ft_node *ca = ft_node_get(endpoint, "ca");
    bool slurm = strcmp(adapter->text, "slurm") == 0;
    bool rest = strcmp(adapter->text, "slurmrest") == 0;
    bool ssh = transport && strcmp(transport->text, "ssh") == 0;
    bool ok = !url || check_url(r, url);

    if (slurm && ssh && !host)
        ok = report(r, transport, "'transport: ssh' needs the key 'host'",
                    NULL);
    if (slurm && host && !ssh)
        ok = report(r, host, "'host' is for 'transport: ssh'", NULL);
    if (rest && !url && !socket)
        ok = report(r, at, "'adapter: slurmrest' needs an endpoint",
                    "endpoint: {url: https://host:6820} or "
                    "{socket: /path}");
    if (url && socket)
        ok = report(r, socket, "an endpoint has a 'url' or a 'socket'", NULL);
    if (rest && ca && !(url && ft_starts_with(url->text, "https:")))
        ok = report(r, ca, "'ca' is for a 'url' with https://", NULL);
    return ok;
}

/* A launcher that ignores the number of ranks would start just any. */
static bool check_mpirun(reader *r)
{
    const struct ft_node *words = ft_node_get(r->root, "mpirun");

    for (size_t i = 0; words && i < words->n; i++)
        if (strstr(words->item[i]->text, "{ranks}"))
            return true;
    if (!words)
        return true;
    return report(r, words,
                  "'mpirun' does not say where the number of ranks goes",
                  "for example [mpirun, -n, \"{ranks}\"]");
}

static bool check_modules(reader *r)
{
    const struct ft_node *list = ft_node_get(r->root, "modules");
    bool ok = true;

    for (size_t i = 0; list && i < list->n; i++) {
        const struct ft_node *one = list->item[i];

        if (one->len && one->text[0] != '-' && !strpbrk(one->text, " \t\n"))
            continue;
        ft_diag_add(r->diags, r->doc, &one->mark, FT_D_SITE,
                    "'%s' is not the name of an environment module",
                    one->text);
        ok = false;
    }
    return ok;
}

static double seconds(const struct ft_node *node, double otherwise)
{
    struct ft_quantity q;

    return node && ft_quantity_parse(node->text, &q, NULL) == 0 ? q.si
                                                                : otherwise;
}

/* A job would be warned before it begins. */
static bool check_signal(reader *r, const struct ft_node *queue)
{
    const struct ft_node *longest = ft_node_get(queue, "max_walltime");
    double before_s = seconds(ft_node_get(r->root, "signal_before"),
                              SIGNAL_BEFORE_S);

    if (!longest || seconds(longest, 0) > before_s)
        return true;
    return report(r, longest, "'max_walltime' is not longer than "
                              "'signal_before'", NULL);
}

static bool check_queues(reader *r)
{
    const struct ft_node *queues = ft_node_get(r->root, "queues");
    bool ok = true, is_default = false, one;

    for (size_t i = 0; queues && i < queues->n; i++) {
        const struct ft_node *queue = queues->item[i];
        const struct ft_node *name = ft_node_get(queue, "queue");
        const struct ft_node *flag = ft_node_get(queue, "default");

        ok &= check_signal(r, queue);
        for (size_t j = 0; j < i; j++)
            if (strcmp(ft_node_get(queues->item[j], "queue")->text,
                       name->text) == 0)
                ok = report(r, name, "two queues have this name", NULL);
        if (!flag || !ft_node_bool(flag, &one) || !one)
            continue;
        if (is_default)
            ok = report(r, flag, "two queues are the default one", NULL);
        is_default = true;
    }
    return ok;
}

/* What a task needs has to lie somewhere. */
static bool check_storage(reader *r)
{
    const struct ft_node *storage = ft_node_get(r->root, "storage");
    const struct ft_node *flag = ft_node_get(storage, "shared");
    bool shared = true;

    if (!flag || !ft_node_bool(flag, &shared) || shared ||
        ft_node_get(storage, "root"))
        return true;
    return report(r, flag, "a site that does not see projects needs a "
                           "directory of its own",
                  "root: a directory that all nodes of the site see, such as "
                  "/scratch/me/fedtwin");
}

bool ft_site_check(reader *r)
{
    bool ok = check_owner(r);

    ok &= check_program(r);
    ok &= check_texts(r);
    ok &= check_secrets(r, r->root);
    ok &= check_env(r);
    ok &= check_credential(r);
    ok &= check_endpoint(r);
    ok &= check_queues(r);
    ok &= check_mpirun(r);
    ok &= check_modules(r);
    ok &= check_storage(r);
    return ok;
}
