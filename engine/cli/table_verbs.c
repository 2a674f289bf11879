/* table_verbs.c - the verbs of commands that have several */
#include "cli/table.h"

const struct ft_cmd ft_data_verbs[] = {
    { .name = "ls", .args = "[PREFIX]", .reads = true,
      .summary = "list the objects of the current state",
      .option = ft_data_ls_options, .max_args = 1,
      .complete = FT_COMPLETE_REF, .past = true, .run = ft_cmd_data_ls },
    { .name = "show", .args = "REF", .reads = true,
      .summary = "tell what a version holds",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_REF, .past = true, .run = ft_cmd_data_show },
    { .name = "get", .args = "REF [DEST]",
      .summary = "copy a version out of the project",
      .doc = "An object of type file is given back as the bytes it was made "
             "of; a table becomes CSV when DEST ends in .csv; everything else "
             "is copied as the HDF5 file it is.  DEST may be a directory, or "
             "'-' for standard output.  Several versions need a directory.",
      .min_args = 1, .max_args = 2,
      .complete = FT_COMPLETE_REF, .past = true, .run = ft_cmd_data_get },
    { .name = "put", .args = "OBJECT FILE",
      .summary = "store a file as a version of an object",
      .doc = "OBJECT is a name such as 'survey.depth'.  A CSV text becomes a "
             "table; the unit of a column of numbers stands in its first line, "
             "as in 'depth [m]', or is given with --unit depth=m.  A "
             "Touchstone file (.s1p, .s2p, ...) becomes a table, too.  HDF5 "
             "files must be laid out as their type says, and other files are "
             "kept as they are.",
      .example = "fedtwin data put survey.depth depth.csv --unit depth=m\n"
                 "fedtwin data put filter.s antenna.s2p\n"
                 "fedtwin data put site.mesh site.vtkhdf --type mesh\n",
      .option = ft_data_put_options, .min_args = 2, .max_args = 2,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_data_put },
    { .name = "verify", .args = "[REF]", .reads = true,
      .summary = "compare versions with their digests",
      .option = ft_data_verify_options, .max_args = 1,
      .complete = FT_COMPLETE_REF, .past = true, .run = ft_cmd_data_verify },
    { .name = "evict", .args = "REF...",
      .summary = "remove payloads, and keep what they were",
      .doc = "The payload goes to the trash, from where 'fedtwin gc --restore' "
             "takes it back until it is purged.  Record, digests and lineage "
             "are kept for good.  A run that needs the result makes it again.  "
             "What is pinned, or what a run that has not ended needs, is "
             "refused.",
      .option = ft_evict_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_evict },
    { .name = "pin", .args = "REF...",
      .summary = "protect versions from gc and eviction",
      .option = ft_pin_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_pin },
    { .name = "unpin", .args = "REF...",
      .summary = "protect versions no longer",
      .option = ft_pin_options, .min_args = 1, .max_args = -1,
      .complete = FT_COMPLETE_REF, .run = ft_cmd_data_unpin },
    { .name = "usage", .args = "", .reads = true,
      .summary = "tell what takes the space of the project",
      .doc = "Payloads by object, run or branch, then the other parts of "
             "'.fedtwin'.  What runs have cost in time and energy is told by "
             "'fedtwin usage'.",
      .option = ft_data_usage_options, .run = ft_cmd_data_usage },
    END,
};

const struct ft_cmd ft_module_verbs[] = {
    { .name = "list", .args = "", .reads = true,
      .summary = "list the modules that workflows can use",
      .run = ft_cmd_module_list },
    { .name = "show", .args = "MODULE", .reads = true,
      .summary = "show inputs, parameters and outputs of a module",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_MODULE, .run = ft_cmd_module_show },
    { .name = "new", .args = "NAME",
      .summary = "begin a module of one's own",
      .doc = "Writes a manifest, a program and an example into the project, "
             "which run as they are and are there to be changed.  Nothing is "
             "overwritten.\n\n"
             "A program in C is compiled with make; it is an MPI stage on "
             "the libraries that are installed with fedtwin.",
      .example = "fedtwin module new lab.decay\n"
                 "fedtwin run lab.decay.example.yaml\n"
                 "fedtwin module new --language c lab.light\n"
                 "make -C modules/lab.light\n",
      .option = ft_module_new_options, .min_args = 1, .max_args = 1,
      .run = ft_cmd_module_new },
    END,
};

const struct ft_cmd ft_site_verbs[] = {
    { .name = "add", .args = "FILE|NAME",
      .summary = "register a site",
      .doc = "FILE, a site file, is checked and copied.  With --discover and a "
             "NAME the site is asked for its queues and limits, and a "
             "commented file is written that can be changed by hand.",
      .example = "fedtwin site add cluster.yaml\n"
                 "fedtwin site add alpha --discover --level user\n"
                 "fedtwin site add beta --discover -e transport=ssh -e "
                 "host=login.beta\n",
      .option = ft_site_add_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_FILE, .run = ft_cmd_site_add },
    { .name = "list", .args = "", .reads = true,
      .summary = "list the sites, also those that others shadow",
      .run = ft_cmd_site_list },
    { .name = "show", .args = "SITE", .reads = true,
      .summary = "show queues and limits of a site",
      .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_SITE, .run = ft_cmd_site_show },
    { .name = "test", .args = "SITE", .reads = true,
      .summary = "try a site with jobs of one and of two nodes",
      .doc = "Asks the scheduler, then runs two short jobs as a stage would be "
             "run: with the site's queue, account, modules and MPI launcher.  "
             "They look whether files of here are seen there and the other "
             "way round, at the clock and at fedtwin's programs.  Each line "
             "has a verdict, and a hint where something can be done.  Exit "
             "status 4 when a check fails.",
      .example = "fedtwin site test alpha\n"
                 "fedtwin site test --queue debug --timeout 600 alpha\n",
      .option = ft_site_test_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_SITE, .run = ft_cmd_site_test },
    { .name = "drain", .args = "SITE [REASON]",
      .summary = "start nothing new at a site",
      .doc = "What runs there goes on to its end.  Who, when and why is shown "
             "by 'list' and 'show'.",
      .example = "fedtwin site drain alpha 'maintenance until Friday'\n",
      .option = ft_site_change_options, .min_args = 1, .max_args = 2,
      .complete = FT_COMPLETE_SITE, .run = ft_cmd_site_drain },
    { .name = "resume", .args = "SITE",
      .summary = "let a drained site, or a node, get jobs again",
      .doc = "A node on which attempts kept failing is left out for ten "
             "minutes by all runs of the project; 'fedtwin site show' tells "
             "which and why.",
      .example = "fedtwin site resume alpha\n"
                 "fedtwin site resume alpha --node n17\n",
      .option = ft_site_resume_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_SITE, .run = ft_cmd_site_resume },
    { .name = "remove", .args = "SITE",
      .summary = "register a site no longer",
      .doc = "Its file stays beside where it was, as NAME.yaml.removed.  A "
             "site with unfinished runs of this project is not removed: they "
             "could not be resumed.",
      .option = ft_site_remove_options, .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_SITE, .run = ft_cmd_site_remove },
    END,
};

const struct ft_cmd ft_config_verbs[] = {
    { .name = "list", .args = "", .reads = true,
      .summary = "show every setting and where it comes from",
      .run = ft_cmd_config },
    { .name = "get", .args = "KEY",
      .summary = "print one setting", .min_args = 1, .max_args = 1,
      .complete = FT_COMPLETE_KEY, .run = ft_cmd_config_get },
    { .name = "set", .args = "KEY VALUE",
      .summary = "change a setting of the project",
      .option = ft_config_set_options, .min_args = 2, .max_args = 2,
      .complete = FT_COMPLETE_KEY, .run = ft_cmd_config_set },
    END,
};
