/* test_schema.c - the JSON Schemas, held against files by another reader
 *
 * Python's jsonschema judges each row; it has to agree.  (A schema cannot know
 * references and units: what it accepts may still be refused.)
 */
#include "model/schema.h"

#include <json-c/json.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "unit.h"

#define WF "fedtwin: 1\nworkflow: t\n"
#define SITE "fedtwin-site: 1\nsite: hpc\n"
#define MODULE "fedtwin-module: 1\nmodule: m\nversion: '1'\n"

static const struct {
    const char *schema;
    bool valid;
    const char *text;
} row[] = {
    { "workflow", true, WF "stages: {a: {shell: x}}\n" },
    { "workflow", true,
      WF "doc: d\nparams: {p: {type: quantity, unit: mm, default: 2 mm}}\n"
         "stages:\n"
         "  a:\n"
         "    module: solve.heat\n"
         "    in: {mesh: x.msh}\n"
         "    with: {p: '${params.p}', list: [1, 2]}\n"
         "    needs: b\n"
         "    matrix: {k: [1, 2], j: {from: 1, to: 3}, l: '${params.p}'}\n"
         "    when: '${matrix.k > 1}'\n"
         "    retry: {max: 2, 'on': [oom], scale: {memory: 2}}\n"
         "    timeout: 3 h\n"
         "    resources: {ranks: 2, memory: 2 GiB}\n"
         "    env: {A: 1}\n"
         "    cache: never\n"
         "    seed: 3\n"
         "  b:\n"
         "    run: [ls, 3]\n"
         "    foreach: '${params.p}'\n"
         "    out: {f: {type: file, path: f.png}}\n" },
    { "workflow", false, WF },
    { "workflow", false, WF "stages: {}\n" },
    { "workflow", false, "fedtwin: 2\nworkflow: t\nstages: "
                         "{a: {shell: x}}\n" },
    { "workflow", false, WF "stages: {a: {doc: nothing}}\n" },
    { "workflow", false, WF "stages: {a: {shell: x, run: [y]}}\n" },
    { "workflow", false, WF "stages: {a: {shell: x, inn: {}}}\n" },
    { "workflow", false, WF "stages: {2a: {shell: x}}\n" },
    { "workflow", false, WF "stages: {a: {shell: x, cache: maybe}}\n" },
    { "workflow", false, WF "stages: {a: {shell: x, timeout: 3}}\n" },
    { "workflow", false,
      WF "stages: {a: {shell: x, resources: {ranks: 0}}}\n" },
    { "workflow", false,
      WF "stages: {a: {shell: x, retry: {'on': oom}}}\n" },
    { "workflow", false,
      WF "stages: {a: {shell: x, out: {f: {type: picture}}}}\n" },
    { "module", true,
      MODULE "run: [x, y]\nin: {a: {type: mesh, optional: true}}\n"
             "params:\n"
             "  r: {type: record, each: group, fields: {q: {type: integer}}}"
             "\nout: {o: {type: field, unit: K}}\ndeterminism: none\n" },
    { "module", false, MODULE "run: [x]\n" },
    { "module", false, MODULE "out: {o: {type: table}}\n" },
    { "module", false,
      MODULE "run: [x]\npython: y.py\nout: {o: {type: table}}\n" },
    { "module", false,
      MODULE "run: [x]\nout: {o: {type: table, size: 3}}\n" },
    { "module", false,
      MODULE "run: [x]\nout: {}\nparams: {p: {unit: m}}\n" },
    { "site", true, SITE "adapter: local\nslots: 4\n" },
    { "site", true,
      SITE "adapter: program\nprogram: /x\noptions: {a: [1]}\n" },
    { "site", true,
      SITE "adapter: slurm\nqueues: [{queue: a, default: true}]\n"
           "limits: {status_interval: 2 s}\npilot: {use: never}\n" },
    { "site", false, SITE "adapter: slurm\nqueues: [{default: true}]\n" },
    { "site", false, SITE "adapter: slurm\npilot: {use: maybe}\n" },
    { "site", false, SITE "adapter: slurm\nlimits: {interval: 2 s}\n" },
    { "site", false, SITE "adapter: other\n" },
    { "site", false, SITE "adapter: local\nslots: 0\n" },
    { "site", false, SITE },
};

/* argv: schema, file, "valid" or "invalid", and so on. */
static const char judge[] =
    "import json, sys, yaml, jsonschema\n"
    "a = sys.argv[1:]\n"
    "for i in range(0, len(a), 3):\n"
    "    s = json.loads(a[i])\n"
    "    jsonschema.Draft202012Validator.check_schema(s)\n"
    "    v = jsonschema.Draft202012Validator(s)\n"
    "    e = list(v.iter_errors(yaml.safe_load(a[i + 1])))\n"
    "    if (not e) != (a[i + 2] == 'valid'):\n"
    "        sys.exit(a[i + 1] + ' is ' + str(e or 'valid'))\n";

static int run_judge(const char *schema, const char *text, bool valid)
{
    const char *const argv[] = { FT_PYTHON, "-c", judge, schema, text,
                                 valid ? "valid" : "invalid", NULL };
    extern char **environ;
    pid_t pid;
    int status;

    ck_assert_int_eq(posix_spawnp(&pid, FT_PYTHON, NULL, NULL,
                                  (char *const *)argv, environ), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

START_TEST(judged)
{
    struct json_object *schema = ft_schema(row[_i].schema);

    ck_assert_ptr_nonnull(schema);
    ck_assert_int_eq(run_judge(json_object_to_json_string(schema),
                               row[_i].text, row[_i].valid), 0);
    json_object_put(schema);
}
END_TEST

START_TEST(names)
{
    for (size_t i = 0; ft_schema_names[i]; i++) {
        struct json_object *schema = ft_schema(ft_schema_names[i]);

        ck_assert_ptr_nonnull(schema);
        json_object_put(schema);
    }
    ck_assert_ptr_null(ft_schema("other"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema");
    TCase *tc = tcase_create("schema");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, judged, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, names);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
