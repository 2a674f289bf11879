/* shell_text.c - values inside the text of a shell: stage
 *
 * Follows the quotes of sh closely enough to know where a value stands; it
 * never has to understand the commands.
 */
#include "plan/shell_text.h"

#include <ctype.h>
#include <string.h>

#include "text/expr.h"

/* --- where are we? -------------------------------------------------------- */

static bool starts_word(char before)
{
    return strchr(" \t\n;&|()", before) != NULL;
}

/* The name after "<<".  True when 'c' belongs to it. */
static bool step_here_name(struct ft_shell_text *sh, char c)
{
    bool begun = sh->here.end.len > 0;

    if (!begun && (c == '-' || c == ' ' || c == '\t'))
        return true;
    if (c == '\'' || c == '"' || c == '\\') {
        sh->here.verbatim = true;
        return true;
    }
    if (isalpha((unsigned char)c) || c == '_' ||
        (begun && isdigit((unsigned char)c))) {
        ft_str_addc(&sh->here.end, c);
        return true;
    }
    sh->here.state = begun ? FT_HERE_READY : FT_HERE_NONE;
    return false; /* 1 << 3 is no here-document */
}

static void step_here_line(struct ft_shell_text *sh, char c)
{
    if (c == '\n') {
        if (strcmp(sh->here.line.s, sh->here.end.s) == 0) {
            sh->place = FT_SHELL_WORD;
            sh->here.state = FT_HERE_NONE;
        }
        ft_str_cut(&sh->here.line, 0);
    } else if (c != '\t' || sh->here.line.len) {
        ft_str_addc(&sh->here.line, c);
    }
}

static void step_word(struct ft_shell_text *sh, char c)
{
    if (sh->here.state == FT_HERE_NAME && step_here_name(sh, c))
        return;
    if (c == '\'') {
        sh->place = FT_SHELL_SINGLE;
    } else if (c == '"') {
        sh->place = FT_SHELL_DOUBLE;
    } else if (c == '#' && starts_word(sh->before)) {
        sh->place = FT_SHELL_COMMENT;
    } else if (c == '(') {
        sh->parens++;
    } else if (c == ')' && sh->parens) {
        sh->parens--;
    } else if (c == ')' && sh->depth) {
        sh->place = FT_SHELL_DOUBLE;
        sh->parens = sh->outer[--sh->depth];
    } else if (c == '<' && sh->before == '<') {
        sh->here.state = FT_HERE_NAME;
        sh->here.verbatim = false;
        ft_str_cut(&sh->here.end, 0);
    }
}

static void step_double(struct ft_shell_text *sh, char c)
{
    if (c == '"') {
        sh->place = FT_SHELL_WORD;
    } else if (c == '(' && sh->before == '$' &&
               sh->depth < FT_SHELL_DEPTH_MAX) {
        sh->outer[sh->depth++] = sh->parens;
        sh->parens = 0;
        sh->place = FT_SHELL_WORD;
    }
}

static void step(struct ft_shell_text *sh, char c)
{
    bool escapes = sh->place == FT_SHELL_WORD || sh->place == FT_SHELL_DOUBLE;

    if (sh->place == FT_SHELL_HERE) {
        step_here_line(sh, c);
    } else if (sh->escaped) {
        sh->escaped = false;
        c = 'x'; /* means nothing to what follows */
    } else if (escapes && c == '\\' && sh->here.state != FT_HERE_NAME) {
        sh->escaped = true;
    } else if (sh->place == FT_SHELL_SINGLE) {
        if (c == '\'')
            sh->place = FT_SHELL_WORD;
    } else if (sh->place == FT_SHELL_DOUBLE) {
        step_double(sh, c);
    } else {
        if (sh->place == FT_SHELL_WORD)
            step_word(sh, c);
        if (c == '\n')
            sh->place = sh->here.state == FT_HERE_READY ? FT_SHELL_HERE
                                                        : FT_SHELL_WORD;
    }
    sh->before = c;
}

void ft_shell_text_add(struct ft_shell_text *sh, const char *text)
{
    ft_str_add(&sh->out, text);
    for (; *text; text++)
        step(sh, *text);
}

/* --- values --------------------------------------------------------------- */

static bool is_plain(const char *text)
{
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < 0x80 && !isalnum((unsigned char)*s) &&
            !strchr("_@%+=:,./-", *s))
            return false;
    return *text != '\0';
}

/* With a backslash before each character in 'special'. */
static void add_escaped(struct ft_str *out, const char *text,
                        const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            ft_str_addc(out, '\\');
        ft_str_addc(out, *text);
    }
}

static void add_word(struct ft_str *out, const char *text)
{
    if (is_plain(text))
        ft_str_add(out, text);
    else
        ft_str_add_word(out, text);
}

static void add_text(struct ft_shell_text *sh, const char *text)
{
    switch (sh->place) {
    case FT_SHELL_WORD:
        add_word(&sh->out, text);
        break;
    case FT_SHELL_SINGLE:
        ft_str_add_quoted(&sh->out, text);
        break;
    case FT_SHELL_DOUBLE:
        add_escaped(&sh->out, text, "\\\"$`");
        break;
    case FT_SHELL_COMMENT: /* a second line of it would be a command */
        break;
    case FT_SHELL_HERE:
        add_escaped(&sh->out, text, sh->here.verbatim ? "" : "\\$`");
        ft_str_addc(&sh->here.line, ' '); /* this line does not end it */
        break;
    }
}

/* The elements one after the other; lists in lists are flat. */
static void add_elements(struct ft_shell_text *sh,
                         const struct ft_value *value, bool *first)
{
    struct ft_str text = FT_STR_INIT;

    if (value->kind == FT_VALUE_LIST) {
        for (size_t i = 0; i < value->n; i++)
            add_elements(sh, &value->item[i], first);
        return;
    }
    if (!*first)
        ft_str_addc(&sh->out, ' ');
    *first = false;
    ft_value_text(value, &text);
    add_text(sh, text.s);
    ft_str_release(&text);
}

void ft_shell_text_value(struct ft_shell_text *sh,
                         const struct ft_value *value)
{
    bool first = true;

    add_elements(sh, value, &first);
    sh->escaped = false;
    sh->before = 'x';
}

void ft_shell_text_release(struct ft_shell_text *sh)
{
    ft_str_release(&sh->out);
    ft_str_release(&sh->here.end);
    ft_str_release(&sh->here.line);
}
