/* local_modules.h - load environment modules before a program starts */
#ifndef FT_ADAPTERS_LOCAL_MODULES_H
#define FT_ADAPTERS_LOCAL_MODULES_H

#include "base/words.h"
#include "run/adapter.h"

/* Words that load the attempt's modules and then start what is added behind
 * them; none when it has no modules. */
void ft_local_modules_add(const struct ft_site *site,
                          const struct ft_attempt *a, struct ft_words *argv);

#endif
