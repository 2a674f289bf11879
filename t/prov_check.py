"""Reads PROV-JSON with python3-prov, a tool that is not ours.

    prov_check.py FILE          valid, and the same after RDF and XML
    prov_check.py FILE EXPR...  and Python expressions that must hold, with
                                doc (the JSON), prov (the document), rel(kind)
"""
import json
import re
import sys

import prov.model

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
KINDS = {"entity", "activity", "agent", "prefix"}


class Record(dict):
    """What is missing is empty, so that conditions stay short."""
    def __missing__(self, key):
        return Record()


def die(text):
    sys.exit("prov_check: " + text)


def names(doc):
    """Every qualified name that stands anywhere in the document."""
    for kind, records in doc.items():
        if kind == "prefix":
            continue
        for name, record in records.items():
            yield name
            for key, value in record.items():
                yield key
                if isinstance(value, dict):
                    yield value["type"]
                    if value["type"] == "prov:QUALIFIED_NAME":
                        yield value["$"]


def check_names(doc):
    known = set(doc["prefix"]) | {"prov", "xsd", "_"}
    for name in names(doc):
        prefix, colon, local = name.partition(":")
        if not colon or prefix not in known or not local:
            die("'%s' has no known prefix" % name)
        for c in local:
            if not (c.isascii() and (c.isalnum() or c in "_/-.%")):
                die("'%s' needs escapes in PROV-N" % name)


def check_ends(doc):
    """What a relation names is there."""
    ends = {"prov:entity": "entity", "prov:generatedEntity": "entity",
            "prov:usedEntity": "entity", "prov:plan": "entity",
            "prov:activity": "activity", "prov:starter": "activity",
            "prov:agent": "agent", "prov:delegate": "agent",
            "prov:responsible": "agent"}
    for kind in set(doc) - KINDS:
        for record in doc[kind].values():
            for key, value in record.items():
                if key in ends and value not in doc[ends[key]]:
                    die("%s: no %s '%s'" % (kind, ends[key], value))


def check_times(doc):
    for kind in set(doc) - {"prefix"}:
        for record in doc[kind].values():
            for key in ("prov:time", "prov:startTime", "prov:endTime"):
                if key in record and not TIME.fullmatch(record[key]):
                    die("'%s' is no xsd:dateTime" % record[key])


def read(content, **how):
    return prov.model.ProvDocument.deserialize(content=content, **how)


def check_round_trips(document):
    # rdflib shortens numbers in TriG, so RDF goes through TriX.
    for how in ({"format": "json"}, {"format": "xml"},
                {"format": "rdf", "rdf_format": "trix"}):
        again = read(document.serialize(**how), **how)
        if again != document:
            die("not the same after " + how["format"])
    provn = document.get_provn()
    if not provn.startswith("document") or "endDocument" not in provn:
        die("no PROV-N")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        text = f.read()
    doc = json.loads(text, object_pairs_hook=Record)
    check_names(doc)
    check_ends(doc)
    check_times(doc)
    document = read(text, format="json")
    n = sum(len(doc[kind]) for kind in doc if kind != "prefix")
    if len(document.get_records()) != n:
        die("%d records of %d were read" % (len(document.get_records()), n))
    if document.unified() != document:
        die("records that belong together are apart")
    check_round_trips(document)

    def rel(kind):
        return list(doc.get(kind, {}).values())

    for expr in sys.argv[2:]:
        if not eval("(" + expr + ")", {"doc": doc, "prov": document, "rel": rel}):
            die("does not hold: " + expr)
    print(n, "records")


main()
