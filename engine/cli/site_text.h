/* site_text.h - what the site commands have in common */
#ifndef FT_CLI_SITE_TEXT_H
#define FT_CLI_SITE_TEXT_H

#include "cli/open.h"
#include "model/site_set.h"

/* The registered sites, with those of the project when there is one. */
void ft_sites_read(struct ft_session *s, struct ft_site_set *set);
/* The entry of 'name', or NULL after printing that there is none. */
const struct ft_site_entry *ft_sites_find(const struct ft_site_set *set,
                                          const char *name);

/* What a verb does with a registered site; 0 or -1. */
struct ft_err;
typedef int ft_site_act(const struct ft_cli *cli, struct ft_session *s,
                        const struct ft_site_entry *entry,
                        struct ft_err *err);
/* Do it with the one that the first argument names; the exit status. */
int ft_site_on_entry(const struct ft_cli *cli, ft_site_act *act);

/* Run the conformance suite on the site's adapter, with jobs below the
 * directory 'below'; prints what it finds.  The exit status. */
int ft_site_protocol(const struct ft_site *site, const char *below);

/* "queue debug: 2 nodes, 30 min" and so on; quantities for people. */
void ft_site_print(const struct ft_site *site);

/* 'text' as a YAML scalar, in quotes. */
struct ft_str;
void ft_site_add_text(struct ft_str *out, const char *text);

/* A site file about 'site', from what its adapter found (answer to 'probe'):
 * the text that is there already, then what was found, with comments. */
struct json_object;
void ft_site_discovered(const char *head, struct json_object *found,
                        struct ft_str *out);

#endif
