# adapters: how the engine talks to each kind of site; kinds.c says which there
# are

engine_librun_a_SOURCES += adapters/kinds.c \
    adapters/local/local.c adapters/local/local.h adapters/local/local_job.h \
    adapters/local/local_begin.c adapters/local/local_end.c \
    adapters/local/local_watch.c adapters/local/local_pool.c \
    adapters/local/local_pool.h adapters/local/local_modules.c \
    adapters/local/local_modules.h adapters/local/local_session.c \
    adapters/local/local_session.h adapters/local/local_energy.c \
    adapters/local/local_energy.h adapters/local/local_spawn.c \
    adapters/local/local_spawn.h \
    adapters/fake/fake.c adapters/fake/fake_script.c \
    adapters/fake/fake_script.h \
    adapters/batch/batch.c adapters/batch/batch_in.h \
    adapters/batch/batch_call.c adapters/batch/batch_end.c \
    adapters/batch/batch_far.c adapters/batch/batch_file.c \
    adapters/batch/batch_form.c adapters/batch/batch_array.c \
    adapters/batch/batch_node.c adapters/batch/batch_search.c \
    adapters/batch/batch_submit.c adapters/batch/batch_watch.c \
    adapters/federation/federation.c adapters/federation/federation_choose.c \
    adapters/federation/federation_in.h \
    adapters/home/home.c adapters/home/home.h adapters/home/home_in.h \
    adapters/home/home_carry.c adapters/home/home_parcel.c \
    adapters/home/parcel.c adapters/home/parcel.h \
    adapters/link/agent_file.c adapters/link/agent_file.h \
    adapters/link/agent_array.c \
    adapters/link/attempt_json.c adapters/link/attempt_json.h \
    adapters/link/give.c adapters/link/give.h adapters/link/pull.c \
    adapters/link/pull.h adapters/link/link.c adapters/link/link.h \
    adapters/link/proof.c adapters/link/proof.h

TESTS += t/t2180-simulated.t
EXTRA_DIST += t/t2180-simulated.t

# The program that stands in for the engine in a job of a batch system.
pkglibexec_PROGRAMS += fedtwin-agent
fedtwin_agent_SOURCES = adapters/agent/agent.h adapters/agent/bring.c \
    adapters/agent/cache.c adapters/agent/call.c adapters/agent/fetch.c \
    adapters/agent/given.c adapters/agent/main.c adapters/agent/names.c \
    adapters/agent/program.c \
    adapters/agent/record.c adapters/agent/tasks.c \
    adapters/agent/visible.c
fedtwin_agent_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(UV_CFLAGS)
fedtwin_agent_LDADD = engine/librun.a engine/libmodel.a $(BASE_LIBS) \
    $(UV_LIBS)
TESTS += t/t4020-agent.t
EXTRA_DIST += t/t4020-agent.t
check_PROGRAMS += t/agent/home
t_agent_home_SOURCES = t/agent/home.c
t_agent_home_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(UV_CFLAGS)
t_agent_home_LDADD = $(fedtwin_agent_LDADD)
TESTS += t/t4021-agent-home.t
EXTRA_DIST += t/t4021-agent-home.t
if SOLVERS
TESTS += t/t4022-agent-mpi.t
endif
EXTRA_DIST += t/t4022-agent-mpi.t
if HAVE_CHECK
check_PROGRAMS += t/unit/test_home t/unit/test_agent_file t/unit/test_pull \
    t/unit/test_link
TESTS += t/unit/test_home t/unit/test_agent_file t/unit/test_pull \
    t/unit/test_link
t_unit_test_agent_file_SOURCES = t/unit/test_agent_file.c t/unit/unit.h
t_unit_test_agent_file_CPPFLAGS = $(run_cppflags)
t_unit_test_agent_file_LDADD = $(run_libs)
t_unit_test_link_SOURCES = t/unit/test_link.c t/unit/unit.h
t_unit_test_link_CPPFLAGS = $(run_cppflags)
t_unit_test_link_LDADD = $(run_libs)
t_unit_test_pull_SOURCES = t/unit/test_pull.c t/unit/unit.h
t_unit_test_pull_CPPFLAGS = $(run_cppflags)
t_unit_test_pull_LDADD = $(run_libs)
t_unit_test_home_SOURCES = t/unit/test_home.c t/unit/unit.h
t_unit_test_home_CPPFLAGS = $(run_cppflags)
t_unit_test_home_LDADD = $(run_libs)
endif

# Sites that do not see the project.
TESTS += t/t4060-far.t t/t4061-far-faults.t t/t4063-far-plan.t
EXTRA_DIST += t/far.sh t/wire.py t/t4060-far.t t/t4061-far-faults.t \
    t/t4063-far-plan.t

# Sites as their users see them.
PROVIDER_TESTS = t/t4030-site-test.t t/t4031-providers.t \
    t/t4040-batch.t t/t4041-federation.t t/t4042-site-faults.t \
    t/t4043-site-limits.t t/t4062-far-slurm.t t/t4070-arrays.t \
    t/t4071-site-attempts.t t/t4072-site-nodes.t
if SLURM
if SOLVERS
TESTS += $(PROVIDER_TESTS)
endif
endif
EXTRA_DIST += t/fixture-heatsink.sh $(PROVIDER_TESTS)
TESTS += t/t4023-agent-slurm.t
EXTRA_DIST += t/t4023-agent-slurm.t
