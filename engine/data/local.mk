# engine/data: versions, states and the oplog that says what exists

noinst_LIBRARIES += engine/libdata.a
engine_libdata_a_SOURCES = \
    engine/data/project.c engine/data/project.h \
    engine/data/store.c engine/data/store.h engine/data/store_impl.h \
    engine/data/id.c engine/data/id.h \
    engine/data/oplog.c engine/data/oplog.h \
    engine/data/record.c \
    engine/data/db.c engine/data/db.h \
    engine/data/index.c engine/data/index.h \
    engine/data/index_apply.c engine/data/index_apply.h \
    engine/data/spawn.c engine/data/spawn.h \
    engine/data/client.c engine/data/client.h \
    engine/data/job.c engine/data/job.h \
    engine/data/publish.c engine/data/publish.h \
    engine/data/find.c \
    engine/data/ref.c engine/data/ref.h \
    engine/data/resolve.c \
    engine/data/history.c \
    engine/data/log.c \
    engine/data/digest.c
engine_libdata_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(SQLITE_CFLAGS)
