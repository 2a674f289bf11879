/* share_file.c - what the live runs of a project claim on this machine */
#include "run/drive/share_file.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/err.h"
#include "data/store/project.h"
#include "run/record/run.h"

#define FORMAT 1
#define RECORD_SIZE 128

/* In the byte order of the machine, which is the only one that reads it. */
struct record {
    uint32_t crc; /* of all that follows */
    uint32_t format;
    char run[FT_RUN_ID_MAX];
    int64_t at_ns; /* since the machine went up */
    double weight, served, used_bytes, unit_bytes;
    int32_t priority, slots, used, wanted, unit;
    char reserved[28];
};
_Static_assert(sizeof(struct record) == RECORD_SIZE, "a record has 128 bytes");

struct ft_share_file {
    int fd;
    char *path;
    char run[FT_RUN_ID_MAX];
    size_t own; /* number of the record */
};

/* --- locks ---------------------------------------------------------------- */

static struct flock bytes_of(size_t record)
{
    return (struct flock){ .l_type = F_WRLCK,
                           .l_whence = SEEK_SET,
                           .l_start = (off_t)(record * RECORD_SIZE),
                           .l_len = RECORD_SIZE };
}

static bool take(int fd, size_t record)
{
    struct flock lock = bytes_of(record);

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool is_live(int fd, size_t record)
{
    struct flock lock = bytes_of(record);

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* --- the file ------------------------------------------------------------- */

struct ft_share_file *ft_share_file_open(const struct ft_project *project,
                                         const char *run, struct ft_err *err)
{
    struct ft_share_file *file = ft_calloc(1, sizeof(*file));
    char host[256] = "";

    (void)gethostname(host, sizeof(host) - 1);
    file->path = ft_asprintf("%s/shares-%s", project->meta, host);
    snprintf(file->run, sizeof(file->run), "%s", run);
    file->fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    while (file->fd >= 0 && file->own < FT_SHARE_RUNS_MAX &&
           !take(file->fd, file->own))
        file->own++;
    if (file->fd >= 0 && file->own < FT_SHARE_RUNS_MAX)
        return file;
    if (file->fd < 0)
        ft_err_sys(err, "cannot open '%s'", file->path);
    else
        ft_err_set(err, FT_EBUSY, "%d runs share the machine already",
                   FT_SHARE_RUNS_MAX);
    if (file->fd >= 0)
        (void)close(file->fd);
    free(file->path);
    free(file);
    return NULL;
}

void ft_share_file_close(struct ft_share_file *file)
{
    static const struct record none;

    if (!file)
        return;
    /* Whoever watches learns of it by this; the lock goes with the file. */
    (void)!pwrite(file->fd, &none, sizeof(none),
                  (off_t)(file->own * RECORD_SIZE));
    (void)close(file->fd);
    free(file->path);
    free(file);
}

const char *ft_share_file_path(const struct ft_share_file *file)
{
    return file->path;
}

static uint32_t sum_of(const struct record *r)
{
    return ft_crc32c(0, (const char *)r + sizeof(r->crc),
                     sizeof(*r) - sizeof(r->crc));
}

int ft_share_file_write(struct ft_share_file *file,
                        const struct ft_share_claim *c, int64_t now_ns,
                        struct ft_err *err)
{
    struct record r = {
        .format = FORMAT,
        .at_ns = now_ns,
        .weight = c->weight,
        .served = c->served,
        .used_bytes = c->used_bytes,
        .unit_bytes = c->unit_bytes,
        .priority = c->priority,
        .slots = c->slots,
        .used = c->used,
        .wanted = c->wanted,
        .unit = c->unit,
    };

    memcpy(r.run, file->run, sizeof(r.run));
    r.crc = sum_of(&r);
    if (pwrite(file->fd, &r, sizeof(r), (off_t)(file->own * RECORD_SIZE)) !=
        (ssize_t)sizeof(r))
        return ft_err_sys(err, "cannot write '%s'", file->path);
    return 0;
}

/* One that is being written just now will be read at the event that follows. */
static bool is_claim(const struct record *r, int64_t now_ns)
{
    return r->crc == sum_of(r) && r->format == FORMAT && r->weight > 0 &&
           r->unit > 0 && r->used >= 0 && r->at_ns > now_ns - FT_SHARE_FRESH_NS;
}

int ft_share_file_read(struct ft_share_file *file, int64_t now_ns,
                       struct ft_share_claim claim[FT_SHARE_RUNS_MAX],
                       struct ft_err *err)
{
    struct record all[FT_SHARE_RUNS_MAX];
    ssize_t len = pread(file->fd, all, sizeof(all), 0);
    int n = 0;

    if (len < 0)
        return ft_err_sys(err, "cannot read '%s'", file->path);
    for (size_t i = 0; i < (size_t)len / RECORD_SIZE; i++) {
        const struct record *r = &all[i];

        if (i == file->own || !is_claim(r, now_ns) || !is_live(file->fd, i))
            continue;
        claim[n++] = (struct ft_share_claim){
            .weight = r->weight,
            .priority = r->priority,
            .served = r->served,
            .slots = r->slots,
            .used = r->used,
            .wanted = r->wanted,
            .unit = r->unit,
            .used_bytes = r->used_bytes,
            .unit_bytes = r->unit_bytes,
        };
    }
    return n;
}
