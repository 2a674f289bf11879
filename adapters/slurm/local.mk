# adapters/slurm: the adapter, and its two workers.  The one that uses libslurm
# is a program of its own, for libslurm is under the GPL.
pkglibexec_PROGRAMS += fedtwin-slurm

SLURM_COMMON = \
    adapters/link/wire.c adapters/link/wire.h \
    adapters/slurm/spec.c adapters/slurm/spec.h \
    adapters/slurm/elements.c adapters/slurm/elements.h \
    adapters/slurm/state.c adapters/slurm/state.h \
    adapters/slurm/told.c adapters/slurm/told.h \
    adapters/slurm/sacct.c adapters/slurm/sacct.h \
    adapters/slurm/shell.c adapters/slurm/shell.h
SLURM_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)

fedtwin_slurm_SOURCES = adapters/slurm/guard.c \
    adapters/slurm/worker.c adapters/slurm/worker.h \
    adapters/link/wire.c adapters/link/wire.h
fedtwin_slurm_CPPFLAGS = $(SLURM_CPPFLAGS)
fedtwin_slurm_LDADD = $(BASE_LIBS)

pkglibexec_PROGRAMS += fedtwin-slurm-cmd
fedtwin_slurm_cmd_SOURCES = $(SLURM_COMMON) \
    adapters/slurm/cmd.h adapters/slurm/cmd_main.c \
    adapters/slurm/cmd_jobs.c adapters/slurm/cmd_probe.c \
    adapters/slurm/cmd_submit.c \
    adapters/slurm/gres.c adapters/slurm/gres.h
fedtwin_slurm_cmd_CPPFLAGS = $(SLURM_CPPFLAGS)
fedtwin_slurm_cmd_LDADD = $(BASE_LIBS)

if SLURM
pkglibexec_PROGRAMS += fedtwin-slurm-lib
fedtwin_slurm_lib_SOURCES = $(SLURM_COMMON) \
    adapters/slurm/lib.h adapters/slurm/lib_main.c \
    adapters/slurm/fault.c adapters/slurm/fault.h \
    adapters/slurm/gres.c adapters/slurm/gres.h \
    adapters/slurm/lib_control.c adapters/slurm/lib_fault.c \
    adapters/slurm/lib_jobs.c adapters/slurm/lib_probe.c \
    adapters/slurm/lib_status.c adapters/slurm/lib_submit.c
fedtwin_slurm_lib_CPPFLAGS = $(SLURM_CPPFLAGS)
fedtwin_slurm_lib_LDADD = $(BASE_LIBS) $(SLURM_LIBS)
endif

EXTRA_DIST += t/slurm.sh t/slurm_cluster.py t/adapter.sh
TESTS += t/t4000-slurm-lab.t
EXTRA_DIST += t/t4000-slurm-lab.t
SLURM_T = t/t4010-slurm-submit.t t/t4011-slurm-status.t \
    t/t4012-slurm-outage.t t/t4013-slurm-array.t t/t4014-conform.t \
    t/t4015-slurm-accounting.t t/t4016-slurm-commands.t
EXTRA_DIST += $(SLURM_T)
if SLURM
TESTS += $(SLURM_T)
endif
