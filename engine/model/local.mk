# engine/model: workflows, modules, sites
noinst_LIBRARIES += engine/libmodel.a
engine_libmodel_a_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
engine_libmodel_a_SOURCES = \
    engine/model/workflow.c engine/model/workflow.h engine/model/build.h \
    engine/model/texts.c engine/model/space.c engine/model/setting.c \
    engine/model/use.c engine/model/binding.c \
    engine/model/stage.c engine/model/axis.c engine/model/loop.c \
    engine/model/round.c \
    engine/model/input.c \
    engine/model/graph.c engine/model/hint.c engine/model/check.c \
    engine/model/eval.c engine/model/eval.h \
    engine/model/scope.c engine/model/scope.h \
    engine/model/scalar.c engine/model/scalar.h \
    engine/model/param_json.c engine/model/params.c engine/model/params.h \
    engine/model/param_value.c \
    engine/model/param_scalar.c engine/model/param_scalar.h \
    engine/model/module.c engine/model/manifest.h \
    engine/model/module_set.c engine/model/module.h \
    engine/model/port.c engine/model/port.h \
    engine/model/resources.c \
    engine/model/limits.c engine/model/limits.h \
    engine/model/object.c engine/model/object.h \
    engine/model/outcome.c \
    engine/model/site.c engine/model/site_fields.c engine/model/site_check.c \
    engine/model/site.h engine/model/site_in.h \
    engine/model/site_need.c engine/model/site_need.h \
    engine/model/site_set.c engine/model/site_drain.c \
    engine/model/site_nodes.c engine/model/site_nodes.h \
    engine/model/site_set.h \
    engine/model/schema.c engine/model/schema.h

if HAVE_CHECK
model_libs = engine/libmodel.a $(text_libs)
model_cppflags = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS)
MODEL_TESTS = t/unit/test_params t/unit/test_module t/unit/test_site t/unit/test_schema \
    t/unit/test_workflow
MODEL_TESTS += t/unit/test_limits
t_unit_test_limits_SOURCES = t/unit/test_limits.c t/unit/unit.h
t_unit_test_limits_CPPFLAGS = $(model_cppflags)
t_unit_test_limits_LDADD = $(model_libs)
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
t_unit_test_params_SOURCES = t/unit/test_params.c t/unit/unit.h
t_unit_test_params_CPPFLAGS = $(model_cppflags)
t_unit_test_params_LDADD = $(model_libs)
t_unit_test_module_SOURCES = t/unit/test_module.c t/unit/twin.h \
    t/unit/unit.h
t_unit_test_module_CPPFLAGS = $(model_cppflags)
t_unit_test_module_LDADD = $(model_libs)
t_unit_test_site_SOURCES = t/unit/test_site.c t/unit/unit.h
t_unit_test_site_CPPFLAGS = $(model_cppflags)
t_unit_test_site_LDADD = $(model_libs)
t_unit_test_schema_SOURCES = t/unit/test_schema.c t/unit/unit.h
t_unit_test_schema_CPPFLAGS = $(model_cppflags)
t_unit_test_schema_LDADD = $(model_libs)
t_unit_test_workflow_SOURCES = t/unit/test_workflow.c t/unit/twin.h \
    t/unit/unit.h
t_unit_test_workflow_CPPFLAGS = $(model_cppflags)
t_unit_test_workflow_LDADD = $(model_libs)
endif

# What the keys of a workflow mean when it runs.
LANGUAGE_TESTS = t/t2100-optional.t t/t2101-parameters.t \
    t/t2102-include.t t/t2103-subworkflow.t t/t2104-modules.t
TESTS += $(LANGUAGE_TESTS)
EXTRA_DIST += $(LANGUAGE_TESTS)
