"""One turn of an adaptive calculation: mesh, solve, estimate.

The three modules of a turn run inside one stage, each in a directory of its own
and by the stage protocol (share/doc/formats/task.md).  The first turn has no
sizes and no history.
"""
import csv
import json
import os
import subprocess
import sys

import h5py

# r^(2/3) cos(2/3 angle), harmonic; the angle is 0 on the diagonal of the plate
EXACT = ("300 + 10*(x^2 + y^2)^(1/3)*cos(4/3*atan((y - x)/(x + y + "
         "sqrt(2*(x^2 + y^2 + 1e-30)))))")
COLUMNS = ("points", "cells", "error", "true_error", "effectivity")


def run(module, params, inputs, outputs):
    """Run a module in a directory of its name; the paths of its outputs."""
    shown = subprocess.run(["fedtwin", "module", "show", "--json", module],
                           check=True, capture_output=True, text=True)
    manifest = json.loads(shown.stdout)
    os.mkdir(module)
    task = {
        "schema": 1, "run": "turn", "task": module, "attempt": 1,
        "module": module, "module_version": manifest["version"],
        "params": params, "seed": 0, "ranks": 1, "threads": 1,
        "restart": None,
        "inputs": {name: [{"path": os.path.abspath(path), "type": kind}]
                   for name, (kind, path) in inputs.items()},
        "outputs": {name: {"path": name + ".h5", "type": kind}
                    for name, kind in outputs.items()},
    }
    with open(module + "/task.json", "w") as f:
        json.dump(task, f)
    env = dict(os.environ, FEDTWIN_TASK=os.path.abspath(module + "/task.json"))
    # One rank needs no launcher.
    code = subprocess.run([manifest["program"]], cwd=module,
                          env=env).returncode
    if code != 0:
        sys.exit("%s failed" % module)
    return {name: "%s/%s.h5" % (module, name) for name in outputs}


def length(metres):
    return {"value": metres, "unit": "m"}


def row_of(summary):
    with h5py.File(summary) as f:
        return {name: f["table"][name][0].item() for name in COLUMNS}


def rows_before(task):
    found = []
    for item in task["inputs"].get("history", []):
        with h5py.File(item["path"]) as f:
            columns = [f["table"][name][()].tolist() for name in COLUMNS]
        found += [dict(zip(COLUMNS, row)) for row in zip(*columns)]
    return found


def main():
    task = json.load(open("task.json"))
    geometry = task["inputs"]["geometry"][0]["path"]
    inputs = {"geometry": ("file", geometry)}
    for item in task["inputs"].get("size", []):
        inputs["size_field"] = "field", item["path"]

    mesh = run("mesh.gmsh", {"dimension": 2, "size": length(0.25)}, inputs,
               {"mesh": "mesh"})
    heat = run("solve.heat", {
        "scheme": "steady",
        "conductivity": {"*": {"value": 1.0, "unit": "m.kg.s-3.K-1"}},
        "fixed_function": {"edge": EXACT},
    }, {"mesh": ("mesh", mesh["mesh"])},
        {"temperature": "field", "flux": "field", "summary": "table",
         "balance": "table"})
    adapt = run("mesh.adapt", {
        "tolerance": float(os.environ["TOLERANCE"]), "exact": EXACT,
    }, {"field": ("field", heat["temperature"])},
        {"error": "field", "size": "field", "summary": "table"})

    os.rename(mesh["mesh"], "mesh.h5")
    os.rename(heat["temperature"], "temperature.h5")
    os.rename(adapt["error"], "error.h5")
    os.rename(adapt["size"], "size.h5")
    with open("history.csv", "w", newline="") as f:
        out = csv.writer(f)
        out.writerow([name + " [1]" for name in COLUMNS])
        for row in rows_before(task) + [row_of(adapt["summary"])]:
            out.writerow([row[name] for name in COLUMNS])


main()
