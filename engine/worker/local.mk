# engine/worker: the only program on the engine's side that opens HDF5
pkglibexec_PROGRAMS += fedtwin-worker
noinst_LIBRARIES += engine/libworker.a
engine_libworker_a_SOURCES = \
    engine/worker/bytes.c engine/worker/bytes.h engine/worker/content.c \
    engine/worker/content.h engine/worker/copy.c engine/worker/copy.h \
    engine/worker/draft.c engine/worker/draft.h engine/worker/guard.c \
    engine/worker/guard.h engine/worker/h5.c engine/worker/h5.h \
    engine/worker/kinds.c engine/worker/kinds.h engine/worker/mesh.c \
    engine/worker/mesh.h engine/worker/ops.c engine/worker/ops.h \
    engine/worker/outfile.c engine/worker/outfile.h engine/worker/publish.c \
    engine/worker/publish.h engine/worker/recompress.c \
    engine/worker/recompress.h engine/worker/rewrite.c \
    engine/worker/rewrite.h engine/worker/rows.c engine/worker/rows.h \
    engine/worker/sandbox.c engine/worker/sandbox.h engine/worker/scan.c \
    engine/worker/scan.h engine/worker/slab.c engine/worker/slab.h \
    engine/worker/table.c engine/worker/table.h engine/worker/values.c \
    engine/worker/version.c engine/worker/version.h \
    engine/worker/version_file.c engine/worker/version_file.h \
    engine/worker/compare/compare.c engine/worker/compare/compare.h \
    engine/worker/compare/compare_in.h engine/worker/compare/compare_attrs.c \
    engine/worker/compare/compare_file.c engine/worker/compare/compare_mesh.c \
    engine/worker/compare/compare_table.c \
    engine/worker/compare/compare_values.c \
    engine/worker/compare/compare_where.c \
    engine/worker/formats/csv.h engine/worker/formats/csv_read.c \
    engine/worker/formats/csv_text.c engine/worker/formats/csv_text.h \
    engine/worker/formats/csv_write.c engine/worker/formats/exodus.c \
    engine/worker/formats/exodus.h engine/worker/formats/grid.c \
    engine/worker/formats/grid.h engine/worker/formats/grid_faces.c \
    engine/worker/formats/grid_shape.c engine/worker/formats/grid_write.c \
    engine/worker/formats/image.h engine/worker/formats/image_write.c \
    engine/worker/formats/loose.c engine/worker/formats/loose.h \
    engine/worker/formats/med.c engine/worker/formats/med.h \
    engine/worker/formats/msh.c engine/worker/formats/msh.h \
    engine/worker/formats/msh_file.c engine/worker/formats/msh_file.h \
    engine/worker/formats/msh_in.c engine/worker/formats/msh_in.h \
    engine/worker/formats/msh_parts.c engine/worker/formats/nc.c \
    engine/worker/formats/nc.h engine/worker/formats/nc_classic.c \
    engine/worker/formats/nc_hdf5.c engine/worker/formats/nc_image.c \
    engine/worker/formats/nc_plan.c engine/worker/formats/nc_plan.h \
    engine/worker/formats/vtu.c engine/worker/formats/vtu.h \
    engine/worker/formats/vtu_data.c engine/worker/formats/vtu_data.h \
    engine/worker/formats/vtu_xml.c engine/worker/formats/vtu_xml.h
WORKER_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(HDF5_SERIAL_CFLAGS) \
    $(SECCOMP_CFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS)
engine_libworker_a_CPPFLAGS = $(WORKER_CPPFLAGS)
WORKER_LIBS = engine/libworker.a $(BASE_LIBS) $(HDF5_WORKER_LIBS) \
    $(EXPAT_LIBS) $(ZLIB_LIBS) $(SECCOMP_LIBS)

fedtwin_worker_common = engine/worker/main.c engine/worker/clock.c
fedtwin_worker_SOURCES = $(fedtwin_worker_common)
fedtwin_worker_CPPFLAGS = $(WORKER_CPPFLAGS)
if STATIC_WORKER
fedtwin_worker_SOURCES += engine/worker/unloaded.c
fedtwin_worker_LDFLAGS = $(AM_LDFLAGS) -static-pie -Wl,--wrap=dlopen
fedtwin_worker_LDADD = engine/libworker.a engine/libbase.a \
    $(WORKER_STATIC_LIBS)
else
fedtwin_worker_LDADD = $(WORKER_LIBS)
endif

WORKER_T = t/t1900-worker.t t/t1901-worker-csv.t t/t1902-worker-faults.t \
    t/t1903-worker-compare.t t/t1904-worker-guard.t
TESTS += $(WORKER_T)
EXTRA_DIST += $(WORKER_T) t/worker/ask.py t/worker/compare.py \
    t/worker/compare_big.py t/worker/content.py \
    t/worker/faults.py t/worker/make.py t/worker/mutants.py

if HAVE_CHECK
WORKER_TESTS = t/unit/test_worker_content t/unit/test_worker_csv \
    t/unit/test_worker_sandbox t/unit/test_worker_scan
check_PROGRAMS += $(WORKER_TESTS)
TESTS += $(WORKER_TESTS)
t_unit_test_worker_content_SOURCES = t/unit/test_worker_content.c t/unit/unit.h
t_unit_test_worker_content_CPPFLAGS = $(WORKER_CPPFLAGS) $(CHECK_CFLAGS)
t_unit_test_worker_content_LDADD = $(WORKER_LIBS) $(CHECK_LIBS)
t_unit_test_worker_csv_SOURCES = t/unit/test_worker_csv.c t/unit/unit.h
t_unit_test_worker_csv_CPPFLAGS = $(WORKER_CPPFLAGS) $(CHECK_CFLAGS)
t_unit_test_worker_csv_LDADD = $(WORKER_LIBS) $(CHECK_LIBS)
t_unit_test_worker_sandbox_SOURCES = t/unit/test_worker_sandbox.c t/unit/unit.h
t_unit_test_worker_sandbox_CPPFLAGS = $(WORKER_CPPFLAGS) $(CHECK_CFLAGS)
t_unit_test_worker_sandbox_LDADD = $(WORKER_LIBS) $(CHECK_LIBS)
t_unit_test_worker_scan_SOURCES = t/unit/test_worker_scan.c t/unit/unit.h
t_unit_test_worker_scan_CPPFLAGS = $(WORKER_CPPFLAGS) $(CHECK_CFLAGS)
t_unit_test_worker_scan_LDADD = $(WORKER_LIBS) $(CHECK_LIBS)
endif
