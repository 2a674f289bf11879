/* local_energy.c - the energy that this machine takes, as far as it can tell */
#include "adapters/local/local_energy.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"

#define JOULES_PER_COUNT 1e-6
#define NUMBER_FILE_MAX 64 /* bytes */

/* One zone of the tree. */
struct counter {
    char *path;
    uint64_t last, range; /* starts anew after 'range' */
};

struct ft_energy {
    struct counter *counter;
    size_t n, cap;
    double per_slot_j;
};

/* --- reading -------------------------------------------------------------- */

static bool read_text(const char *dir, const char *name, struct ft_str *text)
{
    char *path = ft_path_join(dir, name);
    int rc = ft_file_read(path, NUMBER_FILE_MAX, text, NULL);

    free(path);
    return rc == 0;
}

static bool read_number(const char *dir, const char *name, uint64_t *number)
{
    struct ft_str text = FT_STR_INIT;
    unsigned long long value = 0;
    char *end = NULL;
    bool ok = read_text(dir, name, &text);

    if (ok) {
        errno = 0;
        value = strtoull(text.s, &end, 10);
        ok = errno == 0 && end != text.s && (*end == '\n' || !*end);
    }
    if (ok)
        *number = value;
    ft_str_release(&text);
    return ok;
}

/* Packages, and the memory, which they do not contain.  Other zones are parts
 * of a package, or ("psys") contain it. */
static bool is_wanted(const char *dir)
{
    struct ft_str name = FT_STR_INIT;
    bool yes = read_text(dir, "name", &name) &&
               (ft_starts_with(name.s, "package") ||
                strcmp(name.s, "dram\n") == 0);

    ft_str_release(&name);
    return yes;
}

static void add_zone(struct ft_energy *e, const char *root, const char *name)
{
    struct counter c = { .path = ft_path_join(root, name) };

    if (!is_wanted(c.path) || !read_number(c.path, "energy_uj", &c.last) ||
        !read_number(c.path, "max_energy_range_uj", &c.range)) {
        free(c.path);
        return;
    }
    e->counter = ft_grow(e->counter, e->n, &e->cap, sizeof(*e->counter));
    e->counter[e->n++] = c;
}

/* --- the meter ------------------------------------------------------------ */

/* All zones stand side by side below the root, sub-zones as "X:0:1".  The same
 * registers may show twice, as "intel-rapl-mmio": one way in is enough. */
struct ft_energy *ft_energy_open(const char *root)
{
    struct ft_energy *e = ft_calloc(1, sizeof(*e));
    DIR *dir = opendir(root);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (ft_starts_with(entry->d_name, "intel-rapl:"))
            add_zone(e, root, entry->d_name);
    if (dir)
        (void)closedir(dir);
    if (e->n)
        return e;
    ft_energy_close(e);
    return NULL;
}

void ft_energy_close(struct ft_energy *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->n; i++)
        free(e->counter[i].path);
    free(e->counter);
    free(e);
}

/* What it counted since the last time; 0 when it cannot be read now: the next
 * reading then covers both. */
static double advance(struct counter *c)
{
    uint64_t now, counts;

    if (!read_number(c->path, "energy_uj", &now))
        return 0;
    counts = now >= c->last ? now - c->last : now + c->range - c->last;
    c->last = now;
    return (double)counts * JOULES_PER_COUNT;
}

double ft_energy_per_slot(struct ft_energy *e, int slots)
{
    double joules = 0;

    if (!e)
        return 0;
    for (size_t i = 0; i < e->n; i++)
        joules += advance(&e->counter[i]);
    if (slots > 0)
        e->per_slot_j += joules / slots;
    return e->per_slot_j;
}
