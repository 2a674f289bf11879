/* travel.c - the files that an attempt needs where the project is not seen */
#include "run/site/travel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/path.h"
#include "base/words.h"
#include "model/site.h"
#include "run/drive/drive_in.h"

#define SHA256_PREFIX "sha256:"

bool ft_travel_needed(const struct ft_drive *d)
{
    for (size_t i = 0; i < d->options.n_sites; i++)
        if (d->options.site[i] && !d->options.site[i]->shared)
            return true;
    return false;
}

static uint64_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* A user's file is its bytes; an object has others around it. */
static struct ft_attempt_file input_file(const char *dir,
                                         const struct ft_bound_input *in)
{
    struct ft_attempt_file file = { 0 };

    file.path = in->extract ? ft_path_join(dir, in->extract)
                            : ft_strdup(in->path);
    if (in->version) {
        file.content = ft_strdup(in->content);
        file.size_bytes = in->version->size_bytes;
        if (!in->extract)
            file.sha256 = ft_strdup(in->version->file_digest);
    } else if (ft_starts_with(in->content, SHA256_PREFIX)) {
        file.sha256 = ft_strdup(in->content + strlen(SHA256_PREFIX));
        file.size_bytes = size_of(in->path);
    }
    return file;
}

static struct ft_attempt_file named_file(struct ft_store *store,
                                         const char *path)
{
    struct ft_attempt_file file = { .path = ft_strdup(path),
                                    .size_bytes = size_of(path) };
    char hex[FT_SHA256_HEX + 1];

    if (!ft_dirs_is_program(path) &&
        ft_store_file_digest(store, path, hex, NULL) == 0)
        file.sha256 = ft_strdup(hex);
    return file;
}

struct ft_attempt_file *ft_travel_files(const struct ft_plan *plan,
                                        const struct ft_bound *bound,
                                        struct ft_store *store,
                                        const char *dir, size_t *n)
{
    char **word = ft_bound_files(plan, bound);
    struct ft_attempt_file *file;
    size_t n_words = 0;

    while (word && word[n_words])
        n_words++;
    file = ft_calloc(bound->n_in + n_words + 1, sizeof(*file));
    *n = 0;
    for (size_t i = 0; i < bound->n_in; i++)
        file[(*n)++] = input_file(dir, &bound->in[i]);
    for (size_t i = 0; i < n_words; i++)
        file[(*n)++] = named_file(store, word[i]);
    ft_words_free(word);
    return file;
}

void ft_travel_published(const struct ft_flight *f, const char *path,
                         const char *content)
{
    const struct ft_drive *d = f->drive;

    if (d->adapter->published && ft_travel_needed(d))
        d->adapter->published(d->site, ft_flight_tag(f), path, content);
}
