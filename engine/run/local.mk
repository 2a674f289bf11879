# run: execute a plan; the only layer that starts programs and waits

noinst_LIBRARIES += engine/librun.a
engine_librun_a_SOURCES = \
    engine/run/adapter.h \
    engine/run/sched.c engine/run/sched.h engine/run/sched_in.h \
    engine/run/sched_queue.c engine/run/sched_queue.h \
    engine/run/sched_room.c engine/run/sched_wait.c \
    engine/run/run.c engine/run/run.h engine/run/change.h \
    engine/run/reported.c engine/run/tally.c \
    engine/run/journal.c engine/run/journal.h engine/run/journal_in.h \
    engine/run/replay.c \
    engine/run/members.c engine/run/members.h \
    engine/run/steer.c engine/run/steer.h engine/run/steer_request.c \
    engine/run/redo.c engine/run/redo.h \
    engine/run/place.c engine/run/place.h \
    engine/run/lease.c engine/run/lease.h \
    engine/run/control.c engine/run/control.h \
    engine/run/drive.c engine/run/drive.h engine/run/drive_in.h \
    engine/run/events.c \
    engine/run/simulated.c \
    engine/run/flight.c \
    engine/run/steps.c engine/run/travel.c engine/run/travel.h \
    engine/run/turns.c \
    engine/run/handoff.c \
    engine/run/workdirs.c engine/run/workdirs.h \
    engine/run/trigger.c engine/run/trigger.h engine/run/trigger_in.h \
    engine/run/trigger_cycle.c engine/run/trigger_watch.c \
    engine/run/trigger_log.c engine/run/trigger_log.h \
    engine/run/collect.c \
    engine/run/rerun.c engine/run/rerun.h \
    engine/run/rerun_execute.c engine/run/rerun_compare.c \
    engine/run/result.c engine/run/result.h \
    engine/run/outcome.c engine/run/outcome.h \
    engine/run/usage.c engine/run/usage.h \
    engine/run/saved.c engine/run/saved.h \
    engine/run/script.c engine/run/script.h engine/run/sites.c \
    engine/run/form.c engine/run/form.h engine/run/sweep.c engine/run/sweep.h \
    engine/run/held.c engine/run/held.h \
    engine/run/freight.c engine/run/freight.h \
    engine/run/memo.c engine/run/memo.h \
    engine/run/summary.c engine/run/summary_path.c engine/run/summary.h \
    engine/run/estimate.c engine/run/estimate.h \
    engine/run/budget.c engine/run/budget.h engine/run/limit.c \
    engine/run/deadline.c engine/run/deadline.h engine/run/outlook.c \
    engine/run/forecast.c engine/run/forecast.h \
    engine/run/helper.c engine/run/talk.c engine/run/helper.h \
    engine/run/helper_life.c engine/run/helper_life.h \
    engine/run/site_test.c engine/run/site_test.h engine/run/site_test_in.h \
    engine/run/site_test_job.c engine/run/site_test_report.c \
    engine/run/site_test_call.c \
    engine/run/read.c \
    engine/run/ask.c engine/run/ask.h \
    engine/run/serve.c engine/run/recall.c engine/run/absent.c \
    engine/run/alive.c engine/run/alive.h \
    engine/run/start.c \
    engine/run/share.c engine/run/share.h \
    engine/run/share_file.c engine/run/share_file.h \
    engine/run/rivals.c engine/run/rivals.h \
    engine/run/upkeep.c engine/run/upkeep.h \
    engine/run/why.c
engine_librun_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(UV_CFLAGS)

if HAVE_CHECK
run_cppflags = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(UV_CFLAGS) $(CHECK_CFLAGS)
run_libs = engine/librun.a engine/libplan.a engine/libdata.a \
    engine/libmodel.a engine/libtext.a $(BASE_LIBS) $(YAML_LIBS) \
    $(UDUNITS_LIBS) $(SQLITE_LIBS) $(UV_LIBS) $(CHECK_LIBS)
check_PROGRAMS += t/unit/test_form
TESTS += t/unit/test_form
t_unit_test_form_SOURCES = t/unit/test_form.c t/unit/unit.h
t_unit_test_form_CPPFLAGS = $(run_cppflags)
t_unit_test_form_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_script
TESTS += t/unit/test_script
t_unit_test_script_SOURCES = t/unit/test_script.c t/unit/unit.h
t_unit_test_script_CPPFLAGS = $(run_cppflags)
t_unit_test_script_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_steer t/unit/test_share
TESTS += t/unit/test_steer t/unit/test_share
t_unit_test_share_SOURCES = t/unit/test_share.c t/unit/unit.h
t_unit_test_share_CPPFLAGS = $(run_cppflags)
t_unit_test_share_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_usage t/unit/test_energy t/unit/test_forecast
TESTS += t/unit/test_usage t/unit/test_energy t/unit/test_forecast
t_unit_test_forecast_SOURCES = t/unit/test_forecast.c t/unit/unit.h
t_unit_test_forecast_CPPFLAGS = $(run_cppflags)
t_unit_test_forecast_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_helper
TESTS += t/unit/test_helper
t_unit_test_helper_SOURCES = t/unit/test_helper.c t/unit/unit.h
t_unit_test_helper_CPPFLAGS = $(run_cppflags)
t_unit_test_helper_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_members
TESTS += t/unit/test_members
t_unit_test_members_SOURCES = t/unit/test_members.c t/unit/unit.h
t_unit_test_members_CPPFLAGS = $(run_cppflags)
t_unit_test_members_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_summary
TESTS += t/unit/test_summary
t_unit_test_summary_SOURCES = t/unit/test_summary.c t/unit/unit.h
t_unit_test_summary_CPPFLAGS = $(run_cppflags)
t_unit_test_summary_LDADD = $(run_libs)
t_unit_test_usage_SOURCES = t/unit/test_usage.c t/unit/unit.h
t_unit_test_usage_CPPFLAGS = $(run_cppflags)
t_unit_test_usage_LDADD = $(run_libs)
t_unit_test_energy_SOURCES = t/unit/test_energy.c t/unit/unit.h
t_unit_test_energy_CPPFLAGS = $(run_cppflags)
t_unit_test_energy_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_grow t/unit/test_journal t/unit/test_local \
    t/unit/test_sched
ACCOUNT_TESTS = t/t2170-budget.t t/t2171-deadline.t t/t2172-usage-mpi.t
TESTS += $(ACCOUNT_TESTS)
EXTRA_DIST += $(ACCOUNT_TESTS)
TESTS += t/t2190-memo.t t/t2191-evicted.t
EXTRA_DIST += t/t2190-memo.t t/t2191-evicted.t
TESTS += t/unit/test_grow t/unit/test_journal t/unit/test_local t/unit/test_sched
t_unit_test_journal_SOURCES = t/unit/test_journal.c t/unit/unit.h
t_unit_test_journal_CPPFLAGS = $(run_cppflags)
t_unit_test_journal_LDADD = $(run_libs)
t_unit_test_local_SOURCES = t/unit/test_local.c t/unit/unit.h
t_unit_test_local_CPPFLAGS = $(run_cppflags)
t_unit_test_local_LDADD = $(run_libs)
check_PROGRAMS += t/unit/test_pool
TESTS += t/unit/test_pool
t_unit_test_pool_SOURCES = t/unit/test_pool.c t/unit/unit.h
t_unit_test_pool_CPPFLAGS = $(run_cppflags)
t_unit_test_pool_LDADD = $(run_libs)
t_unit_test_grow_SOURCES = t/unit/test_grow.c t/unit/unit.h
t_unit_test_grow_CPPFLAGS = $(run_cppflags)
t_unit_test_grow_LDADD = $(run_libs)
t_unit_test_sched_SOURCES = t/unit/test_sched.c t/unit/unit.h
t_unit_test_sched_CPPFLAGS = $(run_cppflags)
t_unit_test_sched_LDADD = $(run_libs)
t_unit_test_steer_SOURCES = t/unit/test_steer.c t/unit/unit.h
t_unit_test_steer_CPPFLAGS = $(run_cppflags)
t_unit_test_steer_LDADD = $(run_libs)
endif

RUN_TESTS = t/t2000-run.t t/t2001-bad-stages.t t/t2002-resume.t \
    t/t2003-cancel.t t/t2140-steering.t t/t2141-detach.t t/t2142-share.t \
    t/t2004-full-disk.t \
    t/t2050-newcomer.t \
    t/t2120-loop.t t/t2121-rows.t t/t2122-examples.t
TESTS += $(RUN_TESTS)
EXTRA_DIST += $(RUN_TESTS)
if SOLVERS
TESTS += t/t2005-mpi.t
endif
EXTRA_DIST += t/t2005-mpi.t

# Random histories of the scheduler.
check_PROGRAMS += t/sim/sim
t_sim_sim_SOURCES = t/sim/main.c t/sim/history.c t/sim/journal.c \
    t/sim/world.c t/sim/check.c t/sim/sim.h
t_sim_sim_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
t_sim_sim_LDADD = engine/librun.a engine/libplan.a engine/libdata.a \
    engine/libmodel.a engine/libtext.a $(BASE_LIBS) $(YAML_LIBS) \
    $(UDUNITS_LIBS) $(SQLITE_LIBS) $(UV_LIBS)
TESTS += t/t2190-histories.t t/t5003-kill-runner.t
EXTRA_DIST += t/t2190-histories.t t/t5003-kill-runner.t t/kill_runner.py
