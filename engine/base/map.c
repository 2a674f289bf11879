/* map.c - open addressing over an insertion-ordered array */
#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(const char *s)
{
    uint64_t h = 14695981039346656037u;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static size_t *find_slot(const struct ft_map *map, const char *key)
{
    size_t mask = map->n_slots - 1;
    size_t i = hash(key) & mask;

    while (map->slot[i] && strcmp(map->entry[map->slot[i] - 1].key, key) != 0)
        i = (i + 1) & mask;
    return &map->slot[i];
}

static void rehash(struct ft_map *map)
{
    free(map->slot);
    map->n_slots = map->n_slots ? map->n_slots * 2 : 16;
    map->slot = ft_calloc(map->n_slots, sizeof(*map->slot));
    for (size_t i = 0; i < map->len; i++)
        *find_slot(map, map->entry[i].key) = i + 1;
}

void *ft_map_get(const struct ft_map *map, const char *key)
{
    size_t at = map->n_slots ? *find_slot(map, key) : 0;

    return at ? map->entry[at - 1].value : NULL;
}

void *ft_map_put(struct ft_map *map, const char *key, void *value)
{
    size_t *slot;
    void *old;

    if (map->len * 2 >= map->n_slots)
        rehash(map);
    slot = find_slot(map, key);
    if (*slot) {
        old = map->entry[*slot - 1].value;
        map->entry[*slot - 1].value = value;
        return old;
    }
    map->entry = ft_grow(map->entry, map->len, &map->cap,
                         sizeof(*map->entry));
    map->entry[map->len] = (struct ft_map_entry){ ft_strdup(key), value };
    *slot = ++map->len;
    return NULL;
}

void ft_map_release(struct ft_map *map)
{
    for (size_t i = 0; i < map->len; i++)
        free(map->entry[i].key);
    free(map->entry);
    free(map->slot);
    *map = (struct ft_map)FT_MAP_INIT;
}
