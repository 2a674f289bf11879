# Fuzz targets: each runs its corpus and mutations of it in "make check".
FUZZERS += t/fuzz/fuzz_yaml t/fuzz/fuzz_quantity t/fuzz/fuzz_expr \
    t/fuzz/fuzz_log t/fuzz/fuzz_oplog t/fuzz/fuzz_version \
    t/fuzz/fuzz_archive t/fuzz/fuzz_import t/fuzz/fuzz_csv t/fuzz/fuzz_vtu \
    t/fuzz/fuzz_touchstone t/fuzz/fuzz_msh t/fuzz/fuzz_netcdf \
    t/fuzz/fuzz_agent t/fuzz/fuzz_exodus
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
EXTRA_DIST += \
    t/fuzz/corpus/agent/attempt \
    t/fuzz/corpus/agent/both \
    t/fuzz/corpus/agent/result \
    t/fuzz/corpus/csv/bytes \
    t/fuzz/corpus/csv/lines \
    t/fuzz/corpus/csv/one \
    t/fuzz/corpus/csv/types \
    t/fuzz/corpus/touchstone/noise \
    t/fuzz/corpus/touchstone/one_port \
    t/fuzz/corpus/touchstone/three_ports \
    t/fuzz/corpus/touchstone/two_ports \
    t/fuzz/corpus/vtu/ascii \
    t/fuzz/corpus/vtu/base64_packed \
    t/fuzz/corpus/vtu/inline \
    t/fuzz/corpus/vtu/inline_packed \
    t/fuzz/corpus/vtu/raw_big \
    t/fuzz/corpus/vtu/raw_packed \
    t/fuzz/corpus/exodus/cdf1 \
    t/fuzz/corpus/exodus/cdf5 \
    t/fuzz/corpus/exodus/flat \
    t/fuzz/corpus/exodus/nodes \
    t/fuzz/corpus/import/history \
    t/fuzz/corpus/import/objects \
    t/fuzz/corpus/import/parts \
    t/fuzz/corpus/msh/big_41 \
    t/fuzz/corpus/msh/binary_22 \
    t/fuzz/corpus/msh/flat_41 \
    t/fuzz/corpus/msh/points_22 \
    t/fuzz/corpus/msh/points_41 \
    t/fuzz/corpus/msh/text_22 \
    t/fuzz/corpus/msh/text_41 \
    t/fuzz/corpus/netcdf/cdf1 \
    t/fuzz/corpus/netcdf/cdf2 \
    t/fuzz/corpus/netcdf/cdf5 \
    t/fuzz/corpus/netcdf/packed \
    t/fuzz/corpus/yaml/aliases \
    t/fuzz/corpus/yaml/blocks \
    t/fuzz/corpus/yaml/broken \
    t/fuzz/corpus/yaml/control \
    t/fuzz/corpus/yaml/directive \
    t/fuzz/corpus/yaml/documents \
    t/fuzz/corpus/yaml/duplicate \
    t/fuzz/corpus/yaml/empty \
    t/fuzz/corpus/yaml/flow_expr \
    t/fuzz/corpus/yaml/nested \
    t/fuzz/corpus/yaml/null \
    t/fuzz/corpus/yaml/tags \
    t/fuzz/corpus/yaml/utf16 \
    t/fuzz/corpus/yaml/workflow \
    t/fuzz/corpus/quantity/ambiguous \
    t/fuzz/corpus/quantity/angle \
    t/fuzz/corpus/quantity/bytes \
    t/fuzz/corpus/quantity/celsius \
    t/fuzz/corpus/quantity/conductivity \
    t/fuzz/corpus/quantity/date \
    t/fuzz/corpus/quantity/group \
    t/fuzz/corpus/quantity/length \
    t/fuzz/corpus/quantity/log \
    t/fuzz/corpus/quantity/percent \
    t/fuzz/corpus/quantity/power \
    t/fuzz/corpus/quantity/range \
    t/fuzz/corpus/quantity/rare \
    t/fuzz/corpus/quantity/superscripts \
    t/fuzz/corpus/expr/arithmetic \
    t/fuzz/corpus/expr/functions \
    t/fuzz/corpus/expr/if \
    t/fuzz/corpus/expr/logic \
    t/fuzz/corpus/expr/math \
    t/fuzz/corpus/expr/minus \
    t/fuzz/corpus/expr/nested \
    t/fuzz/corpus/expr/percent \
    t/fuzz/corpus/expr/selectors \
    t/fuzz/corpus/expr/temperature \
    t/fuzz/corpus/expr/template \
    t/fuzz/corpus/expr/text \
    t/fuzz/corpus/expr/unit \
    t/fuzz/corpus/log/cut \
    t/fuzz/corpus/log/empty \
    t/fuzz/corpus/log/flip \
    t/fuzz/corpus/log/header \
    t/fuzz/corpus/log/last \
    t/fuzz/corpus/log/middle \
    t/fuzz/corpus/log/newer \
    t/fuzz/corpus/log/raw \
    t/fuzz/corpus/log/raw_tail \
    t/fuzz/corpus/log/whole \
    t/fuzz/corpus/log/zeros \
    t/fuzz/corpus/oplog/adopt \
    t/fuzz/corpus/oplog/evict \
    t/fuzz/corpus/oplog/gc \
    t/fuzz/corpus/oplog/pin \
    t/fuzz/corpus/oplog/project \
    t/fuzz/corpus/oplog/purge \
    t/fuzz/corpus/oplog/ref \
    t/fuzz/corpus/oplog/result \
    t/fuzz/corpus/oplog/state \
    t/fuzz/corpus/oplog/workflow \
    t/fuzz/corpus/archive/packed \
    t/fuzz/corpus/archive/project \
    t/fuzz/corpus/archive/two \
    t/fuzz/corpus/version/chunked_and_packed \
    t/fuzz/corpus/version/external_storage \
    t/fuzz/corpus/version/field \
    t/fuzz/corpus/version/file \
    t/fuzz/corpus/version/image \
    t/fuzz/corpus/version/mesh \
    t/fuzz/corpus/version/oldest \
    t/fuzz/corpus/version/soft_link \
    t/fuzz/corpus/version/table \
    t/fuzz/corpus/version/variable_text \
    t/fuzz/corpus/version/virtual_dataset
CLEANFILES += fuzz_*.input fuzz_version.slow t/fuzz/libfuzzer/fuzz_*

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
FUZZ_LDADD = engine/libtext.a $(YAML_LIBS) $(UDUNITS_LIBS) $(BASE_LIBS)
FUZZ_DRIVER = t/fuzz/driver.c t/fuzz/fuzz.h
t_fuzz_fuzz_yaml_SOURCES = t/fuzz/fuzz_yaml.c $(FUZZ_DRIVER)
t_fuzz_fuzz_yaml_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_yaml_LDADD = $(FUZZ_LDADD)
t_fuzz_fuzz_quantity_SOURCES = t/fuzz/fuzz_quantity.c $(FUZZ_DRIVER)
t_fuzz_fuzz_quantity_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_quantity_LDADD = $(FUZZ_LDADD)
t_fuzz_fuzz_expr_SOURCES = t/fuzz/fuzz_expr.c $(FUZZ_DRIVER)
t_fuzz_fuzz_expr_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_expr_LDADD = $(FUZZ_LDADD)
t_fuzz_fuzz_log_SOURCES = t/fuzz/fuzz_log.c $(FUZZ_DRIVER)
t_fuzz_fuzz_log_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_log_LDADD = $(FUZZ_LDADD)
t_fuzz_fuzz_oplog_SOURCES = t/fuzz/fuzz_oplog.c $(FUZZ_DRIVER)
t_fuzz_fuzz_oplog_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_oplog_LDADD = $(DATA_LIBS)
# HDF5 as a shared library, so that a part of it can be replaced.
t_fuzz_fuzz_version_SOURCES = t/fuzz/fuzz_version.c t/fuzz/edges.c \
    t/fuzz/edges.h $(FUZZ_DRIVER)
t_fuzz_fuzz_version_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_version_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_archive_SOURCES = t/fuzz/fuzz_archive.c $(FUZZ_DRIVER) \
    engine/archive/unpack.c
t_fuzz_fuzz_archive_CPPFLAGS = $(FUZZ_CPPFLAGS) $(ARCHIVE_CFLAGS)
t_fuzz_fuzz_archive_LDADD = $(BASE_LIBS) $(ARCHIVE_LIBS)
t_fuzz_fuzz_import_SOURCES = t/fuzz/fuzz_import.c $(FUZZ_DRIVER)
t_fuzz_fuzz_import_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_import_LDADD = $(DATA_LIBS)

FUZZ_SHOWN = t/fuzz/shown.c t/fuzz/shown.h
FUZZ_FRESH = t/fuzz/fresh.c t/fuzz/fresh.h $(FUZZ_SHOWN)
FUZZ_HDF5_LDADD = engine/libworker.a $(BASE_LIBS) -lhdf5_hl \
    $(HDF5_SERIAL_LIBS) $(SECCOMP_LIBS) $(EXPAT_LIBS) $(ZLIB_LIBS)
t_fuzz_fuzz_csv_SOURCES = t/fuzz/fuzz_csv.c $(FUZZ_FRESH) $(FUZZ_DRIVER)
t_fuzz_fuzz_csv_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_csv_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_vtu_SOURCES = t/fuzz/fuzz_vtu.c $(FUZZ_FRESH) $(FUZZ_DRIVER)
t_fuzz_fuzz_vtu_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_vtu_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_msh_SOURCES = t/fuzz/fuzz_msh.c t/fuzz/mesh_file.h \
    $(FUZZ_DRIVER)
t_fuzz_fuzz_msh_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_msh_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_exodus_SOURCES = t/fuzz/fuzz_exodus.c t/fuzz/mesh_file.h \
    $(FUZZ_DRIVER)
t_fuzz_fuzz_exodus_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_exodus_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_netcdf_SOURCES = t/fuzz/fuzz_netcdf.c $(FUZZ_DRIVER)
t_fuzz_fuzz_netcdf_CPPFLAGS = $(WORKER_CPPFLAGS)
t_fuzz_fuzz_netcdf_LDADD = $(FUZZ_HDF5_LDADD)
t_fuzz_fuzz_agent_SOURCES = t/fuzz/fuzz_agent.c $(FUZZ_DRIVER)
t_fuzz_fuzz_agent_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_agent_LDADD = engine/librun.a engine/libmodel.a $(BASE_LIBS)
t_fuzz_fuzz_touchstone_SOURCES = t/fuzz/fuzz_touchstone.c $(FUZZ_SHOWN) \
    $(FUZZ_DRIVER)
t_fuzz_fuzz_touchstone_CPPFLAGS = $(FUZZ_CPPFLAGS)
t_fuzz_fuzz_touchstone_LDADD = $(FUZZ_LDADD)

# The same targets under clang's libFuzzer; see share/doc/fuzzing.md.  HDF5, in
# a child of fuzz_version, dies of what it does: no sanitizer of addresses there.
# Not fuzz_agent, which takes most of the engine.
CLANG = clang
LIBFUZZER_FLAGS = -std=gnu11 -g -O1 -DLIBFUZZER
LIBFUZZER_TEXT = $(top_srcdir)/engine/text/*.c $(top_srcdir)/engine/base/*.c
LIBFUZZER_STORE = $(LIBFUZZER_TEXT) $(top_srcdir)/engine/model/*.c \
    $(top_srcdir)/engine/data/*/*.c
LIBFUZZER_WORKER = $(top_srcdir)/engine/base/*.c \
    $(filter-out %/main.c,$(wildcard \
        $(top_srcdir)/engine/worker/*.c $(top_srcdir)/engine/worker/*/*.c))
LIBFUZZER_HDF5 = -lhdf5_hl $(HDF5_SERIAL_LIBS) $(SECCOMP_LIBS) $(EXPAT_LIBS) \
    $(ZLIB_LIBS)
LIBFUZZER_SHOWN = $(top_srcdir)/t/fuzz/shown.c
.PHONY: libfuzzer
libfuzzer:
	@$(MKDIR_P) t/fuzz/libfuzzer
	@for f in $(FUZZERS); do \
	  code='$(LIBFUZZER_TEXT)'; libs=; check=address,undefined; \
	  case $$f in \
	  *_agent) continue ;; \
	  *_version | *_csv | *_vtu | *_msh | *_netcdf | *_exodus) \
	    code='$(LIBFUZZER_WORKER)'; \
	    libs='$(LIBFUZZER_HDF5)' ;; \
	  *_archive) code="$$code $(top_srcdir)/engine/archive/unpack.c"; \
	    libs='$(ARCHIVE_LIBS)' ;; \
	  *_oplog | *_import) code='$(LIBFUZZER_STORE)'; \
	    libs='$(SQLITE_LIBS)' ;; \
	  esac; \
	  case $$f in \
	  *_version) check=undefined; \
	    code="$$code $(top_srcdir)/t/fuzz/edges.c" ;; \
	  *_csv | *_vtu) \
	    code="$$code $(LIBFUZZER_SHOWN) $(top_srcdir)/t/fuzz/fresh.c" ;; \
	  *_touchstone) code="$$code $(LIBFUZZER_SHOWN)" ;; \
	  esac; \
	  echo "  CLANG    t/fuzz/libfuzzer/$${f##*/}"; \
	  $(CLANG) $(LIBFUZZER_FLAGS) -fsanitize=fuzzer,$$check $(DEFS) \
	    $(DEFAULT_INCLUDES) $(WORKER_CPPFLAGS) $(YAML_CFLAGS) \
	    $(UDUNITS_CFLAGS) $(CRYPTO_CFLAGS) $(SQLITE_CFLAGS) \
	    $(ARCHIVE_CFLAGS) -o t/fuzz/libfuzzer/$${f##*/} \
	    $(top_srcdir)/$$f.c $$code $(YAML_LIBS) $(UDUNITS_LIBS) $$libs \
	    $(JSON_LIBS) $(CRYPTO_LIBS) -lm || exit; \
	done
