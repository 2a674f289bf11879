/* test_site.c - site files */
#include "model/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/site_nodes.h"
#include "unit.h"

#define HEAD "fedtwin-site: 1\nsite: hpc\n"
#define SLURM HEAD "adapter: slurm\n"
#define REST HEAD "adapter: slurmrest\n"

static struct ft_site *read_text(const char *text, struct ft_diags *diags)
{
    char path[] = "test_site.XXXXXX";
    int fd = mkstemp(path);
    struct ft_site *site;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    site = ft_site_read(path, diags);
    unlink(path);
    return site;
}

START_TEST(built_in)
{
    struct ft_site *site = ft_site_local();

    ck_assert_str_eq(site->name, "local");
    ck_assert_str_eq(site->adapter, "local");
    ck_assert_int_eq(site->slots, 0);
    ck_assert_uint_eq(site->n_mpirun, 0);
    ck_assert_ptr_null(site->node);
    ft_site_free(site);
    ft_site_free(NULL);
}
END_TEST

START_TEST(defaults)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(HEAD "adapter: slurm\n", &diags);

    ck_assert_uint_eq(diags.len, 0);
    ck_assert(ft_site_is_remote(site));
    ck_assert_double_eq(site->status_interval_s, 10);
    ck_assert_double_eq(site->answer_within_s, 60);
    ck_assert_double_eq(site->lost_after_s, 900);
    ck_assert_double_eq(site->signal_before_s, 60);
    ck_assert_double_eq(site->visibility_wait_s, 30);
    ck_assert_double_eq(site->submits_per_s, 0);
    ck_assert_double_eq(site->speed, 1);
    ck_assert_double_eq(site->cost_core_hour, 0);
    ck_assert_int_eq(site->max_in_flight, 500);
    ck_assert_int_eq(site->max_array, 0);
    ck_assert(site->shared);
    ck_assert_ptr_null(site->root);
    ck_assert_ptr_null(site->fedtwin_dir);
    ck_assert_ptr_null(site->env);
    ck_assert_ptr_null(site->account);
    ck_assert_uint_eq(site->n_modules, 0);
    ck_assert_uint_eq(site->n_queues, 0);
    ck_assert_ptr_null(ft_site_queue_find(site, NULL));
    ck_assert_int_eq(site->pilot.use, FT_PILOT_AUTO);
    ck_assert_int_eq(site->pilot.max, 4);
    ck_assert_int_eq(site->pilot.slots, 0);
    ck_assert_double_eq(site->pilot.walltime_s, 0);
    ck_assert_double_eq(site->pilot.idle_s, 60);
    ft_site_free(site);
}
END_TEST

static const char cluster[] =
    HEAD "doc: a cluster\nadapter: slurm\n"
         "endpoint: {config: /etc/slurm/a.conf, transport: ssh, host: hpc1}\n"
         "identity: {credential: 'env:A_TOKEN', user: ann, account: proj,\n"
         "  min_ttl: 5 min}\n"
         "slots: 64\n"
         "queues:\n"
         "  - {queue: debug, max_nodes: 2, max_walltime: 30 min, qos: short}\n"
         "  - {queue: gpu.large, default: true, cores_per_node: 64,\n"
         "     memory_per_node: 256 GiB, gpus_per_node: 4, account: gpus,\n"
         "     constraint: 'a100&ib', cost_core_hour: 0.5}\n"
         "limits: {status_interval: 1 min, max_in_flight: 20, max_array: 1,\n"
         "  submits_per_s: 0.5}\n"
         "answer_within: 5 s\nlost_after: 1 h\nsignal_before: 2 min\n"
         "storage: {shared: false, root: /scratch/ft, visibility_wait: 90 s}\n"
         "fedtwin: /opt/fedtwin/libexec\n"
         "mpirun: [srun, -N, '{nodes}', -n, '{ranks}']\n"
         "module_init: /etc/modules.sh\nmodules: [gcc/12, openmpi]\n"
         "env: {OMP_PROC_BIND: close, N: 3}\n"
         "pilot: {use: never, max: 2, slots: 8, walltime: 2 h, idle: 30 s}\n"
         "speed: 2.5\ncost_core_hour: 0.25\n"
         "options: {partition: [a, b]}\n";

START_TEST(a_cluster)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(cluster, &diags);
    const struct ft_site_queue *q;

    ck_assert_msg(diags.len == 0, "%s", diags.len ? diags.item[0].msg : "");
    ck_assert_str_eq(site->doc_text, "a cluster");
    ck_assert_str_eq(site->account, "proj");
    ck_assert_double_eq(site->status_interval_s, 60);
    ck_assert_int_eq(site->max_in_flight, 20);
    ck_assert_int_eq(site->max_array, 1);
    ck_assert_double_eq(site->submits_per_s, 0.5);
    ck_assert_double_eq(site->answer_within_s, 5);
    ck_assert_double_eq(site->lost_after_s, 3600);
    ck_assert_double_eq(site->signal_before_s, 120);
    ck_assert(!site->shared);
    ck_assert_str_eq(site->root, "/scratch/ft");
    ck_assert_double_eq(site->visibility_wait_s, 90);
    ck_assert_str_eq(site->fedtwin_dir, "/opt/fedtwin/libexec");
    ck_assert_uint_eq(site->n_modules, 2);
    ck_assert_str_eq(site->modules[1], "openmpi");
    ck_assert_str_eq(site->env[0], "OMP_PROC_BIND=close");
    ck_assert_str_eq(site->env[1], "N=3");
    ck_assert_ptr_null(site->env[2]);
    ck_assert_int_eq(site->pilot.use, FT_PILOT_NEVER);
    ck_assert_int_eq(site->pilot.max, 2);
    ck_assert_int_eq(site->pilot.slots, 8);
    ck_assert_double_eq(site->pilot.walltime_s, 7200);
    ck_assert_double_eq(site->pilot.idle_s, 30);
    ck_assert_double_eq(site->speed, 2.5);
    ck_assert_uint_eq(site->n_queues, 2);
    q = ft_site_queue_find(site, "debug");
    ck_assert_str_eq(q->account, "proj");
    ck_assert_str_eq(q->qos, "short");
    ck_assert_int_eq(q->max_nodes, 2);
    ck_assert_double_eq(q->max_walltime_s, 1800);
    ck_assert_double_eq(q->cost_core_hour, 0.25);
    ck_assert(!q->is_default);
    q = ft_site_queue_find(site, NULL);
    ck_assert_str_eq(q->name, "gpu.large");
    ck_assert_str_eq(q->account, "gpus");
    ck_assert_str_eq(q->constraint, "a100&ib");
    ck_assert_int_eq(q->cores_per_node, 64);
    ck_assert_int_eq(q->gpus_per_node, 4);
    ck_assert_double_eq(q->memory_per_node_bytes, 274877906944.0);
    ck_assert_double_eq(q->max_walltime_s, 0);
    ck_assert_double_eq(q->cost_core_hour, 0.5);
    ck_assert_ptr_null(ft_site_queue_find(site, "gone"));
    ft_site_free(site);
}
END_TEST

START_TEST(first_queue_is_default)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(
        HEAD "adapter: slurm\nqueues: [{queue: a}, {queue: b, default: false}]"
             "\n", &diags);

    ck_assert_str_eq(ft_site_queue_find(site, NULL)->name, "a");
    ck_assert(!ft_site_queue_find(site, "b")->is_default);
    ft_site_free(site);
}
END_TEST

START_TEST(for_an_adapter)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(cluster, &diags), *local;
    struct json_object *json = ft_site_json(site);

    ck_assert_str_eq(ft_json_str_or(ft_json_or_null(json, "endpoint"), "host",
                                    ""), "hpc1");
    ck_assert_double_eq(ft_json_num_or(json, "lost_after", 0), 3600);
    ck_assert_str_eq(ft_json_str_or(ft_json_or_null(json, "identity"),
                                    "credential", ""), "env:A_TOKEN");
    ck_assert_double_eq(
        ft_json_num_or(json_object_array_get_idx(
                           ft_json_or_null(json, "queues"), 1),
                       "memory_per_node", 0), 274877906944.0);
    json_object_put(json);
    ft_site_free(site);
    local = ft_site_local();
    json = ft_site_json(local);
    ck_assert_str_eq(json_object_to_json_string_ext(json, 0),
                     "{\"site\":\"local\",\"adapter\":\"local\"}");
    json_object_put(json);
    ft_site_free(local);
}
END_TEST

START_TEST(every_key)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(
        HEAD "doc: a cluster\nadapter: program\nprogram: /opt/fedtwin-hpc\n"
             "slots: 128\nmemory: 256 GiB\n"
             "mpirun: [srun, -n, \"{ranks}\"]\n"
             "options: {partition: [a, b]}\n",
        &diags);

    ck_assert_uint_eq(diags.len, 0);
    ck_assert_ptr_nonnull(site);
    ck_assert_str_eq(site->name, "hpc");
    ck_assert_str_eq(site->adapter, "program");
    ck_assert_str_eq(site->program, "/opt/fedtwin-hpc");
    ck_assert_int_eq(site->slots, 128);
    ck_assert_double_eq(site->memory_bytes, 274877906944.0);
    ck_assert_uint_eq(site->n_mpirun, 3);
    ck_assert_str_eq(site->mpirun[2], "{ranks}");
    ck_assert_uint_eq(ft_node_get(site->node, "partition")->n, 2);
    ft_site_free(site);
}
END_TEST

static const struct {
    const char *text, *code;
    int line, col;
    const char *msg;
} bad[] = {
    { "site: hpc\nadapter: local\n", "FT0101", 1, 1,
      "the site file lacks 'fedtwin-site'" },
    { "fedtwin-site: 9\n", "FT0101", 1, 15,
      "this version of site files is not known" },
    { HEAD, "FT0103", 1, 1, "the site file lacks the key 'adapter'" },
    { HEAD "adapter: slrum\n", "FT0105", 3, 10,
      "'slrum' is no choice for 'adapter' of the site file" },
    { HEAD "adapter: program\n", "FT0501", 3, 10,
      "'adapter: program' needs the key 'program'" },
    { HEAD "adapter: program\nprogram: bin/x\n", "FT0501", 4, 10,
      "'bin/x' is not an absolute path" },
    { HEAD "adapter: local\nprogram: /bin/x\n", "FT0501", 4, 1,
      "'adapter: local' has no key 'program'" },
    { HEAD "adapter: local\nslots: 0\n", "FT0204", 4, 8,
      "'slots' of the site file must be at least 1" },
    { HEAD "adapter: local\nmpirun: [mpirun, -n, 2]\n", "FT0501", 4, 9,
      "'mpirun' does not say where the number of ranks goes" },
    { HEAD "adapter: local\nqueues: []\n", "FT0501", 4, 1,
      "'adapter: local' has no key 'queues'" },
    { HEAD "adapter: local\nidentity: {}\n", "FT0501", 4, 1,
      "'adapter: local' has no key 'identity'" },
    { HEAD "adapter: local\nenv: {A: b}\n", "FT0501", 4, 1,
      "'adapter: local' has no key 'env'" },
    { HEAD "adapter: fake\nendpoint: {}\n", "FT0501", 4, 1,
      "'adapter: fake' has no key 'endpoint'" },
    { SLURM "endpoint: {url: 'http://a'}\n", "FT0501", 4, 12,
      "'adapter: slurm' has no key 'url'" },
    { REST "endpoint: {url: 'http://a', host: b}\n", "FT0501", 4, 29,
      "'adapter: slurmrest' has no key 'host'" },
    { REST, "FT0501", 3, 10, "'adapter: slurmrest' needs an endpoint" },
    { REST "endpoint: {api: v0.0.38}\n", "FT0501", 4, 11,
      "'adapter: slurmrest' needs an endpoint" },
    { REST "endpoint: {url: 'ftp://a'}\n", "FT0501", 4, 17,
      "'ftp://a' is no http:// or https:// address" },
    { REST "endpoint: {url: 'http://a:b@c/'}\n", "FT0501", 4, 17,
      "an address with a user or password in it" },
    { REST "endpoint: {url: 'http://a', socket: /s}\n", "FT0501", 4, 37,
      "an endpoint has a 'url' or a 'socket'" },
    { REST "endpoint: {url: 'http://a', ca: /c}\n", "FT0501", 4, 33,
      "'ca' is for a 'url' with https://" },
    { REST "endpoint: {url: 'https://a', ca: c}\n", "FT0501", 4, 34,
      "'c' is not an absolute path" },
    { SLURM "endpoint: {ca: /c}\n", "FT0501", 4, 12,
      "'adapter: slurm' has no key 'ca'" },
    { REST "endpoint: {socket: s}\n", "FT0501", 4, 20,
      "'s' is not an absolute path" },
    { SLURM "endpoint: {config: slurm.conf}\n", "FT0501", 4, 20,
      "'slurm.conf' is not an absolute path" },
    { SLURM "endpoint: {transport: ssh}\n", "FT0501", 4, 23,
      "'transport: ssh' needs the key 'host'" },
    { SLURM "endpoint: {host: a}\n", "FT0501", 4, 18,
      "'host' is for 'transport: ssh'" },
    { SLURM "endpoint: {transport: ssh, host: -oProxyCommand=x}\n", "FT0501",
      4, 34, "'-oProxyCommand=x' cannot be 'host' of a site" },
    { SLURM "endpoint: {transport: telnet}\n", "FT0105", 4, 23,
      "'telnet' is no choice for 'transport' of 'endpoint' of the site "
      "file" },
    { SLURM "identity: {credential: hunter2}\n", "FT0501", 4, 24,
      "a credential is a reference, never the secret itself" },
    { SLURM "identity: {credential: 'env:A-B'}\n", "FT0501", 4, 24,
      "a credential is a reference, never the secret itself" },
    { SLURM "identity: {credential: 'command:'}\n", "FT0501", 4, 24,
      "a credential is a reference, never the secret itself" },
    { SLURM "identity: {credential: 'file:token'}\n", "FT0501", 4, 24,
      "the file of a credential needs an absolute path" },
    { SLURM "identity: {credential: 'file:/etc/passwd'}\n", "FT0501", 4, 24,
      "others may read the credential '/etc/passwd'" },
    { SLURM "identity: {credential: eyJhbGciOiJIUzI1NiJ9.e30.x}\n", "FT0501",
      4, 24, "this looks like a secret" },
    { SLURM "identity: {user: 'a b'}\n", "FT0501", 4, 18,
      "'a b' cannot be 'user' of a site" },
    { SLURM "identity: {account: ''}\n", "FT0501", 4, 21,
      "'' cannot be 'account' of a site" },
    { SLURM "identity: {min_ttl: 0 s}\n", "FT0204", 4, 21,
      "'min_ttl' of 'identity' of the site file must be at least 1 s" },
    { SLURM "env: {API_TOKEN: abc}\n", "FT0501", 4, 18,
      "this looks like a secret" },
    { SLURM "options: {x: [glpat-abc]}\n", "FT0501", 4, 15,
      "this looks like a secret" },
    { SLURM "queues: [{queue: a}, {queue: a}]\n", "FT0501", 4, 30,
      "two queues have this name" },
    { SLURM "queues: [{queue: a, default: true}, {queue: b, default: true}]"
            "\n", "FT0501", 4, 57, "two queues are the default one" },
    { SLURM "queues: [{default: true}]\n", "FT0103", 4, 10,
      "'queues' of the site file lacks the key 'queue'" },
    { SLURM "queues: [{queue: \"a\\nb\"}]\n", "FT0501", 4, 18,
      "'a?b' cannot be 'queue' of a site" },
    { SLURM "queues: [{queue: a, max_walltime: 60 s}]\n", "FT0501", 4, 35,
      "'max_walltime' is not longer than 'signal_before'" },
    { SLURM "limits: {status_interval: 50 ms}\n", "FT0204", 4, 27,
      "'status_interval' of 'limits' of the site file must be at least "
      "0.1 s" },
    { SLURM "limits: {max_array: 0}\n", "FT0204", 4, 21,
      "'max_array' of 'limits' of the site file must be at least 1" },
    { SLURM "storage: {root: scratch}\n", "FT0501", 4, 17,
      "'scratch' is not an absolute path" },
    { SLURM "fedtwin: libexec\n", "FT0501", 4, 10,
      "'libexec' is not an absolute path" },
    { SLURM "modules: [gcc, -x]\n", "FT0501", 4, 16,
      "'-x' is not the name of an environment module" },
    { SLURM "pilot: {use: sometimes}\n", "FT0105", 4, 14,
      "'sometimes' is no choice for 'use' of 'pilot' of the site file" },
    { SLURM "speed: 0\n", "FT0204", 4, 8,
      "'speed' of the site file must be at least 0.001" },
    { HEAD "adapter: local\nmemroy: 2 GiB\n", "FT0102", 4, 1,
      "unknown key 'memroy' in the site file" },
};

/* At the limit, or nearly wrong. */
static const char *const good[] = {
    SLURM "queues: [{queue: a, max_walltime: 61 s}]\n",
    SLURM "queues: [{queue: a, max_walltime: 9 s}]\nsignal_before: 8 s\n",
    SLURM "limits: {status_interval: 0.1 s, max_array: 1}\n",
    SLURM "identity: {credential: 'file:/not/there/yet', min_ttl: 1 s}\n",
    SLURM "identity: {credential: 'command:pass show hpc'}\n",
    SLURM "identity: {credential: 'env:_A1'}\n",
    SLURM "env: {SLURM_JWT_FILE: /x}\n",
    SLURM "endpoint: {transport: local, config: /a}\n",
    SLURM "modules: gcc/12\n",
    REST "endpoint: {url: 'https://a:6820/x@y', api: v0.0.38}\n",
    REST "endpoint: {socket: /run/slurmrestd}\n",
    REST "endpoint: {url: 'https://a:6820', ca: /etc/ca.pem}\n",
    HEAD "adapter: program\nprogram: /p\nendpoint: {url: 'http://a'}\n",
    HEAD "adapter: fake\nspeed: 2\nqueues: [{queue: q}]\n",
};

START_TEST(accepted)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(good[_i], &diags);

    ck_assert_msg(site && !diags.len, "%s",
                  diags.len ? diags.item[0].msg : "");
    ft_site_free(site);
}
END_TEST

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(read_text(bad[_i].text, &diags));
    ck_assert_uint_eq(diags.len, 1);
    ck_assert_str_eq(diags.item[0].msg, bad[_i].msg);
    ck_assert_str_eq(diags.item[0].code, bad[_i].code);
    ck_assert_int_eq(diags.item[0].line, bad[_i].line);
    ck_assert_int_eq(diags.item[0].col, bad[_i].col);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(missing_file)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(ft_site_read("gone.yaml", &diags));
    ck_assert_str_eq(diags.item[0].code, "FT0006");
    ft_diags_release(&diags);
}
END_TEST

/* --- nodes that are left out ---------------------------------------------- */

#define SECOND 1000000000 /* ns */

static void leave_out(const char *dir, char *name, int64_t until_s)
{
    struct ft_node_out out = { .node = name, .run = (char[]){ "r" },
                               .why = (char[]){ "a \"reason\"" },
                               .since_ns = SECOND,
                               .until_ns = until_s * SECOND };
    struct ft_err err = { 0 };

    ck_assert_msg(ft_node_out_add(dir, "hpc", &out, &err) == 0, "%s", err.msg);
}

START_TEST(nodes_out)
{
    char dir[] = "test_site.XXXXXX";
    struct ft_nodes_out out;
    struct ft_err err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    ft_nodes_out_read(dir, "hpc", 0, &out);
    ck_assert_uint_eq(out.n, 0);
    leave_out(dir, (char[]){ "n2" }, 100);
    leave_out(dir, (char[]){ "n1.x-y_z" }, 50);
    leave_out(dir, (char[]){ "n2" }, 60); /* the newer one counts */
    ft_nodes_out_read(dir, "hpc", 50 * (int64_t)SECOND - 1, &out);
    ck_assert_uint_eq(out.n, 2);
    ck_assert_str_eq(out.item[0].node, "n1.x-y_z");
    ck_assert_str_eq(out.item[1].why, "a \"reason\"");
    ck_assert_str_eq(out.item[1].run, "r");
    ck_assert_int_eq(out.item[1].since_ns, SECOND);
    ck_assert_int_eq(out.item[1].until_ns, 60 * (int64_t)SECOND);
    ck_assert_ptr_null(ft_nodes_out_find(&out, "n1"));
    ft_nodes_out_release(&out);
    ft_nodes_out_read(dir, "hpc", 50 * (int64_t)SECOND, &out);
    ck_assert_uint_eq(out.n, 1);
    ck_assert_ptr_nonnull(ft_nodes_out_find(&out, "n2"));
    ft_nodes_out_release(&out);
    ft_nodes_out_read(dir, "other", 0, &out);
    ck_assert_uint_eq(out.n, 0);
    ck_assert_int_eq(ft_node_out_remove(dir, "hpc", "n2", &err), 1);
    ck_assert_int_eq(ft_node_out_remove(dir, "hpc", "n2", &err), 0);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

START_TEST(longest_name_of_a_node)
{
    char dir[] = "test_site.XXXXXX", name[102];
    struct ft_node_out too_long = { .node = name, .run = (char[]){ "" },
                                    .why = (char[]){ "" } };
    struct ft_nodes_out out;
    struct ft_err err = { 0 };

    ck_assert_ptr_nonnull(mkdtemp(dir));
    memset(name, 'n', sizeof(name));
    name[101] = '\0';
    ck_assert_int_eq(ft_node_out_add(dir, "hpc", &too_long, &err), -1);
    name[100] = '\0';
    leave_out(dir, name, 100);
    ft_nodes_out_read(dir, "hpc", 0, &out);
    ck_assert_uint_eq(out.n, 1);
    ck_assert_str_eq(out.item[0].node, name);
    ft_nodes_out_release(&out);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

static char no_node[][8] = { "", ".", "..", ".n1", "../n1", "a/b", "n[1-2]",
                             "n1 n2", "n\xc3\xa4" };

START_TEST(no_name_of_a_node)
{
    struct ft_node_out out = { .node = no_node[_i], .run = (char[]){ "" },
                               .why = (char[]){ "" } };
    char dir[] = "test_site.XXXXXX";
    struct ft_err err = { 0 };

    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(ft_node_out_add(dir, "hpc", &out, &err), -1);
    ck_assert_int_eq(err.code, FT_EUSAGE);
    ck_assert_int_eq(ft_node_out_remove(dir, "hpc", no_node[_i], &err), 0);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing was written */
}
END_TEST

/* Junk in the directory, and files of other versions. */
static const char *const no_file[] = {
    "", "{", "[]", "{\"schema\":2,\"since\":\"2026-11-22T00:00Z\","
    "\"until\":\"2100-01-01T00:00Z\"}",
    "{\"schema\":1,\"until\":\"2100-01-01T00:00Z\"}",
    "{\"schema\":1,\"since\":\"2026-11-22T00:00Z\",\"until\":\"soon\"}",
    "{\"schema\":1,\"since\":7,\"until\":8}",
};

START_TEST(no_file_of_a_node)
{
    char dir[] = "test_site.XXXXXX", path[80];
    struct ft_nodes_out out;
    struct ft_err err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    leave_out(dir, (char[]){ "n2" }, 60);
    snprintf(path, sizeof(path), "%s/.fedtwin/nodes/hpc/n1.json", dir);
    ck_assert_int_eq(ft_file_put(path, no_file[_i], strlen(no_file[_i]), 0666,
                                 &err), 0);
    ft_nodes_out_read(dir, "hpc", 0, &out);
    ck_assert_uint_eq(out.n, 1);
    ck_assert_str_eq(out.item[0].node, "n2");
    ft_nodes_out_release(&out);
    ck_assert_int_eq(ft_path_remove(dir, &err), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("site");
    TCase *tc = tcase_create("site");

    tcase_add_test(tc, built_in);
    tcase_add_test(tc, defaults);
    tcase_add_test(tc, every_key);
    tcase_add_test(tc, a_cluster);
    tcase_add_test(tc, first_queue_is_default);
    tcase_add_test(tc, for_an_adapter);
    tcase_add_loop_test(tc, accepted, 0, FT_ARRAY_LEN(good));
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, missing_file);
    tcase_add_test(tc, nodes_out);
    tcase_add_test(tc, longest_name_of_a_node);
    tcase_add_loop_test(tc, no_name_of_a_node, 0, FT_ARRAY_LEN(no_node));
    tcase_add_loop_test(tc, no_file_of_a_node, 0, FT_ARRAY_LEN(no_file));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
