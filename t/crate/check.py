"""Checks a Workflow Run RO-Crate.

    check.py CRATE RULES... [--ignore TERM]...

CRATE is the directory, RULES are SHACL files in Turtle or directories of them.
Without a network: context.json says what the terms of the two published
contexts mean that fedtwin uses; any other term is an error.
"""
import hashlib
import json
import os
import sys
from urllib.parse import unquote

from rdflib import Graph

import shacl

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = "https://crate.invalid/"
METADATA = "ro-crate-metadata.json"
CONTEXTS = ["https://w3id.org/ro/crate/1.1/context",
            "https://w3id.org/ro/terms/workflow-run/context"]


class Crate:
    def __init__(self, path):
        self.path, self.wrong = path, []
        with open(os.path.join(path, METADATA), encoding="utf-8") as f:
            self.doc = json.load(f)
        with open(os.path.join(HERE, "context.json"), encoding="utf-8") as f:
            self.context = json.load(f)["@context"]
        self.graph = self.doc["@graph"]
        self.ids = [entity["@id"] for entity in self.graph]

    def say(self, text, *args):
        self.wrong.append(text % args)

    def check_terms(self):
        if self.doc["@context"] != CONTEXTS:
            self.say("the context is not that of the profile")
        for entity in self.graph:
            types = entity["@type"]
            types = types if isinstance(types, list) else [types]
            keys = [k for k in entity if not k.startswith("@")]
            for term in types + keys:
                if term not in self.context:
                    self.say("%s: '%s' is no term", entity["@id"], term)

    def check_references(self):
        """The graph is flat: a value is plain, or {"@id"} of an entity."""
        for i in {i for i in self.ids if self.ids.count(i) > 1}:
            self.say("%s: stands more than once", i)
        for entity in self.graph:
            for key, values in entity.items():
                values = values if isinstance(values, list) else [values]
                for v in values:
                    if isinstance(v, dict) and set(v) != {"@id"}:
                        self.say("%s: '%s' is nested", entity["@id"], key)
                    elif isinstance(v, dict) and v["@id"] not in self.ids \
                            and key != "conformsTo":
                        self.say("%s: no entity '%s'", entity["@id"],
                                 v["@id"])

    def check_files(self):
        """What is named by a path is there and is what its digest says."""
        named = {METADATA}
        for entity in self.graph:
            name = entity["@id"]
            if "File" not in entity["@type"] or ":" in name:
                continue
            named.add(unquote(name))
            path = os.path.join(self.path, unquote(name))
            if not os.path.isfile(path):
                self.say("%s: no such file", name)
                continue
            with open(path, "rb") as f:
                data = f.read()
            if hashlib.sha256(data).hexdigest() != entity["sha256"]:
                self.say("%s: another digest", name)
            if str(len(data)) != entity["contentSize"]:
                self.say("%s: another size", name)
        for at, _, files in os.walk(self.path):
            for name in files:
                path = os.path.relpath(os.path.join(at, name), self.path)
                if path not in named:
                    self.say("%s: not described", path)

    def check_rules(self, rules):
        data = Graph()
        text = json.dumps({"@context": self.context, "@graph": self.graph})
        data.parse(data=text, format="json-ld", base=BASE)
        for line in shacl.Validator(rules, data).report():
            self.wrong.append(line.replace(BASE, ""))

    def check_all(self, rules):
        self.check_terms()
        self.check_references()
        self.check_files()
        self.check_rules(rules)


def turtles(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for at, _, files in os.walk(path):
            yield from (os.path.join(at, f) for f in sorted(files)
                        if f.endswith(".ttl"))


def main(args):
    ignore, paths = set(), []
    while args:
        if args[0] == "--ignore":
            ignore.add(args[1])
            args = args[1:]
        else:
            paths.append(args[0])
        args = args[1:]
    crate = Crate(paths[0])
    crate.check_all(shacl.Rules(list(turtles(paths[1:])), ignore))
    for line in crate.wrong:
        print(line)
    sys.exit(1 if crate.wrong else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
