/* test_workflow.c - what a workflow may say, what it may not, and where */
#include "model/workflow.h"

#include "model/eval.h"
#include "twin.h"

#define HEAD "fedtwin: 1\nworkflow: t\n"
#define MESH                                                                \
    "stages:\n"                                                             \
    "  mesh:\n"                                                             \
    "    module: mk.mesh\n"                                                 \
    "    in: {geometry: a.geo}\n"
#define HEAT                                                                \
    MESH "  heat:\n"                                                        \
         "    module: do.heat\n"                                            \
         "    in: {mesh: \"${mesh.mesh}\"}\n"
/* HEAD and HEAT are 9 lines: the next one is the tenth. */

static struct ft_module_set *modules;

static struct ft_workflow *parse(const char *text, struct ft_diags *diags)
{
    return ft_workflow_parse("t.yaml", twin_dir, text, strlen(text), modules,
                             NULL, 0, diags);
}

static void show(const struct ft_diags *diags)
{
    struct ft_str out = FT_STR_INIT;

    for (size_t i = 0; i < diags->len; i++)
        ft_diag_text(&diags->item[i], false, &out);
    ck_assert_msg(!diags->len, "%s", out.s);
    ft_str_release(&out);
}

static struct ft_workflow *parse_good(const char *text)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_workflow *wf = parse(text, &diags);

    show(&diags);
    ck_assert_ptr_nonnull(wf);
    return wf;
}

/* --- what is refused, and where ------------------------------------------- */

static const struct {
    const char *text;
    const char *code;
    int line, col;
    const char *msg;  /* NULL: somebody else's words */
    const char *hint; /* NULL: any */
} bad[] = {
    /* the top */
    { "workflow: t\nstages: {}\n", "FT0101", 1, 1,
      "the workflow lacks the key 'fedtwin'", "write 'fedtwin: 1' at the top" },
    { "fedtwin: 2\nnew: x\n", "FT0101", 1, 10,
      "this version of workflows is not known", NULL },
    { "[1]\n", "FT0104", 1, 1, "the workflow must be a mapping, not a list",
      NULL },
    { HEAD, "FT0103", 1, 1, "the workflow lacks the key 'stages'", NULL },
    { HEAD "stages: {}\n", "FT0103", 3, 9, "the workflow has no stages",
      NULL },
    { HEAD "stage: {}\nstages: {a: {shell: x}}\n", "FT0102", 3, 1,
      "unknown key 'stage' in the workflow", "did you mean 'stages'?" },
    { "fedtwin: 1\nworkflow: 2nd\nstages: {a: {shell: x}}\n", "FT0106", 2,
      11, "'2nd' is not a name", NULL },
    { HEAD "stages: {in: {shell: x}}\n", "FT0106", 3, 10,
      "a stage cannot be called 'in'", NULL },
    /* parameters of the workflow */
    { HEAD "params: {n: 1}\nstages: {a: {shell: x}}\n", "FT0104", 3, 13,
      "parameter 'n' must be a mapping, not a number", "write {type: …} with "
      "one of quantity, number, integer, string, boolean, unit, record" },
    { HEAD "params: {n: {default: 1}}\nstages: {a: {shell: x}}\n", "FT0103",
      3, 13, "parameter 'n' lacks the key 'type'", "'type' is one of "
      "quantity, number, integer, string, boolean, unit, record" },
    { HEAD "params: {n: {type: integer}}\nstages: {a: {shell: x}}\n",
      "FT0103", 3, 10, "the parameter 'n' has no value",
      "give one with -p n=VALUE, or a default" },
    { HEAD "params: {n: {type: quantity, default: 1 m}}\n"
           "stages: {a: {shell: x}}\n",
      "FT0103", 3, 10, "the quantity 'n' lacks the key 'unit'", NULL },
    { HEAD "params: {n: {type: quantity, unit: m, default: 1 s}}\n"
           "stages: {a: {shell: x}}\n",
      "FT0203", 3, 48, NULL, NULL },
    { HEAD "params: {n: {type: lenght}}\nstages: {a: {shell: x}}\n",
      "FT0105", 3, 20, "'lenght' is no choice for 'type' of parameter 'n'",
      NULL },
    /* the action */
    { HEAD "stages:\n  a: {doc: nothing}\n", "FT0112", 4, 3,
      "stage 'a' does nothing", NULL },
    { HEAD "stages:\n  a:\n    shell: x\n    run: [y]\n", "FT0112", 6, 5,
      "stage 'a' has more than one action", NULL },
    { HEAD "stages:\n  a: {module: mk.mehs}\n", "FT0107", 4, 15,
      "unknown module 'mk.mehs'", "did you mean 'mk.mesh'?" },
    { HEAD "stages:\n  a: {module: ../mk.mesh}\n", "FT0107", 4, 15,
      "unknown module '../mk.mesh'", NULL },
    { HEAD "stages: {a: {module: no.program}}\n", "FT0402", 3, 22,
      "the program 'fedtwin-gone' of module 'no.program' is not there",
      NULL },
    { HEAD "stages: {a: {run: []}}\n", "FT0104", 3, 19,
      "the argument list 'run' of stage 'a' is empty", NULL },
    { HEAD "stages: {a: {run: ls -l}}\n", "FT0104", 3, 19,
      "'run' of stage 'a' must be a list, not text", NULL },
    { HEAD "stages: {a: {python: gone.py}}\n", "FT0114", 3, 22,
      "the script 'gone.py' of stage 'a' is not there", NULL },
    { HEAD "stages: {a: {shell: x, with: {y: 1}}}\n", "FT0102", 3, 24,
      "only a stage that uses a module can have 'with'", NULL },
    { HEAD MESH "    out: {x: {type: mesh}}\n", "FT0102", 7, 5,
      "a stage that uses a module cannot have 'out'", NULL },
    /* not executed yet */
    { HEAD "stages: {a: {shell: x, container: y}}\n", "FT0115", 3, 24,
      "this version cannot execute 'container'", NULL },
    { HEAD "stages: {a: {shell: x, modules: -gcc}}\n", "FT0106", 3, 33,
      "'-gcc' is not the name of an environment module", NULL },
    { HEAD "stages: {a: {shell: x, loop: {max: 0}}}\n", "FT0204", 3, 36,
      "'max' of 'loop' of stage 'a' must be at least 1", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K}\n"
                "    foreach: ${mesh.mesh}\n",
      "FT0113", 11, 14,
      "input 'foreach' takes a table, but 'mesh.mesh' is a mesh", NULL },
    /* inputs */
    { HEAD "stages:\n  a:\n    module: mk.mesh\n", "FT0103", 4, 3,
      "stage 'a' lacks the input 'geometry' (a file) of module 'mk.mesh'",
      NULL },
    { HEAD MESH "    in2: 3\n", "FT0102", 7, 5,
      "unknown key 'in2' in stage 'mesh'", NULL },
    { HEAD "stages:\n  a: {module: mk.mesh, in: {geometry: a.geo, "
           "geomtry: a.geo}}\n",
      "FT0109", 4, 46, "module 'mk.mesh' has no input 'geomtry'",
      "did you mean 'geometry'?" },
    { HEAD "stages:\n  a: {module: mk.mesh, in: {geometry: c.geo}}\n",
      "FT0114", 4, 39, NULL, "did you mean 'a.geo'?" },
    { HEAD "stages:\n  a: {module: mk.mesh, in: {geometry: modules}}\n",
      "FT0114", 4, 39, NULL, NULL },
    { HEAD "stages:\n  a: {module: mk.mesh, in: {geometry: plot.py}}\n",
      "FT0113", 4, 39, "input 'geometry' does not take the file 'plot.py'",
      "files that end in geo step" },
    { HEAD "stages:\n  a: {module: mk.mesh, in: {geometry: [a.geo]}}\n",
      "FT0104", 4, 39,
      "input 'geometry' must be a path or ${stage.output}, not a list",
      NULL },
    { HEAD MESH "  heat:\n    module: do.heat\n    in: {mesh: a.geo}\n"
                "    with: {conductivity: 1 W/m/K}\n",
      "FT0113", 9, 16, "input 'mesh' takes a mesh, not a file of yours",
      NULL },
    { HEAD MESH "  b: {shell: x, in: {m: \"${mehs.mesh}\"}}\n", "FT0108", 7,
      28, "unknown stage 'mehs'", "did you mean 'mesh'?" },
    { HEAD MESH "  b: {shell: x, in: {m: \"${mesh.mehs}\"}}\n", "FT0109", 7,
      33, "stage 'mesh' has no output 'mehs'", "did you mean 'mesh'?" },
    { HEAD MESH "  b: {shell: x, in: {m: \"${mesh}\"}}\n", "FT0109", 7, 28,
      "an object of stage 'mesh' is written 'mesh.OUTPUT'", NULL },
    { HEAD MESH "  b: {shell: x, in: {m: \"${mesh.mesh}/x\"}}\n", "FT0303",
      7, 25, "an input is a path or one reference ${stage.output}", NULL },
    { HEAD MESH "  b:\n    module: do.heat\n"
                "    in: {mesh: \"${mesh.quality}\"}\n"
                "    with: {conductivity: 1 W/m/K}\n",
      "FT0113", 9, 16,
      "input 'mesh' takes a mesh, but 'mesh.quality' is a table", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K}\n"
                "  b:\n    module: do.heat\n"
                "    in: {mesh: \"${mesh.mesh}\", start: \"${heat.flux}\"}\n"
                "    with: {conductivity: 1 W/m/K}\n",
      "FT0113", 13, 39,
      "input 'start' takes a field in K, but 'heat.flux' is in W/m^2",
      NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K}\n"
                "    matrix: {k: [1, 2, 3]}\n"
                "  b:\n    module: do.heat\n"
                "    in: {mesh: \"${mesh.mesh}\", "
                "start: \"${heat.temperature}\"}\n"
                "    with: {conductivity: 1 W/m/K}\n",
      "FT0113", 14, 39,
      "input 'start' takes one object, but 'heat.temperature' are 3",
      "choose one: ${heat.temperature{k = ...}}; for a task each, repeat 'k' "
      "in this stage and write {k = matrix.k}" },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K}\n"
                "    matrix: {k: [1, 2, 3]}\n"
                "  b:\n    module: do.heat\n    matrix: {k: [1, 2]}\n"
                "    in: {mesh: \"${mesh.mesh}\", "
                "start: \"${heat.temperature}\"}\n"
                "    with: {conductivity: 1 W/m/K}\n",
      "FT0113", 15, 39,
      "input 'start' takes one object, but 'heat.temperature' are 3",
      "choose one: ${heat.temperature{k = matrix.k}}" },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K}\n"
                "    matrix: {k: [1, 2]}\n"
                "  b: {shell: x, in: {t: \"${heat.flux{kk = 1}}\"}}\n",
      "FT0302", 12, 28, "stage 'heat' has no axis 'kk'",
      "did you mean 'k'?" },
    /* needs and circles */
    { HEAD "stages: {a: {shell: x, needs: [b]}}\n", "FT0108", 3, 32,
      "unknown stage 'b'", NULL },
    { HEAD "stages: {a: {shell: x, needs: a}}\n", "FT0111", 3, 10,
      "stages depend on each other in a circle: a <- a", NULL },
    { HEAD "stages:\n  a: {shell: x, needs: c}\n"
           "  b: {shell: x, needs: a}\n  c: {shell: x, needs: b}\n",
      "FT0111", 4, 3,
      "stages depend on each other in a circle: a <- c <- b <- a", NULL },
    /* parameters of a module */
    { HEAD HEAT, "FT0103", 7, 3,
      "stage 'heat' lacks the parameter 'conductivity' of module 'do.heat'",
      NULL },
    { HEAD MESH "    with: {sise: 1 mm}\n", "FT0110", 7, 12,
      "module 'mk.mesh' has no parameter 'sise'", "did you mean 'size'?" },
    { HEAD MESH "    with: {size: 1 s}\n", "FT0203", 7, 18, NULL, NULL },
    { HEAD MESH "    with: {size: 1}\n", "FT0203", 7, 18,
      "'size' lacks its unit", "write '1 mm' if that is meant" },
    { HEAD MESH "    with: {size: 1 mn}\n", "FT0202", 7, 18, NULL, NULL },
    { HEAD MESH "    with: {size: 0.05 mm}\n", "FT0204", 7, 18,
      "'size' must be at least 0.1 mm, not 0.05 mm", NULL },
    { HEAD MESH "    with: {size: [1 mm]}\n", "FT0104", 7, 18,
      "'size' must be a number with a unit, not a list", NULL },
    { HEAD MESH "    with: {algorithm: delauny}\n", "FT0105", 7, 23,
      "'delauny' is no choice for 'algorithm'", "did you mean 'delaunay'?" },
    { HEAD HEAT "    with: {conductivity: {al: 1 W}}\n", "FT0203", 10, 31,
      NULL, NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, steps: 1.5}\n", "FT0104",
      10, 42, "'steps' must be a whole number up to 2^53, not a number",
      NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, steps: 101}\n", "FT0204",
      10, 42, "'steps' must be at most 100, not 101", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, fast: yes}\n", "FT0104",
      10, 41, "'fast' must be true or false, not text", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, times: 3 s}\n", "FT0104",
      10, 42, "'times' must be a list, not text", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, times: [3 s, 4 m]}\n",
      "FT0203", 10, 48, NULL, NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, "
                "convection: {air: {ambient: 3 K}}}\n",
      "FT0103", 10, 53, "'convection' lacks 'coefficient'", NULL },
    { HEAD HEAT "    with: {conductivity: 1 W/m/K, convection: "
                "{air: {coefficient: 1 W/m^2/K, ambint: 3 K}}}\n",
      "FT0110", 10, 78, "'convection' has no field 'ambint'",
      "did you mean 'ambient'?" },
    /* expressions */
    { HEAD MESH "    with: {size: \"${params.size}\"}\n", "FT0110", 7, 21,
      "unknown parameter 'size'", NULL },
    { HEAD MESH "    with: {size: \"${1 mm + 2 s}\"}\n", "FT0303", 7, 0, NULL,
      NULL },
    { HEAD MESH "    with: {size: \"${1 mm +}\"}\n", "FT0301", 7, 0, NULL,
      NULL },
    { HEAD MESH "    with: {size: \"${1 mm / 0}\"}\n", "FT0304", 7, 0, NULL,
      NULL },
    { HEAD MESH "    with: {size: \"${2 s}\"}\n", "FT0203", 7, 18,
      "'size' has the unit 's', which is no 'mm'", NULL },
    { HEAD MESH "    with: {size: \"${matrix.h}\"}\n", "FT0302", 7, 21,
      "unknown axis 'h'", NULL },
    { HEAD MESH "    with: {size: \"${item}\"}\n", "FT0302", 7, 21,
      "'item' cannot stand here", "only a stage with 'foreach' has an item" },
    { HEAD MESH "    with: {size: \"${mesh.mesh}\"}\n", "FT0302", 7, 21,
      "'mesh' cannot stand here", NULL },
    { HEAD MESH "    with: {size: \"${in.geometry}\"}\n", "FT0302", 7, 21,
      "'in' cannot stand here", NULL },
    { HEAD "stages: {a: {shell: \"echo ${HOME}\"}}\n", "FT0302", 3, 29,
      "unknown name 'HOME'", "a shell variable is written '$${HOME}'" },
    { HEAD "stages: {a: {run: [x, \"${in.y}\"]}}\n", "FT0302", 3, 26,
      "unknown input 'y'", NULL },
    { HEAD "stages: {a: {run: [x, \"${out.y}\"]}}\n", "FT0302", 3, 26,
      "unknown output 'y'", NULL },
    { HEAD "stages: {a: {shell: x, env: {A: \"${run.di}\"}}}\n", "FT0302", 3,
      36, "unknown name 'run.di'", NULL },
    { HEAD "stages: {a: {shell: x, env: {A-B: c}}}\n", "FT0106", 3, 30,
      "the name 'A-B' cannot have a '-'", NULL },
    { HEAD "stages: {my-mesh: {shell: x}}\n", "FT0106", 3, 10,
      "the name 'my-mesh' cannot have a '-'",
      "in expressions it would subtract; take '_'" },
    { HEAD "stages: {a: {shell: x, when: maybe}}\n", "FT0303", 3, 30,
      "'when' must be true or false", NULL },
    { HEAD "stages: {a: {shell: x, seed: 1.5}}\n", "FT0204", 3, 30,
      "'seed' must be a whole number from 0 to 2^53-1", NULL },
    { HEAD "stages: {a: {shell: x, seed: -1}}\n", "FT0204", 3, 30, NULL,
      NULL },
    { HEAD "stages: {a: {shell: x, seed: 9007199254740992}}\n", "FT0204", 3,
      30, NULL, NULL },
    /* matrix */
    { HEAD "stages: {a: {shell: x, matrix: {p: 3}}}\n", "FT0104", 3, 36,
      "axis 'p' needs a list or {from, to, step}", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: []}}}\n", "FT0204", 3, 36,
      "axis 'p' has no values", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: [1, 2, 1]}}}\n", "FT0003", 3,
      43, "axis 'p' has a value twice", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: [1, b]}}}\n", "FT0303", 3, 40,
      "axis 'p' mixes kinds of values", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: [1 W, 2 Wat]}}}\n", "FT0202",
      3, 42, NULL, NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: [1 W, 2 m]}}}\n", "FT0203", 3,
      42, "axis 'p' mixes units of two dimensions", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: [[1]]}}}\n", "FT0104", 3, 37,
      "axis 'p' takes numbers, texts and booleans", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1}}}}\n", "FT0103", 3,
      36, "axis 'p' lacks the key 'to'", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 2, to: 1}}}}\n",
      "FT0204", 3, 36, "axis 'p' has an empty range", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1, to: 2, step: 0}}}}"
           "\n",
      "FT0204", 3, 36, "axis 'p' has an empty range", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1 W, to: 2}}}}\n",
      "FT0303", 3, 52, "axis 'p' mixes numbers and quantities", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1 W, to: 2 s, "
           "step: 1 W}}}}\n",
      "FT0203", 3, 52, "axis 'p' mixes units of two dimensions", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1, to: 1000001}}}}\n",
      "FT0002", 3, 36, "axis 'p' has too many values", NULL },
    { HEAD "stages: {a: {shell: x, matrix: {p: {from: 1, to: 10000}, "
           "q: {from: 1, to: 1001}}}}\n",
      "FT0002", 3, 61, "stage 'a' has more than 10000000 tasks", NULL },
    { HEAD "stages: {a: {shell: x, foreach: [1], matrix: {p: [1]}}}\n",
      "FT0104", 3, 24, "stage 'a' has 'matrix' and 'foreach'", NULL },
    { HEAD MESH "    matrix: {h: [1 mm, 2 mm, 0.01 mm]}\n"
                "    with: {size: \"${matrix.h}\"}\n",
      "FT0204", 8, 18, "'size' must be at least 0.1 mm, not 0.01 mm", NULL },
    /* the rest */
    { HEAD "stages: {a: {shell: x, cache: nevr}}\n", "FT0105", 3, 31, NULL,
      "did you mean 'never'?" },
    { HEAD "stages: {a: {shell: x, retry: {max: 1, on: ok}}}\n", "FT0105", 3,
      44, NULL, NULL },
    { HEAD "stages: {a: {shell: x, retry: {on: oom}}}\n", "FT0103", 3, 31,
      "'retry' of stage 'a' lacks the key 'max'", NULL },
    { HEAD "stages: {a: {shell: x, resources: {memory: 2}}}\n", "FT0203", 3,
      44, NULL, NULL },
    { HEAD "stages: {a: {shell: x, resources: {ranks: 0}}}\n", "FT0204", 3,
      43, NULL, NULL },
    { HEAD "stages: {a: {shell: x, timeout: 3}}\n", "FT0203", 3, 33, NULL,
      NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: file}}}}\n", "FT0106", 3,
      30, "the path of output 'f' is missing", NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: file, path: ../f}}}}\n",
      "FT0106", 3, 52, "the path of output 'f' leaves the attempt directory",
      NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: file, "
           "path: task.json}}}}\n",
      "FT0106", 3, 52,
      "the path of output 'f' is one that the engine uses itself", NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: field}}}}\n", "FT0103", 3,
      30, "the field 'f' lacks the key 'unit'", NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: table, unit: K}}}}\n",
      "FT0102", 3, 47, "'f' of type table cannot have 'unit'", NULL },
    { HEAD "stages: {a: {shell: x, out: {f: {type: file, path: x}, "
           "g: {type: file, path: x}}}}\n",
      "FT0106", 3, 56, "the outputs 'f' and 'g' have the same path 'x'",
      NULL },
};

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_workflow *wf = parse(bad[_i].text, &diags);
    const struct ft_diag *d = diags.item;

    ck_assert_ptr_null(wf);
    if (diags.len != 1)
        show(&diags);
    ck_assert_uint_eq(diags.len, 1);
    if (bad[_i].msg)
        ck_assert_str_eq(d->msg, bad[_i].msg);
    ck_assert_msg(strcmp(d->code, bad[_i].code) == 0, "%s: %s", d->code,
                  d->msg);
    ck_assert_msg(d->line == bad[_i].line, "line %d: %s", d->line, d->msg);
    if (bad[_i].col)
        ck_assert_msg(d->col == bad[_i].col, "column %d not %d: %s", d->col,
                      bad[_i].col, d->msg);
    if (bad[_i].hint)
        ck_assert_pstr_eq(d->hint, bad[_i].hint);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(all_at_once)
{
    static const char text[] =
        "fedtwin: 1\n"
        "workflow: t\n"
        "stages:\n"
        "  mesh:\n"
        "    module: mk.mesh\n"
        "    in: {geometry: gone.geo}\n"
        "    with: {size: 1 s, algorithm: none}\n"
        "  heat:\n"
        "    module: do.haet\n"
        "    in: {mesh: \"${mesh.msh}\"}\n"
        "    needs: [mehs]\n"
        "    cuche: never\n"
        "  after:\n"
        "    shell: \"x ${in.t} ${in.u}\"\n"
        "    in: {t: \"${heat.whatever}\"}\n";
    static const int line[] = { 6, 7, 7, 9, 10, 11, 12, 14 };
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(parse(text, &diags));
    ck_assert_uint_eq(diags.len, FT_ARRAY_LEN(line));
    for (size_t i = 0; i < diags.len; i++)
        ck_assert_int_eq(diags.item[i].line, line[i]);
    ft_diags_release(&diags);
}
END_TEST

/* A key that is misspelt is not missing as well. */
START_TEST(misspelt_once)
{
    static const char *const text[] = {
        "stages: {a: {modul: mk.mesh}}\n",
        "stages: {a: {module: mk.mesh, inn: {geometry: a.geo}, "
        "wiht: {size: 1 mm}}}\n",
    };
    static const size_t n[] = { 1, 2 };
    struct ft_diags diags = FT_DIAGS_INIT;
    char *whole = ft_asprintf("fedtwin: 1\nworkflow: t\n%s", text[_i]);

    ck_assert_ptr_null(parse(whole, &diags));
    ck_assert_uint_eq(diags.len, n[_i]);
    for (size_t i = 0; i < diags.len; i++)
        ck_assert_str_eq(diags.item[i].code, "FT0102");
    ft_diags_release(&diags);
    free(whole);
}
END_TEST

/* --- what is read --------------------------------------------------------- */

static const char full[] =
    "fedtwin: 1\n"
    "workflow: full\n"
    "doc: every key\n"
    "params:\n"
    "  size: {type: quantity, unit: mm, default: 2 mm}\n"
    "  case: {type: string, default: a}\n"
    "  powers: {type: quantity, unit: W, each: list, "
    "default: [45 W, 65 W]}\n"
    "stages:\n"
    "  mesh:\n"
    "    doc: the mesh\n"
    "    module: mk.mesh\n"
    "    in: {geometry: \"${params.case}.geo\"}\n"
    "    with: {size: \"${params.size / 2}\", algorithm: delaunay}\n"
    "    seed: 7\n"
    "  heat:\n"
    "    module: do.heat\n"
    "    in: {mesh: \"${mesh.mesh}\"}\n"
    "    matrix:\n"
    "      power: \"${params.powers}\"\n"
    "      k: {from: 0.1, to: 0.5, step: 0.2}\n"
    "    with:\n"
    "      conductivity: {'*': 237 W/m/K, chip: 100 W/m/K}\n"
    "      source: {chip: \"${matrix.power}\"}\n"
    "      convection: {air: {coefficient: 25 W/m^2/K}}\n"
    "      label: \"p=${matrix.power} k=${matrix.k}\"\n"
    "    when: ${matrix.power > 50 W}\n"
    "    retry: {max: 2, on: [oom, lost], backoff: 1 min, "
    "scale: {memory: 2}}\n"
    "    timeout: 1 h\n"
    "    resources: {nodes: 1, ranks: 4, threads: 2, gpus: 1, "
    "memory: 2 GiB, walltime: 10 min}\n"
    "    site: local\n"
    "    cache: never\n"
    "    seed: ${matrix.k * 10}\n"
    "  plot:\n"
    "    run: [python3, plot.py, \"${in.t}\", \"${out.figure}\"]\n"
    "    in: {t: \"${heat.temperature}\", old: \"${store('main:plot.data')}\""
    "}\n"
    "    out:\n"
    "      figure: {type: file, path: t.png, media_type: image/png}\n"
    "      data: {type: table, path: t.csv}\n"
    "    env: {LANG: C, TASK: \"${task.name} ${task.index} ${run.id}\"}\n"
    "    needs: [mesh]\n"
    "  one:\n"
    "    shell: cat ${in.t}\n"
    "    in: {t: \"${heat.temperature{power = 45 W, k = matrix.i / 10}}\"}\n"
    "    matrix: {i: [1, 3]}\n"
    "  each:\n"
    "    python: plot.py\n"
    "    foreach: [a, b]\n"
    "    in: {geometry: \"${item}.geo\"}\n";

START_TEST(reads_everything)
{
    struct ft_workflow *wf = parse_good(full);
    const struct ft_stage *s;
    size_t place[5];

    ck_assert_str_eq(wf->name, "full");
    ck_assert_str_eq(wf->what, "every key");
    ck_assert_str_eq(wf->file, "t.yaml");
    ck_assert_uint_eq(strlen(wf->digest), 64);
    ck_assert_uint_eq(wf->n_stages, 5);
    ck_assert_uint_eq(wf->params.n, 3);
    ck_assert_double_eq_tol(wf->value[0].quantity.si, 0.002, 1e-15);

    s = &wf->stage[0];
    ck_assert_str_eq(s->doc, "the mesh");
    ck_assert_int_eq(s->action, FT_ACTION_MODULE);
    ck_assert_str_eq(s->module->name, "mk.mesh");
    ck_assert_int_eq(s->module->determinism, FT_DET_BITWISE);
    ck_assert_uint_eq(s->n_out, 3);
    ck_assert_str_eq(s->out[0].path, "mesh.h5");
    ck_assert_int_eq(s->in[0].kind, FT_SOURCE_FILE);
    ck_assert(ft_ends_with(s->in[0].path, "/a.geo"));
    ck_assert_uint_eq(s->n_cells, 1);
    ck_assert_int_eq(s->cache, FT_CACHE_CONTENT);
    ck_assert_int_eq(s->retry.max, 0);

    s = &wf->stage[1];
    ck_assert_int_eq(s->in[0].kind, FT_SOURCE_OBJECT);
    ck_assert_uint_eq(s->in[0].stage, 0);
    ck_assert_uint_eq(s->in[0].output, 0);
    ck_assert_str_eq(s->in[0].port->name, "mesh");
    ck_assert_uint_eq(s->n_axes, 2);
    ck_assert_uint_eq(s->n_cells, 6);
    ck_assert_double_eq(s->axis[1].value[1].number, 0.3);
    ck_assert_int_eq(s->retry.max, 2);
    ck_assert_uint_eq(s->retry.on, 1u << FT_OUT_OOM | 1u << FT_OUT_LOST);
    ck_assert_double_eq(s->retry.backoff_s, 60);
    ck_assert_double_eq(s->retry.scale_memory, 2);
    ck_assert_double_eq(s->retry.scale_walltime, 1);
    ck_assert_double_eq(s->timeout_s, 3600);
    ck_assert_int_eq(s->resources.ranks, 4);
    ck_assert_int_eq(s->resources.gpus, 1);
    ck_assert_double_eq(s->resources.memory_bytes, 2147483648.0);
    ck_assert_double_eq(s->resources.walltime_s, 600);
    ck_assert_str_eq(s->site, "local");
    ck_assert_int_eq(s->cache, FT_CACHE_NEVER);

    s = &wf->stage[2];
    ck_assert_int_eq(s->action, FT_ACTION_RUN);
    ck_assert_uint_eq(s->command->n, 4);
    ck_assert_int_eq(s->in[1].kind, FT_SOURCE_STORED);
    ck_assert_str_eq(s->in[1].path, "main:plot.data");
    ck_assert_str_eq(s->out[0].media_type, "image/png");
    ck_assert_uint_eq(s->n_needs, 1);

    s = &wf->stage[3];
    ck_assert_uint_eq(s->in[0].n_axes, 2);
    ck_assert_str_eq(s->in[0].axis[1], "k");

    s = &wf->stage[4];
    ck_assert_int_eq(s->action, FT_ACTION_PYTHON);
    ck_assert(ft_ends_with(s->script, "/plot.py"));
    ck_assert_ptr_null(s->in[0].path);

    for (size_t i = 0; i < 5; i++)
        place[wf->order[i]] = i;
    ck_assert_uint_lt(place[0], place[1]);
    ck_assert_uint_lt(place[1], place[2]);
    ck_assert_uint_lt(place[1], place[3]);
    ck_assert_int_eq(ft_workflow_stage(wf, "plot"), 2);
    ck_assert_int_eq(ft_workflow_stage(wf, "gone"), -1);
    ft_workflow_free(wf);
}
END_TEST

START_TEST(cells)
{
    struct ft_workflow *wf = parse_good(full);
    static const char *const name[] = {
        "heat[power=45 W,k=0.1]", "heat[power=45 W,k=0.3]",
        "heat[power=45 W,k=0.5]", "heat[power=65 W,k=0.1]",
        "heat[power=65 W,k=0.3]", "heat[power=65 W,k=0.5]",
    };
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++) {
        ft_str_cut(&text, 0);
        ft_task_name(&wf->stage[1], i, &text);
        ck_assert_str_eq(text.s, name[i]);
    }
    ft_str_cut(&text, 0);
    ft_task_name(&wf->stage[0], 0, &text);
    ck_assert_str_eq(text.s, "mesh");
    ft_str_release(&text);
    ft_workflow_free(wf);
}
END_TEST

static const struct ft_value *member(const struct ft_value *map,
                                     const char *name)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->key[i], name) == 0)
            return &map->item[i];
    ck_abort_msg("no '%s'", name);
    return NULL;
}

START_TEST(parameters_of_a_cell)
{
    struct ft_workflow *wf = parse_good(full);
    struct ft_value params = FT_VALUE_INIT;
    const struct ft_value *v;
    struct ft_err err;

    ck_assert_int_eq(ft_eval_params(wf, &wf->stage[1], 3, &params, &err), 0);
    ck_assert_uint_eq(params.n, 7); /* all but 'times' */
    v = member(&params, "conductivity");
    ck_assert_uint_eq(v->n, 2);
    ck_assert_double_eq(member(v, "*")->quantity.si, 237);
    v = member(member(&params, "source"), "chip");
    ck_assert_double_eq(v->quantity.si, 65);
    ck_assert_str_eq(ft_unit_text(v->quantity.unit), "W");
    v = member(member(&params, "convection"), "air");
    ck_assert_double_eq(member(v, "coefficient")->quantity.si, 25);
    ck_assert_double_eq_tol(member(v, "ambient")->quantity.si, 293.15, 1e-9);
    ck_assert_str_eq(member(&params, "label")->text, "p=65 W k=0.1");
    ck_assert_double_eq(member(&params, "theta")->number, 0.5);
    ck_assert(!member(&params, "fast")->boolean);
    ft_value_release(&params);

    ck_assert_int_eq(ft_eval_params(wf, &wf->stage[0], 0, &params, &err), 0);
    ck_assert_double_eq_tol(member(&params, "size")->quantity.si, 0.001,
                            1e-15);
    ft_value_release(&params);
    ft_workflow_free(wf);
}
END_TEST

START_TEST(values_of_a_cell)
{
    struct ft_workflow *wf = parse_good(full);
    const struct ft_stage *heat = &wf->stage[1], *one = &wf->stage[3];
    struct ft_value value = FT_VALUE_INIT;
    struct ft_err err;
    int64_t seed = -1;
    bool yes = true;
    char *path = NULL;

    ck_assert_int_eq(ft_eval_when(wf, heat, 0, &yes, &err), 0);
    ck_assert(!yes);
    ck_assert_int_eq(ft_eval_when(wf, heat, 3, &yes, &err), 0);
    ck_assert(yes);
    ck_assert_int_eq(ft_eval_when(wf, &wf->stage[0], 0, &yes, &err), 0);
    ck_assert(yes);
    ck_assert_int_eq(ft_eval_seed(wf, heat, 2, &seed, &err), 0);
    ck_assert_int_eq(seed, 5);
    ck_assert_int_eq(ft_eval_seed(wf, one, 0, &seed, &err), 0);
    ck_assert_int_eq(seed, 0);
    ck_assert_int_eq(ft_eval_chosen(wf, one, 1, &one->in[0], 1, &value, &err),
                     0);
    ck_assert(ft_value_equal(&value, &heat->axis[1].value[1]));
    ft_value_release(&value);
    ck_assert_int_eq(ft_eval_path(wf, &wf->stage[4], 1, &wf->stage[4].in[0],
                                  &path, &err), 0);
    ck_assert(ft_ends_with(path, "/b.geo"));
    free(path);
    ft_workflow_free(wf);
}
END_TEST

START_TEST(error_of_a_cell)
{
    /* The values of an axis after the first 64 are not looked at before. */
    struct ft_workflow *wf = parse_good(
        HEAD MESH "    matrix: {n: {from: 1, to: 1000}}\n"
                  "    with: {size: \"${(500 - matrix.n) * 1 mm}\"}\n");
    struct ft_value params = FT_VALUE_INIT;
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_eval_params(wf, wf->stage, 0, &params, &err), 0);
    ft_value_release(&params);
    ck_assert_int_eq(ft_eval_params(wf, wf->stage, 600, &params, &err), -1);
    ck_assert_int_eq(params.kind, FT_VALUE_NULL);
    ck_assert_int_eq(err.code, FT_EDOC);
    ck_assert_str_eq(err.id, "FT0204");
    ck_assert_str_eq(err.file, "t.yaml");
    ck_assert_int_eq(err.line, 8);
    ck_assert_int_eq(err.col, 18);
    ft_workflow_free(wf);
}
END_TEST

/* --- settings ------------------------------------------------------------- */

static const struct {
    const char *name, *text;
    const char *msg; /* NULL: accepted */
    const char *hint;
} setting[] = {
    { "size", "3 mm", NULL, NULL },
    { "case", "b", NULL, NULL },
    { "powers", "[1 W, 2 kW]", NULL, NULL },
    { "size", "3", "'size' lacks its unit", "write '3 mm' if that is meant" },
    { "size", "3 mn", NULL, "" },
    { "size", "", "'size' is given no value", NULL },
    { "powers", "[1 W", NULL, "" },
    { "sise", "3 mm", "the workflow has no parameter 'sise'",
      "did you mean 'size'?" },
};

START_TEST(settings)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_setting set[] = { { .name = "case", .text = "b" },
                                { .name = setting[_i].name,
                                  .text = setting[_i].text } };
    struct ft_workflow *wf = ft_workflow_parse(
        "t.yaml", twin_dir, full, strlen(full), modules, set, 2, &diags);

    if (!setting[_i].msg && !setting[_i].hint) {
        show(&diags);
        ck_assert(ft_ends_with(wf->stage[0].in[0].path, "/b.geo"));
    } else {
        char *where = ft_asprintf("-p %s", setting[_i].name);

        ck_assert_ptr_null(wf);
        ck_assert_uint_eq(diags.len, 1);
        ck_assert_str_eq(diags.item[0].file, where);
        ck_assert_int_eq(diags.item[0].line, 0);
        if (setting[_i].msg)
            ck_assert_str_eq(diags.item[0].msg, setting[_i].msg);
        if (setting[_i].msg && setting[_i].hint)
            ck_assert_pstr_eq(diags.item[0].hint, setting[_i].hint);
        free(where);
    }
    ft_diags_release(&diags);
    ft_workflow_free(wf);
}
END_TEST

/* --- size ----------------------------------------------------------------- */

START_TEST(million_cells_are_two_axes)
{
    struct ft_workflow *wf = parse_good(
        HEAD "stages:\n  a:\n    shell: x ${matrix.i}\n"
             "    matrix: {i: {from: 1, to: 10000}, "
             "j: {from: 1, to: 1000}}\n");

    ck_assert_uint_eq(wf->stage[0].n_cells, FT_CELLS_MAX);
    ck_assert_double_eq(ft_stage_cell(wf->stage, 9999999, 0)->number, 10000);
    ck_assert_double_eq(ft_stage_cell(wf->stage, 9999999, 1)->number, 1000);
    ck_assert_double_eq(ft_stage_cell(wf->stage, 1000, 0)->number, 2);
    ck_assert_double_eq(ft_stage_cell(wf->stage, 1000, 1)->number, 1);
    ft_workflow_free(wf);
}
END_TEST

START_TEST(limit_axes)
{
    for (int past = 0; past < 2; past++) {
        struct ft_diags diags = FT_DIAGS_INIT;
        struct ft_str text = FT_STR_INIT;
        struct ft_workflow *wf;

        ft_str_add(&text, HEAD "stages: {a: {shell: x, matrix: {");
        for (int i = 0; i < FT_AXES_MAX + past; i++)
            ft_str_addf(&text, "a%d: [1], ", i);
        ft_str_add(&text, "}}}\n");
        wf = parse(text.s, &diags);
        ck_assert_int_eq(wf != NULL, !past);
        ck_assert_uint_eq(diags.len, (size_t)past);
        if (past)
            ck_assert_str_eq(diags.item[0].code, "FT0002");
        ft_workflow_free(wf);
        ft_diags_release(&diags);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(limit_stages)
{
    for (int past = 0; past < 2; past++) {
        struct ft_diags diags = FT_DIAGS_INIT;
        struct ft_str text = FT_STR_INIT;
        struct ft_workflow *wf;

        ft_str_add(&text, HEAD "stages:\n  s0: {shell: x}\n");
        for (int i = 1; i < FT_STAGES_MAX + past; i++)
            ft_str_addf(&text, "  s%d: {shell: x, needs: s%d}\n", i, i - 1);
        wf = parse(text.s, &diags);
        ck_assert_int_eq(wf != NULL, !past);
        ck_assert_uint_eq(diags.len, (size_t)past);
        if (past)
            ck_assert_str_eq(diags.item[0].code, "FT0002");
        for (int i = 0; wf && i < FT_STAGES_MAX; i++)
            ck_assert_uint_eq(wf->order[i], (size_t)i);
        ft_workflow_free(wf);
        ft_diags_release(&diags);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(from_a_file)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    char *path = ft_path_join(twin_dir, "wf.yaml");
    struct ft_workflow *wf;

    twin_write("wf.yaml", HEAD MESH);
    wf = ft_workflow_read(path, modules, NULL, 0, &diags);
    show(&diags);
    ck_assert_str_eq(wf->file, path);
    ck_assert_str_eq(wf->dir, twin_dir);
    ft_workflow_free(wf);
    unlink(path);
    ck_assert_ptr_null(ft_workflow_read(path, modules, NULL, 0, &diags));
    ck_assert_str_eq(diags.item[0].code, "FT0006");
    ft_diags_release(&diags);
    free(path);
}
END_TEST

static void set_up(void)
{
    twin_make();
    modules = ft_module_set_new(twin_dir);
}

static void tear_down(void)
{
    ft_module_set_free(modules);
    twin_remove();
}

int main(void)
{
    Suite *suite = suite_create("workflow");
    TCase *tc = tcase_create("workflow");

    tcase_set_timeout(tc, 60);
    tcase_add_unchecked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, all_at_once);
    tcase_add_loop_test(tc, misspelt_once, 0, 2);
    tcase_add_test(tc, reads_everything);
    tcase_add_test(tc, cells);
    tcase_add_test(tc, parameters_of_a_cell);
    tcase_add_test(tc, values_of_a_cell);
    tcase_add_test(tc, error_of_a_cell);
    tcase_add_loop_test(tc, settings, 0, FT_ARRAY_LEN(setting));
    tcase_add_test(tc, million_cells_are_two_axes);
    tcase_add_test(tc, limit_axes);
    tcase_add_test(tc, limit_stages);
    tcase_add_test(tc, from_a_file);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
