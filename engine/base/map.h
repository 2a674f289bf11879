/* map.h - from a string to a pointer, remembering the order of insertion
 *
 * Keys are copied.  Values are borrowed: the map never frees them.
 */
#ifndef FT_BASE_MAP_H
#define FT_BASE_MAP_H

#include <stddef.h>

struct ft_map_entry {
    char *key;
    void *value;
};

struct ft_map {
    struct ft_map_entry *entry; /* in order of insertion: entry[0 .. len) */
    size_t len, cap;
    size_t *slot; /* index + 1 into entry, 0 free; a power of two of them */
    size_t n_slots;
};

#define FT_MAP_INIT { 0 }

/* The value under 'key', or NULL. */
void *ft_map_get(const struct ft_map *map, const char *key);

/* Put 'value' under 'key'.  Return the value that was there before, or NULL. */
void *ft_map_put(struct ft_map *map, const char *key, void *value);

void ft_map_release(struct ft_map *map);

#endif
