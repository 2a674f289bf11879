# engine/data: versions, states and the oplog that says what exists

noinst_LIBRARIES += engine/libdata.a
engine_libdata_a_SOURCES = \
    engine/data/store/ballast.c engine/data/store/ballast.h \
    engine/data/store/client.c engine/data/store/client.h \
    engine/data/store/digest.c engine/data/store/files.c \
    engine/data/store/files.h engine/data/store/id.c engine/data/store/id.h \
    engine/data/store/job.c engine/data/store/job.h engine/data/store/memo.c \
    engine/data/store/oplog.c engine/data/store/oplog.h \
    engine/data/store/payload.c engine/data/store/project.c \
    engine/data/store/project.h engine/data/store/publish.c \
    engine/data/store/publish.h engine/data/store/record.c \
    engine/data/store/sharing.c engine/data/store/sharing.h \
    engine/data/store/space.c engine/data/store/space.h \
    engine/data/store/spawn.c engine/data/store/spawn.h \
    engine/data/store/store.c engine/data/store/store.h \
    engine/data/store/store_impl.h \
    engine/data/index/db.c engine/data/index/db.h engine/data/index/find.c \
    engine/data/index/index.c engine/data/index/index.h \
    engine/data/index/index_apply.c engine/data/index/index_apply.h \
    engine/data/index/index_bind.c engine/data/index/index_bind.h \
    engine/data/index/index_move.c engine/data/index/index_path.c \
    engine/data/index/index_path.h engine/data/index/index_upkeep.c \
    engine/data/index/index_upkeep.h engine/data/index/ref.c \
    engine/data/index/ref.h engine/data/index/resolve.c \
    engine/data/history/compare.c engine/data/history/delta.c \
    engine/data/history/delta.h engine/data/history/diff.c \
    engine/data/history/diff.h engine/data/history/diff_in.h \
    engine/data/history/diff_params.c engine/data/history/diff_recipes.c \
    engine/data/history/diff_side.c engine/data/history/diff_workflow.c \
    engine/data/history/gone.c \
    engine/data/history/history.c engine/data/history/history.h \
    engine/data/history/history_impl.h engine/data/history/log.c \
    engine/data/history/merge.c engine/data/history/merge.h \
    engine/data/history/move.c engine/data/history/point.c \
    engine/data/history/put.c engine/data/history/recall.c \
    engine/data/history/tip.c \
    engine/data/provenance/crate.c engine/data/provenance/crate.h \
    engine/data/provenance/crate_action.c engine/data/provenance/crate_doc.c \
    engine/data/provenance/crate_doc.h engine/data/provenance/crate_plan.c \
    engine/data/provenance/crate_value.c \
    engine/data/provenance/crate_value.h engine/data/provenance/derived.c \
    engine/data/provenance/lineage.c engine/data/provenance/lineage.h \
    engine/data/provenance/provenance.c engine/data/provenance/provenance.h \
    engine/data/provenance/provenance_doc.c \
    engine/data/provenance/provenance_doc.h \
    engine/data/provenance/provenance_json.c \
    engine/data/provenance/provenance_task.c \
    engine/data/provenance/provenance_task.h \
    engine/data/provenance/revision.c engine/data/provenance/revision.h \
    engine/data/archive/archive.h engine/data/archive/archive_client.c \
    engine/data/archive/archive_impl.h engine/data/archive/archive_pick.c \
    engine/data/archive/archive_state.c engine/data/archive/export.c \
    engine/data/archive/export_impl.h engine/data/archive/export_lists.c \
    engine/data/archive/foreign.c engine/data/archive/foreign.h \
    engine/data/archive/import.c engine/data/archive/import_check.c \
    engine/data/archive/import_commit.c engine/data/archive/import_match.c \
    engine/data/archive/import_names.c \
    engine/data/upkeep/adopt.c engine/data/upkeep/adopt.h \
    engine/data/upkeep/compress.c engine/data/upkeep/evict.c \
    engine/data/upkeep/fsck.c engine/data/upkeep/fsck_pack.c \
    engine/data/upkeep/fsck_pack.h engine/data/upkeep/gc.c \
    engine/data/upkeep/kept.c engine/data/upkeep/kept.h \
    engine/data/upkeep/mark.c engine/data/upkeep/mark.h \
    engine/data/upkeep/needs.c engine/data/upkeep/pack.c \
    engine/data/upkeep/pack.h engine/data/upkeep/packs.c \
    engine/data/upkeep/packs.h engine/data/upkeep/press.c \
    engine/data/upkeep/press.h engine/data/upkeep/rebuild.c \
    engine/data/upkeep/regain.c engine/data/upkeep/removal.c \
    engine/data/upkeep/removal.h engine/data/upkeep/repack.c \
    engine/data/upkeep/trash.c engine/data/upkeep/trash.h \
    engine/data/upkeep/upkeep.h
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
    t/crash/collection.py t/crash/oracle.py t/crash/place.py \
    t/crash/scenarios.py t/crash/power_cut.py
check_PROGRAMS += t/crash/crash
t_crash_crash_SOURCES = t/crash/crash.c t/crash/crash.h t/crash/task.c \
    t/crash/check.c t/crash/loops.c t/crash/judge.c
t_crash_crash_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
t_crash_crash_LDADD = $(DATA_LIBS)
check_PROGRAMS += t/crash/record
t_crash_record_SOURCES = t/crash/record.c t/crash/record_call.c \
    t/crash/record.h
t_crash_record_CPPFLAGS = $(AM_CPPFLAGS) $(SECCOMP_CFLAGS)
t_crash_record_LDADD = $(SECCOMP_LIBS)
# The worker with the shared C library, whose syncs another one can replace.
check_PROGRAMS += t/crash/worker
t_crash_worker_SOURCES = $(fedtwin_worker_common)
t_crash_worker_CPPFLAGS = $(WORKER_CPPFLAGS)
t_crash_worker_LDADD = $(WORKER_LIBS)
