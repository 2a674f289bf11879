# adapters: how the engine talks to each kind of site; the local one lives in
# the engine

engine_librun_a_SOURCES += \
    adapters/fake.c adapters/fake_script.c adapters/fake_script.h \
    adapters/local.c adapters/local_job.h \
    adapters/local_begin.c adapters/local_end.c adapters/local_watch.c \
    adapters/local_pool.c adapters/local_pool.h \
    adapters/local_modules.c adapters/local_modules.h \
    adapters/local_session.c adapters/local_session.h \
    adapters/local_energy.c adapters/local_energy.h \
    adapters/local_spawn.c adapters/local_spawn.h

TESTS += t/t2180-simulated.t
EXTRA_DIST += t/t2180-simulated.t

EXTRA_DIST += t/slurm.sh t/slurm_cluster.py
TESTS += t/t4000-slurm-lab.t
EXTRA_DIST += t/t4000-slurm-lab.t
