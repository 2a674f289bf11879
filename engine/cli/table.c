/* table.c - the commands of fedtwin */
#include "cli/table.h"

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
      .option = ft_demo_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_demo },
    { .name = "init", .args = "[DIR]",
      .summary = "make a directory a project",
      .doc = "A project keeps its results in DIR/.fedtwin (default: the "
             "working directory).  Nobody else may write to it, unless it is "
             "shared: then all members of a Unix group may do everything, and "
             "others nothing, whatever the umask of whoever writes.",
      .example = "fedtwin init twin\n"
                 "fedtwin init --group bridges /data/bridge\n",
      .option = ft_init_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_init },
    { .name = "check", .args = "FILE...", .reads = true,
      .summary = "validate workflow files",
      .doc = "Reports every error of each file at once, with its place, its "
             "cause and, where one is near, the right name.  Types and units "
             "are checked between stages; nothing is executed.  Exit status 3 "
             "when a file is not valid.",
      .example = "fedtwin check heatsink.yaml\n"
                 "fedtwin check -p size='3 mm' heatsink.yaml\n",
      .option = ft_check_options, .min_args = 1, .max_args = -1,
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
      .option = ft_fmt_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_fmt },
    { .name = "plan", .args = "[FILE]", .reads = true,
      .summary = "show what a run would execute, and why",
      .doc = "A dry run: for every stage how many tasks would run, which "
             "results would be reused, and what has changed since they were "
             "made.  Without FILE, of the workflow that the current state was "
             "made by.  With --site also in which form tasks would go to a "
             "batch system, and what would have to be moved to a site that "
             "does not see the project; a task that no queue of the sites "
             "takes is an error.",
      .option = ft_plan_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_plan },
    { .name = "graph", .args = "FILE|RUN", .reads = true,
      .summary = "draw the stages of a workflow or of a run",
      .doc = "As text for Graphviz, or as an SVG picture in light and dark "
             "colours.  Of a run the picture tells how many tasks of each "
             "stage are done, reused, failed or waiting.",
      .example = "fedtwin graph -o heatsink.svg heatsink.yaml\n"
                 "fedtwin graph -f svg last >now.svg\n",
      .option = ft_graph_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_graph },
    { .name = "run", .args = "[FILE]", .reads = true,
      .summary = "execute a workflow",
      .doc = "Results that were made before by the same recipe are reused.  "
             "Each result is published as an immutable version with its "
             "lineage as soon as its task has ended, so nothing that is "
             "finished is lost when the run ends early; 'fedtwin resume' goes "
             "on from there.\n\n"
             "Without FILE it executes the workflow that the current state "
             "was made by, as it was then: its text, its parameters (-p "
             "changes some) and the manifests of its modules.\n\n"
             "Ctrl-C cancels politely, a second one at once.  Exit status: 0 "
             "everything succeeded, 1 a task failed, 3 the workflow is not "
             "valid, 4 the engine or the disk failed, 5 cancelled, 6 the "
             "deadline passed or the budget is spent.",
      .example = "fedtwin run heatsink.yaml\n"
                 "fedtwin run -p size='3 mm' -j 4 heatsink.yaml\n"
                 "fedtwin undo && fedtwin run -p size='4 mm'\n",
      .option = ft_run_options, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_run },
    { .name = "resume", .args = "[RUN]", .reads = true,
      .summary = "go on with a run that was interrupted",
      .doc = "RUN is an id, a unique part of one, or 'last' (the default).  "
             "What was finished is not repeated.",
      .option = ft_resume_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_resume },
    { .name = "status", .args = "[RUN]", .reads = true,
      .summary = "list the runs, or show one",
      .option = ft_status_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_status },
    { .name = "usage", .args = "[RUN]", .reads = true,
      .summary = "sum up what runs have cost",
      .doc = "Core time is slots held times wall time, of every attempt, "
             "failed ones included.  Energy is shown where the machine has "
             "meters that may be read.  SAVED is what reused results had cost "
             "when they were made.  Without RUN: all runs of the project.",
      .example = "fedtwin usage last\n"
                 "fedtwin usage --by user --since '30 day' --csv\n",
      .option = ft_usage_options, .max_args = 1,
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
      .option = ft_trigger_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_trigger },
    { .name = "wait", .args = "[RUN]",
      .summary = "wait until a run has ended",
      .doc = "The exit status is that of the run: 0 everything succeeded, 1 a "
             "task failed, 5 cancelled, 6 its deadline passed; 4 when its "
             "runner is gone before it ended, and 6 when the timeout comes "
             "first.",
      .example = "id=$(fedtwin run -d heatsink.yaml)\n"
                 "fedtwin wait --timeout '1 h' $id\n",
      .option = ft_wait_options, .max_args = 1,
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
      .option = ft_logs_options, .min_args = 1, .max_args = 1,
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
      .option = ft_report_options, .max_args = 1,
      .complete = FT_COMPLETE_RUN, .run = ft_cmd_report },
    { .name = "cancel", .args = "RUN[/TASK] [TASK...]",
      .summary = "end a run, or tasks of it",
      .doc = "What runs is asked to end (SIGTERM), and ended after ten seconds "
             "(SIGKILL).  When single tasks are cancelled the run goes on with "
             "whatever does not depend on them.",
      .example = "fedtwin cancel -m 'wrong material' last\n"
                 "fedtwin cancel 'last/heat[power=45 W]'\n",
      .option = ft_cancel_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_TASK, .run = ft_cmd_cancel },
    { .name = "pause", .args = "RUN",
      .summary = "start nothing more of a run for now",
      .doc = "What runs goes on to its end.  A paused run stays paused, even "
             "over a resume, until 'fedtwin unpause'.",
      .example = "fedtwin pause -m 'the file system is full' last\n",
      .option = ft_pause_options, .min_args = 1, .max_args = 1,
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
      .option = ft_resume_options, .min_args = 1, .max_args = -1,
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
      .doc = "The states of the current branch, the newest first, with those "
             "that were undone.",
      .example = "fedtwin log --graph --all\n"
                 "fedtwin log --at '1 day ago' -m 5\n",
      .option = ft_log_options, .past = true, .run = ft_cmd_log },
    { .name = "undo", .args = "[N]", .reads = true,
      .summary = "go back to the state before",
      .doc = "The current branch goes N states back (default: 1); the objects "
             "of that state are the current ones.  Nothing is lost: 'redo' "
             "goes forward again, and when a run adds a state instead, what "
             "was undone goes on as a branch of its own.",
      .max_args = 1, .run = ft_cmd_undo },
    { .name = "redo", .args = "[N]", .reads = true,
      .summary = "go forward to states that were undone",
      .max_args = 1, .run = ft_cmd_redo },
    { .name = "branch", .args = "[NAME [STATE]]", .reads = true,
      .summary = "list, make or delete branches",
      .doc = "A branch is a name that points to a state; runs move the "
             "current one.  STATE is a branch, a tag, a run, digits of a "
             "state or a time (default: the current state).",
      .example = "fedtwin branch\n"
                 "fedtwin branch thick-fins\n"
                 "fedtwin branch before-lunch '2 h ago'\n"
                 "fedtwin branch -d thick-fins\n",
      .option = ft_branch_options, .max_args = 2,
      .complete = FT_COMPLETE_STATE, .run = ft_cmd_branch },
    { .name = "switch", .args = "[BRANCH]",
      .summary = "work on another branch",
      .doc = "Its objects become the current ones, and runs that begin "
             "afterwards go there; 'fedtwin run' without a file executes its "
             "workflow with its parameters.  Runs under way stay on the "
             "branch that they began on.",
      .example = "fedtwin switch main\n"
                 "fedtwin switch -c thick-fins main~2\n",
      .option = ft_switch_options, .max_args = 1,
      .complete = FT_COMPLETE_STATE, .run = ft_cmd_switch },
    { .name = "tag", .args = "[NAME [STATE]]", .reads = true,
      .summary = "give a state a name that stays",
      .doc = "A tag never moves; what it names is kept.",
      .option = ft_tag_options, .max_args = 2,
      .complete = FT_COMPLETE_STATE, .run = ft_cmd_tag },
    { .name = "diff", .args = "A [B]", .reads = true,
      .summary = "tell how two states, runs or versions differ",
      .doc = "A and B are states (a branch, a tag, digits of an id, a "
             "time, each with ~N for N states before), runs, or versions "
             "(a REF or digits of an id); without B the current state.  "
             "One of them may be a workflow file, to see what has been "
             "edited since.  Of states and runs: parameters, workflow, "
             "what made the objects, and the objects.  Fields are "
             "compared by values - the largest difference, where it is, "
             "relative and L2 -, tables by columns and rows, files by "
             "lines or bytes.  Nothing is converted: what is in another "
             "unit, of another shape or on another mesh is named, not "
             "compared.\n\n"
             "Exit status: 0 the same, or equal within the tolerances; 1 "
             "different; more when it could not be told.",
      .example = "fedtwin diff main~1\n"
                 "fedtwin diff heat.yaml\n"
                 "fedtwin diff heat.temperature~1 heat.temperature\n"
                 "fedtwin diff --rtol 1e-6 --atol '1 mK' 7b8e 8cfa\n",
      .option = ft_diff_options, .past = true, .min_args = 1, .max_args = 2,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_diff },
    { .name = "merge", .args = "STATE", .reads = true,
      .summary = "bring in what another branch has",
      .doc = "Object by object against the state that both came from: what "
             "one side has changed is taken; what both have changed in "
             "different ways is a conflict, listed with how each came to be. "
             "Nothing is changed while there is one that was not decided "
             "(exit status 1).  Parameters and the workflow are merged alike; "
             "numbers in results are never mixed.",
      .example = "fedtwin merge thick-fins\n"
                 "fedtwin merge -n thick-fins\n"
                 "fedtwin merge thick-fins --take params.size=theirs "
                 "--recompute\n",
      .option = ft_merge_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_STATE, .run = ft_cmd_merge },
    { .name = "workflow", .args = "[STATE]", .reads = true,
      .summary = "print the workflow that a state was made by",
      .doc = "The text that was executed, whatever became of its file "
             "(default: of the current state).  'fedtwin run' without a file "
             "executes it again.",
      .option = ft_workflow_options, .max_args = 1,
      .complete = FT_COMPLETE_STATE, .run = ft_cmd_workflow },
    { .name = "data", .args = "VERB", .summary = "look at and copy results",
      .doc = "REF is [BRANCH:]stage.output[{axis=value,...}][~N] or the first "
             "digits of a version's id.  Without a selector in braces it "
             "means every cell of a matrix; ~1 is the version before.",
      .example = "fedtwin data ls\n"
                 "fedtwin data show 'heat.temperature{power=45 W}'\n"
                 "fedtwin data get plot.figure figure.png\n",
      .sub = ft_data_verbs },
    { .name = "lineage", .args = "REF|RUN", .reads = true,
      .summary = "tell how a version was made and what came of it",
      .doc = "REF is a version as for 'fedtwin data'.  RUN stands for every "
             "version that the run made or took over: its id or so much of "
             "one end of it that a '-' is included, or 'last'.  Digits "
             "without '-' are always those of a version.",
      .example = "fedtwin lineage plot.figure\n"
                 "fedtwin lineage mesh.mesh --down\n"
                 "fedtwin lineage last --prov >run.json\n"
                 "fedtwin lineage last --crate DIR --only plot.figure\n",
      .past = true,
      .option = ft_lineage_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_lineage },
    { .name = "rerun", .args = "REF", .reads = true,
      .summary = "execute once more what made a version, and compare",
      .doc = "From what was recorded: the same workflow, parameters, inputs by "
             "version, seed and ranks, in a scratch directory on this machine. "
             "Files of yours must be what they were; programs and scripts are "
             "those of today, and a warning tells which have changed.  All "
             "outputs of the task are compared: equal bit by bit, or as the "
             "module declares (tolerance, none).  Nothing in the project "
             "changes, but that a version whose payload was removed is "
             "brought back when the same bytes came out.\n\n"
             "Exit status: 0 reproduced; 1 not reproduced, or the task failed; "
             "more when it could not be told.",
      .example = "fedtwin rerun heat.temperature\n"
                 "fedtwin rerun 'heat.temperature{power=45 W}' --atol '1 mK'\n"
                 "fedtwin rerun --strict 7b8e4c\n",
      .option = ft_rerun_options, .past = true, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_rerun },
    { .name = "gc", .args = "", .reads = true,
      .summary = "remove what nothing leads to any more",
      .doc = "Versions stay that a branch or tag leads to, that are pinned, "
             "that a run which has not ended needs, and that are younger than "
             "the grace.  All others go to the trash, and from there for good "
             "when the grace has passed again; what they were and how they "
             "were made is kept.  Attempt directories of runs that ended long "
             "ago go as well.\n\n"
             "Safe at any time, also while runs are under way and when it is "
             "killed: the next gc goes on.",
      .example = "fedtwin gc -n\n"
                 "fedtwin gc --keep-since '90 day'\n"
                 "fedtwin gc --restore 20261121-181500-7f3c\n",
      .option = ft_gc_options, .run = ft_cmd_gc },
    { .name = "export", .args = "FILE [REF...]", .reads = true,
      .summary = "write branches or objects into one file",
      .doc = "FILE becomes a zstd-compressed tar that 'fedtwin import' takes "
             "into another project; '-' is standard output.  Without --branch "
             "and REF it holds all branches with their whole history.  With "
             "REF it holds these objects alone, as a branch without a past.  "
             "What they were made from is named by their lineage, and comes "
             "along with --closure.",
      .example = "fedtwin export twin.fta\n"
                 "fedtwin export heat.fta heat.temperature --closure\n"
                 "fedtwin export - | ssh host fedtwin -C twin import -\n",
      .option = ft_export_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_export },
    { .name = "import", .args = "FILE", .reads = true,
      .summary = "take an archive of another project into this one",
      .doc = "Everything in FILE is verified before any of it can be seen; "
             "'-' is standard input.  No branch of the project changes: one "
             "whose name is taken is called NAME-imported.",
      .example = "fedtwin import twin.fta\n"
                 "fedtwin import twin.fta --into copy\n"
                 "fedtwin import -n heat.fta\n",
      .option = ft_import_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_import },
    { .name = "repack", .args = "", .reads = true,
      .summary = "put many small results into few files",
      .doc = "Version files below a size go byte for byte into containers in "
             "'.fedtwin/pack', so that a hundred thousand small results need "
             "a few files only.  Nothing else changes: a version that is read "
             "becomes a file again, which the next repack removes.  Containers "
             "of which most was removed are given up.  With --compress large "
             "version files are written anew with compressed values: versions "
             "and content digests stay.  One that does not get a tenth smaller "
             "stays as it is and is not tried again.",
      .option = ft_repack_options, .run = ft_cmd_repack },
    { .name = "fsck", .args = "", .reads = true,
      .summary = "check the project's store",
      .doc = "Changes nothing unless told to.  Exit status 4 when something is "
             "damaged or missing.",
      .option = ft_fsck_options, .run = ft_cmd_fsck },
    { .name = "site", .args = "VERB",
      .summary = "register the places that compute, and test them",
      .doc = "A site is described by a file NAME.yaml.  It is searched in the "
             "project (sites/), for the user (~/.config/fedtwin/sites/), for "
             "the system, and among the installed ones; the first counts.  "
             "'local' is this computer and needs none.",
      .example = "fedtwin site add alpha --discover\n"
                 "fedtwin site test alpha\n"
                 "fedtwin run --site alpha heatsink.yaml\n",
      .sub = ft_site_verbs },
    { .name = "module", .args = "VERB",
      .summary = "look at modules, begin one",
      .sub = ft_module_verbs },
    { .name = "config", .args = "VERB",
      .summary = "look at and change settings",
      .doc = "A setting comes from, in this order: a FEDTWIN_* variable, the "
             "project (.fedtwin/config.yaml), the user "
             "(~/.config/fedtwin/config.yaml), the system "
             "(/etc/xdg/fedtwin/config.yaml), its default.",
      .sub = ft_config_verbs },
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
      .option = ft_help_options,
      .max_args = 2,
      .complete = FT_COMPLETE_COMMAND, .run = ft_cmd_help_on },
    { .name = "__man", .args = "COMMAND", .hidden = true,
      .summary = "write a man page", .max_args = 1, .run = ft_cmd_man },
    { .name = "__complete", .args = "WORD...", .hidden = true,
      .summary = "offer words to the shell", .max_args = -1,
      .run = ft_cmd_complete_words },
    END,
};
