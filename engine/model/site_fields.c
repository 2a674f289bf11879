/* site_fields.c - the keys of a site file */
#include "model/site.h"

#include <math.h>

#include "text/field.h"

#define DAY_S 86400.0

static const char *const adapters[] = { "local",     "program", "slurm",
                                        "slurmrest", "fake",    NULL };
static const char *const transports[] = { "library", "local", "ssh", NULL };
static const char *const pilot_uses[] = { "auto", "never", "always", NULL };

static const struct ft_field endpoint_fields[] = {
    { .key = "config", .type = FT_FIELD_TEXT,
      .doc = "slurm.conf of the cluster, an absolute path" },
    { .key = "transport", .type = FT_FIELD_CHOICE, .choices = transports,
      .doc = "library: libslurm; local: the commands sbatch, squeue, ... "
             "here; ssh: those commands on 'host'" },
    { .key = "host", .type = FT_FIELD_TEXT,
      .doc = "where ssh goes, as in ~/.ssh/config" },
    { .key = "url", .type = FT_FIELD_TEXT,
      .doc = "slurmrestd, http:// or https://" },
    { .key = "socket", .type = FT_FIELD_TEXT,
      .doc = "Unix socket of slurmrestd, an absolute path" },
    { .key = "ca", .type = FT_FIELD_TEXT,
      .doc = "file of the authorities that may have signed the certificate of "
             "'url', an absolute path; those of the system" },
    { .key = "api", .type = FT_FIELD_TEXT,
      .doc = "version of slurmrestd's interface, such as v0.0.38" },
    { 0 },
};

static const struct ft_field identity_fields[] = {
    { .key = "credential", .type = FT_FIELD_TEXT,
      .doc = "where the secret is: env:NAME, file:PATH (mode 0600) or "
             "command:WORDS; never the secret itself" },
    { .key = "user", .type = FT_FIELD_TEXT, .doc = "name of the user there" },
    { .key = "account", .type = FT_FIELD_TEXT,
      .doc = "account that jobs are charged to" },
    { .key = "min_ttl", .type = FT_FIELD_QUANTITY, .unit = "s", .min = 1,
      .max = DAY_S, .doc = "a credential that ends sooner is renewed" },
    { 0 },
};

static const struct ft_field queue_fields[] = {
    { .key = "queue", .type = FT_FIELD_TEXT, .required = true,
      .doc = "its name; a partition of Slurm" },
    { .key = "default", .type = FT_FIELD_BOOL,
      .doc = "jobs go there unless said otherwise; else the first is it" },
    { .key = "max_nodes", .type = FT_FIELD_INT, .min = 1, .max = 1000000,
      .doc = "nodes of one job" },
    { .key = "max_walltime", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1, .max = HUGE_VAL, .doc = "longest job" },
    { .key = "cores_per_node", .type = FT_FIELD_INT, .min = 1, .max = 100000 },
    { .key = "memory_per_node", .type = FT_FIELD_QUANTITY, .unit = "B",
      .min = 1, .max = HUGE_VAL },
    { .key = "gpus_per_node", .type = FT_FIELD_INT, .min = 0, .max = 1000 },
    { .key = "qos", .type = FT_FIELD_TEXT, .doc = "quality of service" },
    { .key = "account", .type = FT_FIELD_TEXT,
      .doc = "account that its jobs are charged to; that of 'identity'" },
    { .key = "constraint", .type = FT_FIELD_TEXT,
      .doc = "features that its nodes must have" },
    { .key = "cost_core_hour", .type = FT_FIELD_NUMBER, .min = 0,
      .max = HUGE_VAL, .doc = "price; that of the site" },
    { 0 },
};

static const struct ft_field limits_fields[] = {
    { .key = "status_interval", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 0.1, .max = 3600,
      .doc = "between two questions for the states of all jobs; 10 s" },
    { .key = "max_in_flight", .type = FT_FIELD_INT, .min = 1, .max = 1000000,
      .doc = "jobs at the same time; 500" },
    { .key = "max_array", .type = FT_FIELD_INT, .min = 1, .max = 1000000,
      .doc = "elements of a job array, 1: no arrays; what the adapter finds" },
    { .key = "submits_per_s", .type = FT_FIELD_NUMBER, .min = 0.001,
      .max = 1000000, .doc = "most submissions in a second; any number" },
    { 0 },
};

static const struct ft_field storage_fields[] = {
    { .key = "shared", .type = FT_FIELD_BOOL,
      .doc = "the site sees projects under the same path; true" },
    { .key = "root", .type = FT_FIELD_TEXT,
      .doc = "directory that fedtwin may use at the site, absolute" },
    { .key = "cache", .type = FT_FIELD_QUANTITY, .unit = "B", .min = 0,
      .max = HUGE_VAL,
      .doc = "of a site that is not shared: space for files that may be "
             "needed there again; 20 GiB" },
    { .key = "visibility_wait", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 0.001, .max = 3600,
      .doc = "until a file written elsewhere is seen; 30 s" },
    { 0 },
};

static const struct ft_field pilot_fields[] = {
    { .key = "use", .type = FT_FIELD_CHOICE, .choices = pilot_uses,
      .doc = "jobs that serve many tasks: auto, where that is faster" },
    { .key = "max", .type = FT_FIELD_INT, .min = 1, .max = 10000,
      .doc = "pilots at the same time; 4" },
    { .key = "slots", .type = FT_FIELD_INT, .min = 1, .max = 10000000,
      .doc = "cores of one; a whole node" },
    { .key = "memory", .type = FT_FIELD_QUANTITY, .unit = "B", .min = 1,
      .max = HUGE_VAL, .doc = "of one; its share of a node" },
    { .key = "walltime", .type = FT_FIELD_QUANTITY, .unit = "s", .min = 1,
      .max = HUGE_VAL, .doc = "of one; the queue's" },
    { .key = "idle", .type = FT_FIELD_QUANTITY, .unit = "s", .min = 0.001,
      .max = DAY_S, .doc = "until one without a task ends; 60 s" },
    { 0 },
};

const struct ft_field ft_site_fields[] = {
    { .key = "fedtwin-site", .type = FT_FIELD_INT, .required = true,
      .min = 1, .max = 1, .doc = "version of this format: 1" },
    { .key = "site", .type = FT_FIELD_NAME, .required = true,
      .doc = "name of the site" },
    { .key = "doc", .type = FT_FIELD_TEXT,
      .doc = "one sentence for people" },
    { .key = "adapter", .type = FT_FIELD_CHOICE, .required = true,
      .choices = adapters,
      .doc = "local: this computer; slurm, slurmrest: a Slurm cluster; "
             "program: a helper that talks to the site; fake: a simulation" },
    { .key = "program", .type = FT_FIELD_TEXT,
      .doc = "absolute path of the helper of 'adapter: program'" },
    { .key = "endpoint", .type = FT_FIELD_STRUCT, .fields = endpoint_fields,
      .doc = "where the site's scheduler is" },
    { .key = "identity", .type = FT_FIELD_STRUCT, .fields = identity_fields,
      .doc = "as whom jobs run" },
    { .key = "slots", .type = FT_FIELD_INT, .min = 1, .max = 10000000,
      .doc = "cores offered; what the adapter finds when not said" },
    { .key = "memory", .type = FT_FIELD_QUANTITY, .unit = "B", .min = 1,
      .max = HUGE_VAL,
      .doc = "memory offered; what the adapter finds when not said" },
    { .key = "queues", .type = FT_FIELD_LIST, .of = FT_FIELD_STRUCT,
      .fields = queue_fields, .doc = "where jobs may go, and what they may "
                                     "ask for there" },
    { .key = "limits", .type = FT_FIELD_STRUCT, .fields = limits_fields,
      .doc = "how much the scheduler is asked" },
    { .key = "answer_within", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 0.1, .max = 3600,
      .doc = "a later answer counts as none; 60 s" },
    { .key = "lost_after", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1, .max = 30 * DAY_S,
      .doc = "a job that nobody knows for so long is lost; 15 min" },
    { .key = "signal_before", .type = FT_FIELD_QUANTITY, .unit = "s",
      .min = 1, .max = DAY_S,
      .doc = "warning before the end of the walltime, to save the state; "
             "60 s" },
    { .key = "storage", .type = FT_FIELD_STRUCT, .fields = storage_fields,
      .doc = "which files the site sees" },
    { .key = "fedtwin", .type = FT_FIELD_TEXT,
      .doc = "directory of fedtwin's programs at the site; as here" },
    { .key = "mpirun", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .doc = "words that start an MPI program; {ranks} and {nodes} are "
             "replaced" },
    { .key = "module_init", .type = FT_FIELD_TEXT,
      .doc = "file that defines 'module' in a shell, for environment modules; "
             "$MODULESHOME/init/sh when not said" },
    { .key = "modules", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,
      .scalar_ok = true, .doc = "environment modules that are always loaded" },
    { .key = "env", .type = FT_FIELD_MAP, .of = FT_FIELD_TEXT, .words = true,
      .doc = "environment variables of every task" },
    { .key = "pilot", .type = FT_FIELD_STRUCT, .fields = pilot_fields,
      .doc = "jobs that serve many tasks" },
    { .key = "speed", .type = FT_FIELD_NUMBER, .min = 0.001, .max = 1000,
      .doc = "2: twice as fast as a site with 1" },
    { .key = "cost_core_hour", .type = FT_FIELD_NUMBER, .min = 0,
      .max = HUGE_VAL, .doc = "price of a core for an hour; 0" },
    { .key = "options", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .doc = "what the adapter itself understands" },
    { 0 },
};
