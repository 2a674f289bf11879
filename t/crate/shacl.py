"""The part of SHACL that rules for RO-Crates are written in, on rdflib.

A construct that is not known ends the program: a rule that was passed over
would look like one that holds.  See https://www.w3.org/TR/shacl/.
"""
import re
import sys

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS

SH = Namespace("http://www.w3.org/ns/shacl#")

TARGETS = {"target", "targetClass", "targetNode", "targetObjectsOf",
           "targetSubjectsOf"}
CONSTRAINTS = {"minCount", "maxCount", "class", "datatype", "nodeKind",
               "pattern", "hasValue", "in", "or", "and", "not", "node",
               "property", "qualifiedValueShape", "sparql", "minLength"}
PARAMETERS = {"path", "qualifiedMinCount", "flags", "select", "prefixes",
              "declare", "prefix", "namespace", "rule", "subject",
              "predicate", "object", "condition", "inversePath",
              "alternativePath", "oneOrMorePath"}
REMARKS = {"name", "description", "message", "severity", "order"}
KNOWN = TARGETS | CONSTRAINTS | PARAMETERS | REMARKS

NODE_KINDS = {SH.IRI: (URIRef,), SH.Literal: (Literal,),
              SH.BlankNode: (BNode,), SH.IRIOrLiteral: (URIRef, Literal),
              SH.BlankNodeOrIRI: (BNode, URIRef),
              SH.BlankNodeOrLiteral: (BNode, Literal)}


def die(text):
    sys.exit("shacl: " + text)


class Rules:
    def __init__(self, paths, ignore=()):
        self.g = Graph()
        for path in paths:
            self.g.parse(path, format="turtle")
        self.check_known(set(ignore))

    def check_known(self, ignore):
        for s, p, o in self.g:
            name = str(p)[len(SH):] if str(p).startswith(str(SH)) else None
            if name is not None and name not in KNOWN | ignore:
                die("'sh:%s' is not known" % name)
            if (s, RDF.type, RDFS.Class) in self.g and p in (SH.property,
                                                             SH.rule):
                die("a shape that is a class is not known")

    def list(self, node):
        return list(Collection(self.g, node))

    def select(self, node):
        """The query of a SPARQL target or constraint, with its prefixes."""
        text = ""
        for declared in self.g.objects(node, SH.prefixes):
            for one in self.g.objects(declared, SH.declare):
                text += "PREFIX %s: <%s>\n" % (
                    self.g.value(one, SH.prefix),
                    self.g.value(one, SH.namespace))
        return text + str(self.g.value(node, SH.select)).replace("$this",
                                                                 "?this")

    def shapes(self):
        """Every shape that has targets of its own."""
        return sorted({s for t in TARGETS for s in self.g.subjects(SH[t])})


class Validator:
    def __init__(self, rules, data):
        self.rules, self.r, self.data = rules, rules.g, data

    # --- which nodes a shape is about

    def targets(self, shape):
        found = set(self.r.objects(shape, SH.targetNode))
        for cls in self.r.objects(shape, SH.targetClass):
            found |= set(self.data.subjects(RDF.type, cls))
        for p in self.r.objects(shape, SH.targetObjectsOf):
            found |= set(self.data.objects(None, p))
        for p in self.r.objects(shape, SH.targetSubjectsOf):
            found |= set(self.data.subjects(p))
        for target in self.r.objects(shape, SH.target):
            if (target, RDF.type, SH.SPARQLTarget) not in self.r:
                die("a target of a kind that is not known")
            query = self.rules.select(target)
            found |= {row[0] for row in self.data.query(query)}
        return sorted(found)

    def path(self, node, path):
        """The values at the end of a path from 'node'."""
        if isinstance(path, URIRef):
            return set(self.data.objects(node, path))
        inverse = self.r.value(path, SH.inversePath)
        either = self.r.value(path, SH.alternativePath)
        more = self.r.value(path, SH.oneOrMorePath)
        if inverse is not None:
            if not isinstance(inverse, URIRef):
                die("an inverse of a path is not known")
            return set(self.data.subjects(inverse, node))
        if either is not None:
            return set().union(*(self.path(node, p)
                                 for p in self.rules.list(either)))
        if more is None:
            die("a path of a kind that is not known")
        found, fresh = set(), self.path(node, more)
        while fresh - found:
            found |= fresh
            fresh = set().union(*(self.path(n, more) for n in fresh))
        return found

    # --- whether values are as they should be

    def holds(self, shape, node):
        return not any(True for _ in self.violations(shape, node))

    def violations(self, shape, focus, skip=()):
        """The value, or None, of each thing that is wrong."""
        path = self.r.value(shape, SH.path)
        values = [focus] if path is None else sorted(self.path(focus, path))
        for p, o in sorted(self.r.predicate_objects(shape)):
            if not str(p).startswith(str(SH)):
                continue
            name = str(p)[len(SH):]
            if name in CONSTRAINTS and name not in skip:
                check = getattr(self, "check_" + name)
                yield from check(shape, o, focus, values)

    def check_minCount(self, shape, n, focus, values):
        return [] if len(values) >= int(n) else [None]

    def check_maxCount(self, shape, n, focus, values):
        return [] if len(values) <= int(n) else [None]

    def check_class(self, shape, cls, focus, values):
        return [v for v in values if (v, RDF.type, cls) not in self.data]

    def check_datatype(self, shape, datatype, focus, values):
        def is_of(v):
            plain = URIRef("http://www.w3.org/2001/XMLSchema#string")
            return isinstance(v, Literal) and (v.datatype or plain) == datatype
        return [v for v in values if not is_of(v)]

    def check_nodeKind(self, shape, kind, focus, values):
        return [v for v in values if not isinstance(v, NODE_KINDS[kind])]

    def check_pattern(self, shape, pattern, focus, values):
        flags = re.I if "i" in str(self.r.value(shape, SH.flags) or "") else 0
        return [v for v in values if isinstance(v, BNode) or
                not re.search(str(pattern), str(v), flags)]

    def check_minLength(self, shape, n, focus, values):
        return [v for v in values if len(str(v)) < int(n)]

    def check_hasValue(self, shape, value, focus, values):
        return [] if value in values else [None]

    def check_in(self, shape, choices, focus, values):
        return [v for v in values if v not in self.rules.list(choices)]

    def check_or(self, shape, shapes, focus, values):
        return [v for v in values
                if not any(self.holds(s, v) for s in self.rules.list(shapes))]

    def check_and(self, shape, shapes, focus, values):
        return [v for v in values
                if not all(self.holds(s, v) for s in self.rules.list(shapes))]

    def check_not(self, shape, other, focus, values):
        return [v for v in values if self.holds(other, v)]

    def check_node(self, shape, other, focus, values):
        return [v for v in values if not self.holds(other, v)]

    def check_property(self, shape, other, focus, values):
        return [v for v in values if not self.holds(other, v)]

    def check_qualifiedValueShape(self, shape, other, focus, values):
        need = self.r.value(shape, SH.qualifiedMinCount)
        if need is None:
            die("a qualified shape without qualifiedMinCount is not known")
        fit = [v for v in values if self.holds(other, v)]
        return [] if len(fit) >= int(need) else [None]

    def check_sparql(self, shape, constraint, focus, values):
        query = self.rules.select(constraint)
        return [row[0] for row in
                self.data.query(query, initBindings={"this": focus})]

    # --- rules that add what follows

    def infer(self):
        """Apply every triple rule until nothing new comes of them."""
        size = -1
        while len(self.data) != size:
            size = len(self.data)
            for shape in self.rules.shapes():
                for rule in self.r.objects(shape, SH.rule):
                    self.apply(shape, rule)

    def apply(self, shape, rule):
        if (rule, RDF.type, SH.TripleRule) not in self.r:
            die("a rule of a kind that is not known")
        conditions = list(self.r.objects(rule, SH.condition))
        for focus in self.targets(shape):
            if all(self.holds(c, focus) for c in conditions):
                self.data.add(tuple(
                    focus if self.r.value(rule, part) == SH.this
                    else self.r.value(rule, part)
                    for part in (SH.subject, SH.predicate, SH.object)))

    # --- all of it

    def is_warning(self, shape):
        return self.r.value(shape, SH.severity) in (SH.Warning, SH.Info)

    def report(self):
        """Sorted lines "NODE: message", one for each violation."""
        self.infer()
        lines = set()
        for shape in self.rules.shapes():
            parts = [shape] + list(self.r.objects(shape, SH.property))
            for focus in self.targets(shape):
                for part in parts:
                    lines |= self.lines(part, focus, part is shape)
        return sorted(lines)

    def lines(self, part, focus, whole):
        if self.is_warning(part):
            return set()
        text = self.r.value(part, SH.message) or \
            self.r.value(part, SH.description) or part
        skip = {"property"} if whole else set()  # told one by one
        return {"%s: %s" % (focus, " ".join(str(text).split()))
                for _ in self.violations(part, focus, skip)}
