/* program.c - is it the program that the engine planned with?
 *
 * Its digest is computed once for as long as the file stays the same.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/agent/agent.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/sha256.h"

struct program {
    struct stat st;
    char sha256[FT_SHA256_HEX + 1];
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static const char *digest_of(struct agent *agent, const char *path,
                             struct ft_err *err)
{
    struct program *program = ft_map_get(&agent->digests, path);
    struct stat st;

    if (stat(path, &st) < 0) {
        ft_err_sys(err, "cannot find '%s'", path);
        return NULL;
    }
    if (program && same_file(&program->st, &st))
        return program->sha256;
    if (!program) {
        program = ft_calloc(1, sizeof(*program));
        ft_map_put(&agent->digests, path, program);
    }
    program->st = st;
    if (ft_sha256_file(path, program->sha256, NULL, err) == 0)
        return program->sha256;
    program->st = (struct stat){ 0 };
    return NULL;
}

char *agent_program_differs(struct agent *agent, const struct ft_attempt *a)
{
    struct ft_err err = { 0 };
    const char *have;

    if (!a->program_sha256)
        return NULL;
    have = digest_of(agent, a->argv[0], &err);
    if (!have)
        return ft_asprintf("%s, on %s", err.msg, agent->host);
    if (strcmp(have, a->program_sha256) == 0)
        return NULL;
    return ft_asprintf("'%s' on %s is not the program that was planned with: "
                       "its SHA-256 is %.12s..., not %.12s...", a->argv[0],
                       agent->host, have, a->program_sha256);
}

void agent_release_programs(struct agent *agent)
{
    for (size_t i = 0; i < agent->digests.len; i++)
        free(agent->digests.entry[i].value);
    ft_map_release(&agent->digests);
}
