/* slab.h - the elements of a dataset in row-major order, a piece at a time */
#ifndef FT_WORKER_SLAB_H
#define FT_WORKER_SLAB_H

#include "worker/scan.h"

#define FT_SLAB_BYTES (4u << 20)    /* one piece, unless an element is larger */
#define FT_SLAB_CACHE (128u << 20)  /* chunks that stay decoded */

/* Sees 'count' elements, little-endian, text padded with zeros. */
typedef int ft_slab_fn(const void *bytes, size_t count, void *arg,
                       struct ft_err *err);

/* Show all elements of the dataset to 'each' in row-major order.  A dataset
 * without elements shows nothing. */
int ft_slab_each(hid_t file, const struct ft_item *item, ft_slab_fn *each,
                 void *arg, struct ft_err *err);

/* Sees 'count' elements of each of two datasets. */
typedef int ft_slab_pair_fn(const void *a, const void *b, size_t count,
                            void *arg, struct ft_err *err);

/* Show the elements of two datasets side by side: both have the same number of
 * dimensions, and the same sizes of all but the first, of which the common part
 * is shown. */
int ft_slab_pairs(hid_t file_a, const struct ft_item *a, hid_t file_b,
                  const struct ft_item *b, ft_slab_pair_fn *each, void *arg,
                  struct ft_err *err);

/* Write all elements of the dataset, as they are in the file, to the open
 * dataset 'to' of the same type and shape, a piece at a time. */
int ft_slab_copy(hid_t file, const struct ft_item *item, hid_t to,
                 struct ft_err *err);

/* Read 'count' elements from 'start' of a one-dimensional dataset, or rows of
 * a two-dimensional one. */
int ft_slab_read(hid_t file, const struct ft_item *item, uint64_t start,
                 uint64_t count, void *bytes, struct ft_err *err);

#endif
