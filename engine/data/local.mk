# engine/data: versions, states and the oplog that says what exists

noinst_LIBRARIES += engine/libdata.a
engine_libdata_a_SOURCES = \
    engine/data/project.c engine/data/project.h \
    engine/data/sharing.c engine/data/sharing.h \
    engine/data/store.c engine/data/store.h engine/data/store_impl.h \
    engine/data/id.c engine/data/id.h \
    engine/data/oplog.c engine/data/oplog.h \
    engine/data/record.c \
    engine/data/db.c engine/data/db.h \
    engine/data/index.c engine/data/index.h \
    engine/data/index_path.c engine/data/index_path.h \
    engine/data/index_apply.c engine/data/index_apply.h \
    engine/data/index_move.c \
    engine/data/index_bind.c engine/data/index_bind.h \
    engine/data/spawn.c engine/data/spawn.h \
    engine/data/client.c engine/data/client.h \
    engine/data/job.c engine/data/job.h \
    engine/data/publish.c engine/data/publish.h \
    engine/data/find.c \
    engine/data/derived.c \
    engine/data/lineage.c engine/data/lineage.h \
    engine/data/revision.c engine/data/revision.h \
    engine/data/provenance.c engine/data/provenance.h \
    engine/data/provenance_doc.c engine/data/provenance_doc.h \
    engine/data/provenance_task.c engine/data/provenance_task.h \
    engine/data/provenance_json.c \
    engine/data/crate.c engine/data/crate.h engine/data/crate_plan.c \
    engine/data/crate_action.c engine/data/crate_value.c \
    engine/data/crate_value.h \
    engine/data/crate_doc.c engine/data/crate_doc.h \
    engine/data/memo.c \
    engine/data/compare.c \
    engine/data/diff.c engine/data/diff.h engine/data/diff_in.h \
    engine/data/diff_params.c engine/data/diff_recipes.c \
    engine/data/diff_side.c engine/data/diff_workflow.c \
    engine/data/ref.c engine/data/ref.h \
    engine/data/resolve.c \
    engine/data/delta.c engine/data/delta.h \
    engine/data/history.c engine/data/history.h engine/data/history_impl.h \
    engine/data/tip.c engine/data/move.c engine/data/point.c engine/data/recall.c \
    engine/data/merge.c engine/data/merge.h \
    engine/data/log.c \
    engine/data/files.c engine/data/files.h \
    engine/data/fsck.c \
    engine/data/adopt.c engine/data/adopt.h \
    engine/data/rebuild.c \
    engine/data/archive.h engine/data/archive_impl.h \
    engine/data/archive_client.c engine/data/archive_pick.c \
    engine/data/archive_state.c engine/data/export.c \
    engine/data/export_impl.h engine/data/export_lists.c \
    engine/data/foreign.c engine/data/foreign.h \
    engine/data/import.c engine/data/import_check.c \
    engine/data/import_commit.c engine/data/import_match.c \
    engine/data/import_names.c \
    engine/data/digest.c \
    engine/data/index_upkeep.c engine/data/index_upkeep.h \
    engine/data/upkeep.h engine/data/removal.c engine/data/removal.h \
    engine/data/trash.c engine/data/trash.h \
    engine/data/payload.c \
    engine/data/regain.c \
    engine/data/kept.c engine/data/kept.h \
    engine/data/needs.c \
    engine/data/mark.c engine/data/mark.h \
    engine/data/gc.c \
    engine/data/evict.c \
    engine/data/pack.c engine/data/pack.h \
    engine/data/packs.c engine/data/packs.h \
    engine/data/repack.c \
    engine/data/compress.c engine/data/press.c engine/data/press.h \
    engine/data/fsck_pack.c engine/data/fsck_pack.h \
    engine/data/space.c engine/data/space.h \
    engine/data/ballast.c engine/data/ballast.h
engine_libdata_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
DATA_LIBS = engine/libdata.a engine/libmodel.a engine/libtext.a \
    engine/libbase.a $(YAML_LIBS) $(UDUNITS_LIBS) $(SQLITE_LIBS) \
    $(JSON_LIBS) $(CRYPTO_LIBS) -lm

if HAVE_CHECK
DATA_TESTS = t/unit/test_project t/unit/test_ref t/unit/test_store \
    t/unit/test_history t/unit/test_branches t/unit/test_fsck \
    t/unit/test_index t/unit/test_memo t/unit/test_lineage \
    t/unit/test_provenance t/unit/test_diff
check_PROGRAMS += $(DATA_TESTS) t/unit/fake_worker
TESTS += $(DATA_TESTS)
data_test_cppflags = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS)
data_test_libs = $(DATA_LIBS) $(CHECK_LIBS)

t_unit_fake_worker_SOURCES = t/unit/fake_worker.c
t_unit_fake_worker_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
t_unit_fake_worker_LDADD = $(BASE_LIBS)
t_unit_test_diff_SOURCES = t/unit/test_diff.c t/unit/unit.h
t_unit_test_diff_CPPFLAGS = $(data_test_cppflags)
t_unit_test_diff_LDADD = $(data_test_libs)
t_unit_test_project_SOURCES = t/unit/test_project.c t/unit/unit.h \
    t/unit/project.h
t_unit_test_project_CPPFLAGS = $(data_test_cppflags)
t_unit_test_project_LDADD = $(data_test_libs)
t_unit_test_ref_SOURCES = t/unit/test_ref.c t/unit/unit.h
t_unit_test_ref_CPPFLAGS = $(data_test_cppflags)
t_unit_test_ref_LDADD = $(data_test_libs)
t_unit_test_branches_SOURCES = t/unit/test_branches.c t/unit/unit.h \
    t/unit/project.h
t_unit_test_branches_CPPFLAGS = $(data_test_cppflags)
t_unit_test_branches_LDADD = $(data_test_libs)
t_unit_test_history_SOURCES = t/unit/test_history.c t/unit/unit.h \
    t/unit/project.h
t_unit_test_history_CPPFLAGS = $(data_test_cppflags)
t_unit_test_history_LDADD = $(data_test_libs)
t_unit_test_fsck_SOURCES = t/unit/test_fsck.c t/unit/unit.h t/unit/project.h
t_unit_test_fsck_CPPFLAGS = $(data_test_cppflags)
t_unit_test_fsck_LDADD = $(data_test_libs)
t_unit_test_index_SOURCES = t/unit/test_index.c t/unit/unit.h \
    t/unit/project.h
t_unit_test_index_CPPFLAGS = $(data_test_cppflags)
t_unit_test_index_LDADD = $(data_test_libs)
t_unit_test_memo_SOURCES = t/unit/test_memo.c t/unit/unit.h t/unit/project.h
t_unit_test_memo_CPPFLAGS = $(data_test_cppflags)
t_unit_test_memo_LDADD = $(data_test_libs)
t_unit_test_provenance_SOURCES = t/unit/test_provenance.c t/unit/unit.h
t_unit_test_provenance_CPPFLAGS = $(data_test_cppflags)
t_unit_test_provenance_LDADD = $(data_test_libs)
t_unit_test_lineage_SOURCES = t/unit/test_lineage.c t/unit/unit.h \
    t/unit/project.h
t_unit_test_lineage_CPPFLAGS = $(data_test_cppflags)
t_unit_test_lineage_LDADD = $(data_test_libs)
t_unit_test_store_SOURCES = t/unit/test_store.c t/unit/unit.h t/unit/project.h
t_unit_test_store_CPPFLAGS = $(data_test_cppflags)
t_unit_test_store_LDADD = $(data_test_libs)
endif

LINEAGE_TESTS = t/t2200-prov.t t/t2201-crate.t
TESTS += $(LINEAGE_TESTS)
EXTRA_DIST += $(LINEAGE_TESTS) t/fixture-lineage.sh t/prov_check.py t/crate

# Drives a store into trouble.
CRASH_TESTS = t/t5000-kill.t t/t5001-full.t t/t5002-syscalls.t \
    t/t5010-gc-kill.t t/t5011-repack-kill.t t/t5012-gc-race.t \
    t/t5013-many-writers.t \
    t/t5020-crash-states.t
TESTS += $(CRASH_TESTS)
EXTRA_DIST += $(CRASH_TESTS) t/kill-at-calls.sh t/crash/disk.py t/crash/states.py \
    t/crash/oracle.py t/crash/scenarios.py t/crash/power_cut.py
check_PROGRAMS += t/crash/crash
t_crash_crash_SOURCES = t/crash/crash.c t/crash/crash.h t/crash/task.c \
    t/crash/check.c t/crash/loops.c t/crash/judge.c
t_crash_crash_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
t_crash_crash_LDADD = $(DATA_LIBS)
check_PROGRAMS += t/crash/record
t_crash_record_SOURCES = t/crash/record.c t/crash/record_call.c \
    t/crash/record.h
