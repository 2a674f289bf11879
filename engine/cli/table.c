/* table.c - the commands of fedtwin */
#include "cli/cmd.h"

#define END { .name = NULL }
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

static const struct ft_option check_options[] = { PARAM, END };
static const struct ft_option plan_options[] = {
    PARAM,
    { "tasks", 't', NULL, "one line for each task instead of each stage" },
    END,
};
static const struct ft_option graph_options[] = {
    PARAM,
    { "format", 'f', "FORMAT", "dot (default) or svg" },
    { "output", 'o', "FILE", "write to FILE; a name that ends with .svg means "
                             "that format" },
    { "run", 0, "RUN", "the stages of a run and how its tasks are" },
    END,
};
static const struct ft_option report_options[] = {
    { "output", 'o', "FILE", "write to FILE instead of RUN.html; '-' is "
                             "standard output" },
    END,
};
static const struct ft_option fmt_options[] = {
    { "check", 0, NULL, "only list the files that would change, with exit "
                        "status 1" },
    { "write", 'w', NULL, "write into the files instead of standard output" },
    END,
};
static const struct ft_option run_options[] = {
    PARAM,
    JOBS,
    KEEP_GOING,
    DETACH,
    SHARE,
    { "fresh", 0, NULL, "execute everything, even what could be reused" },
    LIMITS,
    { "site", 0, "SITE", "run at SITE: 'local' (the default), a site file, "
                         "or the name of one that fedtwin knows" },
    NO_POOL,
    { "dry-run", 'n', NULL, "only show what would run, as 'plan' does" },
    END,
};
static const struct ft_option demo_options[] = { JOBS, KEEP_GOING, END };
static const struct ft_option resume_options[] = {
    JOBS, KEEP_GOING, DETACH, SHARE, NO_POOL, LIMITS, END,
};
static const struct ft_option trigger_options[] = {
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
static const struct ft_option wait_options[] = {
    { "timeout", 't', "DURATION", "wait at most this long, such as '10 min'" },
    END,
};
static const struct ft_option status_options[] = {
    { "tasks", 't', NULL, "one line for each task" },
    { "max", 'm', "N", "list at most N runs (default 20)" },
    END,
};
static const struct ft_option usage_options[] = {
    { "by", 0, "WHAT", "a row for each stage, run or user (default: stage of "
                       "a run, run of the project)" },
    { "since", 0, "TIME", "only runs that began since: a date, an instant or "
                          "how long ago, such as '7 day'" },
    { "csv", 0, NULL, "comma-separated values, in SI units" },
    END,
};
static const struct ft_option logs_options[] = {
    { "follow", 'f', NULL, "go on until the task has ended" },
    { "attempt", 'a', "N", "of attempt N instead of the newest" },
    { "stdout", 0, NULL, "standard output only" },
    { "stderr", 0, NULL, "standard error only" },
    { "runner", 0, NULL, "of the runner of a run that was detached" },
    END,
};
static const struct ft_option cancel_options[] = {
    { "reason", 'm', "TEXT", "kept with the run" },
    END,
};
static const struct ft_option pause_options[] = {
    { "reason", 'm', "TEXT", "shown with the run" },
    END,
};
static const struct ft_option log_options[] = {
    { "max", 'm', "N", "show at most N states" },
    END,
};
static const struct ft_option data_ls_options[] = {
    { "max", 'm', "N", "list at most N objects" },
    END,
};
static const struct ft_option data_put_options[] = {
    { "type", 't', "TYPE", "mesh, field, image, table or file (default: by "
                           "the file's ending; .csv is a table)" },
    { "unit", 'u', "UNIT", "of a field or image" },
    { "media-type", 0, "TYPE", "of a file, such as image/png" },
    END,
};
static const struct ft_option data_verify_options[] = {
    { "all", 'a', NULL, "every version of the project" },
    END,
};
static const struct ft_option lineage_options[] = {
    { "dot", 0, NULL, "as a graph in the language of Graphviz" },
    { "depth", 0, "N", "follow inputs at most N versions back" },
    END,
};
static const struct ft_option fsck_options[] = {
    { "full", 0, NULL, "also compare every file with its digest" },
    { "deep", 0, NULL, "also read every dataset and compare its content" },
    { "rebuild", 0, NULL, "make the index anew from the log, or log and index "
                          "from the version files when the log is gone" },
    { "adopt", 0, NULL, "take version files that the log does not name into "
                        "it" },
    END,
};
static const struct ft_option config_set_options[] = {
    { "user", 0, NULL, "for all projects of this user" },
    END,
};

static const struct ft_option help_options[] = {
    { "man", 'm', NULL, "open the manual page" },
    END,
};

static const struct ft_cmd data_verbs[] = {
    { .name = "ls", .args = "[PREFIX]", .reads = true,
      .summary = "list the objects of the current state",
      .option = data_ls_options, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_ls },
    { .name = "show", .args = "REF", .reads = true,
      .summary = "tell what a version holds",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_show },
    { .name = "get", .args = "REF [DEST]",
      .summary = "copy a version out of the project",
      .doc = "An object of type file is given back as the bytes it was made "
             "of; a table becomes CSV when DEST ends in .csv; everything else "
             "is copied as the HDF5 file it is.  DEST may be a directory, or "
             "'-' for standard output.  Several versions need a directory.",
      .min_args = 1, .max_args = 2,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_get },
    { .name = "put", .args = "OBJECT FILE",
      .summary = "store a file as a version of an object",
      .doc = "OBJECT is a name such as 'survey.depth'.",
      .option = data_put_options, .min_args = 2, .max_args = 2,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_data_put },
    { .name = "verify", .args = "[REF]", .reads = true,
      .summary = "compare versions with their digests",
      .option = data_verify_options, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_verify },
    END,
};

static const struct ft_cmd module_verbs[] = {
    { .name = "list", .args = "", .reads = true,
      .summary = "list the modules that workflows can use",
      .run = ft_cmd_module_list },
    { .name = "show", .args = "MODULE", .reads = true,
      .summary = "show inputs, parameters and outputs of a module",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_MODULE, .run = ft_cmd_module_show },
    END,
};

static const struct ft_cmd config_verbs[] = {
    { .name = "list", .args = "", .reads = true,
      .summary = "show every setting and where it comes from",
      .run = ft_cmd_config },
    { .name = "get", .args = "KEY",
      .summary = "print one setting", .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_KEY, .run = ft_cmd_config_get },
    { .name = "set", .args = "KEY VALUE",
      .summary = "change a setting of the project",
      .option = config_set_options, .min_args = 2, .max_args = 2,
      .complete = FT_COMPLETE_KEY, .run = ft_cmd_config_set },
    END,
};

/* In the order in which a newcomer meets them. */
const struct ft_cmd ft_cmds[] = {
    { .name = "demo", .args = "[DIR]",
      .summary = "run a finned heat sink in a scratch project",
      .doc = "Copies the example workflow with its geometry to DIR (default: "
             "fedtwin-demo), makes that a project and runs it: Gmsh meshes "
             "the heat sink, PETSc solves three loads on two ranks each, a "
             "last stage draws the peak temperature against power.  A second "
             "call reuses every result.",
      .example = "fedtwin demo\n",
      .option = demo_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_demo },
    { .name = "init", .args = "[DIR]",
      .summary = "make a directory a project",
      .doc = "A project keeps its results in DIR/.fedtwin (default: the "
             "working directory).",
      .max_args = 1, .complete = FT_COMPLETE_FILE, .run = ft_cmd_init },
    { .name = "check", .args = "FILE...", .reads = true,
      .summary = "validate workflow files",
      .doc = "Reports every error of each file at once, with its place, its "
             "cause and, where one is near, the right name.  Types and units "
             "are checked between stages; nothing is executed.  Exit status 3 "
             "when a file is not valid.",
      .example = "fedtwin check heatsink.yaml\n"
                 "fedtwin check -p size='3 mm' heatsink.yaml\n",
      .option = check_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_check },
    { .name = "fmt", .args = "FILE...",
      .summary = "write workflow, module and site files in one form",
      .doc = "Keys in the order of the reference, two spaces of indentation, "
             "flow style where it fits in 100 columns, one blank line where "
             "there were some.  Comments stay with what they belong to, the "
             "meaning does not change, and no result has to be made again.  A "
             "file that is not valid YAML is left alone.",
      .example = "fedtwin fmt -w heatsink.yaml\n"
                 "fedtwin fmt --check *.yaml\n",
      .option = fmt_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_fmt },
    { .name = "plan", .args = "FILE", .reads = true,
      .summary = "show what a run would execute, and why",
      .doc = "A dry run: for every stage how many tasks would run, which "
             "results would be reused, and what has changed since they were "
             "made.",
      .option = plan_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_plan },
    { .name = "graph", .args = "FILE|RUN", .reads = true,
      .summary = "draw the stages of a workflow or of a run",
      .doc = "As text for Graphviz, or as an SVG picture in light and dark "
             "colours.  Of a run the picture tells how many tasks of each "
             "stage are done, reused, failed or waiting.",
      .example = "fedtwin graph -o heatsink.svg heatsink.yaml\n"
                 "fedtwin graph -f svg last >now.svg\n",
      .option = graph_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_graph },
    { .name = "run", .args = "FILE", .reads = true,
      .summary = "execute a workflow",
      .doc = "Results that were made before by the same recipe are reused.  "
             "Each result is published as an immutable version with its "
             "lineage as soon as its task has ended, so nothing that is "
             "finished is lost when the run ends early; 'fedtwin resume' goes "
             "on from there.\n\n"
             "Ctrl-C cancels politely, a second one at once.  Exit status: 0 "
             "everything succeeded, 1 a task failed, 3 the workflow is not "
             "valid, 4 the engine or the disk failed, 5 cancelled, 6 the "
             "deadline passed or the budget is spent.",
      .example = "fedtwin run heatsink.yaml\n"
                 "fedtwin run -p size='3 mm' -j 4 heatsink.yaml\n",
      .option = run_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_run },
    { .name = "resume", .args = "[RUN]", .reads = true,
      .summary = "go on with a run that was interrupted",
      .doc = "RUN is an id, a unique part of one, or 'last' (the default).  "
             "What was finished is not repeated.",
      .option = resume_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_resume },
    { .name = "status", .args = "[RUN]", .reads = true,
      .summary = "list the runs, or show one",
      .option = status_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_status },
    { .name = "usage", .args = "[RUN]", .reads = true,
      .summary = "sum up what runs have cost",
      .doc = "Core time is slots held times wall time, of every attempt, "
             "failed ones included.  Energy is shown where the machine has "
             "meters that may be read.  SAVED is what reused results had cost "
             "when they were made.  Without RUN: all runs of the project.",
      .example = "fedtwin usage last\n"
                 "fedtwin usage --by user --since '30 day' --csv\n",
      .option = usage_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_usage },
    { .name = "trigger", .args = "FILE",
      .summary = "run a workflow whenever something changes, or by the clock",
      .doc = "Watches until it is interrupted.  Each cycle is a detached run "
             "of FILE that goes on when the trigger ends; the same command "
             "takes it up again, and notices what changed meanwhile.  While a "
             "cycle runs, further changes are kept as one pending cycle.\n\n"
             "Exit status: 0, or 1 when a cycle did not succeed.",
      .example = "fedtwin trigger --file gauges.csv flood.yaml\n"
                 "fedtwin trigger --every '6 h' --supersede --time-param t0 "
                 "forecast.yaml\n",
      .option = trigger_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_trigger },
    { .name = "wait", .args = "[RUN]",
      .summary = "wait until a run has ended",
      .doc = "The exit status is that of the run: 0 everything succeeded, 1 a "
             "task failed, 5 cancelled, 6 its deadline passed; 4 when its "
             "runner is gone before it ended, and 6 when the timeout comes "
             "first.",
      .example = "id=$(fedtwin run -d heatsink.yaml)\n"
                 "fedtwin wait --timeout '1 h' $id\n",
      .option = wait_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_wait },
    { .name = "watch", .args = "[RUN]",
      .summary = "see a run go on",
      .doc = "On a terminal the whole screen: one line a stage, then what "
             "runs, what failed and what is waited for.  Keys: q quits, the "
             "run goes on; p pauses and unpauses; c and then y cancels; f "
             "shows failures only; j, k and the arrows scroll.  Elsewhere the "
             "lines that 'fedtwin run' prints.\n\n"
             "Ends with the run, and with its exit status; after q with 0.",
      .example = "fedtwin run -d heatsink.yaml && fedtwin watch\n",
      .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_watch },
    { .name = "logs", .args = "RUN[/TASK]",
      .summary = "print what tasks wrote",
      .doc = "Without TASK: of every task that failed.",
      .example = "fedtwin logs last/mesh\n"
                 "fedtwin logs -f 'last/heat[power=45 W]'\n",
      .option = logs_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_logs },
    { .name = "why", .args = "RUN/TASK", .reads = true,
      .summary = "explain the state of a task",
      .doc = "Why it waits, why it ran again instead of being reused, why it "
             "failed.",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_why },
    { .name = "report", .args = "[RUN]",
      .summary = "write an HTML page about a run",
      .doc = "One file that needs no other and no network: what ran with which "
             "values, the time line, the critical path, statistics of every "
             "stage, what was reused, what failed and what it said last, which "
             "result was made from which.  Of the newest run when none is "
             "named; of one that still runs it tells how far it is.  Prints "
             "the name of the file.",
      .example = "fedtwin report\n"
                 "fedtwin report -o heatsink.html last\n",
      .option = report_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_report },
    { .name = "cancel", .args = "RUN[/TASK] [TASK...]",
      .summary = "end a run, or tasks of it",
      .doc = "What runs is asked to end (SIGTERM), and ended after ten seconds "
             "(SIGKILL).  When single tasks are cancelled the run goes on with "
             "whatever does not depend on them.",
      .example = "fedtwin cancel -m 'wrong material' last\n"
                 "fedtwin cancel 'last/heat[power=45 W]'\n",
      .option = cancel_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_cancel },
    { .name = "pause", .args = "RUN",
      .summary = "start nothing more of a run for now",
      .doc = "What runs goes on to its end.  A paused run stays paused, even "
             "over a resume, until 'fedtwin unpause'.",
      .example = "fedtwin pause -m 'the file system is full' last\n",
      .option = pause_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_pause },
    { .name = "unpause", .args = "RUN",
      .summary = "let a paused run go on",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_unpause },
    { .name = "hold", .args = "RUN/TASK [TASK...]",
      .summary = "keep tasks of a run from starting",
      .doc = "The name of a stage means all of its tasks.  What runs already "
             "goes on; what depends on a held task waits for it.",
      .example = "fedtwin hold last/heat\n"
                 "fedtwin hold 'last/heat[power=45 W]' plot\n",
      .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_hold },
    { .name = "release", .args = "RUN/TASK [TASK...]",
      .summary = "let held tasks start",
      .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_release },
    { .name = "retry", .args = "RUN[/TASK] [TASK...]", .reads = true,
      .summary = "execute tasks of a run again",
      .doc = "Without TASK: those that failed.  The tasks that are named are "
             "executed whatever results there are; what depends on them waits "
             "again, and is executed only if the content of its inputs has "
             "changed.  A run that has ended goes on, in the foreground or "
             "with -d detached; everything without a result is tried again "
             "then.",
      .example = "fedtwin retry last\n"
                 "fedtwin retry 'last/heat[power=45 W]'\n",
      .option = resume_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_retry },
    { .name = "set", .args = "RUN[/TASK] KEY=VALUE...",
      .summary = "change a run, or what its waiting tasks get",
      .doc = "Of a run: jobs (cores in use at a time), weight and priority "
             "(its share of the machine among other runs), core_time and "
             "energy (its budget).  Of a stage or a task: memory, walltime, "
             "timeout, ranks, as though the workflow said so; attempts that "
             "start from now on get it.",
      .example = "fedtwin set last jobs=4 priority=5\n"
                 "fedtwin set last/heat memory='4 GiB' walltime='1 h'\n",
      .min_args = 2, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_set },
    { .name = "log", .args = "", .reads = true,
      .summary = "show the history of the project",
      .option = log_options, .run = ft_cmd_log },
    { .name = "data", .args = "VERB", .summary = "look at and copy results",
      .doc = "REF is [BRANCH:]stage.output[{axis=value,...}][~N] or the first "
             "digits of a version's id.  Without a selector in braces it "
             "means every cell of a matrix; ~1 is the version before.",
      .example = "fedtwin data ls\n"
                 "fedtwin data show 'heat.temperature{power=45 W}'\n"
                 "fedtwin data get plot.figure figure.png\n",
      .sub = data_verbs },
    { .name = "lineage", .args = "REF", .reads = true,
      .summary = "tell how a version was made",
      .option = lineage_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_lineage },
    { .name = "fsck", .args = "", .reads = true,
      .summary = "check the project's store",
      .doc = "Changes nothing unless told to.  Exit status 4 when something is "
             "damaged or missing.",
      .option = fsck_options, .run = ft_cmd_fsck },
    { .name = "module", .args = "VERB", .summary = "look at modules",
      .sub = module_verbs },
    { .name = "config", .args = "VERB",
      .summary = "look at and change settings",
      .doc = "A setting comes from, in this order: a FEDTWIN_* variable, the "
             "project (.fedtwin/config.yaml), the user "
             "(~/.config/fedtwin/config.yaml), the system "
             "(/etc/xdg/fedtwin/config.yaml), its default.",
      .sub = config_verbs },
    { .name = "doctor", .args = "", .reads = true,
      .summary = "check that everything fedtwin needs is there",
      .run = ft_cmd_doctor },
    { .name = "schema", .args = "[NAME]",
      .summary = "print the JSON Schema of a kind of file",
      .doc = "NAME is workflow, module or site; editors use the schema to "
             "complete and check while you type.",
      .max_args = 1, .run = ft_cmd_schema },
    { .name = "completion", .args = "SHELL",
      .summary = "print the completion script for bash, zsh or fish",
      .example = "source <(fedtwin completion bash)\n",
      .min_args = 1, .max_args = 1, .run = ft_cmd_completion },
    { .name = "version", .args = "", .reads = true,
      .summary = "print the version of fedtwin", .run = ft_cmd_version },
    { .name = "help", .args = "[COMMAND [VERB]]",
      .summary = "explain a command",
      .doc = "'fedtwin help expressions' explains ${...} in workflows.",
      .option = help_options,
      .max_args = 2,
      .complete = FT_COMPLETE_COMMAND, .run = ft_cmd_help_on },
    { .name = "__man", .args = "COMMAND", .hidden = true,
      .summary = "write a man page", .max_args = 1, .run = ft_cmd_man },
    { .name = "__complete", .args = "WORD...", .hidden = true,
      .summary = "offer words to the shell", .max_args = -1,
      .run = ft_cmd_complete_words },
    END,
};
