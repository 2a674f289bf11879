/* probe.c - a stage program that does what its task tells it, to test the
 * stage library with */
#include "stage/mesh.h"
#include "stage/stage.h"
#include "stage/table.h"

#include <math.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Print on rank 0. */
static void say(const struct stg_task *task, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct stg_task *task, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (stg_rank(task) == 0)
        vprintf(format, args);
    va_end(args);
}

static int served; /* tasks that this process has had before */

static PetscErrorCode nothing(struct stg_task *task)
{
    (void)task;
    served++;
    return 0;
}

/* --- failing -------------------------------------------------------------- */

static PetscErrorCode fail_on_last(struct stg_task *task)
{
    if (stg_rank(task) == stg_ranks(task) - 1)
        return stg_fail(task, "rank %d gives up\nand says too much",
                        stg_rank(task));
    return stg_agree(task, 0);
}

static PetscErrorCode fail_everywhere(struct stg_task *task)
{
    return stg_fail(task, "rank %d gives up", stg_rank(task));
}

/* The others wait where no agreement can reach them. */
static PetscErrorCode fail_alone(struct stg_task *task)
{
    if (stg_rank(task) == 1)
        return stg_fail(task, "rank 1 gives up alone");
    PetscCallMPI(MPI_Barrier(stg_comm(task)));
    return 0;
}

static PetscErrorCode fail_in_petsc(struct stg_task *task)
{
    SETERRQ(stg_comm(task), PETSC_ERR_ARG_OUTOFRANGE, "row 7 of 5\nmore");
}

static PetscErrorCode end_early(struct stg_task *task)
{
    if (stg_rank(task) == 0)
        return 0;
    PetscCall(stg_agree(task, 0));
    return stg_agree(task, 0);
}

static PetscErrorCode restart(struct stg_task *task)
{
    const char *path = NULL, *from = stg_restart_path(task);
    PetscErrorCode rc = 0;

    if (from)
        {
        say(task, "goes on from %s\n", from);
        return 0;
    }
    PetscCall(stg_checkpoint_part(task, &path));
    if (stg_rank(task) == 0) {
        FILE *file = fopen(path, "w");

        if (!file || fputs("half way\n", file) < 0 || fclose(file) != 0)
            rc = stg_fail(task, "cannot write '%s'", path);
    }
    PetscCall(stg_agree(task, rc));
    PetscCall(stg_checkpoint_commit(task));
    return stg_ask_restart(task, "out of time at step 5");
}

/* --- taking too much ------------------------------------------------------ */

static PetscErrorCode eat(struct stg_task *task)
{
    const size_t bytes = 64 << 20;
    volatile char *p = malloc(bytes);

    if (!p)
        return stg_fail(task, "no memory");
    for (size_t i = 0; i < bytes; i += 4096)
        p[i] = 1;
    free((void *)p);
    return 0;
}

static PetscErrorCode crash(struct stg_task *task)
{
    if (stg_rank(task) == stg_ranks(task) - 1)
        raise(SIGSEGV);
    return stg_agree(task, 0);
}

/* Harmless on its own, fatal in a process that has served before. */
static PetscErrorCode crash_later(struct stg_task *task)
{
    return served++ ? crash(task) : 0;
}

static PetscErrorCode hang(struct stg_task *task)
{
    stg_progress(task, 1, 1, NAN, NAN);
    while (pause() < 0)
        continue;
    return 0;
}

/* --- telling -------------------------------------------------------------- */

static PetscErrorCode progress(struct stg_task *task)
{
    for (int i = 1; i <= 1000; i++)
        stg_progress(task, i, 1000, 1.0 / i, NAN);
    return 0;
}

static PetscErrorCode show_groups(struct stg_task *task,
                                  const struct stg_value *params)
{
    static const char *const groups[] = { "chip", "air" };
    struct stg_value map, value;
    double w;

    PetscCall(stg_get(params, "source", &map));
    for (int i = 0; i < 2; i++) {
        if (!stg_group_value(&map, groups[i], &value))
            return stg_fail(task, "no source for '%s'", groups[i]);
        PetscCall(stg_as_quantity(&value, "W", &w));
        say(task, "%s %g W\n", groups[i], w);
    }
    return 0;
}

static PetscErrorCode params(struct stg_task *task)
{
    const struct stg_value all = stg_params(task);
    struct stg_value list, item;
    struct stg_input input;
    double x, y;
    int64_t n;
    bool yes;

    PetscCall(stg_get_number(&all, "number", &x));
    PetscCall(stg_get_integer(&all, "integer", &n));
    PetscCall(stg_get_bool(&all, "bool", &yes));
    PetscCall(stg_get(&all, "list", &list));
    PetscCall(stg_element(&list, 1, &item));
    PetscCall(stg_as_number(&item, &y));
    say(task, "%g %lld %d %g seed %lld\n", x,
                          (long long)n, yes, y, (long long)stg_seed(task));
    PetscCall(show_groups(task, &all));
    for (size_t i = 0; i < stg_input_count(task, "gathered"); i++) {
        PetscCall(stg_input(task, "gathered", i, &input));
        PetscCall(stg_get_quantity(&input.cell, "power", "W", &x));
        say(task, "%s %g W\n", input.path, x);
    }
    return 0;
}

/* --- files ---------------------------------------------------------------- */

static PetscErrorCode read_mesh(struct stg_task *task, struct stg_mesh *mesh)
{
    const char *path;

    PetscCall(stg_input_path(task, "mesh", &path));
    return stg_mesh_read(task, path, mesh);
}

/* T = 300 + x + 2y + 3z on the points, or the number of each cell. */
static PetscErrorCode write_field(struct stg_task *task, enum stg_place place)
{
    struct stg_field field = { .name = "temperature", .unit = "K",
                               .long_name = "made up", .place = place,
                               .components = 1, .time_s = 2.5 };
    struct stg_mesh mesh;
    const char *path;
    int64_t n;

    PetscCall(read_mesh(task, &mesh));
    n = place == STG_ON_POINTS ? mesh.my_points : mesh.my_cells;
    if (place == STG_ON_CELLS)
        field.components = 3;
    PetscCall(PetscCalloc1(n * field.components + 1, &field.value));
    for (int64_t i = 0; i < n; i++) {
        const double *x = mesh.point + 3 * i;

        if (place == STG_ON_POINTS)
            field.value[i] = 300 + x[0] + 2 * x[1] + 3 * x[2];
        else
            field.value[3 * i + 1] = (double)(mesh.first_cell + i);
    }
    PetscCall(stg_output_path(task, "result", &path));
    PetscCall(stg_field_write(task, path, &mesh, &field));
    PetscCall(PetscFree(field.value));
    stg_mesh_release(&mesh);
    return 0;
}

static PetscErrorCode point_field(struct stg_task *task)
{
    return write_field(task, STG_ON_POINTS);
}

static PetscErrorCode cell_field(struct stg_task *task)
{
    return write_field(task, STG_ON_CELLS);
}

static PetscErrorCode copy_mesh(struct stg_task *task)
{
    struct stg_mesh mesh;
    const char *path;

    PetscCall(read_mesh(task, &mesh));
    PetscCall(stg_output_path(task, "result", &path));
    PetscCall(stg_mesh_write(task, path, &mesh));
    stg_mesh_release(&mesh);
    return 0;
}

static PetscErrorCode copy_field(struct stg_task *task)
{
    struct stg_mesh mesh;
    struct stg_field field;
    const char *path;

    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_field_read(task, path, "K", &mesh, &field));
    PetscCall(stg_output_path(task, "result", &path));
    PetscCall(stg_field_write(task, path, &mesh, &field));
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    return 0;
}

/* --- the program ---------------------------------------------------------- */

static const struct {
    const char *name;
    PetscErrorCode (*run)(struct stg_task *task);
} deeds[] = {
    { "fail_on_last", fail_on_last }, { "fail_everywhere", fail_everywhere },
    { "fail_alone", fail_alone },     { "fail_in_petsc", fail_in_petsc },
    { "end_early", end_early },       { "restart", restart },
    { "progress", progress },         { "params", params },
    { "point_field", point_field },   { "cell_field", cell_field },
    { "copy_mesh", copy_mesh },       { "copy_field", copy_field },
    { "eat", eat },                   { "hang", hang },
    { "crash", crash },               { "crash_later", crash_later },
    { "nothing", nothing },
};

static PetscErrorCode run(struct stg_task *task)
{
    const struct stg_value all = stg_params(task);
    const char *name;

    PetscCall(stg_get_text(&all, "do", &name));
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
        if (strcmp(deeds[i].name, name) == 0)
            return deeds[i].run(task);
    return stg_fail(task, "cannot do '%s'", name);
}

static const struct stg_program program = {
    .name = "probe",
    .module = "test.probe",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
