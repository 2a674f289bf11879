"""Files in Gmsh's format for t1064-put-msh.t, written from its description.

usage: put_msh.py write             NAME.msh, one mesh in every form
       put_msh.py damage DIR        prints FILE|MESSAGE
       put_msh.py cut DIR           prints FILE
"""
import struct
import sys

# One cell of each kind that can be solid; they share no point.
NODES = [
    (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1),                   # 1: tet
    (2, 0, 0), (3, 0, 0), (3, 1, 0), (2, 1, 0),                   # 5: hex
    (2, 0, 1), (3, 0, 1), (3, 1, 1), (2, 1, 1),
    (4, 0, 0), (5, 0, 0), (4, 1, 0), (4, 0, 1), (5, 0, 1), (4, 1, 1),  # 13
    (6, 0, 0), (7, 0, 0), (7, 1, 0), (6, 1, 0), (6.5, .5, 1),     # 19: pyramid
    (9, 9, 9),                                                    # 24: unused
]
# Gmsh's type, dimension, physical group, entity, nodes.
SOLID = [
    (15, 0, 9, 1, [1]),
    (15, 0, 10, 1, [1]),  # a point may be in two groups
    (15, 0, 0, 2, [2]),
    (1, 1, 9, 1, [1, 2]),
    (2, 2, 5, 1, [1, 3, 2]),
    (3, 2, 6, 2, [5, 8, 7, 6]),
    (2, 2, 0, 3, [13, 15, 14]),  # in no group: it is not taken
    (4, 3, 1, 1, [1, 2, 3, 4]),
    (5, 3, 2, 2, [5, 6, 7, 8, 9, 10, 11, 12]),
    (6, 3, 2, 3, [13, 14, 15, 16, 17, 18]),
    (7, 3, 0, 4, [19, 20, 21, 22, 23]),  # in no group: it is
]
NAMES = [(3, 1, "a tet"), (2, 5, 'say "left"'), (3, 2, "rest"),
         (2, 77, "nobody"), (0, 10, "both")]
# Two triangles and a quad in the plane; the second triangle looks down.
FLAT_NODES = [(0, 0, 2), (1, 0, 2), (1, 1, 2), (0, 1, 2), (2, 0, 2),
              (2, 1, 2)]
FLAT = [
    (1, 1, 3, 1, [1, 2]),
    (2, 2, 4, 1, [1, 2, 3]),
    (2, 2, 4, 1, [1, 4, 3]),
    (3, 2, 4, 1, [2, 5, 6, 3]),
]


class Writer:
    """A file of Gmsh, as text or bytes of either order."""

    def __init__(self, nodes, elements, names=(), order=None, end="\n"):
        self.nodes, self.elements, self.names = nodes, elements, names
        self.order, self.end = order, end
        self.out = b""

    def line(self, *words):
        self.out += (" ".join(str(w) for w in words) + self.end).encode()

    def put(self, codes, *values):
        """i: int, q: size, d: double."""
        if self.order is None:
            self.line(*(repr(v) if isinstance(v, float) else v
                        for v in values))
        else:
            self.out += struct.pack(self.order + codes, *values)

    def finish(self):
        """Behind binary numbers."""
        if self.order is not None:
            self.line()

    def head(self, version):
        self.line("$MeshFormat")
        self.line(version, int(self.order is not None), 8)
        if self.order is not None:
            self.put("i", 1)
            self.line()
        self.line("$EndMeshFormat")
        self.line("$Comments")
        self.line("made by hand; $Nodes are below")
        self.line("$EndComments")
        if self.names:
            self.line("$PhysicalNames")
            self.line(len(self.names))
            for dimension, tag, name in self.names:
                self.line(dimension, tag, '"%s"' % name)
            self.line("$EndPhysicalNames")

    def version2(self):
        self.head("2.2")
        self.line("$Nodes")
        self.line(len(self.nodes))
        for i, x in enumerate(self.nodes):
            self.put("i3d", i + 1, *map(float, x))
        self.finish()
        self.line("$EndNodes")
        self.line("$Elements")
        self.line(len(self.elements))
        for i, (kind, _, group, entity, nodes) in enumerate(self.elements):
            if self.order is not None:
                self.put("3i", kind, 1, 2)
                self.put("%di" % (3 + len(nodes)), i + 1, group, entity,
                         *nodes)
            else:
                self.line(i + 1, kind, 2, group, entity, *nodes)
        self.finish()
        self.line("$EndElements")
        return self.out

    def entities(self):
        self.line("$Entities")
        every = {}
        for _, dimension, group, tag, _ in self.elements:
            every.setdefault((dimension, tag), set()).add(group)
        self.put("4q", *(sum(e[0] == d for e in every) for d in range(4)))
        for (dimension, tag), groups in sorted(every.items()):
            n = 6 if dimension else 3
            groups = [-group for group in sorted(groups) if group]
            self.put("i%ddq%di" % (n, len(groups)), tag, *[0.0] * n,
                     len(groups), *groups)
            if dimension:
                self.put("q2i", 2, 1, -1)
        self.finish()
        self.line("$EndEntities")

    def version4(self, parametric=False):
        self.head("4.1")
        self.entities()
        n = len(self.nodes)
        self.line("$Nodes")
        self.put("4q", 2, n, 1, n)
        for dimension, first, last in ((2, 0, 3), (3, 3, n)):
            part = self.nodes[first:last]
            self.put("3iq", dimension, 1, int(parametric), len(part))
            for i in range(first, last):
                self.put("q", i + 1)
            for x in part:
                more = [0.5] * dimension if parametric else []
                self.put("%dd" % (3 + len(more)), *map(float, x), *more)
        self.finish()
        self.line("$EndNodes")
        # an element is there once, in whatever groups its entity is
        once = list({(e[1], e[3]) + tuple(e[4]): e
                     for e in self.elements}.values())
        m = len(once)
        self.line("$Elements")
        self.put("4q", m, m, 1, m)
        for i, (kind, dimension, _, entity, nodes) in enumerate(once):
            self.put("3iq", dimension, entity, kind, 1)
            self.put("%dq" % (1 + len(nodes)), i + 1, *nodes)
        self.finish()
        self.line("$EndElements")
        self.line("$Periodic")
        self.line("0")
        self.line("$EndPeriodic")
        return self.out


def save(path, data):
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def write_all():
    for kind, nodes, elements, names in (("solid", NODES, SOLID, NAMES),
                                         ("flat", FLAT_NODES, FLAT, ())):
        for form, order in (("text", None), ("little", "<"), ("big", ">")):
            make = lambda: Writer(nodes, elements, names, order)
            save("%s-22-%s.msh" % (kind, form), make().version2())
            save("%s-41-%s.msh" % (kind, form), make().version4())
            save("%s-41-parametric-%s.msh" % (kind, form),
                 make().version4(True))
    save("solid-41-dos.msh", Writer(NODES, SOLID, NAMES,
                                    end="\r\n").version4())
    save("solid-22-dos.msh", Writer(NODES, SOLID, NAMES,
                                    end="\r\n").version2())


# --- damaged files -----------------------------------------------------------

TET = ["$MeshFormat", "2.2 0 8", "$EndMeshFormat", "$Nodes", "4",
       "1 0 0 0", "2 1 0 0", "3 0 1 0", "4 0 0 1", "$EndNodes",
       "$Elements", "1", "1 4 2 1 1 1 2 3 4", "$EndElements"]
GOOD = "\n".join(TET) + "\n"
TET4 = """$MeshFormat
4.1 0 8
$EndMeshFormat
$Entities
0 0 0 1
1 0 0 0 1 1 1 1 7 0
$EndEntities
$Nodes
1 4 1 4
3 1 0 4
1
2
3
4
0 0 0
1 0 0
0 1 0
0 0 1
$EndNodes
$Elements
1 1 1 1
3 1 4 1
1 1 2 3 4
$EndElements
"""


def swap(old, new, text=GOOD):
    assert old in text, old
    return text.replace(old, new, 1)


def names(*lines):
    return "$EndMeshFormat\n$PhysicalNames\n%d\n%s\n$EndPhysicalNames" % (
        len(lines), "\n".join(lines))


def patch(data, where, at, code, *values):
    """Other numbers so many bytes behind the line 'where'."""
    at += data.index(where) + len(where)
    new = struct.pack("<" + code, *values)
    return data[:at] + new + data[at + len(new):]


def bad_text():
    head = "$MeshFormat\n2.2 0 8\n"
    facet = swap("\n1\n1 4 2 1 1 1 2 3 4", "\n2\n1 4 2 1 1 1 2 3 4\n2 2 2 %s")
    return [
        ("empty.msh", "", "does not begin with '.MeshFormat'"),
        ("noise.msh", "mesh\n", "noise.msh:1: it does not begin"),
        ("bytes.msh", b"\xff\xfe", ":1: a byte that is no text"),
        ("long-word.msh", "$" + "a" * 100, ":1: a word of more than 63"),
        ("version-1.msh", "$NOD\n4\n", "does not begin"),
        ("version-40.msh", swap("2.2", "4"), "version '4'.*2.2 and 4.1"),
        ("version-hint.msh", swap("2.2", "3"), "hint: convert it: gmsh -save"),
        ("file-type.msh", swap("2.2 0", "2.2 2"), ":2: file type 2"),
        ("data-size.msh", swap("0 8", "0 4"), "numbers of 4 bytes"),
        ("format-end.msh", swap("$EndMeshFormat", "$Nodes"),
         "'.Nodes' where '.EndMeshFormat' should be"),
        ("no-nodes.msh", head + "$EndMeshFormat\n", "no section '.Nodes'"),
        ("no-elements.msh", "\n".join(TET[:10]) + "\n",
         "no section '.Elements'"),
        ("two-nodes.msh", GOOD + "\n".join(TET[3:10]) + "\n",
         ":15: a second section 'Nodes'"),
        ("stray.msh", GOOD + "1 2 3\n", ":15: '1' where a section"),
        ("unknown-open.msh", GOOD + "$NodeData\n1\n", "ends within"),
        ("nodes-count.msh", swap("\n4\n", "\n5\n"),
         ":10: '.EndNodes' is not an integer"),
        ("nodes-few.msh", swap("\n4\n", "\n3\n"),
         ":9: '4' where '.EndNodes' should be"),
        ("nodes-many.msh", swap("\n4\n", "\n4000000000\n"),
         "it says 4000000000 nodes, but has only"),
        ("nodes-minus.msh", swap("\n4\n", "\n-1\n"), "nodes, but has only"),
        ("nodes-huge.msh", swap("\n4\n", "\n%d\n" % (1 << 70)),
         "is not an integer"),
        ("node-tag.msh", swap("1 0 0 0", "1.5 0 0 0"),
         ":6: '1.5' is not an integer"),
        ("node-word.msh", swap("2 1 0 0", "2 x 0 0"), ":7: 'x' is not a num"),
        ("node-hex.msh", swap("2 1 0 0", "2 0x1 0 0"), "'0x1' is not a num"),
        ("node-nan.msh", swap("2 1 0 0", "2 nan 0 0"), "the coordinate nan"),
        ("node-inf.msh", swap("2 1 0 0", "2 1e999 0 0"),
         "the coordinate inf"),
        ("node-far.msh", swap("2 1 0 0", "2 1e300 0 0"), "the coordinate 1e"),
        ("node-twice.msh", swap("2 1 0 0", "1 1 0 0"), "node 1 is there twice"),
        ("element-node.msh", swap("1 2 3 4", "1 2 3 5"),
         "uses node 5, which is not there"),
        ("element-type.msh", swap("1 4 2", "1 29 2"),
         ":13: an element of Gmsh's type 29: only lines"),
        ("element-type-0.msh", swap("1 4 2", "1 0 2"), "Gmsh's type 0"),
        ("element-type-order.msh", swap("1 4 2", "1 18 2"),
         "hint: make the mesh with Mesh.ElementOrder = 1"),
        ("element-tags.msh", swap("1 4 2", "1 4 5000"), "with 5000 tags"),
        ("element-tags-minus.msh", swap("1 4 2", "1 4 -1"), "with -1 tags"),
        ("element-count.msh", swap("$Elements\n1\n", "$Elements\n2\n"),
         ":14: '.EndElements' is not an integer"),
        ("element-many.msh", swap("$Elements\n1\n", "$Elements\n999999\n"),
         "it says 999999 elements"),
        ("element-group.msh", swap("2 1 1 1 2", "2 9999999999 1 1 2"),
         "9999999999 is too large"),
        ("inverted.msh", swap("1 2 3 4", "1 3 2 4"), "has the volume -"),
        ("double.msh", swap("\n1\n1 4 2 1 1 1 2 3 4",
                            "\n2\n1 4 2 1 1 1 2 3 4\n2 4 2 3 1 2 3 1 4"),
         "cells 0 and 1 are the same (groups '1' and '3')"),
        ("double-facet.msh", swap("\n1\n1 4 2 1 1 1 2 3 4",
         "\n3\n1 4 2 1 1 1 2 3 4\n2 2 2 3 1 1 2 3\n3 2 2 5 1 3 2 1"),
         "cells 1 and 2 are the same (groups '3' and '5')"),
        ("facet.msh", swap("4 0 0 1", "4 0 0 1\n5 3 3 3", swap(
            "\n4\n", "\n5\n", facet % "8 1 1 2 5")),
         "a cell of group '8' is not a face of any"),
        ("lines.msh", swap("1 4 2 1 1 1 2 3 4", "1 1 2 1 1 1 2"),
         "no flat or solid cells"),
        ("surface.msh", swap("1 4 2 1 1 1 2 3 4", "1 2 2 1 1 1 2 4"),
         "surfaces in space"),
        ("name-empty.msh", swap("$EndMeshFormat", names('3 1 ""')),
         "physical group 1 is not 1 to 127"),
        ("name-bytes.msh", swap("$EndMeshFormat", names('3 1 "\u00e4"')),
         "printable ASCII"),
        ("name-long.msh", swap("$EndMeshFormat",
                               names('3 1 "%s"' % ("a" * 128))),
         "1 to 127 characters"),
        ("name-quotes.msh", swap("$EndMeshFormat", names("3 1 a")),
         "does not name a physical group"),
        ("name-dimension.msh", swap("$EndMeshFormat", names('4 1 "a"')),
         "does not name a physical group"),
        ("name-twice.msh", swap("$EndMeshFormat",
                                names('3 1 "a"', '3 1 "b"')),
         ":7: physical group 1 of dimension 3 is there twice"),
        ("name-same.msh", swap("$EndMeshFormat",
                               names('3 1 "a"', '3 2 "a"')),
         "two groups of dimension 3 have the name 'a'"),
        ("name-count.msh", swap("$EndMeshFormat",
                                "$EndMeshFormat\n$PhysicalNames\n99999"),
         "says 99999 names"),
        # 4.1
        ("partitions.msh", swap("$Nodes", "$PartitionedEntities\n1\n", TET4),
         ":8: the mesh is partitioned"),
        ("partitions-hint.msh", swap("$Nodes", "$GhostElements\n0\n", TET4),
         "hint: save it in one piece"),
        ("late.msh", swap("$Entities", "$Elements\n0 0 0 0\n$EndElements\n"
                          "$Entities", TET4), "'.Entities' behind"),
        ("entities.msh", swap("0 0 0 1", "0 0 0 9999", TET4),
         ":5: it says 9999 entities"),
        ("groups.msh", swap("1 1 1 1 7 0", "1 1 1 2 7 8 0", TET4),
         "entity 1 of dimension 3 is in the groups '7' and '8'"),
        ("groups-many.msh", swap("1 1 1 1 7 0", "1 1 1 99999 7 0", TET4),
         "it says 99999 groups"),
        ("bounds.msh", swap("1 1 1 1 7 0", "1 1 1 1 7 99999", TET4),
         "it says 99999 bounds"),
        ("blocks.msh", swap("1 4 1 4", "99999 4 1 4", TET4),
         "it says 99999 blocks"),
        ("block-nodes.msh", swap("3 1 0 4", "3 1 0 5", TET4),
         "a block of 5 nodes of dimension 3 where 4 are left"),
        ("block-few.msh", swap("1 4 1 4\n3 1 0 4", "1 5 1 5\n3 1 0 4", TET4),
         "4 of 5 are there"),
        ("block-dimension.msh", swap("3 1 0 4", "4 1 0 4", TET4),
         "nodes of dimension 4"),
        ("block-elements.msh", swap("3 1 4 1", "3 1 4 2", TET4),
         "a block of 2 elements of dimension 3 and Gmsh's type 4 where 1"),
        ("block-kind.msh", swap("3 1 4 1", "2 1 4 1", TET4),
         "elements of dimension 2 and Gmsh's type 4"),
        ("block-entity.msh", swap("3 1 4 1", "3 2 4 1", TET4),
         "elements of entity 2 of dimension 3"),
        ("minus.msh", swap("1 1 2 3 4", "1 -1 2 3 4", TET4),
         ": -1 where a count or tag is expected"),
    ]


def bad_binary():
    two = Writer(NODES, SOLID, NAMES, "<").version2()
    four = Writer(NODES, SOLID, NAMES, "<").version4()
    return [
        ("order.msh", patch(two, b"2.2 1 8\n", 0, "i", 2),
         "order.msh: byte 24: the number that shows the byte order is 2"),
        ("bin-nodes.msh", two.replace(b"\n24\n", b"\n99999\n"),
         "it says 99999 nodes"),
        ("bin-nan.msh", patch(two, b"\n24\n", 4, "d", float("nan")),
         "byte [0-9]*: the coordinate"),
        ("bin-kind.msh", patch(two, b"$Elements\n11\n", 0, "i", 26),
         "Gmsh's type 26"),
        ("bin-block.msh", patch(two, b"$Elements\n11\n", 4, "i", 12),
         "a block of 12 elements where 11"),
        ("bin-block-0.msh", patch(two, b"$Elements\n11\n", 4, "i", 0),
         "a block of 0 elements"),
        ("bin-tags.msh", patch(two, b"$Elements\n11\n", 8, "i", -2),
         "with -2 tags"),
        ("bin-entities.msh", patch(four, b"$Entities\n", 24, "Q", 1 << 63),
         "where a count or tag is expected"),
        ("bin-entities-many.msh", patch(four, b"$Entities\n", 0, "Q", 1 << 40),
         "it says 1099511627776 entities"),
        ("bin-blocks.msh", patch(four, b"$Nodes\n", 0, "Q", 1 << 60),
         "blocks, but has only"),
        ("bin-all.msh", patch(four, b"$Nodes\n", 8, "Q", 1 << 40),
         "nodes, but has only"),
        ("bin-elements.msh", patch(four, b"$Elements\n", 8, "Q", 1 << 40),
         "elements, but has only"),
        ("bin-end.msh", four.replace(b"\n$EndNodes", b"\n$EndNodez"),
         "'.EndNodez' where '.EndNodes'"),
    ]


def damage(directory):
    for name, data, message in bad_text() + bad_binary():
        save(directory + "/" + name, data)
        print(name + "|" + message)


def cut(directory):
    for kind in ("22-text", "22-little", "41-text", "41-big"):
        with open("solid-%s.msh" % kind, "rb") as f:
            whole = f.read().rstrip()
        end = whole.index(b"$EndElements") + len(b"$EndElements")
        for at in [1, 15, 30] + [end * i // 9 for i in range(1, 9)] + [
                end - 1]:
            name = "%s-%d.msh" % (kind, at)
            save(directory + "/" + name, whole[:at])
            print(name)


what, *rest = sys.argv[1:]
if what == "write":
    write_all()
elif what == "damage":
    damage(rest[0])
else:
    cut(rest[0])
