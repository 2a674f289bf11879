/* diag_codes.h - the stable codes of diagnostics; a code is never reused */
#ifndef FT_TEXT_DIAG_CODES_H
#define FT_TEXT_DIAG_CODES_H

#define FT_DIAG_CODES(X)                                                    \
    X(FT_D_SYNTAX, "FT0001", "the text is not well-formed YAML")            \
    X(FT_D_LIMIT, "FT0002", "a limit on size, depth or count is passed")    \
    X(FT_D_DUPLICATE_KEY, "FT0003", "a key or value stands twice")         \
    X(FT_D_ENCODING, "FT0004", "the text is not UTF-8")                     \
    X(FT_D_TAG, "FT0005", "a YAML feature that is not accepted")            \
    X(FT_D_FILE, "FT0006", "a file cannot be read")                         \
    X(FT_D_VERSION, "FT0101", "format version missing or unknown")          \
    X(FT_D_UNKNOWN_KEY, "FT0102", "unknown key")                            \
    X(FT_D_MISSING_KEY, "FT0103", "a required key is missing")              \
    X(FT_D_TYPE, "FT0104", "a value has the wrong form")                    \
    X(FT_D_CHOICE, "FT0105", "a value is not one of the choices")           \
    X(FT_D_NAME, "FT0106", "a name has a character it may not have")        \
    X(FT_D_UNKNOWN_MODULE, "FT0107", "unknown module")                      \
    X(FT_D_UNKNOWN_STAGE, "FT0108", "unknown stage")                        \
    X(FT_D_UNKNOWN_OUTPUT, "FT0109", "unknown output or input")             \
    X(FT_D_UNKNOWN_PARAM, "FT0110", "unknown parameter")                    \
    X(FT_D_CYCLE, "FT0111", "stages or files depend on one another") \
    X(FT_D_ACTION, "FT0112", "a stage does not have exactly one action")    \
    X(FT_D_OBJECT_TYPE, "FT0113", "an input gets an object of another type") \
    X(FT_D_INPUT_FILE, "FT0114", "an input file is missing")                \
    X(FT_D_UNSUPPORTED, "FT0115", "a key this version does not execute")    \
    X(FT_D_QUANTITY, "FT0201", "not a number with a unit")                  \
    X(FT_D_UNIT, "FT0202", "unknown unit")                                  \
    X(FT_D_DIMENSION, "FT0203", "a unit of another dimension")              \
    X(FT_D_RANGE, "FT0204", "a value outside its range")                    \
    X(FT_D_EXPR, "FT0301", "an expression is malformed")                    \
    X(FT_D_EXPR_NAME, "FT0302", "an expression names something unknown")    \
    X(FT_D_EXPR_TYPE, "FT0303", "an expression mixes kinds of values")      \
    X(FT_D_EXPR_VALUE, "FT0304", "an expression has no value")              \
    X(FT_D_MANIFEST, "FT0401", "invalid module manifest")                   \
    X(FT_D_PROGRAM, "FT0402", "the program of a module is missing")         \
    X(FT_D_SITE, "FT0501", "invalid site file")                             \
    X(FT_D_PLAN, "FT0601", "a plan cannot be made")                         \
    X(FT_D_RESOURCES, "FT0602", "no site offers the resources")

enum ft_diag_code {
#define X(name, code, text) name,
    FT_DIAG_CODES(X)
#undef X
    FT_DIAG_CODE_COUNT
};

#endif
