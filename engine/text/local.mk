# engine/text: YAML with places, field tables, diagnostics, quantities,
# expressions
noinst_LIBRARIES += engine/libtext.a
engine_libtext_a_CPPFLAGS = $(AM_CPPFLAGS) $(YAML_CFLAGS) $(JSON_CFLAGS) \
    $(UDUNITS_CFLAGS)
engine_libtext_a_SOURCES = \
    engine/text/diag.c engine/text/diag.h engine/text/diag_codes.h \
    engine/text/doc.c engine/text/node.c engine/text/doc.h \
    engine/text/lines.c engine/text/lines.h \
    engine/text/field.c engine/text/field_json.c engine/text/field.h \
    engine/text/format.c engine/text/format.h engine/text/format_in.h \
    engine/text/format_read.c engine/text/format_comments.c \
    engine/text/format_write.c engine/text/format_scalar.c \
    engine/text/suggest.c engine/text/suggest.h \
    engine/text/utf8.c engine/text/utf8.h \
    engine/text/quantity.c engine/text/quantity.h \
    engine/text/touchstone.c engine/text/touchstone.h \
    engine/text/unit.c engine/text/unit.h \
    engine/text/unit_text.c engine/text/unit_text.h \
    engine/text/value.c engine/text/template.c engine/text/expr.h \
    engine/text/expr_lex.c engine/text/expr_lex.h \
    engine/text/expr_parse.c engine/text/expr_node.h \
    engine/text/expr_eval.c engine/text/expr_operate.c \
    engine/text/expr_call.c engine/text/expr_call.h \
    engine/text/expr_math.c engine/text/expr_text.c

if HAVE_CHECK
text_libs = engine/libtext.a engine/libbase.a $(YAML_LIBS) $(UDUNITS_LIBS) \
    $(JSON_LIBS) $(CRYPTO_LIBS) -lm $(CHECK_LIBS)
text_cppflags = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS)
check_PROGRAMS += t/unit/test_suggest t/unit/test_diag t/unit/test_doc \
    t/unit/test_field t/unit/test_format
TESTS += t/unit/test_suggest t/unit/test_diag t/unit/test_doc \
    t/unit/test_field t/unit/test_format
t_unit_test_suggest_SOURCES = t/unit/test_suggest.c t/unit/unit.h
t_unit_test_suggest_CPPFLAGS = $(text_cppflags)
t_unit_test_suggest_LDADD = $(text_libs)
t_unit_test_diag_SOURCES = t/unit/test_diag.c t/unit/unit.h
t_unit_test_diag_CPPFLAGS = $(text_cppflags)
t_unit_test_diag_LDADD = $(text_libs)
t_unit_test_doc_SOURCES = t/unit/test_doc.c t/unit/unit.h
t_unit_test_doc_CPPFLAGS = $(text_cppflags)
t_unit_test_doc_LDADD = $(text_libs)
t_unit_test_field_SOURCES = t/unit/test_field.c t/unit/unit.h
t_unit_test_field_CPPFLAGS = $(text_cppflags)
t_unit_test_field_LDADD = $(text_libs)
t_unit_test_format_SOURCES = t/unit/test_format.c t/unit/unit.h
t_unit_test_format_CPPFLAGS = $(text_cppflags)
t_unit_test_format_LDADD = $(text_libs)
check_PROGRAMS += t/unit/test_quantity t/unit/test_expr
TESTS += t/unit/test_quantity t/unit/test_expr
t_unit_test_expr_SOURCES = t/unit/test_expr.c t/unit/unit.h
t_unit_test_expr_CPPFLAGS = $(text_cppflags)
t_unit_test_expr_LDADD = $(text_libs)
t_unit_test_quantity_SOURCES = t/unit/test_quantity.c t/unit/unit.h
t_unit_test_quantity_CPPFLAGS = $(text_cppflags)
t_unit_test_quantity_LDADD = $(text_libs)
endif
