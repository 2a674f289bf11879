/* driver.c - runs a fuzz target over its corpus and mutations of it
 *
 *     fuzz_NAME                 the corpus, then a fixed number of mutations;
 *                               speaks TAP, this is what "make check" runs
 *     fuzz_NAME -s SECONDS DIR  for so long, from another seed each time
 *     fuzz_NAME -n COUNT DIR    so many executions, likewise
 *     fuzz_NAME FILE...         these inputs only, to repeat a failure
 *
 * The input that is being run stands in fuzz_NAME.input, so that it is there
 * after a crash.
 */
#include "t/fuzz/fuzz.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#define SEED 20260117u
#define EXECUTIONS 20000
#define SECONDS_CHECK 20 /* a slow machine stops here, and says so */
#define INPUT_MAX 16384
#define FILE_MAX (1u << 20)

struct driver {
    const char *name; /* "yaml" */
    struct ft_str *corpus;
    size_t n, cap;
    uint64_t state;  /* of the random numbers */
    uint8_t *window; /* the file that shows the present input */
};

/* --- inputs --------------------------------------------------------------- */

/* xorshift64*: small, and the same everywhere. */
static uint64_t next_random(struct driver *d)
{
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return d->state * 2685821657736338717u;
}

static size_t below(struct driver *d, size_t n)
{
    return (size_t)(next_random(d) % n);
}

static void add_file(struct driver *d, const char *path)
{
    struct ft_err err = { 0 };
    struct ft_str text = FT_STR_INIT;

    if (ft_file_read(path, FILE_MAX, &text, &err) < 0) {
        fprintf(stderr, "%s\n", err.msg);
        exit(EXIT_FAILURE);
    }
    d->corpus = ft_grow(d->corpus, d->n, &d->cap, sizeof(*d->corpus));
    d->corpus[d->n++] = text;
}

static void add_directory(struct driver *d, const char *dir)
{
    struct dirent **entry;
    int n = scandir(dir, &entry, NULL, alphasort);

    if (n < 0) {
        perror(dir);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < n; i++) {
        if (entry[i]->d_name[0] != '.') {
            char *path = ft_path_join(dir, entry[i]->d_name);

            add_file(d, path);
            free(path);
        }
        free(entry[i]);
    }
    free(entry);
}

/* One change at a random place: flip, set, insert, delete, copy or splice. */
static void mutate(struct driver *d, uint8_t *data, size_t *size)
{
    static const char special[] = "{}[]()'\"$\\:-,#&*!|>%@^./ \n0019eE";
    const struct ft_str *other = &d->corpus[below(d, d->n)];
    size_t at = below(d, *size + 1), n = 1 + below(d, 8), from;

    switch (below(d, 6)) {
    case 0:
        if (at < *size)
            data[at] ^= (uint8_t)(1u << below(d, 8));
        break;
    case 1:
        if (at < *size)
            data[at] = (uint8_t)next_random(d);
        break;
    case 2:
        if (*size < INPUT_MAX) {
            memmove(data + at + 1, data + at, *size - at);
            data[at] = (uint8_t)special[below(d, sizeof(special) - 1)];
            ++*size;
        }
        break;
    case 3:
        n = n < *size - at ? n : *size - at;
        memmove(data + at, data + at + n, *size - at - n);
        *size -= n;
        break;
    case 4:
        from = below(d, *size + 1);
        n = n < *size - from ? n : *size - from;
        n = n < *size - at ? n : *size - at;
        memmove(data + at, data + from, n);
        break;
    default:
        from = below(d, other->len + 1);
        n = other->len - from < INPUT_MAX - at ? other->len - from
                                               : INPUT_MAX - at;
        memcpy(data + at, other->s + from, n);
        *size = at + n;
    }
}

/* --- runs ----------------------------------------------------------------- */

static void run_one(struct driver *d, const uint8_t *data, size_t size)
{
    uint8_t *copy = ft_realloc(NULL, size, 1); /* exact, for sanitizers */

    if (d->window && size <= INPUT_MAX) {
        memcpy(d->window, data, size);
        memset(d->window + size, 0, INPUT_MAX - size);
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_corpus(struct driver *d)
{
    for (size_t i = 0; i < d->n; i++)
        run_one(d, (const uint8_t *)d->corpus[i].s, d->corpus[i].len);
}

static void run_mutation(struct driver *d)
{
    const struct ft_str *base = &d->corpus[below(d, d->n)];
    size_t size = base->len < INPUT_MAX ? base->len : INPUT_MAX;
    uint8_t data[INPUT_MAX];

    memcpy(data, base->s, size);
    for (size_t changes = 1 + below(d, 6); changes; changes--)
        mutate(d, data, &size);
    run_one(d, data, size);
}

/* Until 'max' executions or 'seconds' have passed.  Return how many it were. */
static uint64_t run_mutations(struct driver *d, uint64_t max, int64_t seconds)
{
    int64_t end = ft_clock_mono_ns() + seconds * 1000000000;
    uint64_t n = 0;

    while (n < max && ft_clock_mono_ns() < end) {
        run_mutation(d);
        n++;
    }
    return n;
}

/* A file that always holds the present input, written by memory alone. */
static void open_window(struct driver *d)
{
    char *path = ft_asprintf("fuzz_%s.input", d->name);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    void *p = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, INPUT_MAX) == 0)
        p = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p != MAP_FAILED)
        d->window = p;
    if (fd >= 0)
        close(fd);
    free(path);
}

static void close_window(struct driver *d)
{
    char *path = ft_asprintf("fuzz_%s.input", d->name);

    if (d->window)
        munmap(d->window, INPUT_MAX);
    unlink(path);
    free(path);
}

/* --- the three ways to be called ------------------------------------------ */

static void check(struct driver *d)
{
    const char *source = getenv("srcdir");
    char *dir =
        ft_asprintf("%s/t/fuzz/corpus/%s", source ? source : ".", d->name);
    uint64_t n;

    printf("1..2\n");
    add_directory(d, dir);
    run_corpus(d);
    printf("ok 1 - %zu inputs of the corpus\n", d->n);
    fflush(stdout);
    d->state = SEED;
    n = run_mutations(d, EXECUTIONS, SECONDS_CHECK);
    printf("ok 2 - %" PRIu64 " mutations from seed %u\n", n, SEED);
    free(dir);
}

static void search(struct driver *d, bool timed, const char *limit,
                   const char *dir)
{
    long most = strtol(limit, NULL, 10);
    uint64_t seed = (uint64_t)ft_clock_now_ns() | 1, n;

    add_directory(d, dir);
    run_corpus(d);
    d->state = seed;
    n = timed ? run_mutations(d, UINT64_MAX, most)
              : run_mutations(d, (uint64_t)most, INT32_MAX);
    printf("%s: %" PRIu64 " executions from seed %" PRIu64 "\n", d->name, n,
           seed);
}

int main(int argc, char **argv)
{
    struct driver d = { .name = strstr(ft_path_base(argv[0]), "fuzz_") };

    d.name = d.name ? d.name + strlen("fuzz_") : "target";
    if (argc > 1 && *argv[1] != '-') {
        for (int i = 1; i < argc; i++)
            add_file(&d, argv[i]);
        run_corpus(&d);
    } else {
        open_window(&d);
        if (argc == 4)
            search(&d, argv[1][1] == 's', argv[2], argv[3]);
        else
            check(&d);
        close_window(&d);
    }
    for (size_t i = 0; i < d.n; i++)
        ft_str_release(&d.corpus[i]);
    free(d.corpus);
    return EXIT_SUCCESS;
}
