# post.reduce and post.picture.
EXTRA_DIST += solvers/post_picture/glyphs.def \
    solvers/post_picture/make_glyphs.py solvers/post_picture/FONT-LICENCE
EXTRA_DIST += t/post.py t/t3310-post-reduce.t t/t3311-post-image.t \
    t/t3320-post-picture.t
if SOLVERS
TESTS += t/t3310-post-reduce.t t/t3311-post-image.t \
    t/t3320-post-picture.t
if HAVE_CHECK
check_PROGRAMS += t/unit/test_post
TESTS += t/unit/test_post
t_unit_test_post_SOURCES = t/unit/test_post.c t/unit/unit.h
t_unit_test_post_CPPFLAGS = $(AM_CPPFLAGS) $(SOLVER_CPPFLAGS)
t_unit_test_post_CFLAGS = $(SOLVER_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_post_LDFLAGS = $(SOLVER_LINK)
t_unit_test_post_LDADD = solvers/libpost.a $(PHYSICS_LIBS) $(CHECK_LIBS)
endif

noinst_LIBRARIES += solvers/libpost.a
solvers_libpost_a_SOURCES = \
    solvers/post/exact.h solvers/post/exact.c \
    solvers/post/stats.h solvers/post/stats.c \
    solvers/post/quantity.h solvers/post/quantity.c \
    solvers/post/cut.h solvers/post/cut.c \
    solvers/post/data.h solvers/post/data.c \
    solvers/post/image.h solvers/post/image.c \
    solvers/post/sheet.h solvers/post/sheet.c \
    solvers/post/axes.h solvers/post/axes.c

SOLVER_PROGS += fedtwin-post-reduce
fedtwin_post_reduce_SOURCES = \
    solvers/post_reduce/reduce.h solvers/post_reduce/main.c \
    solvers/post_reduce/ask.c solvers/post_reduce/field.c \
    solvers/post_reduce/image.c solvers/post_reduce/points.c \
    solvers/post_reduce/report.c solvers/post_reduce/across.c \
    solvers/post_reduce/envelope.c
fedtwin_post_reduce_LDADD = solvers/libpost.a $(PHYSICS_LIBS)

SOLVER_PROGS += fedtwin-post-picture
fedtwin_post_picture_SOURCES = \
    solvers/post_picture/picture.h solvers/post_picture/main.c \
    solvers/post_picture/ask.c solvers/post_picture/map.c \
    solvers/post_picture/plot.c solvers/post_picture/frame.c \
    solvers/post_picture/scene.h solvers/post_picture/scene.c \
    solvers/post_picture/raster.h solvers/post_picture/raster.c \
    solvers/post_picture/colour.h solvers/post_picture/colour.c \
    solvers/post_picture/ticks.h solvers/post_picture/ticks.c \
    solvers/post_picture/text.h solvers/post_picture/text.c
fedtwin_post_picture_CPPFLAGS = $(SOLVER_CPPFLAGS) $(CAIRO_CFLAGS)
fedtwin_post_picture_LDADD = solvers/libpost.a $(PHYSICS_LIBS) $(CAIRO_LIBS)
endif
