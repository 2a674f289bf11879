# cli: one command a file, one table of commands; also the program itself

noinst_LIBRARIES += engine/libcli.a
engine_libcli_a_SOURCES = \
    engine/cli/cmd.c engine/cli/cmd.h \
    engine/cli/cmd_cancel.c \
    engine/cli/cmd_check.c \
    engine/cli/cmd_completion.c \
    engine/cli/cmd_config.c \
    engine/cli/cmd_data.c \
    engine/cli/cmd_data_get.c \
    engine/cli/cmd_demo.c \
    engine/cli/cmd_doctor.c \
    engine/cli/cmd_fsck.c \
    engine/cli/cmd_graph.c \
    engine/cli/cmd_help.c \
    engine/cli/cmd_init.c \
    engine/cli/cmd_lineage.c \
    engine/cli/cmd_log.c \
    engine/cli/cmd_logs.c \
    engine/cli/cmd_man.c \
    engine/cli/cmd_module.c \
    engine/cli/cmd_plan.c \
    engine/cli/cmd_resume.c \
    engine/cli/cmd_run.c \
    engine/cli/cmd_schema.c \
    engine/cli/cmd_status.c \
    engine/cli/cmd_version.c \
    engine/cli/cmd_why.c \
    engine/cli/execute.c engine/cli/execute.h \
    engine/cli/open.c engine/cli/open.h \
    engine/cli/progress.c engine/cli/progress.h \
    engine/cli/ref_text.c engine/cli/ref_text.h \
    engine/cli/run_text.c engine/cli/run_text.h \
    engine/cli/settings.c engine/cli/settings.h \
    engine/cli/table.c \
    engine/cli/term.c engine/cli/term.h
engine_libcli_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)

