/* main.c - fedtwin-raster: a GeoTIFF or another raster as an image, module
 * raster.read
 *
 * fedtwin-gdal, beside this program, reads the files; what it writes into the
 * attempt directory becomes the image.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage/image.h"
#include "stage/stage.h"

#define READER "fedtwin-gdal"
#define NUMBERS "numbers.part"
#define MESSAGE "message.part"
#define PATH_BYTES 4096
#define MAX_FILES 4096
#define MAX_OPTIONS 16

extern char **environ;

/* --- the command ---------------------------------------------------------- */

struct command {
    char program[PATH_BYTES];
    char text[MAX_OPTIONS][256];
    char *argv[2 * MAX_OPTIONS + MAX_FILES + 4];
    int n, n_texts;
};

/* The reader lies where this program does. */
static PetscErrorCode find_reader(struct stg_task *task, struct command *c)
{
    char self[PATH_BYTES - sizeof(READER)];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    if (n <= 0)
        return stg_fail(task, "cannot find " READER ": %s", strerror(errno));
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (slash)
        slash[1] = '\0';
    snprintf(c->program, sizeof(c->program), "%s" READER, self);
    if (access(c->program, X_OK) < 0)
        return stg_fail(task, "'%s' is missing: this fedtwin was built without "
                        "GDAL (configure --without-gdal)", c->program);
    c->argv[c->n++] = c->program;
    return 0;
}

static void add_text(struct command *c, char *name, const char *value)
{
    char *text = c->text[c->n_texts++];

    snprintf(text, sizeof(c->text[0]), "%s", value);
    c->argv[c->n++] = name;
    c->argv[c->n++] = text;
}

static PetscErrorCode add_texts(const struct stg_value *all, struct command *c)
{
    static char crs[] = "--crs", source[] = "--source-crs";
    static char how[] = "--resampling";
    const struct {
        const char *param;
        char *option;
    } row[] = { { "crs", crs }, { "source_crs", source },
                { "resampling", how } };
    const char *text;

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        if (!stg_has(all, row[i].param))
            continue;
        PetscCall(stg_get_text(all, row[i].param, &text));
        add_text(c, row[i].option, text);
    }
    return 0;
}

static PetscErrorCode add_numbers(struct stg_task *task,
                                  const struct stg_value *all,
                                  struct command *c)
{
    static const char *const box[] = { "x_min", "y_min", "x_max", "y_max" };
    static char band[] = "--band", fine[] = "--resolution";
    static char window[] = "--window";
    char text[256];
    int64_t n = 1;
    size_t given = 0, used = 0;
    double x;

    if (stg_has(all, "band"))
        PetscCall(stg_get_integer(all, "band", &n));
    snprintf(text, sizeof(text), "%lld", (long long)n);
    add_text(c, band, text);
    if (stg_has(all, "resolution")) {
        PetscCall(stg_get_number(all, "resolution", &x));
        if (!(x > 0))
            return stg_fail(task, "parameter 'resolution' must be positive");
        snprintf(text, sizeof(text), "%.17g", x);
        add_text(c, fine, text);
    }
    for (size_t i = 0; i < 4; i++) {
        if (!stg_has(all, box[i]))
            continue;
        PetscCall(stg_get_number(all, box[i], &x));
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%.17g ",
                                 x);
        given++;
    }
    if (given == 4)
        add_text(c, window, text);
    else if (given > 0)
        return stg_fail(task, "a window needs all of 'x_min', 'y_min', "
                        "'x_max' and 'y_max'");
    return 0;
}

static PetscErrorCode make_command(struct stg_task *task, struct command *c)
{
    static char out[] = NUMBERS;
    struct stg_value all = stg_params(task);
    size_t n = stg_input_count(task, "files");
    struct stg_input input;

    PetscCall(find_reader(task, c));
    PetscCall(add_texts(&all, c));
    PetscCall(add_numbers(task, &all, c));
    c->argv[c->n++] = out;
    if (n > MAX_FILES)
        return stg_fail(task, "more than %d files", MAX_FILES);
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_input(task, "files", i, &input));
        c->argv[c->n++] = (char *)input.path;
    }
    c->argv[c->n] = NULL;
    return 0;
}

/* --- running it ----------------------------------------------------------- */

static void read_message(char *text, size_t size)
{
    FILE *f = fopen(MESSAGE, "r");

    text[0] = '\0';
    if (!f)
        return;
    if (!fgets(text, (int)size, f))
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    fclose(f);
}

static PetscErrorCode run_command(struct stg_task *task, struct command *c)
{
    posix_spawn_file_actions_t actions;
    char message[STG_MESSAGE_MAX - 64];
    int status = 0, rc;
    pid_t pid;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return stg_fail(task, "cannot start '%s'", c->program);
    rc = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, MESSAGE,
                                          O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (rc == 0)
        rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
                                              "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = posix_spawn(&pid, c->program, &actions, NULL, c->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0)
        return stg_fail(task, "cannot start '%s': %s", c->program,
                        strerror(rc));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    read_message(message, sizeof(message));
    if (WIFSIGNALED(status))
        return stg_fail(task, READER " was ended by signal %d (%s)",
                        WTERMSIG(status), strsignal(WTERMSIG(status)));
    return stg_fail(task, "%s", message[0] ? message : READER " failed");
}

/* --- what it wrote -------------------------------------------------------- */

struct numbers {
    struct stg_raster raster;
    char unit[STG_IMAGE_NAME_BYTES];
    long start; /* of the values in the file */
};

static bool read_line(FILE *f, char *text, size_t size)
{
    if (!fgets(text, (int)size, f) || !strchr(text, '\n'))
        return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
}

static PetscErrorCode read_head(struct stg_task *task, FILE *f,
                                struct numbers *n)
{
    struct stg_raster *r = &n->raster;
    char line[256];
    long long nx, ny;

    if (!read_line(f, line, sizeof(line)) ||
        sscanf(line, "%lld %lld %lf %lf %lf %lf", &nx, &ny, &r->x, &r->y,
               &r->dx, &r->dy) != 6 ||
        !read_line(f, n->unit, sizeof(n->unit)) ||
        !read_line(f, r->unit, sizeof(r->unit)) ||
        !read_line(f, r->mapping, sizeof(r->mapping)) ||
        !read_line(f, r->wkt, sizeof(r->wkt)))
        return stg_fail(task, "what " READER " wrote cannot be read; is its "
                        "CRS longer than %d bytes?", STG_IMAGE_WKT_BYTES);
    r->nx = nx;
    r->ny = ny;
    n->start = ftell(f);
    return 0;
}

/* The unit of the values: what the file says or what the user does, but never
 * both in contradiction.  '*factor' makes it metres. */
static PetscErrorCode choose_unit(struct stg_task *task, struct numbers *n,
                                  double *factor)
{
    static const struct {
        const char *name, *unit;
        double factor;
    } known[] = {
        { "m", "m", 1 },         { "metre", "m", 1 },
        { "meter", "m", 1 },     { "metres", "m", 1 },
        { "meters", "m", 1 },    { "cm", "m", 0.01 },
        { "ft", "m", 0.3048 },   { "foot", "m", 0.3048 },
        { "feet", "m", 0.3048 }, { "US survey foot", "m", 1200.0 / 3937.0 },
        { "1", "1", 1 },
    };
    struct stg_value all = stg_params(task);
    const char *given = NULL, *unit;

    if (stg_has(&all, "unit"))
        PetscCall(stg_get_text(&all, "unit", &given));
    if (given && n->unit[0] && strcmp(given, n->unit) != 0)
        return stg_fail(task, "the file says that its values are in '%s', not "
                        "in '%s'", n->unit, given);
    unit = given ? given : n->unit;
    if (!unit[0])
        return stg_fail(task, "the file does not say the unit of its values; "
                        "give it by the parameter 'unit'");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(unit, known[i].name) == 0) {
            *factor = known[i].factor;
            snprintf(n->unit, sizeof(n->unit), "%s", known[i].unit);
            return 0;
        }
    return stg_fail(task, "values in '%s' cannot be read; they must be in m, "
                    "cm, ft or 1", unit);
}

static PetscErrorCode check_axes(struct stg_task *task, struct numbers *n)
{
    struct stg_value all = stg_params(task);
    bool local = false;

    if (stg_has(&all, "local"))
        PetscCall(stg_get_bool(&all, "local", &local));
    if (strcmp(n->raster.unit, "other") == 0)
        return stg_fail(task, "the coordinates of the file's CRS are not in "
                        "metres; reproject it by the parameter 'crs'");
    if (n->raster.unit[0])
        return 0;
    if (!local)
        return stg_fail(task, "the file does not say its CRS; give it by "
                        "'source_crs', or say 'local: true' if its "
                        "coordinates are metres of no known CRS");
    snprintf(n->raster.unit, sizeof(n->raster.unit), "m");
    return 0;
}

static PetscErrorCode write_image(struct stg_task *task, FILE *f,
                                  struct numbers *n, double factor)
{
    struct stg_image image = {
        .name = strcmp(n->unit, "m") == 0 ? "height" : "number",
        .unit = n->unit, .time_s = NAN,
    };
    int64_t ny = n->raster.ny, ranks = stg_ranks(task), rank = stg_rank(task);
    int64_t first = ny * rank / ranks, mine = ny * (rank + 1) / ranks - first;
    size_t count = (size_t)(mine * n->raster.nx);
    const char *path;
    double *value;
    PetscErrorCode rc = 0;

    PetscCall(stg_output_path(task, image.name, &path));
    PetscCall(PetscMalloc1(count + 1, &value));
    if (fseek(f, n->start + first * n->raster.nx * (long)sizeof(*value),
              SEEK_SET) != 0 || fread(value, sizeof(*value), count, f) != count)
        rc = stg_fail(task, "what " READER " wrote is too short");
    for (size_t i = 0; i < count && !rc; i++)
        value[i] *= factor;
    rc = stg_agree(task, rc);
    if (!rc)
        rc = stg_image_write(task, path, &n->raster, &image, first, mine,
                             value);
    PetscFree(value);
    return rc;
}

static PetscErrorCode take_numbers(struct stg_task *task)
{
    FILE *f = fopen(NUMBERS, "rb");
    struct numbers *n;
    double factor = 1;
    PetscErrorCode rc = PetscCalloc1(1, &n);

    if (!rc && !f)
        rc = stg_fail(task, "cannot read '%s': %s", NUMBERS, strerror(errno));
    if (!rc)
        rc = read_head(task, f, n);
    if (!rc)
        rc = choose_unit(task, n, &factor);
    if (!rc)
        rc = check_axes(task, n);
    rc = stg_agree(task, rc);
    if (!rc)
        rc = write_image(task, f, n, factor);
    if (f)
        fclose(f);
    PetscFree(n);
    return rc;
}

static PetscErrorCode run(struct stg_task *task)
{
    struct command *c;
    PetscErrorCode rc = PetscCalloc1(1, &c);

    if (!rc && stg_rank(task) == 0)
        rc = make_command(task, c);
    if (!rc && stg_rank(task) == 0)
        rc = run_command(task, c);
    PetscFree(c);
    rc = stg_agree(task, rc);
    if (!rc)
        rc = take_numbers(task);
    if (stg_rank(task) == 0) {
        (void)unlink(NUMBERS);
        (void)unlink(MESSAGE);
    }
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-raster",
    .module = "raster.read",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
