/* ballast.h - a file that holds nothing, so that a full disk can be cleaned
 *
 * Removing things needs space: for the record that says what is removed, and
 * for the index.  .fedtwin/ballast holds some, which a removal frees first when
 * the disk is full, and gives back afterwards.
 */
#ifndef FT_DATA_BALLAST_H
#define FT_DATA_BALLAST_H

struct ft_err;
struct ft_project;

#define FT_BALLAST_ENV "FEDTWIN_STORE_BALLAST" /* "64 MiB"; "0 B": none */

/* Make it, or make it as large as the setting says, but never more than a
 * hundredth of what is free.  FT_ENOSPC is for the caller to ignore. */
int ft_ballast_make(const struct ft_project *project, struct ft_err *err);

/* Give its space back when the disk has hardly any left; before the store is
 * opened, because the index may want some. */
void ft_ballast_drop(const struct ft_project *project);

#endif
