# engine/archive: the only program that uses libarchive
pkglibexec_PROGRAMS += fedtwin-archive
fedtwin_archive_SOURCES = engine/archive/main.c \
    engine/archive/pack.c engine/archive/pack.h \
    engine/archive/unpack.c engine/archive/unpack.h
fedtwin_archive_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(ARCHIVE_CFLAGS)
fedtwin_archive_LDADD = engine/libworker.a $(BASE_LIBS) $(ARCHIVE_LIBS) \
    $(SECCOMP_LIBS)

ARCHIVE_T = t/t1910-hostile-archives.t t/t5012-import-kill.t
TESTS += $(ARCHIVE_T)
EXTRA_DIST += $(ARCHIVE_T) t/archive/hostile.py t/archive/kill_import.py
