# engine/model: workflows, modules, sites
noinst_LIBRARIES += engine/libmodel.a
engine_libmodel_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
engine_libmodel_a_SOURCES = \
    engine/model/workflow.c engine/model/workflow.h engine/model/build.h \
    engine/model/stage.c engine/model/axis.c engine/model/input.c \
    engine/model/graph.c engine/model/check.c \
    engine/model/eval.c engine/model/eval.h \
    engine/model/scope.c engine/model/scope.h \
    engine/model/scalar.c engine/model/scalar.h \
    engine/model/params.c engine/model/params.h \
    engine/model/param_value.c \
    engine/model/param_scalar.c engine/model/param_scalar.h \
    engine/model/module.c engine/model/manifest.h \
    engine/model/module_set.c engine/model/module.h \
    engine/model/port.c engine/model/port.h \
    engine/model/resources.c \
    engine/model/object.c engine/model/object.h \
    engine/model/site.c engine/model/site.h \
    engine/model/schema.c engine/model/schema.h
