/* script.c - link the inputs and write the script that drives Gmsh */
#include "mesh_gmsh/script.h"
#include "mesh_gmsh/size_field.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define COPY_BYTES (1 << 30)  /* at most at a time */
#define GEOMETRY_MAX (64 << 20) /* bytes of a .geo that is searched for names */

/* --- inputs --------------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void geometry_name(const struct options *options, char *name,
                          size_t size)
{
    snprintf(name, size, "geometry.%s", options->ending);
}

/* -1 with errno set. */
static int copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, error;
    ssize_t n = -1;

    if (in >= 0)
        out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out >= 0)
        do
            n = sendfile(out, in, NULL, COPY_BYTES);
        while (n > 0);
    error = errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) < 0 && n == 0)
        return -1;
    errno = error;
    return n == 0 ? 0 : -1;
}

/* Some network file systems have no symbolic links, SSHFS none that leave it:
 * there Gmsh reads a copy. */
static int link_or_copy(const char *path, const char *link)
{
    if (symlink(path, link) == 0) {
        if (access(link, R_OK) == 0)
            return 0;
        if (unlink(link) < 0)
            return -1;
    } else if (errno == EEXIST) {
        return -1;
    }
    return copy_file(path, link);
}

static PetscErrorCode link_input(struct stg_task *task, const char *path,
                                 const char *name)
{
    char link[PATH_BYTES];
    int n = snprintf(link, sizeof(link), "%s/%s", SCRIPT_DIR, name);

    if (n < 0 || (size_t)n >= sizeof(link))
        return stg_fail(task, "the name '%s' is too long", name);
    if (access(path, R_OK) < 0)
        return stg_fail(task, "cannot read '%s': %s", path, strerror(errno));
    if (link_or_copy(path, link) < 0)
        return stg_fail(task, errno == EEXIST
                            ? "cannot make '%s': %s; two inputs must not have "
                              "one name"
                            : "cannot make '%s': %s",
                        link, strerror(errno));
    return 0;
}

static PetscErrorCode link_inputs(struct stg_task *task,
                                  const struct options *options)
{
    char name[64];
    struct stg_input part;

    if (mkdir(SCRIPT_DIR, 0755) < 0)
        return stg_fail(task, "cannot make '%s': %s", SCRIPT_DIR,
                        strerror(errno));
    geometry_name(options, name, sizeof(name));
    PetscCall(link_input(task, options->geometry, name));
    for (size_t i = 0; i < stg_input_count(task, "parts"); i++) {
        PetscCall(stg_input(task, "parts", i, &part));
        PetscCall(link_input(task, part.path, base_name(part.path)));
    }
    return 0;
}

bool script_knows(const struct stg_task *task, const struct options *options,
                  const char *name)
{
    char geometry[64];
    struct stg_input part;

    if (strncmp(name, "./", 2) == 0)
        name += 2;
    geometry_name(options, geometry, sizeof(geometry));
    if (strcmp(name, SCRIPT_NAME) == 0 || strcmp(name, geometry) == 0 ||
        strcmp(name, SIZE_FIELD_VIEW) == 0)
        return true;
    for (size_t i = 0; i < stg_input_count(task, "parts"); i++)
        if (stg_input((struct stg_task *)task, "parts", i, &part) == 0 &&
            strcmp(name, base_name(part.path)) == 0)
            return true;
    return false;
}

/* --- names that the geometry must know ------------------------------------ */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !is_word(at[-1])) && !is_word(at[n]))
            return true;
    return false;
}

static PetscErrorCode read_geometry(struct stg_task *task, const char *path,
                                    char **text)
{
    FILE *file = fopen(path, "re");
    size_t n = 0;
    PetscErrorCode rc = file ? PetscMalloc1(GEOMETRY_MAX + 1, text) : 0;

    if (!file)
        return stg_fail(task, "cannot open '%s': %s", path, strerror(errno));
    if (!rc) {
        n = fread(*text, 1, GEOMETRY_MAX, file);
        (*text)[n] = '\0';
        if (ferror(file))
            rc = stg_fail(task, "cannot read '%s'", path);
    }
    fclose(file);
    return rc;
}

/* Gmsh would take a value for a name that nothing uses without a word. */
static PetscErrorCode check_names(struct stg_task *task,
                                  const struct options *options)
{
    char *text = NULL;
    PetscErrorCode rc = 0;

    if (options->n_parameters > 0)
        rc = read_geometry(task, options->geometry, &text);
    for (size_t i = 0; !rc && i < options->n_parameters; i++) {
        const char *name;
        double value;

        rc = options_parameter(options, i, &name, &value);
        if (!rc && !has_word(text, name))
            rc = stg_fail(task, "'%s' has no parameter '%s'",
                          base_name(options->geometry), name);
    }
    PetscFree(text);
    return rc;
}

/* --- the script ----------------------------------------------------------- */

static PetscErrorCode write_parameters(FILE *file,
                                       const struct options *options,
                                       bool check)
{
    const char *name;
    double value;

    for (size_t i = 0; i < options->n_parameters; i++) {
        PetscCall(options_parameter(options, i, &name, &value));
        if (!check)
            fprintf(file, "%s = %.17g;\n", name, value);
        else
            fprintf(file,
                    "If (%s != %.17g)\n  Error(\"the geometry sets '%s' by "
                    "itself; declare it with DefineConstant\");\nEndIf\n",
                    name, value, name);
    }
    return 0;
}

static void write_entity_groups(FILE *file, const char *kind,
                                const char *prefix)
{
    fprintf(file,
            "all() = %s \"*\";\n"
            "For i In {0:#all()-1}\n"
            "  Physical %s(Sprintf(\"%s%%g\", all(i)), all(i)) = {all(i)};\n"
            "EndFor\n",
            kind, kind, prefix);
}

static void write_groups(FILE *file, const struct options *options)
{
    if (!options->entities)
        return;
    if (options->dimension == 3)
        write_entity_groups(file, "Volume", "volume");
    write_entity_groups(file, "Surface", "surface");
    if (options->dimension == 2)
        write_entity_groups(file, "Curve", "curve");
}

/* The field decides alone: not the points, curves and fields of the
 * geometry. */
static void write_size_field(FILE *file)
{
    fprintf(file, "Merge \"" SIZE_FIELD_VIEW "\";\n"
                  "size_field = newf;\n"
                  "Field[size_field] = PostView;\n"
                  "Field[size_field].ViewIndex = PostProcessing.NbViews - 1;\n"
                  "Background Field = size_field;\n"
                  "Mesh.MeshSizeExtendFromBoundary = 0;\n"
                  "Mesh.MeshSizeFromPoints = 0;\n"
                  "Mesh.MeshSizeFromCurvature = 0;\n");
}

/* One thread and a fixed seed: the same mesh each time. */
static void write_options(FILE *file, const struct options *options)
{
    double unit_m = options->length_unit_m;

    fprintf(file, "General.NumThreads = 1;\nMesh.MaxNumThreads1D = 1;\n"
                  "Mesh.MaxNumThreads2D = 1;\nMesh.MaxNumThreads3D = 1;\n"
                  "Mesh.RandomSeed = 1;\nMesh.ElementOrder = %d;\n"
                  "Mesh.SaveAll = 0;\nMesh.Binary = 1;\n"
                  "Mesh.MshFileVersion = 4.1;\n"
                  "Mesh.HighOrderOptimize = %d;\n",
            options->order, options->order > 1 && options->optimize);
    fprintf(file, "Mesh.Algorithm = %d;\nMesh.Algorithm3D = %d;\n"
                  "Mesh.Optimize = %d;\n",
            options->algorithm_2d, options->algorithm_3d, options->optimize);
    if (options->size_m > 0)
        fprintf(file, "Mesh.MeshSizeMax = %.17g;\n", options->size_m / unit_m);
    if (options->min_size_m > 0)
        fprintf(file, "Mesh.MeshSizeMin = %.17g;\n",
                options->min_size_m / unit_m);
    if (options->size_factor > 0)
        fprintf(file, "Mesh.MeshSizeFactor = %.17g;\n", options->size_factor);
}

static PetscErrorCode write_script(FILE *file, const struct options *options)
{
    fprintf(file, "Geometry.OCCTargetUnit = \"M\";\n");
    if (options->heal)
        fprintf(file, "Geometry.OCCFixDegenerated = 1;\n"
                      "Geometry.OCCFixSmallEdges = 1;\n"
                      "Geometry.OCCFixSmallFaces = 1;\n"
                      "Geometry.OCCSewFaces = 1;\n"
                      "Geometry.OCCMakeSolids = 1;\n");
    PetscCall(write_parameters(file, options, false));
    fprintf(file, "Merge \"geometry.%s\";\n", options->ending);
    PetscCall(write_parameters(file, options, true));
    write_groups(file, options);
    write_options(file, options);
    if (options->size_field)
        write_size_field(file);
    if (options->kind != GEOMETRY_MESH)
        fprintf(file, "Mesh %d;\n", options->dimension);
    fprintf(file, "Save \"%s\";\n", SCRIPT_MESH);
    return 0;
}

PetscErrorCode script_write(struct stg_task *task,
                            const struct options *options)
{
    FILE *file;
    PetscErrorCode rc;

    PetscCall(check_names(task, options));
    PetscCall(link_inputs(task, options));
    file = fopen(SCRIPT_DIR "/" SCRIPT_NAME, "we");
    if (!file)
        return stg_fail(task, "cannot write '%s': %s", SCRIPT_NAME,
                        strerror(errno));
    rc = write_script(file, options);
    if (ferror(file) && !rc)
        rc = stg_fail(task, "cannot write '%s'", SCRIPT_NAME);
    if (fclose(file) != 0 && !rc)
        rc = stg_fail(task, "cannot write '%s': %s", SCRIPT_NAME,
                      strerror(errno));
    return rc;
}
