"""Breaks a good crate in one way after the other; each must be noticed.

    controls.py CRATE RULES

A check that nothing can fail proves nothing.
"""
import copy
import os
import sys

import check
import shacl

# What is done to the crate, and what has to be said of it.
CONTROLS = [
    # RO-Crate 1.1 and Workflow RO-Crate 1.0
    ("descriptor.pop('conformsTo')", "conforms to RO-Crate 1.1"),
    ("descriptor.pop('about')", "about the root"),
    ("descriptor['@type'] = 'Dataset'", "descriptor is a CreativeWork"),
    ("root['@type'] = 'CreativeWork'", "root is a Dataset"),
    ("root.pop('name')", "root has a name"),
    ("root.pop('description')", "root has a description"),
    ("root.pop('author')", "has an author"),
    ("root['author'] = ref('#fedtwin-workflow')", "has an author"),
    ("root.pop('license')", "has a license"),
    ("root['datePublished'] = 'today'", "date of publication"),
    ("root['hasPart'].pop()", "part of the root"),
    ("root['hasPart'].append(ref('#fedtwin-workflow'))",
     "files and directories"),
    ("every('File')[0].pop('name')", "file has a name"),
    ("root.pop('mainEntity')", "main workflow"),
    ("workflow.pop('programmingLanguage')", "main workflow"),
    ("workflow['@type'].remove('SoftwareSourceCode')", "main workflow"),
    # Process Run Crate 0.5
    ("root['conformsTo'].pop(0)", "four profiles"),
    ("one('https://w3id.org/ro/wfrun/process/0.5')['@type'] = 'Dataset'",
     "four profiles"),
    ("action.pop('instrument')", "instrument that is software"),
    ("action['instrument'] = ref(every('Person')[0]['@id'])",
     "instrument that is software"),
    ("action.pop('name')", "action has a name"),
    ("action.pop('description')", "has a description"),
    ("action['agent'] = ref('./')", "a person"),
    ("action['startTime'] = 'dawn'", "starts at a time"),
    ("action['endTime'] = 'noon'", "ends at a time"),
    ("action['actionStatus'] = 'done'", "completed or failed"),
    ("action['error'] = 'none'", "only what failed"),
    ("action['object'].append(ref('#fedtwin-workflow'))", "files or values"),
    ("action['environment'] = [ref('./')]", "variables of the environment"),
    ("root['mentions'].pop(0)", "mentions each action"),
    ("every('SoftwareApplication')[0].pop('name')", "software has a name"),
    # Workflow Run Crate 0.5
    ("every('FormalParameter')[0].pop('additionalType')", "additionalType"),
    ("every('FormalParameter')[0].pop('name')", "parameter has a name"),
    ("workflow['output'].append(ref('./'))", "are formal parameters"),
    ("workflow['input'].pop()", "is one of something"),
    ("every('PropertyValue')[0]['exampleOfWork'] = [ref('./')]",
     "realized is a formal parameter"),
    ("root['exampleOfWork'] = [ref(every('FormalParameter')[0]['@id'])]",
     "realize formal parameters"),
    ("of_run['instrument'] = ref(tool['@id'])", "instrument of its run"),
    # Provenance Run Crate 0.5
    ("workflow.pop('hasPart')", "tools as parts"),
    ("workflow.pop('step')", "workflow has steps"),
    ("workflow['@type'].remove('HowTo')", "is a HowTo"),
    ("workflow['connection'].append(ref('./'))", "ParameterConnections"),
    ("workflow['step'].pop()", "one of a workflow"),
    ("tool['input'] = [ref('./')]", "of tools are formal parameters"),
    ("tool['softwareRequirements'] = [ref('./')]", "requires is software"),
    ("[a.update(instrument=ref(every('SoftwareApplication')[-1]['@id']))"
     " for a in every('CreateAction') if a['instrument'] == ref(tool['@id'])]",
     "tool is the instrument"),
    ("step.pop('workExample')", "refers to its tool"),
    ("step['position'] = 'first'", "whole number"),
    ("step['connection'] = [ref('./')]", "ParameterConnections"),
    ("connection.pop('sourceParameter')", "comes from a formal"),
    ("connection['targetParameter'] = ref('./')", "goes to a formal"),
    ("workflow['connection'].pop()", "one of a step or workflow"),
    ("control.pop('object')", "execution as object"),
    ("control.pop('instrument')", "step as instrument"),
    ("organize.pop('instrument')", "engine is software"),
    ("organize.pop('result')", "result is the run"),
    ("organize.pop('object')", "executions of steps"),
    ("organize['object'].pop()", "is the engine's"),
    ("usage['@type'] = 'File'", "usage is a value"),
    ("usage.pop('propertyID')", "has a propertyID"),
    ("usage.pop('value')", "has a value"),
    ("usage.pop('unitCode')", "says which"),
    # what RDF does not show
    ("root['nonsense'] = 1", "no term"),
    ("root['@type'] = 'Nonsense'", "no term"),
    ("doc['@context'].pop()", "the context"),
    ("graph.append(root)", "more than once"),
    ("root['mainEntity'] = ref('gone.yaml')", "no entity"),
    ("root['author'] = {'name': 'x', '@id': '#x'}", "nested"),
    ("workflow['sha256'] = '0' * 64", "another digest"),
    ("workflow['contentSize'] = '1'", "another size"),
    ("result['@id'] = 'results/none.h5'", "no such file"),
    ("result['@id'] = 'results/none.h5'", "not described"),
]


def apply(crate, change):
    def every(kind):
        return [e for e in crate.graph
                if kind == e["@type"] or kind in e["@type"]]

    def one(name):
        return [e for e in crate.graph if e["@id"] == name][0]

    def ref(name):
        return {"@id": name}

    tasks = [a for a in every("CreateAction")
             if a["@id"].startswith("#task/") and "resourceUsage" in a]
    steps = [s for s in every("HowToStep") if "connection" in s]
    names = {
        "doc": crate.doc, "graph": crate.graph, "every": every, "one": one,
        "ref": ref, "root": one("./"), "descriptor": one(check.METADATA),
        "workflow": every("ComputationalWorkflow")[0], "action": tasks[0],
        "of_run": [a for a in every("CreateAction")
                   if a["@id"].startswith("#run/")][0],
        "tool": one(tasks[0]["instrument"]["@id"]), "step": steps[0],
        "connection": every("ParameterConnection")[0],
        "control": every("ControlAction")[0],
        "organize": every("OrganizeAction")[0],
        "usage": [v for v in every("PropertyValue") if "unitCode" in v][0],
        "result": [f for f in every("File")
                   if f["@id"].startswith("results/")][0],
    }
    exec(change, names)
    crate.ids = [entity["@id"] for entity in crate.graph]


def main(path, rules_path):
    rules = shacl.Rules([rules_path])
    good = check.Crate(path)
    missed = 0
    for change, message in CONTROLS:
        crate = copy.copy(good)
        crate.doc, crate.wrong = copy.deepcopy(good.doc), []
        crate.graph = crate.doc["@graph"]
        apply(crate, change)
        crate.check_all(rules)
        if not any(message in line for line in crate.wrong):
            missed += 1
            print("not noticed: %s (%s)" % (change, message))
    messages = {str(m) for m in rules.g.objects(None, shacl.SH.message)}
    for text in sorted(messages):
        if not any(message in text for _, message in CONTROLS):
            missed += 1
            print("no control for: " + text)
    print(len(CONTROLS), "controls")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
