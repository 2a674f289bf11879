/* twin.h - a scratch project with two modules, for tests of the model */
#ifndef FT_UNIT_TWIN_H
#define FT_UNIT_TWIN_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "model/workflow.h"
#include "unit.h"

static char twin_dir[] = "unit-twin.XXXXXX";

static const char twin_mesh[] =
    "fedtwin-module: 1\n"
    "module: mk.mesh\n"
    "version: '1.0'\n"
    "run: [mesher, \"${in.geometry}\"]\n"
    "in:\n"
    "  geometry: {type: file, format: [geo, step]}\n"
    "params:\n"
    "  size: {type: quantity, unit: mm, default: 2 mm, min: 0.1 mm}\n"
    "  algorithm: {type: string, choices: [front, delaunay], "
    "default: front}\n"
    "out:\n"
    "  mesh: {type: mesh}\n"
    "  quality: {type: table}\n"
    "  log: {type: file, path: mesh.log}\n"
    "determinism: bitwise\n";

static const char twin_heat[] =
    "fedtwin-module: 1\n"
    "module: do.heat\n"
    "version: '2.1'\n"
    "run: [heater]\n"
    "in:\n"
    "  mesh: {type: mesh}\n"
    "  start: {type: field, unit: K, optional: true}\n"
    "  others: {type: table, many: true, optional: true}\n"
    "params:\n"
    "  conductivity: {type: quantity, unit: W/m/K, each: group}\n"
    "  source: {type: quantity, unit: W, each: group, optional: true}\n"
    "  steps: {type: integer, default: 1, min: 1, max: 100}\n"
    "  theta: {type: number, default: 0.5, min: 0, max: 1}\n"
    "  label: {type: string, optional: true}\n"
    "  fast: {type: boolean, default: false}\n"
    "  times: {type: quantity, unit: s, each: list, optional: true}\n"
    "  convection:\n"
    "    type: record\n"
    "    each: group\n"
    "    optional: true\n"
    "    fields:\n"
    "      coefficient: {type: quantity, unit: W/m^2/K, min: 0 W/m^2/K}\n"
    "      ambient: {type: quantity, unit: K, default: 20 degC}\n"
    "out:\n"
    "  temperature: {type: field, unit: K}\n"
    "  flux: {type: field, unit: W/m^2}\n"
    "  summary: {type: table}\n"
    "resources: {ranks: 2, memory: 1 GiB, walltime: 5 min}\n";

static inline void twin_write(const char *name, const char *text)
{
    char *path = ft_path_join(twin_dir, name);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    free(path);
}

/* An unchecked fixture: once for all tests of a program. */
static inline void twin_make(void)
{
    char *modules;

    ck_assert_ptr_nonnull(mkdtemp(twin_dir));
    modules = ft_path_join(twin_dir, "modules");
    ck_assert_int_eq(mkdir(modules, 0777), 0);
    free(modules);
    twin_write("a.geo", "// geometry\n");
    twin_write("b.geo", "// geometry\n");
    twin_write("plot.py", "print()\n");
    twin_write("modules/mk.mesh.yaml", twin_mesh);
    twin_write("modules/do.heat.yaml", twin_heat);
    twin_write("modules/no.program.yaml",
               "fedtwin-module: 1\nmodule: no.program\nversion: '1'\n"
               "program: fedtwin-gone\nout: {}\n");
}

static inline void twin_remove(void)
{
    struct ft_err err;

    ck_assert_int_eq(ft_path_remove(twin_dir, &err), 0);
    memset(strchr(twin_dir, 0) - 6, 0x58, 6); /* X, for the next one */
}

#endif
