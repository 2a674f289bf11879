/* options.c - the options of every command */
#include "cli/table.h"

#define PARAM                                                              \
    { "param", 'p', "NAME=VALUE", "set a parameter of the workflow; may be " \
                                  "given several times" },               \
    { "params", 0, "FILE", "take parameters from a YAML file of "          \
                           "'NAME: VALUE'; -p counts more, "                \
                           "$FEDTWIN_PARAM_NAME less" }
#define JOBS { "jobs", 'j', "N", "run on at most N cores at a time" }
#define SHARE                                                              \
    { "weight", 0, "N", "of its share of the machine, beside other runs of "  \
                        "the project (default 1)" },                         \
    { "priority", 0, "N", "runs of higher priority come first (default 0)" }
#define DETACH                                                             \
    { "detach", 'd', NULL, "print the id of the run and return; the run goes " \
                           "on, also after you log out" }
#define KEEP_GOING                                                         \
    { "keep-going", 'k', NULL, "after a failure, go on with whatever does " \
                               "not depend on it" }

#define NO_POOL                                                            \
    { "no-pool", 0, NULL, "start every MPI task on its own, none in a warm " \
                          "program" }
#define LIMITS                                                             \
    { "budget", 0, "NAME=VALUE", "pause before more is spent: " \
                                 "core_time='2 h' or energy='1 MJ'" }, \
    { "deadline", 0, "TIME", "end the run then: an instant such as " \
                             "2026-11-21T18:00Z, or how long from now, such " \
                             "as '2 h'" }

const struct ft_option ft_common_options[] = {
    { "help", 'h', NULL, "explain the command" },
    { "directory", 'C', "DIR", "work in DIR" },
    { "color", 0, "WHEN", "auto (a terminal), always or never; NO_COLOR and "
                          "TERM=dumb turn it off as well" },
    END,
};

const struct ft_option ft_check_options[] = { PARAM, END };
const struct ft_option ft_plan_options[] = {
    PARAM,
    { "tasks", 't', NULL, "one line for each task instead of each stage" },
    { "site", 0, "SITE[,SITE...]", "of the sites that the run is meant for" },
    { "show-script", 0, NULL, "print the batch scripts that jobs of the site "
                              "start with" },
    END,
};
const struct ft_option ft_graph_options[] = {
    PARAM,
    { "format", 'f', "FORMAT", "dot (default) or svg" },
    { "output", 'o', "FILE", "write to FILE; a name that ends with .svg means "
                             "that format" },
    { "run", 0, "RUN", "the stages of a run and how its tasks are" },
    END,
};
const struct ft_option ft_report_options[] = {
    { "output", 'o', "FILE", "write to FILE instead of RUN.html; '-' is "
                             "standard output" },
    END,
};
const struct ft_option ft_fmt_options[] = {
    { "check", 0, NULL, "only list the files that would change, with exit "
                        "status 1" },
    { "write", 'w', NULL, "write into the files instead of standard output" },
    END,
};
const struct ft_option ft_run_options[] = {
    PARAM,
    JOBS,
    KEEP_GOING,
    DETACH,
    SHARE,
    { "fresh", 0, NULL, "execute everything, even what could be reused" },
    LIMITS,
    { "site", 0, "SITE[,SITE...]", "run at these sites: 'local' (the default), "
                                   "site files, or names that 'site list' "
                                   "shows" },
    NO_POOL,
    { "dry-run", 'n', NULL, "only show what would run, as 'plan' does" },
    END,
};
const struct ft_option ft_demo_options[] = { JOBS, KEEP_GOING, END };
const struct ft_option ft_resume_options[] = {
    JOBS, KEEP_GOING, DETACH, SHARE, NO_POOL, LIMITS, END,
};
const struct ft_option ft_trigger_options[] = {
    { "file", 0, "PATH", "when the content of PATH has changed; may be given "
                         "several times" },
    { "object", 0, "REF", "when REF names another version; may be given "
                          "several times" },
    { "every", 0, "DURATION", "at multiples of DURATION since 1970-01-01 UTC: "
                              "'1 h' is every full hour" },
    { "now", 0, NULL, "a first cycle at once" },
    { "supersede", 0, NULL, "cancel a cycle that still runs when the next one "
                            "is due; otherwise that waits" },
    { "time-param", 0, "NAME", "set this parameter to the time of the cycle" },
    { "cycles", 0, "N", "end after N cycles" },
    PARAM,
    JOBS,
    KEEP_GOING,
    { "site", 0, "SITE", "run at SITE" },
    END,
};
const struct ft_option ft_wait_options[] = {
    { "timeout", 't', "DURATION", "wait at most this long, such as '10 min'" },
    END,
};
const struct ft_option ft_status_options[] = {
    { "tasks", 't', NULL, "one line for each task" },
    { "max", 'm', "N", "list at most N runs (default 20)" },
    END,
};
const struct ft_option ft_usage_options[] = {
    { "by", 0, "WHAT", "a row for each stage, run or user (default: stage of "
                       "a run, run of the project)" },
    { "since", 0, "TIME", "only runs that began since: a date, an instant or "
                          "how long ago, such as '7 day'" },
    { "csv", 0, NULL, "comma-separated values, in SI units" },
    END,
};
const struct ft_option ft_logs_options[] = {
    { "follow", 'f', NULL, "go on until the task has ended" },
    { "attempt", 'a', "N", "of attempt N instead of the newest" },
    { "stdout", 0, NULL, "standard output only" },
    { "stderr", 0, NULL, "standard error only" },
    { "runner", 0, NULL, "of the runner of a run that was detached" },
    END,
};
const struct ft_option ft_cancel_options[] = {
    { "reason", 'm', "TEXT", "kept with the run" },
    END,
};
const struct ft_option ft_pause_options[] = {
    { "reason", 'm', "TEXT", "shown with the run" },
    END,
};
const struct ft_option ft_merge_options[] = {
    { "take", 0, "NAME=SIDE", "of a conflict take 'ours' or 'theirs', or "
                              "'recompute' an object; NAME is an object, "
                              "params.NAME or workflow; may be given several "
                              "times" },
    { "ours", 0, NULL, "take ours of all other conflicts" },
    { "theirs", 0, NULL, "take theirs of all other conflicts" },
    { "recompute", 0, NULL, "compute objects of all other conflicts anew, with "
                            "the merged workflow and parameters" },
    { "dry-run", 'n', NULL, "only show what would be taken" },
    JOBS,
    KEEP_GOING,
    NO_POOL,
    END,
};
const struct ft_option ft_workflow_options[] = {
    { "output", 'o', "DIR", "write it with its other files and modules into "
                            "DIR" },
    END,
};
const struct ft_option ft_branch_options[] = {
    { "delete", 'd', NULL, "delete the branch; its states stay" },
    { "force", 'f', NULL, "move a branch that exists; delete one whose states "
                          "are on no other" },
    END,
};
const struct ft_option ft_switch_options[] = {
    { "create", 'c', "NAME", "make the branch NAME there first" },
    END,
};
const struct ft_option ft_tag_options[] = {
    { "delete", 'd', NULL, "delete the tag" },
    { "force", 'f', NULL, "also when another state has it" },
    END,
};
const struct ft_option ft_log_options[] = {
    { "all", 'a', NULL, "of every branch and tag" },
    { "graph", 'g', NULL, "draw how states follow each other" },
    { "operations", 'o', NULL, "what happened to branches instead" },
    { "max", 'm', "N", "show at most N" },
    END,
};
const struct ft_option ft_diff_options[] = {
    PARAM,
    { "rtol", 0, "X", "numbers agree when they differ by at most X times the "
                      "larger magnitude" },
    { "atol", 0, "QUANTITY", "or by at most this much, such as '0.1 K'; of "
                             "arrays in a unit of that dimension; may be "
                             "given once for each dimension" },
    { "key", 0, "COLUMN", "rows of tables belong together when they have the "
                          "same value there, not the same number" },
    { "only", 0, "PREFIX", "only objects whose names begin so" },
    { "stat", 0, NULL, "names and counts; do not look into objects" },
    { "objects-only", 0, NULL, "neither parameters nor workflow" },
    { "max", 'm', "N", "list at most N objects (default 100)" },
    { "first", 0, "N", "show the first N differing values of an array "
                       "(default 5, at most 100)" },
    END,
};
const struct ft_option ft_rerun_options[] = {
    { "deep", 0, NULL, "first bring back inputs whose payload was removed, and "
                       "what these are made of" },
    { "strict", 0, NULL, "execute nothing when something is not as it was" },
    { "rtol", 0, "X", "numbers agree when they differ by at most X times the "
                      "larger magnitude (default 1e-6 where the module "
                      "declares a tolerance)" },
    { "atol", 0, "QUANTITY", "or by at most this much, such as '0.1 K'; may "
                             "be given once for each dimension" },
    { "keep", 'k', NULL, "keep the scratch directory and name it" },
    { "dry-run", 'n', NULL, "only show what would be executed" },
    END,
};
const struct ft_option ft_data_ls_options[] = {
    { "max", 'm', "N", "list at most N objects" },
    { "newest", 0, "N", "the N versions made last, of whatever state" },
    END,
};
const struct ft_option ft_data_put_options[] = {
    { "type", 't', "TYPE", "mesh, field, image, table or file (default: by "
                           "the file's ending; .csv and .s2p are tables, "
                           ".vtu, .msh, .exo and .med meshes, .nc is an "
                           "image)" },
    { "unit", 'u', "UNIT", "of a field or image; COLUMN=UNIT: of a column of "
                           "a CSV text that does not say it, may be given "
                           "several times" },
    { "length-unit", 0, "UNIT", "of coordinates whose file does not say it" },
    { "array", 0, "NAME", "the array of a .vtu file that a field is; the "
                          "variable of a netCDF or HDF5 file that an image "
                          "is" },
    { "slice", 0, "NAME=INDEX", "cut a dimension of the variable at an index "
                                "from 0, such as time=0; may be given several "
                                "times" },
    { "spacing", 0, "LENGTH", "of points whose file has no coordinates" },
    { "media-type", 0, "TYPE", "of a file, such as image/png" },
    END,
};
const struct ft_option ft_data_verify_options[] = {
    { "all", 'a', NULL, "every version of the project" },
    END,
};
const struct ft_option ft_lineage_options[] = {
    { "up", 0, NULL, "what it was made from (this is done by default)" },
    { "down", 0, NULL, "what came of it, on every branch; both ways with "
                       "--up" },
    { "depth", 0, "N", "follow at most N versions each way" },
    { "dot", 0, NULL, "as a graph in the language of Graphviz" },
    { "prov", 0, NULL, "as a W3C PROV document (PROV-JSON)" },
    { "crate", 0, "DIR", "of a run: make the directory DIR, a Workflow Run "
                         "RO-Crate" },
    { "only", 0, "OBJECT", "in a crate: files of this result only; again for "
                           "more" },
    { "no-data", 0, NULL, "in a crate: no files of results" },
    { "license", 0, "TEXT", "of a crate: a URL, or who may do what" },
    END,
};
const struct ft_option ft_export_options[] = {
    { "branch", 'b', "BRANCH", "export this branch; may be given several "
                               "times" },
    { "no-history", 0, NULL, "of a branch only the objects of its newest "
                             "state" },
    { "closure", 0, NULL, "also every version that these were made from" },
    { "force", 'f', NULL, "replace FILE if it exists" },
    { "dry-run", 'n', NULL, "only say what and how much it would be" },
    END,
};
const struct ft_option ft_import_options[] = {
    { "as", 0, "NAME", "call the branch NAME, if there is just one" },
    { "into", 0, "DIR", "make a new project in DIR and import there" },
    { "large", 0, NULL, "believe an archive that unpacks to more than 1000 "
                        "times its size" },
    { "dry-run", 'n', NULL, "verify everything and list it, but import "
                            "nothing" },
    END,
};
const struct ft_option ft_init_options[] = {
    { "shared", 0, NULL, "let the group of the directory work on the project, "
                         "also on one that is there already" },
    { "group", 0, "GROUP", "the same, with this group (a name or a number)" },
    END,
};
const struct ft_option ft_fsck_options[] = {
    { "full", 0, NULL, "also compare every file with its digest" },
    { "deep", 0, NULL, "also read every dataset and compare its content" },
    { "rebuild", 0, NULL, "make the index anew from the log, or log and index "
                          "from the version files when the log is gone" },
    { "adopt", 0, NULL, "take version files that the log does not name into "
                        "it" },
    { "fix-modes", 0, NULL, "give files the modes and the group that they "
                            "should have" },
    END,
};
const struct ft_option ft_config_set_options[] = {
    { "user", 0, NULL, "for all projects of this user" },
    END,
};

const struct ft_option ft_help_options[] = {
    { "man", 'm', NULL, "open the manual page" },
    END,
};
const struct ft_option ft_gc_options[] = {
    { "dry-run", 'n', NULL, "only show what would be removed, and why" },
    { "grace", 0, "DURATION", "keep versions younger than that, and what is in "
                              "the trash for as long (default '14 day')" },
    { "keep-states", 0, "N", "of each branch and tag keep only the newest N "
                             "states whole (default: all)" },
    { "keep-since", 0, "TIME", "keep only states made since: a date, an "
                               "instant or how long ago; the newest of each "
                               "branch and tag is always kept" },
    { "work", 0, "DURATION", "remove attempt directories of runs that ended "
                             "so long ago (default '14 day')" },
    { "runs", 0, "DURATION", "remove whole runs that ended so long ago; their "
                             "results stay (default: none)" },
    { "purge", 0, NULL, "destroy what is in the trash at once" },
    { "restore", 0, "REMOVAL", "bring back what one gc or eviction removed" },
    { "list", 0, NULL, "list what was removed so far" },
    END,
};
const struct ft_option ft_evict_options[] = {
    { "dry-run", 'n', NULL, "only show how much that is" },
    { "message", 'm', "TEXT", "why, for the record" },
    END,
};
const struct ft_option ft_pin_options[] = {
    { "message", 'm', "TEXT", "why, for the record" },
    END,
};
const struct ft_option ft_data_usage_options[] = {
    { "by", 0, "WHAT", "a row for each object (default), run or branch" },
    END,
};
const struct ft_option ft_repack_options[] = {
    { "dry-run", 'n', NULL, "only show how much would be packed, or tried" },
    { "small-below", 0, "SIZE", "pack files smaller than that (default "
                                "'64 KiB')" },
    { "compress", 0, NULL, "instead compress the values of large versions" },
    { "larger-than", 0, "SIZE", "with --compress: files larger than that "
                                "(default '1 MiB')" },
    { "older-than", 0, "DURATION", "only versions made so long ago (default "
                                   "'1 day')" },
    END,
};
const struct ft_option ft_site_add_options[] = {
    { "discover", 0, NULL, "ask the site for its queues and limits and write "
                           "the file" },
    { "adapter", 0, "NAME", "of a site that is discovered: slurm (default), "
                            "slurmrest or program" },
    { "program", 0, "PATH", "the helper of 'adapter: program'" },
    { "endpoint", 'e', "KEY=VALUE", "where its scheduler is, such as "
                                    "config=/etc/slurm/slurm.conf; may be "
                                    "given several times" },
    { "credential", 0, "REF", "where the secret is: env:NAME, file:PATH or "
                              "command:WORDS" },
    { "level", 0, "LEVEL", "project (default inside one), user or system" },
    { "dry-run", 'n', NULL, "only print the file" },
    END,
};
const struct ft_option ft_module_new_options[] = {
    { "language", 'l', "LANGUAGE", "what it is written in: python (default) or "
                                   "c" },
    { "physics", 0, NULL, "a field problem with finite elements, in C" },
    { "dry-run", 'n', NULL, "only list the files" },
    END,
};
const struct ft_option ft_site_change_options[] = {
    { "dry-run", 'n', NULL, "only say what would happen" },
    END,
};
const struct ft_option ft_site_resume_options[] = {
    { "node", 0, "NODE", "instead let a node get jobs again that was left out "
                         "because attempts kept failing there" },
    { "dry-run", 'n', NULL, "only say what would happen" },
    END,
};
const struct ft_option ft_site_remove_options[] = {
    { "force", 0, NULL, "also when runs at the site have not ended" },
    { "dry-run", 'n', NULL, "only say what would happen" },
    END,
};
const struct ft_option ft_site_test_options[] = {
    { "queue", 'q', "QUEUE", "run the jobs in QUEUE (default: the site's)" },
    { "timeout", 't', "SECONDS", "that a job may wait and run (default 300)" },
    { "keep", 0, NULL, "keep what the jobs wrote, also when all is well" },
    { "protocol", 0, NULL, "for authors of adapters: does the program keep to "
                           "the adapter protocol?  Prints TAP" },
    END,
};
