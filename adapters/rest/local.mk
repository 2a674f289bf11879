# adapters/rest: the adapter for Slurm clusters behind slurmrestd, the one
# program that links libcurl.
pkglibexec_PROGRAMS += fedtwin-rest
fedtwin_rest_SOURCES = adapters/rest/rest.h adapters/rest/main.c \
    adapters/rest/call.c adapters/rest/control.c \
    adapters/rest/credential.c adapters/rest/credential.h \
    adapters/rest/http.c adapters/rest/http.h \
    adapters/rest/jobs.c adapters/rest/layout.c \
    adapters/rest/shape.c adapters/rest/shape.h \
    adapters/rest/status.c adapters/rest/submit.c \
    adapters/link/wire.c adapters/link/wire.h \
    adapters/slurm/fault.c adapters/slurm/fault.h \
    adapters/slurm/gres.c adapters/slurm/gres.h \
    adapters/slurm/shell.c adapters/slurm/shell.h \
    adapters/slurm/spec.c adapters/slurm/spec.h \
    adapters/slurm/elements.c adapters/slurm/elements.h \
    adapters/slurm/state.c adapters/slurm/state.h \
    adapters/slurm/told.c adapters/slurm/told.h
fedtwin_rest_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CURL_CFLAGS)
fedtwin_rest_LDADD = $(BASE_LIBS) $(CURL_LIBS) -lm

EXTRA_DIST += t/junk_server.py
TESTS += t/t4052-rest-junk.t t/t4055-rest-versions.t
EXTRA_DIST += t/t4052-rest-junk.t t/t4055-rest-versions.t
REST_T = t/t4050-rest-conform.t t/t4051-rest-credential.t \
    t/t4053-rest-accounting.t t/t4054-rest-run.t t/t4056-rest-array.t
EXTRA_DIST += $(REST_T)
if SLURM
TESTS += $(REST_T)
endif
