/* expr_lex.h - an expression's text as tokens */
#ifndef FT_TEXT_EXPR_LEX_H
#define FT_TEXT_EXPR_LEX_H

#include "text/expr_node.h"

enum ft_token_kind {
    FT_TOKEN_END,
    FT_TOKEN_NUMBER, /* value: a number or a quantity */
    FT_TOKEN_TEXT,   /* value */
    FT_TOKEN_NAME,   /* the bytes from 'at' on */
    FT_TOKEN_SIGN,   /* punctuation, or a word such as 'and' in its sign form */
};

struct ft_lexer {
    const char *text; /* terminated */
    size_t at;        /* where the token begins */
    size_t length;
    enum ft_token_kind kind;
    char sign[3]; /* "<=" */
    struct ft_value value;
};

/* Move to the next token.  ids FT0301, and FT0202 for an unknown unit; the
 * token then is where the problem lies. */
int ft_lexer_next(struct ft_lexer *lex, struct ft_err *err);

#endif
