/* travel.h - the files that an attempt needs where the project is not seen */
#ifndef FT_RUN_TRAVEL_H
#define FT_RUN_TRAVEL_H

#include <stdbool.h>
#include <stddef.h>

struct ft_attempt_file;
struct ft_bound;
struct ft_drive;
struct ft_flight;
struct ft_plan;
struct ft_store;

/* May an attempt of this run come to a site that does not see the project? */
bool ft_travel_needed(const struct ft_drive *drive);

/* The inputs of a bound task in their order, then what its command names; freed
 * with ft_attempt_files_free().  Objects of type file are below 'dir', and as
 * large as their version. */
struct ft_attempt_file *ft_travel_files(const struct ft_plan *plan,
                                        const struct ft_bound *bound,
                                        struct ft_store *store,
                                        const char *dir, size_t *n);

/* Output 'port' of 'flight' is an object with this content: the site has it. */
void ft_travel_published(const struct ft_flight *flight, const char *path,
                         const char *content);

#endif
