# plan: the tasks of a workflow, their cache keys, what would run

noinst_LIBRARIES += engine/libplan.a
engine_libplan_a_SOURCES = \
    engine/plan/bind.c engine/plan/bind.h \
    engine/plan/command.c engine/plan/command.h \
    engine/plan/plan.c engine/plan/plan.h \
    engine/plan/recipe.c \
    engine/plan/record.c \
    engine/plan/reuse.c engine/plan/reuse_in.h engine/plan/reuse.h \
    engine/plan/reuse_loop.c engine/plan/fit.c engine/plan/fit.h \
    engine/plan/scope.c engine/plan/scope.h \
    engine/plan/shell_text.c engine/plan/shell_text.h \
    engine/plan/expand.c engine/plan/expand.h \
    engine/plan/rows.c engine/plan/rows.h \
    engine/plan/turn.c engine/plan/turn.h \
    engine/plan/wanted.c engine/plan/wanted.h
engine_libplan_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)

if HAVE_CHECK
check_PROGRAMS += t/unit/test_plan t/unit/test_shell_text
TESTS += t/unit/test_plan t/unit/test_shell_text
t_unit_test_plan_SOURCES = t/unit/test_plan.c t/unit/unit.h
t_unit_test_plan_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_plan_LDADD = engine/libplan.a engine/libdata.a \
    engine/libmodel.a engine/libtext.a engine/libbase.a $(SQLITE_LIBS) \
    $(YAML_LIBS) $(UDUNITS_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS) -lm
t_unit_test_shell_text_SOURCES = t/unit/test_shell_text.c t/unit/unit.h
t_unit_test_shell_text_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_shell_text_LDADD = engine/libplan.a engine/libtext.a \
    engine/libbase.a $(YAML_LIBS) $(UDUNITS_LIBS) $(JSON_LIBS) \
    $(CRYPTO_LIBS) $(CHECK_LIBS) -lm
endif
