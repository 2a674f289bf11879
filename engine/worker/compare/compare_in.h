/* compare_in.h - what the files of the comparison share */
#ifndef FT_WORKER_COMPARE_IN_H
#define FT_WORKER_COMPARE_IN_H

#include "worker/compare/compare.h"

/* The two sides, A and B. */
struct ft_sides {
    const struct ft_compare *how;
    const struct ft_scan *scan[2];
    const struct ft_kind *kind;
    bool same_points, same_cells; /* mesh and field: values of points, or of
                                     cells, belong to the same places */
    bool same_grid;               /* image: likewise */
    struct json_object *arrays, *attributes; /* lists */
    size_t compared, left_out;    /* arrays; those that were not listed */
    size_t places;                /* listed of all arrays */
    bool differs; /* beyond the tolerances, or in what has none */
};

/* --- values: compare_values.c --------------------------------------------- */

/* What was found when the elements of two arrays were compared. */
struct ft_gaps {
    struct ft_h5_type type[2];
    double rtol, atol;
    size_t first_max;
    size_t components;   /* 3 for vectors, whose length is measured; else 1 */
    uint64_t index;      /* in A of the pair that is seen next; steps by one */
    uint64_t count;      /* pairs seen */
    uint64_t differ;     /* of them not equal */
    uint64_t beyond;     /* and not within the tolerances */
    uint64_t nan;        /* a number on one side alone */
    double max_abs, max_rel, max_length;
    uint64_t max_index;
    char max_value[2][8];
    long double sum_gap, sum_a; /* of squares: no overflow, no lost digits */
    double length;              /* of the vector under way */
    struct ft_gap {
        uint64_t index;
        struct json_object *value[2];
    } *first; /* of those beyond */
    size_t n_first;
};

/* 'vectors': the elements are triples. */
void ft_gaps_init(struct ft_gaps *gaps, const struct ft_compare *how,
                  const struct ft_h5_type *a, const struct ft_h5_type *b,
                  const char *unit, bool vectors);
void ft_gaps_release(struct ft_gaps *gaps);
/* A pair of numbers or of texts, the next in order. */
void ft_gaps_see(struct ft_gaps *gaps, const char *a, const char *b);
/* Numbers can be compared with numbers, texts with texts. */
bool ft_gaps_comparable(const struct ft_h5_type *a,
                        const struct ft_h5_type *b);
/* One value; null for a text that is not printable. */
struct json_object *ft_gaps_value(const struct ft_h5_type *type,
                                  const char *at);
/* A number; one that is not finite is a text. */
struct json_object *ft_gaps_number(double x);
/* Add the counts and measures, not the places. */
void ft_gaps_add(const struct ft_gaps *gaps, struct json_object *out);

/* --- places: compare_where.c ---------------------------------------------- */

/* {"index":[…],"values":[a,b],"at":[x,y,z]} for element 'index' of the array,
 * "at" in A and only where the array has places.  Takes the values over. */
struct json_object *ft_where(const struct ft_sides *sides,
                             const struct ft_item *item, uint64_t index,
                             struct json_object *a, struct json_object *b);

/* --- parts, each in a file of its name ------------------------------------ */

/* Attributes of an item that both have. */
int ft_compare_attrs(struct ft_sides *sides, const struct ft_item *a,
                     const struct ft_item *b, struct ft_err *err);

int ft_compare_mesh(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err);
int ft_compare_grid(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err);
int ft_compare_table(struct ft_sides *sides, struct json_object *answer,
                     struct ft_err *err);
int ft_compare_file(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err);

/* --- answers: compare.c --------------------------------------------------- */

/* An entry of the list of arrays, which says that it is in 'state'; NULL when
 * the list is full.  Every state but "within" is a difference. */
struct json_object *ft_compare_list(struct ft_sides *sides, const char *name,
                                    const char *state);
/* Add measures and places of what was compared; 'item' is that of A. */
void ft_compare_measures(struct ft_sides *sides, const struct ft_item *item,
                         const struct ft_gaps *gaps, struct json_object *out);
/* Add "key":[a,b]; takes both over. */
void ft_compare_pair(struct json_object *out, const char *key,
                     struct json_object *a, struct json_object *b);
void ft_compare_counts(struct json_object *out, const char *key, uint64_t a,
                       uint64_t b);
/* Whether the units differ.  Adds them, unless 'out' is NULL: "unit", or
 * "units" when they differ. */
bool ft_compare_units(const char *a, const char *b, struct json_object *out);
/* Whether the shapes are the same. */
bool ft_compare_shapes(const struct ft_item *a, const struct ft_item *b);
/* A pair of pieces for ft_slab_pairs(); 'arg' is a struct ft_gaps. */
int ft_compare_piece(const void *a, const void *b, size_t count, void *arg,
                     struct ft_err *err);

#endif
