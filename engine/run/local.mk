# run: execute a plan; the only layer that starts programs and waits

noinst_LIBRARIES += engine/librun.a
engine_librun_a_SOURCES = \
    engine/run/adapter.h \
    engine/run/sched/sched.c engine/run/sched/sched.h \
    engine/run/sched/sched_in.h engine/run/sched/sched_queue.c \
    engine/run/sched/sched_queue.h engine/run/sched/sched_room.c \
    engine/run/sched/sched_wait.c \
    engine/run/record/run.c engine/run/record/run.h \
    engine/run/record/change.h engine/run/record/reported.c \
    engine/run/record/tally.c engine/run/record/journal.c \
    engine/run/record/journal.h engine/run/record/journal_in.h \
    engine/run/record/replay.c engine/run/record/members.c \
    engine/run/record/members.h engine/run/record/steer.c \
    engine/run/record/steer.h engine/run/record/steer_request.c \
    engine/run/record/redo.c engine/run/record/redo.h \
    engine/run/record/place.c engine/run/record/place.h \
    engine/run/record/lease.c engine/run/record/lease.h \
    engine/run/record/result.c engine/run/record/result.h \
    engine/run/record/outcome.c engine/run/record/outcome.h \
    engine/run/record/sites.c engine/run/record/upkeep.c \
    engine/run/record/upkeep.h \
    engine/run/drive/drive.c engine/run/drive/drive.h \
    engine/run/drive/drive_in.h engine/run/drive/events.c \
    engine/run/drive/simulated.c engine/run/drive/flight.c \
    engine/run/drive/steps.c engine/run/drive/turns.c \
    engine/run/drive/handoff.c engine/run/drive/workdirs.c \
    engine/run/drive/workdirs.h engine/run/drive/collect.c \
    engine/run/drive/memo.c engine/run/drive/memo.h engine/run/drive/limit.c \
    engine/run/drive/outlook.c engine/run/drive/serve.c \
    engine/run/drive/recall.c engine/run/drive/absent.c \
    engine/run/drive/start.c engine/run/drive/share.c \
    engine/run/drive/share.h engine/run/drive/share_file.c \
    engine/run/drive/share_file.h engine/run/drive/rivals.c \
    engine/run/drive/rivals.h \
    engine/run/accounts/usage.c engine/run/accounts/usage.h \
    engine/run/accounts/saved.c engine/run/accounts/saved.h \
    engine/run/accounts/summary.c engine/run/accounts/summary_path.c \
    engine/run/accounts/summary.h engine/run/accounts/estimate.c \
    engine/run/accounts/estimate.h engine/run/accounts/budget.c \
    engine/run/accounts/budget.h engine/run/accounts/deadline.c \
    engine/run/accounts/deadline.h engine/run/accounts/forecast.c \
    engine/run/accounts/forecast.h \
    engine/run/control/control.c engine/run/control/control.h \
    engine/run/control/read.c engine/run/control/ask.c \
    engine/run/control/ask.h engine/run/control/alive.c \
    engine/run/control/alive.h engine/run/control/why.c \
    engine/run/site/travel.c engine/run/site/travel.h \
    engine/run/site/script.c engine/run/site/script.h engine/run/site/form.c \
    engine/run/site/form.h engine/run/site/sweep.c engine/run/site/sweep.h \
    engine/run/site/held.c engine/run/site/held.h engine/run/site/freight.c \
    engine/run/site/freight.h engine/run/site/helper.c engine/run/site/talk.c \
    engine/run/site/helper.h engine/run/site/helper_life.c \
    engine/run/site/helper_life.h engine/run/site/site_test.c \
    engine/run/site/site_test.h engine/run/site/site_test_in.h \
    engine/run/site/site_test_job.c engine/run/site/site_test_report.c \
    engine/run/site/site_test_call.c \
    engine/run/rerun/rerun.c engine/run/rerun/rerun.h \
    engine/run/rerun/rerun_execute.c engine/run/rerun/rerun_compare.c \
    engine/run/trigger/trigger.c engine/run/trigger/trigger.h \
    engine/run/trigger/trigger_in.h engine/run/trigger/trigger_cycle.c \
    engine/run/trigger/trigger_watch.c engine/run/trigger/trigger_log.c \
    engine/run/trigger/trigger_log.h
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
    t/t2143-resources.t t/t2004-full-disk.t \
    t/t2050-newcomer.t \
    t/t2120-loop.t t/t2121-rows.t t/t2122-examples.t t/t2123-rounds.t
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
