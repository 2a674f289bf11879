/* check.c - is every acknowledged version there and right? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "base/str.h"
#include "crash.h"

static void tell(const char *severity, const char *path, const char *text,
                 void *arg)
{
    if (strcmp(severity, "error") != 0)
        return;
    fprintf(stderr, "fsck: %s: %s\n", path, text);
    ++*(size_t *)arg;
}

static size_t check_all(const struct ft_project *project)
{
    struct ft_fsck_totals totals;
    struct ft_err err = { 0 };
    size_t faults = 0;

    if (ft_store_fsck(project, FT_FSCK_DEEP, tell, &faults, &totals, &err) < 0)
        fprintf(stderr, "fsck: %s\n", err.msg), faults += !faults;
    printf("records %zu, versions %zu, orphans %zu, missing %zu, damaged "
           "%zu\n",
           totals.records, totals.versions, totals.orphans, totals.missing,
           totals.damaged);
    return faults;
}

/* One output of one task that was acknowledged. */
static int check_output(struct ft_store *store, const char *dest,
                        uint64_t seed, uint64_t number, size_t out,
                        const char *version)
{
    static uint8_t bytes[SOURCE_MAX];
    size_t len = source_bytes(seed, number, out, bytes);
    struct ft_str have = FT_STR_INIT;
    struct ft_err err = { 0 };
    int rc = -1;

    (void)unlink(dest);
    if (ft_store_extract(store, version, dest, &err) < 0 ||
        ft_file_read(dest, SOURCE_MAX, &have, &err) < 0)
        fprintf(stderr, "acknowledged version %s: %s\n", version, err.msg);
    else if (have.len != len || memcmp(have.s, bytes, len) != 0)
        fprintf(stderr, "acknowledged version %s has other bytes\n", version);
    else
        rc = 0;
    ft_str_release(&have);
    return rc;
}

static size_t check_line(struct ft_store *store, const char *dest,
                         const char *line)
{
    uint64_t seed, number;
    char version[OUTPUTS][FT_SHA256_HEX + 1];
    size_t faults = 0;

    if (sscanf(line, "%" SCNu64 " %" SCNu64 " %64s %64s", &seed, &number,
               version[0], version[1]) != 4) {
        fprintf(stderr, "not an acknowledgement: %s", line);
        return 1;
    }
    for (size_t i = 0; i < OUTPUTS; i++)
        faults += check_output(store, dest, seed, number, i, version[i]) < 0;
    return faults;
}

static size_t check_acks(const struct ft_project *project, const char *acks,
                         const char *work)
{
    struct ft_store *store = open_store(project);
    char *dest = ft_path_join(work, "extracted"), *line = NULL;
    FILE *in = fopen(acks, "r");
    size_t cap = 0, n = 0, faults = 0;

    if (!in) {
        perror(acks);
        exit(1);
    }
    while (getline(&line, &cap, in) > 0) {
        if (!strchr(line, '\n'))
            break; /* cut by the kill: nobody was told */
        faults += check_line(store, dest, line);
        n++;
    }
    printf("acknowledged %zu, faults %zu\n", n, faults);
    free(line);
    fclose(in);
    (void)unlink(dest);
    free(dest);
    ft_store_close(store);
    return faults;
}

size_t check_store(const char *dir, const char *acks, const char *work)
{
    struct ft_project *project = open_project(dir);
    size_t faults = check_all(project) + check_acks(project, acks, work);

    ft_project_close(project);
    return faults;
}
