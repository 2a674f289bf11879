# plan: the tasks of a workflow, their cache keys, what would run

noinst_LIBRARIES += engine/libplan.a
engine_libplan_a_SOURCES = \
    engine/plan/bind.c engine/plan/bind.h \
    engine/plan/command.c engine/plan/command.h \
    engine/plan/plan.c engine/plan/plan.h \
    engine/plan/recipe.c \
    engine/plan/record.c \
    engine/plan/reuse.c engine/plan/reuse.h \
    engine/plan/scope.c engine/plan/scope.h
engine_libplan_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
