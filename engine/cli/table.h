/* table.h - what the rows of the table of commands are made of */
#ifndef FT_CLI_TABLE_H
#define FT_CLI_TABLE_H

#include "cli/cmd.h"

#define END { .name = NULL } /* of a list of options, commands or verbs */

/* options.c */
extern const struct ft_option ft_branch_options[];
extern const struct ft_option ft_branch_options[];
extern const struct ft_option ft_cancel_options[];
extern const struct ft_option ft_check_options[];
extern const struct ft_option ft_config_set_options[];
extern const struct ft_option ft_data_ls_options[];
extern const struct ft_option ft_data_put_options[];
extern const struct ft_option ft_data_usage_options[];
extern const struct ft_option ft_data_verify_options[];
extern const struct ft_option ft_demo_options[];
extern const struct ft_option ft_diff_options[];
extern const struct ft_option ft_evict_options[];
extern const struct ft_option ft_export_options[];
extern const struct ft_option ft_fmt_options[];
extern const struct ft_option ft_fsck_options[];
extern const struct ft_option ft_gc_options[];
extern const struct ft_option ft_graph_options[];
extern const struct ft_option ft_help_options[];
extern const struct ft_option ft_import_options[];
extern const struct ft_option ft_init_options[];
extern const struct ft_option ft_lineage_options[];
extern const struct ft_option ft_log_options[];
extern const struct ft_option ft_logs_options[];
extern const struct ft_option ft_merge_options[];
extern const struct ft_option ft_rerun_options[];
extern const struct ft_option ft_pause_options[];
extern const struct ft_option ft_pin_options[];
extern const struct ft_option ft_plan_options[];
extern const struct ft_option ft_repack_options[];
extern const struct ft_option ft_report_options[];
extern const struct ft_option ft_resume_options[];
extern const struct ft_option ft_run_options[];
extern const struct ft_option ft_module_new_options[];
extern const struct ft_option ft_site_add_options[];
extern const struct ft_option ft_site_change_options[];
extern const struct ft_option ft_site_resume_options[];
extern const struct ft_option ft_site_remove_options[];
extern const struct ft_option ft_site_test_options[];
extern const struct ft_option ft_status_options[];
extern const struct ft_option ft_switch_options[];
extern const struct ft_option ft_tag_options[];
extern const struct ft_option ft_switch_options[];
extern const struct ft_option ft_tag_options[];
extern const struct ft_option ft_trigger_options[];
extern const struct ft_option ft_workflow_options[];
extern const struct ft_option ft_usage_options[];
extern const struct ft_option ft_wait_options[];

/* table_verbs.c */
extern const struct ft_cmd ft_data_verbs[];
extern const struct ft_cmd ft_module_verbs[];
extern const struct ft_cmd ft_site_verbs[];
extern const struct ft_cmd ft_config_verbs[];

#endif
