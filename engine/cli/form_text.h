/* form_text.h - in which form a plan's tasks would go to batch systems */
#ifndef FT_CLI_FORM_TEXT_H
#define FT_CLI_FORM_TEXT_H

struct ft_forecast;
struct ft_session;
struct json_object;

/* A line for each stage with tasks that would run, and each batch system of the
 * session; nothing without one. */
void ft_forms_print(const struct ft_session *s, const struct ft_forecast *f);
/* The same as the member "forms" of 'obj'. */
void ft_forms_add(const struct ft_session *s, const struct ft_forecast *f,
                  struct json_object *obj);

/* Is every site of the session a batch system?  Else the exit status, after
 * saying so. */
int ft_forms_check(const struct ft_session *s);
/* Print the scripts that jobs of each site would start with: one for jobs and
 * pilots, one for arrays, as far as there would be such. */
void ft_forms_scripts(const struct ft_session *s,
                      const struct ft_forecast *f);

#endif
