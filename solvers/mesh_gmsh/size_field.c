/* size_field.c - write a field as a view, and a skirt around it */
#include "mesh_gmsh/size_field.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mesh/faces.h"
#include "mesh/shape.h"
#include "mesh_gmsh/script.h"
#include "stage/mesh.h"

/* Height of the skirt over the longest edge of the faces below it.  An arc of
 * 120 degrees rises by 0.29 of its chord. */
#define SKIRT 0.3

struct view {
    FILE *file;
    double unit_m;
    const struct stg_mesh *mesh;
    const double *size_m; /* [points] */
    double *out;          /* [points][3] from a point to the skirt's rim, m */
};

/* What Gmsh calls an element with values at its corners. */
static const struct {
    enum stg_cell cell;
    const char *name;
    int corners;
} elements[] = {
    { STG_TRIANGLE, "ST", 3 }, { STG_QUAD, "SQ", 4 },  { STG_TET, "SS", 4 },
    { STG_HEX, "SH", 8 },      { STG_WEDGE, "SI", 6 }, { STG_PYRAMID, "SY", 5 },
};

/* --- elements of the view ------------------------------------------------- */

/* With lift[i], corner i lies on the rim. */
static void write_element(const struct view *view, const char *name,
                          int corners, const int64_t *point, const bool *lift)
{
    fprintf(view->file, "%s(", name);
    for (int i = 0; i < 3 * corners; i++) {
        double x_m = view->mesh->point[3 * point[i / 3] + i % 3];

        if (lift[i / 3])
            x_m += view->out[3 * point[i / 3] + i % 3];
        fprintf(view->file, "%s%.17g", i ? "," : "", x_m / view->unit_m);
    }
    fprintf(view->file, "){");
    for (int i = 0; i < corners; i++)
        fprintf(view->file, "%s%.17g", i ? "," : "",
                view->size_m[point[i]] / view->unit_m);
    fprintf(view->file, "};\n");
}

static void write_cell(const struct view *view, int64_t cell)
{
    static const bool none[8];

    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (elements[i].cell ==
            shape_straight(view->mesh->type[cell])->cell)
            write_element(view, elements[i].name, elements[i].corners,
                          view->mesh->node + view->mesh->offset[cell], none);
}

/* --- the skirt ------------------------------------------------------------ */

static double distance(const double *a, const double *b)
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

/* Corners of a face are sorted, with -1 in front. */
static int corners_of(const struct face *face, const int64_t **corner)
{
    int n = FACE_CORNERS_MAX;

    while (face->corner[FACE_CORNERS_MAX - n] < 0)
        n--;
    *corner = face->corner + FACE_CORNERS_MAX - n;
    return n;
}

static void centre(const struct stg_mesh *mesh, const int64_t *point, int n,
                   double x[3])
{
    for (int k = 0; k < 3; k++) {
        x[k] = 0;
        for (int i = 0; i < n; i++)
            x[k] += mesh->point[3 * point[i] + k] / n;
    }
}

/* A vector across the face; its sign and length mean nothing. */
static void across(const struct stg_mesh *mesh, const int64_t *corner, int n,
                   double normal[3])
{
    double a[3], b[3];

    for (int k = 0; k < 3; k++) {
        a[k] = mesh->point[3 * corner[1] + k] - mesh->point[3 * corner[0] + k];
        b[k] = n > 2 ? mesh->point[3 * corner[2] + k] -
                           mesh->point[3 * corner[0] + k]
                     : k == 2;
    }
    for (int k = 0; k < 3; k++)
        normal[k] = a[(k + 1) % 3] * b[(k + 2) % 3] -
                    a[(k + 2) % 3] * b[(k + 1) % 3];
}

/* Add the way out of a face, as long as its longest edge, to its corners. */
static void push_out(struct view *view, const struct face *face)
{
    const struct stg_mesh *mesh = view->mesh;
    const int64_t *corner, first = mesh->offset[face->cell];
    int n = corners_of(face, &corner);
    double inside[3], here[3], normal[3], length, longest = 0, side = 0;

    centre(mesh, mesh->node + first,
           (int)(mesh->offset[face->cell + 1] - first), inside);
    centre(mesh, corner, n, here);
    across(mesh, corner, n, normal);
    length = hypot(hypot(normal[0], normal[1]), normal[2]);
    for (int k = 0; k < 3; k++)
        side += normal[k] * (here[k] - inside[k]);
    for (int i = 0; i < n; i++)
        longest = fmax(longest, distance(mesh->point + 3 * corner[i],
                                         mesh->point +
                                             3 * corner[(i + 1) % n]));
    for (int i = 0; length > 0 && i < n; i++)
        for (int k = 0; k < 3; k++)
            view->out[3 * corner[i] + k] +=
                (side < 0 ? -1 : 1) * SKIRT * longest * normal[k] / length;
}

/* The sum over the faces around a point becomes their mean length. */
static void even_out(struct view *view, const int32_t *faces)
{
    for (int64_t i = 0; i < view->mesh->my_points; i++)
        for (int k = 0; faces[i] > 0 && k < 3; k++)
            view->out[3 * i + k] /= faces[i];
}

/* Sorting lost the cycle of a quadrilateral's corners; of its four triangles,
 * whichever way round, two cover it. */
static void write_skirt(const struct view *view, const struct face *face)
{
    static const bool lift[8] = { false, false, false, true, true, true };
    static const bool lift_line[4] = { false, false, true, true };
    const int64_t *corner;
    int64_t point[8];
    int n = corners_of(face, &corner);

    for (int i = 0; i < n; i++)
        point[i] = point[n + i] = corner[i];
    if (n == 2) {
        point[2] = corner[1];
        point[3] = corner[0];
        write_element(view, "SQ", 4, point, lift_line);
    } else if (n == 3) {
        write_element(view, "SI", 6, point, lift);
    } else {
        for (int skip = 0; skip < 4; skip++) {
            for (int i = 0; i < 3; i++)
                point[i] = point[3 + i] = corner[(skip + i) % 4];
            write_element(view, "SI", 6, point, lift);
        }
    }
}

static PetscErrorCode write_rim(struct view *view, const struct face *face,
                                int64_t faces)
{
    int32_t *count;

    PetscCall(PetscCalloc1(3 * view->mesh->my_points + 1, &view->out));
    PetscCall(PetscCalloc1(view->mesh->my_points + 1, &count));
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < faces; i++) {
            const int64_t *corner;

            if ((i > 0 && faces_equal(&face[i], &face[i - 1])) ||
                (i + 1 < faces && faces_equal(&face[i], &face[i + 1])))
                continue;
            if (pass == 1) {
                write_skirt(view, &face[i]);
                continue;
            }
            push_out(view, &face[i]);
            for (int k = corners_of(&face[i], &corner) - 1; k >= 0; k--)
                count[corner[k]]++;
        }
        if (pass == 0)
            even_out(view, count);
    }
    return PetscFree(count);
}

/* --- the view ------------------------------------------------------------- */

static PetscErrorCode check_field(struct stg_task *task,
                                  const struct options *options,
                                  const struct stg_mesh *mesh,
                                  const struct stg_field *field)
{
    if (field->place != STG_ON_POINTS || field->components != 1)
        return stg_fail(task, "input 'size_field' must have one value at each "
                        "point");
    if (mesh->dimension != options->dimension)
        return stg_fail(task, "input 'size_field' has cells of dimension %d, "
                        "but 'dimension' is %d", mesh->dimension,
                        options->dimension);
    for (int64_t i = 0; i < mesh->my_points; i++)
        if (!(field->value[i] > 0) || !isfinite(field->value[i]))
            return stg_fail(task, "input 'size_field' is %g m at (%g, %g, %g) "
                            "m, but must be more than 0", field->value[i],
                            mesh->point[3 * i], mesh->point[3 * i + 1],
                            mesh->point[3 * i + 2]);
    return 0;
}

static PetscErrorCode write_view(struct stg_task *task, struct view *view)
{
    struct face *face = NULL;
    int64_t faces = 0;
    PetscErrorCode rc = faces_sort(view->mesh, &face, &faces);

    view->file = fopen(SCRIPT_DIR "/" SIZE_FIELD_VIEW, "we");
    if (!view->file && !rc)
        rc = stg_fail(task, "cannot write '%s': %s", SIZE_FIELD_VIEW,
                      strerror(errno));
    if (!rc) {
        fprintf(view->file, "View \"size\" {\n");
        for (int64_t i = 0; i < view->mesh->my_cells; i++)
            if (stg_cell_type(view->mesh->type[i])->dimension ==
                view->mesh->dimension)
                write_cell(view, i);
        rc = write_rim(view, face, faces);
        fprintf(view->file, "};\n");
    }
    if (view->file && (ferror(view->file) | (fclose(view->file) != 0)) && !rc)
        rc = stg_fail(task, "cannot write '%s'", SIZE_FIELD_VIEW);
    PetscFree(face);
    PetscFree(view->out);
    return rc;
}

PetscErrorCode size_field_write(struct stg_task *task,
                                const struct options *options)
{
    struct stg_mesh mesh = { 0 };
    struct stg_field field = { 0 };
    PetscErrorCode rc = stg_field_read(task, options->size_field, "m", &mesh,
                                       &field);

    if (!rc)
        rc = check_field(task, options, &mesh, &field);
    if (!rc) {
        struct view view = { .unit_m = options->length_unit_m, .mesh = &mesh,
                             .size_m = field.value };

        rc = write_view(task, &view);
    }
    stg_field_release(&field);
    stg_mesh_release(&mesh);
    return rc;
}
