/* credential.h - the secret that a reference in a site file leads to
 *
 *   file:/PATH     a file that nobody else can read
 *   env:NAME       a variable of this program's environment
 *   command:WORDS  what a program prints, split at blanks, without a shell;
 *                  "SLURM_JWT=" in front of it, as scontrol prints, is cut off
 *
 * It is read when it is needed, again before it ends (a JSON Web Token says
 * when that is) and when the site has refused it.  No error holds any part of
 * it, nor what a command has printed.
 */
#ifndef FT_ADAPTERS_REST_CREDENTIAL_H
#define FT_ADAPTERS_REST_CREDENTIAL_H

#include <stdbool.h>

struct ft_err;
struct ft_credential;

/* 'min_ttl_s': it is renewed when it ends sooner; 0: one minute. */
struct ft_credential *ft_credential_new(const char *reference,
                                        double min_ttl_s);
void ft_credential_free(struct ft_credential *credential); /* NULL is fine */

/* The secret to be used now; borrowed until the next call.  NULL: FT_EACCES
 * with a hint.  A token whose end has passed by less than a minute is still
 * given out: the clock of the site decides. */
const char *ft_credential_get(struct ft_credential *credential,
                              struct ft_err *err);

/* The site does not accept what was given out.  True when the reference leads
 * to another one by now. */
bool ft_credential_refused(struct ft_credential *credential);

/* Would somebody who reads 'text' know a part of it? */
bool ft_credential_shows(const struct ft_credential *credential,
                         const char *text);

#endif
