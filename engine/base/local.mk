# engine/base: knows nothing of YAML or tasks
noinst_LIBRARIES += engine/libbase.a
engine_libbase_a_SOURCES = \
    engine/base/alloc.c engine/base/alloc.h \
    engine/base/clock.c engine/base/clock.h \
    engine/base/umask.c engine/base/umask.h \
    engine/base/user.c engine/base/user.h \
    engine/base/amount.c engine/base/amount.h \
    engine/base/crc32c.c engine/base/crc32c.h \
    engine/base/dirs.c engine/base/dirs.h \
    engine/base/err.c engine/base/err.h \
    engine/base/file.c \
    engine/base/hmac.c engine/base/hmac.h \
    engine/base/json.c engine/base/json.h \
    engine/base/json_canonical.c engine/base/json_err.c \
    engine/base/linediff.c engine/base/linediff.h \
    engine/base/logfile.c engine/base/logfile.h \
    engine/base/logrec.c engine/base/logrec.h \
    engine/base/map.c engine/base/map.h \
    engine/base/number.c engine/base/number.h \
    engine/base/path.c engine/base/path.h \
    engine/base/sha256.c engine/base/sha256.h \
    engine/base/str.c engine/base/str.h \
    engine/base/words.c engine/base/words.h
engine_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CRYPTO_CFLAGS)
BASE_LIBS = engine/libbase.a $(JSON_LIBS) $(CRYPTO_LIBS) -lm

if HAVE_CHECK
BASE_TESTS = \
    t/unit/test_str t/unit/test_map t/unit/test_sha256 t/unit/test_crc32c \
    t/unit/test_json t/unit/test_path t/unit/test_logfile t/unit/test_linediff
check_PROGRAMS += $(BASE_TESTS)
TESTS += $(BASE_TESTS)
BASE_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) $(JSON_CFLAGS)
BASE_TEST_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

t_unit_test_str_SOURCES = t/unit/test_str.c t/unit/unit.h
t_unit_test_str_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_str_LDADD = $(BASE_TEST_LDADD)
t_unit_test_map_SOURCES = t/unit/test_map.c t/unit/unit.h
t_unit_test_map_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_map_LDADD = $(BASE_TEST_LDADD)
t_unit_test_sha256_SOURCES = t/unit/test_sha256.c t/unit/unit.h
t_unit_test_sha256_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_sha256_LDADD = $(BASE_TEST_LDADD)
t_unit_test_crc32c_SOURCES = t/unit/test_crc32c.c t/unit/unit.h
t_unit_test_crc32c_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_crc32c_LDADD = $(BASE_TEST_LDADD)
t_unit_test_json_SOURCES = t/unit/test_json.c t/unit/unit.h
t_unit_test_json_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_json_LDADD = $(BASE_TEST_LDADD)
t_unit_test_path_SOURCES = t/unit/test_path.c t/unit/unit.h
t_unit_test_path_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_path_LDADD = $(BASE_TEST_LDADD)
t_unit_test_logfile_SOURCES = t/unit/test_logfile.c t/unit/unit.h
t_unit_test_logfile_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_logfile_LDADD = $(BASE_TEST_LDADD)
t_unit_test_linediff_SOURCES = t/unit/test_linediff.c t/unit/unit.h
t_unit_test_linediff_CPPFLAGS = $(BASE_TEST_CPPFLAGS)
t_unit_test_linediff_LDADD = $(BASE_TEST_LDADD)
endif
