# engine/worker: the only program on the engine's side that opens HDF5
pkglibexec_PROGRAMS += fedtwin-worker
WORKER_SOURCES = \
    engine/worker/bytes.c engine/worker/bytes.h \
    engine/worker/content.c engine/worker/content.h \
    engine/worker/copy.c engine/worker/copy.h \
    engine/worker/csv.h engine/worker/csv_read.c engine/worker/csv_write.c \
    engine/worker/h5.c engine/worker/h5.h \
    engine/worker/kinds.c engine/worker/kinds.h \
    engine/worker/mesh.c engine/worker/mesh.h \
    engine/worker/ops.c engine/worker/ops.h \
    engine/worker/outfile.c engine/worker/outfile.h \
    engine/worker/publish.c engine/worker/publish.h \
    engine/worker/sandbox.c engine/worker/sandbox.h \
    engine/worker/scan.c engine/worker/scan.h \
    engine/worker/slab.c engine/worker/slab.h \
    engine/worker/table.c engine/worker/table.h \
    engine/worker/values.c \
    engine/worker/version.c engine/worker/version.h \
    engine/worker/version_file.c engine/worker/version_file.h
WORKER_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(HDF5_SERIAL_CFLAGS) \
    $(SECCOMP_CFLAGS)
# hdf5_hl: the dimension scales of tables.
WORKER_LIBS = $(BASE_LIBS) -lhdf5_hl $(HDF5_SERIAL_LIBS) $(SECCOMP_LIBS)

fedtwin_worker_SOURCES = engine/worker/main.c $(WORKER_SOURCES)
fedtwin_worker_CPPFLAGS = $(WORKER_CPPFLAGS)
fedtwin_worker_LDADD = $(WORKER_LIBS)

EXTRA_DIST += t/worker/ask.py t/worker/content.py
