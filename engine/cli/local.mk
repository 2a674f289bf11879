# cli: one command a file, one table of commands; also the program itself

bin_PROGRAMS += fedtwin
noinst_LIBRARIES += engine/libcli.a
engine_libcli_a_SOURCES = \
    engine/cli/archive_text.c engine/cli/archive_text.h \
    engine/cli/cmd.c engine/cli/cmd.h \
    engine/cli/cmd_branch.c \
    engine/cli/crate_dir.c engine/cli/crate_dir.h \
    engine/cli/cmd_cancel.c \
    engine/cli/cmd_check.c \
    engine/cli/cmd_completion.c \
    engine/cli/cmd_config.c \
    engine/cli/cmd_data.c \
    engine/cli/cmd_data_get.c \
    engine/cli/cmd_data_keep.c \
    engine/cli/cmd_data_put.c \
    engine/cli/cmd_data_usage.c \
    engine/cli/cmd_demo.c \
    engine/cli/cmd_diff.c engine/cli/diff_side.c engine/cli/diff_side.h \
    engine/cli/diff_text.c engine/cli/diff_text.h engine/cli/diff_parts.h \
    engine/cli/diff_object.c \
    engine/cli/cmd_doctor.c \
    engine/cli/cmd_export.c \
    engine/cli/cmd_fmt.c \
    engine/cli/cmd_fsck.c \
    engine/cli/cmd_gc.c engine/cli/gc_text.c engine/cli/gc_text.h \
    engine/cli/cmd_graph.c \
    engine/cli/cmd_help.c \
    engine/cli/cmd_hold.c \
    engine/cli/cmd_import.c \
    engine/cli/cmd_init.c \
    engine/cli/cmd_lineage.c \
    engine/cli/cmd_log.c \
    engine/cli/cmd_logs.c \
    engine/cli/cmd_man.c \
    engine/cli/cmd_merge.c \
    engine/cli/cmd_module.c engine/cli/cmd_module_new.c \
    engine/cli/cmd_pause.c \
    engine/cli/cmd_plan.c engine/cli/form_text.c engine/cli/form_text.h \
    engine/cli/freight_text.c engine/cli/freight_text.h \
    engine/cli/cmd_redo.c \
    engine/cli/cmd_release.c \
    engine/cli/cmd_repack.c \
    engine/cli/cmd_report.c \
    engine/cli/cmd_rerun.c engine/cli/rerun_text.c engine/cli/rerun_text.h \
    engine/cli/cmd_resume.c \
    engine/cli/cmd_retry.c \
    engine/cli/cmd_run.c \
    engine/cli/cmd_schema.c \
    engine/cli/cmd_set.c \
    engine/cli/cmd_site.c engine/cli/cmd_site_add.c \
    engine/cli/cmd_site_drain.c engine/cli/cmd_site_remove.c \
    engine/cli/site_discover.c \
    engine/cli/cmd_site_test.c engine/cli/site_protocol.c \
    engine/cli/site_text.h engine/cli/nodes_text.c engine/cli/nodes_text.h \
    engine/cli/cmd_status.c \
    engine/cli/cmd_switch.c \
    engine/cli/cmd_tag.c \
    engine/cli/cmd_undo.c \
    engine/cli/limit_text.c engine/cli/limit_text.h \
    engine/cli/cmd_trigger.c \
    engine/cli/cmd_usage.c engine/cli/usage_text.c engine/cli/usage_text.h \
    engine/cli/cmd_unpause.c \
    engine/cli/cmd_version.c \
    engine/cli/cmd_wait.c \
    engine/cli/cmd_watch.c \
    engine/cli/cmd_why.c \
    engine/cli/cmd_workflow.c \
    engine/cli/detach.c \
    engine/cli/execute.c engine/cli/execute.h \
    engine/cli/layers.c \
    engine/cli/lineage_text.c engine/cli/lineage_text.h \
    engine/cli/log_graph.c engine/cli/log_graph.h \
    engine/cli/markup.c engine/cli/markup.h \
    engine/cli/move_text.c engine/cli/move_text.h \
    engine/cli/names_text.c engine/cli/names_text.h \
    engine/cli/open.c engine/cli/open.h \
    engine/cli/param.c engine/cli/param.h \
    engine/cli/picture.h engine/cli/svg.c \
    engine/cli/progress.c engine/cli/progress.h \
    engine/cli/put_image.c engine/cli/put_image.h \
    engine/cli/ref_text.c engine/cli/ref_text.h \
    engine/cli/report.h engine/cli/report_page.c engine/cli/report_head.c \
    engine/cli/report_time.c engine/cli/report_stages.c \
    engine/cli/report_failures.c engine/cli/report_results.c \
    engine/cli/report_pictures.c \
    engine/cli/report_tasks.c \
    engine/cli/run_lineage.c engine/cli/run_lineage.h \
    engine/cli/run_text.c engine/cli/run_text.h \
    engine/cli/settings.c engine/cli/settings.h \
    engine/cli/stage_picture.c engine/cli/stage_picture.h \
    engine/cli/steering.c engine/cli/steering.h \
    engine/cli/options.c \
    engine/cli/table.c engine/cli/table.h engine/cli/table_verbs.c \
    engine/cli/term.c engine/cli/term.h \
    engine/cli/tolerance.c engine/cli/tolerance.h
engine_libcli_a_SOURCES += engine/cli/watch.h engine/cli/watch_loop.c \
    engine/cli/watch_screen.c engine/cli/watch_state.c \
    engine/cli/watch_term.c
engine_libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)/engine $(JSON_CFLAGS)

# What 'fedtwin doctor' looks for: all that any local.mk says is installed.
nodist_engine_libcli_a_SOURCES = engine/cli/programs.h
BUILT_SOURCES += engine/cli/programs.h
CLEANFILES += engine/cli/programs.h
engine/cli/programs.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    echo '#define FT_PROGRAMS "$(pkglibexec_PROGRAMS)"' >$@.tmp && \
	    mv $@.tmp $@

fedtwin_SOURCES = engine/cli/main.c
fedtwin_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
fedtwin_LDADD = engine/libcli.a engine/librun.a engine/libplan.a \
    engine/libdata.a engine/libmodel.a engine/libtext.a engine/libbase.a \
    $(UV_LIBS) $(SQLITE_LIBS) $(YAML_LIBS) $(UDUNITS_LIBS) $(JSON_LIBS) \
    $(CRYPTO_LIBS) -lm

# Man pages and schemas come from the tables in the program itself.
man1_MANS = \
    share/man/man1/fedtwin.1 \
    share/man/man1/fedtwin-branch.1 \
    share/man/man1/fedtwin-cancel.1 \
    share/man/man1/fedtwin-check.1 \
    share/man/man1/fedtwin-completion.1 \
    share/man/man1/fedtwin-config.1 \
    share/man/man1/fedtwin-data.1 \
    share/man/man1/fedtwin-demo.1 \
    share/man/man1/fedtwin-diff.1 \
    share/man/man1/fedtwin-doctor.1 \
    share/man/man1/fedtwin-export.1 \
    share/man/man1/fedtwin-fmt.1 \
    share/man/man1/fedtwin-fsck.1 \
    share/man/man1/fedtwin-gc.1 \
    share/man/man1/fedtwin-graph.1 \
    share/man/man1/fedtwin-help.1 \
    share/man/man1/fedtwin-hold.1 \
    share/man/man1/fedtwin-import.1 \
    share/man/man1/fedtwin-init.1 \
    share/man/man1/fedtwin-lineage.1 \
    share/man/man1/fedtwin-log.1 \
    share/man/man1/fedtwin-logs.1 \
    share/man/man1/fedtwin-merge.1 \
    share/man/man1/fedtwin-module.1 \
    share/man/man1/fedtwin-pause.1 \
    share/man/man1/fedtwin-plan.1 \
    share/man/man1/fedtwin-redo.1 \
    share/man/man1/fedtwin-release.1 \
    share/man/man1/fedtwin-repack.1 \
    share/man/man1/fedtwin-report.1 \
    share/man/man1/fedtwin-rerun.1 \
    share/man/man1/fedtwin-resume.1 \
    share/man/man1/fedtwin-retry.1 \
    share/man/man1/fedtwin-run.1 \
    share/man/man1/fedtwin-schema.1 \
    share/man/man1/fedtwin-set.1 \
    share/man/man1/fedtwin-site.1 \
    share/man/man1/fedtwin-status.1 \
    share/man/man1/fedtwin-switch.1 \
    share/man/man1/fedtwin-tag.1 \
    share/man/man1/fedtwin-trigger.1 \
    share/man/man1/fedtwin-undo.1 \
    share/man/man1/fedtwin-usage.1 \
    share/man/man1/fedtwin-unpause.1 \
    share/man/man1/fedtwin-version.1 \
    share/man/man1/fedtwin-wait.1 \
    share/man/man1/fedtwin-watch.1 \
    share/man/man1/fedtwin-why.1 \
    share/man/man1/fedtwin-workflow.1
schemasdir = $(pkgdatadir)/schemas
schemas_DATA = \
    share/schemas/workflow.json \
    share/schemas/module.json \
    share/schemas/site.json
CLEANFILES += $(man1_MANS) $(schemas_DATA)

share/man/man1/fedtwin.1: fedtwin$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./fedtwin __man >$@.tmp && mv $@.tmp $@
share/man/man1/fedtwin-%.1: fedtwin$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./fedtwin __man $* >$@.tmp && \
	    mv $@.tmp $@
share/schemas/%.json: fedtwin$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && ./fedtwin schema $* >$@.tmp && \
	    mv $@.tmp $@

CLI_TESTS = \
    t/t1000-version.t \
    t/t1001-init.t \
    t/t1002-check.t \
    t/t1003-run.t \
    t/t1004-plan.t \
    t/t1005-graph.t \
    t/t1006-resume.t \
    t/t1007-status.t \
    t/t1008-logs.t \
    t/t1009-why.t \
    t/t1010-cancel.t \
    t/t1011-log.t \
    t/t1012-data.t \
    t/t1013-lineage.t \
    t/t1014-fsck.t \
    t/t1015-module.t \
    t/t1016-config.t \
    t/t1017-doctor.t \
    t/t1018-schema.t \
    t/t1019-completion.t \
    t/t1020-help.t \
    t/t1022-fmt.t \
    t/t1023-pause.t \
    t/t1024-unpause.t \
    t/t1025-hold.t \
    t/t1026-release.t \
    t/t1027-retry.t \
    t/t1028-set.t \
    t/t1029-watch.t \
    t/t1030-wait.t \
    t/t1031-report.t \
    t/t1032-trigger.t t/t1033-usage.t t/t1034-diff.t \
    t/t1040-gc.t t/t1041-quota.t t/t1042-repack.t \
    t/t1043-compress.t \
    t/t1050-undo.t t/t1051-redo.t \
    t/t1052-branch.t t/t1053-switch.t t/t1054-tag.t \
    t/t1055-workflow.t t/t1056-merge.t t/t1057-rerun.t t/t1058-shared.t \
    t/t1070-site.t \
    t/t1060-export.t t/t1061-import.t t/t1062-data-put.t t/t1063-put-mesh.t \
    t/t1065-put-nc.t t/t1068-put-med.t
if SOLVERS
CLI_TESTS += t/t1021-demo.t t/t1064-put-msh.t t/t1066-put-order-2.t \
    t/t1067-put-exodus.t
endif
TESTS += $(CLI_TESTS)
EXTRA_DIST += t/screen.py t/put_mesh.py t/put_msh.py t/put_nc.py t/t1064-put-msh.t \
    t/measure_mesh.py t/t1066-put-order-2.t t/put_exodus.py t/t1067-put-exodus.t \
    t/put_med.py
EXTRA_DIST += $(CLI_TESTS) t/t1021-demo.t t/fixture-sweep.sh t/tiny-disk.sh \
    t/fixture-damage.sh t/read_elsewhere.py \
    t/steer.sh t/await.py
