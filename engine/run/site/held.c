/* held.c - what is known of the files that a site has, and of the way there */
#include "run/site/held.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "base/sha256.h"
#include "run/adapter.h"

#define SCHEMA 1
#define HELD_MAX 20000       /* that are kept: the newest ones */
#define RATE_GUESS 50e6      /* bytes a second, until it was measured */
#define RATE_MIN 1e3
#define MEASURE_BYTES 65536  /* less tells of the latency only */
#define MEMORY 0.3           /* of an old mean, when a new value comes */

struct ft_held {
    char *path;
    struct ft_map sha256_of; /* content -> digest, the oldest first */
    double rate;             /* 0: not known */
    bool changed;
};

static bool is_digest(const char *hex)
{
    return strlen(hex) == FT_SHA256_HEX &&
           strspn(hex, "0123456789abcdef") == FT_SHA256_HEX;
}

static void put(struct ft_map *map, const char *content, const char *sha256)
{
    if (*content && is_digest(sha256))
        free(ft_map_put(map, content, ft_strdup(sha256)));
}

static void read_file(const char *path, struct ft_map *map, double *rate)
{
    struct json_object *obj = ft_path_exists(path) ? ft_json_read(path, NULL)
                                                   : NULL;
    struct json_object *held = ft_json_or_null(obj, "held");

    if (ft_json_int_or(obj, "schema", 0) == SCHEMA &&
        json_object_is_type(held, json_type_object)) {
        json_object_object_foreach(held, content, sha256) {
            if (json_object_is_type(sha256, json_type_string))
                put(map, content, json_object_get_string(sha256));
        }
        *rate = ft_json_num_or(obj, "rate_bytes_s", 0);
    }
    json_object_put(obj);
}

static void release(struct ft_map *map)
{
    for (size_t i = 0; i < map->len; i++)
        free(map->entry[i].value);
    ft_map_release(map);
}

char *ft_held_path(const char *meta, const char *site)
{
    return ft_asprintf("%s/held-%s.json", meta, site);
}

struct ft_held *ft_held_open(const char *path)
{
    struct ft_held *held = ft_calloc(1, sizeof(*held));

    held->path = ft_strdup(path);
    read_file(path, &held->sha256_of, &held->rate);
    return held;
}

const char *ft_held_find(const struct ft_held *held, const char *content)
{
    return ft_map_get(&held->sha256_of, content);
}

void ft_held_add(struct ft_held *held, const char *content,
                 const char *sha256)
{
    const char *old = ft_held_find(held, content);

    if (old && strcmp(old, sha256) == 0)
        return;
    put(&held->sha256_of, content, sha256);
    held->changed = true;
}

/* The digest of its bytes stands for a file that is no object. */
void ft_held_add_file(struct ft_held *held, const char *sha256)
{
    ft_held_add(held, sha256, sha256);
}

bool ft_held_has(const struct ft_held *held,
                 const struct ft_attempt_file *file)
{
    return ft_dirs_is_program(file->path) ||
           (file->content && ft_held_find(held, file->content)) ||
           (file->sha256 && ft_held_find(held, file->sha256));
}

void ft_held_measure(struct ft_held *held, uint64_t bytes, double seconds)
{
    double rate;

    if (bytes < MEASURE_BYTES || !(seconds > 0))
        return;
    rate = (double)bytes / seconds;
    held->rate = held->rate > 0 ? MEMORY * rate + (1 - MEMORY) * held->rate
                                : rate;
    held->changed = true;
}

double ft_held_measured(const struct ft_held *held)
{
    return held->rate > 0 ? fmax(held->rate, RATE_MIN) : 0;
}

double ft_held_rate(const struct ft_held *held)
{
    return held->rate > 0 ? ft_held_measured(held) : RATE_GUESS;
}

static struct json_object *held_json(const struct ft_held *held,
                                     const struct ft_map *all)
{
    size_t skip = all->len > HELD_MAX ? all->len - HELD_MAX : 0;
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_object();

    for (size_t i = skip; i < all->len; i++)
        if (all->entry[i].value)
            ft_json_add_str(list, all->entry[i].key, all->entry[i].value);
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_num(obj, "rate_bytes_s", held->rate);
    json_object_object_add(obj, "held", list);
    return obj;
}

static void keep(const struct ft_held *held)
{
    struct ft_map all = FT_MAP_INIT;
    struct json_object *obj;
    double rate;

    read_file(held->path, &all, &rate); /* others may have written it */
    for (size_t i = 0; i < held->sha256_of.len; i++)
        put(&all, held->sha256_of.entry[i].key,
            held->sha256_of.entry[i].value);
    obj = held_json(held, &all);
    /* Without it there is a guess less. */
    (void)ft_json_write(obj, held->path, 0666, ft_file_write, NULL);
    json_object_put(obj);
    release(&all);
}

void ft_held_close(struct ft_held *held)
{
    if (!held)
        return;
    if (held->changed)
        keep(held);
    release(&held->sha256_of);
    free(held->path);
    free(held);
}
