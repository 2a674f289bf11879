"""Archives that must be refused, made from a good one.

hostile.py list                NAME|EXIT STATUS|what the error says, a line each
hostile.py make GOOD NAME OUT  the archive OUT for a line of the list
hostile.py parts GOOD OUT      a good one: its last state is in three records
"""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile

CASES = {}
EVIL = "\x1b]0;evil\x07"


def case(expected, status=4):
    def add(function):
        name = function.__name__.replace("_", "-")
        CASES[name] = (status, expected, function)
        return function
    return add


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", *options], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


class Archive:
    """Manifest, lists and files of an archive, taken apart."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = zstd(file.read(), "-dc")
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            files = {m.name: tar.extractfile(m).read() for m in tar}
        self.manifest = json.loads(files.pop("manifest.json"))
        self.versions = [json.loads(line) for line in
                         files.pop("versions.ndjson").splitlines()]
        self.records = [json.loads(line) for line in
                        files.pop("records.ndjson").splitlines()]
        self.files = files

    def texts(self):
        """The three lists as bytes, fitting together."""
        versions = b"".join(canonical(v) + b"\n" for v in self.versions)
        records = b"".join(canonical(r) + b"\n" for r in self.records)
        for key, text, count in (("versions", versions, len(self.versions)),
                                 ("records", records, len(self.records))):
            self.manifest[key] = {"count": count, "size": len(text),
                                  "sha256": sha256(text)}
        self.manifest["size"] = sum(v["size"] for v in self.versions)
        return canonical(self.manifest) + b"\n", versions, records

    def members(self):
        """TarInfo and bytes of each member, in order."""
        manifest, versions, records = self.texts()
        members = [("manifest.json", manifest), ("versions.ndjson", versions),
                   ("records.ndjson", records)]
        members += [(name, self.files[name]) for name in sorted(self.files)]
        return [(member(name, data), data) for name, data in members]

    # --- what cases change -------------------------------------------------

    def first(self):
        """Name in the archive and id of the first version."""
        name = sorted(self.files)[0]
        return name, os.path.basename(name)[:-3]

    def outputs(self):
        return [out for record in self.records
                for out in record.get("out", [])]

    def results(self):
        return [r for r in self.records if "out" in r]

    def states(self):
        return [r for r in self.records if r["kind"] == "state"]

    def replace_file(self, name, data):
        """Another file under the name, and every digest made to fit."""
        version = os.path.basename(name)[:-3]
        self.files[name] = data
        for entry in self.versions:
            if entry["id"] == version:
                entry.update(file=sha256(data), size=len(data))
        for out in self.outputs():
            if out["version"] == version:
                out.update(file=sha256(data), size=len(data))

    def retip(self):
        """The branches point to the last state, whatever it is now."""
        for branch in self.manifest["branches"]:
            branch["state"] = sha256(canonical(self.states()[-1]))


def member(name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o444
    return info


def pack(members, format=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return out.getvalue()


# --- names and kinds of members ---------------------------------------------

def rename_first(a, name):
    members = a.members()
    members[3][0].name = name
    return zstd(pack(members))


@case("has '/tmp/evil.h5' where 'o/")
def absolute_path(a):
    return rename_first(a, "/tmp/evil.h5")


@case("has '../../evil.h5' where 'o/")
def dot_dot(a):
    return rename_first(a, "../../evil.h5")


@case("has 'o/../../../evil' where 'o/")
def dot_dot_inside(a):
    return rename_first(a, "o/../../../evil")


@case("has './o/[0-9a-f/]*.h5' where 'o/")
def dot(a):
    return rename_first(a, "./" + a.first()[0])


@case("has 'o/xy/xy.h5' where 'o/")
def name_of_wrong_form(a):
    return rename_first(a, "o/xy/xy.h5")


@case("has 'an odd name' where 'o/")
def name_with_escape(a):
    return rename_first(a, "o/" + EVIL)


@case("has '../../evil' where 'o/")
def path_in_extended_header(a):
    members = a.members()
    members[3][0].pax_headers = {"path": "../../evil"}
    return zstd(pack(members))


@case("has 'records.ndjson' where 'versions.ndjson'")
def lists_out_of_order(a):
    members = a.members()
    members[1], members[2] = members[2], members[1]
    return zstd(pack(members))


@case("where 'manifest.json' belongs")
def manifest_not_first(a):
    members = a.members()
    return zstd(pack(members[1:] + members[:1]))


@case("has 'manifest.json' where 'versions.ndjson'")
def manifest_twice(a):
    members = a.members()
    return zstd(pack(members[:1] + members))


@case("where 'o/")
def version_twice(a):
    members = a.members()
    return zstd(pack(members[:4] + members[3:]))


@case("more members than its list")
def member_too_many(a):
    return zstd(pack(a.members() + [(member("more", b"x"), b"x")]))


@case("ends before version")
def member_missing(a):
    return zstd(pack(a.members()[:-1]))


@case("ends before 'records.ndjson'")
def list_missing(a):
    return zstd(pack(a.members()[:2]))


def special(a, kind, target=""):
    members = a.members()
    info = members[3][0]
    info.type, info.linkname, info.size = kind, target, 0
    return zstd(pack(members))


@case("not a regular file")
def symbolic_link(a):
    return special(a, tarfile.SYMTYPE, "/etc/passwd")


@case("not a regular file")
def hard_link(a):
    return special(a, tarfile.LNKTYPE, "manifest.json")


@case("not a regular file")
def device(a):
    return special(a, tarfile.CHRTYPE)


@case("not a regular file")
def fifo(a):
    return special(a, tarfile.FIFOTYPE)


@case("\\(not a regular file\\|where 'o/\\)")
def directory(a):
    return special(a, tarfile.DIRTYPE)


@case("no plain size\\|bytes, its list says\\|damaged")
def sparse(a):
    members = a.members()
    info, data = members[3]
    body = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0",
                        "GNU.sparse.name": info.name,
                        "GNU.sparse.realsize": str(len(data))}
    info.size = len(body)
    members[3] = info, body
    return zstd(pack(members))


# --- sizes ------------------------------------------------------------------

@case("bytes, its list says")
def member_longer_than_listed(a):
    members = a.members()
    info, data = members[3]
    members[3] = member(info.name, data + b"x"), data + b"x"
    return zstd(pack(members))


@case("bytes, its list says")
def member_shorter_than_listed(a):
    members = a.members()
    info, data = members[3]
    members[3] = member(info.name, data[:-1]), data[:-1]
    return zstd(pack(members))


@case("bytes, its list says")
def list_longer_than_the_manifest_says(a):
    members = a.members()
    info, data = members[1]
    members[1] = member(info.name, data + b"\n"), data + b"\n"
    return zstd(pack(members))


def with_manifest(a, change):
    members = a.members()
    manifest = json.loads(members[0][1])
    data = change(manifest)
    if data is None:
        data = canonical(manifest)
    members[0] = member("manifest.json", data), data
    return zstd(pack(members))


@case("'versions.ndjson' is not what 'manifest.json' says")
def fewer_versions_than_the_manifest_says(a):
    return with_manifest(a, lambda m: m["versions"].update(
        count=m["versions"]["count"] + 1))


@case("of 'versions.ndjson' is malformed")
def more_bytes_than_the_manifest_says(a):
    return with_manifest(a, lambda m: m.update(size=m["size"] - 1))


@case("'records.ndjson' is not what 'manifest.json' says")
def fewer_records_than_the_manifest_says(a):
    return with_manifest(a, lambda m: m["records"].update(
        count=m["records"]["count"] + 1))


@case("MB are left")
def more_than_the_disk_holds(a):
    return with_manifest(a, lambda m: m.update(size=1 << 49))


@case("sizes in 'manifest.json' are absurd")
def sizes_beyond_reason(a):
    return with_manifest(a, lambda m: m["records"].update(size=(1 << 53)))


@case("sizes in 'manifest.json' are absurd")
def negative_size(a):
    return with_manifest(a, lambda m: m.update(size=-1))


@case("'manifest.json' has more than 1048576 bytes")
def manifest_too_long(a):
    return with_manifest(a, lambda m: canonical(m) + b" " * (1 << 20))


@case("more than 1000 times its size")
def bomb(a):
    name, version = a.first()
    a.replace_file(name, b"\0" * (80 << 20))
    return zstd(pack(a.members()))


@case("a line has more than 16777216 bytes")
def record_too_long(a):
    a.records[0]["padding"] = "x" * (16 << 20)
    return zstd(pack(a.members()))


# --- not an archive of fedtwin ----------------------------------------------

NOT_OURS = "this is no archive of fedtwin"


@case(NOT_OURS + "\\|is empty")
def empty(a):
    return b""


@case(NOT_OURS)
def plain_tar(a):
    return pack(a.members())


@case(NOT_OURS)
def gzipped_tar(a):
    import gzip
    return gzip.compress(pack(a.members()))


@case(NOT_OURS)
def zstd_twice(a):
    return zstd(zstd(pack(a.members())))


def zipped(a):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, data in a.members():
            archive.writestr(info.name, data)
    return out.getvalue()


@case(NOT_OURS)
def zip_file(a):
    return zipped(a)


@case(NOT_OURS)
def zip_in_zstd(a):
    return zstd(zipped(a))


@case(NOT_OURS + "\\|where 'manifest.json' belongs")
def text(a):
    return zstd(b"hello, world\n" * 100)


@case("damaged: \\|ends before\\|" + NOT_OURS)
def truncated(a):
    data = zstd(pack(a.members()))
    return data[:len(data) * 2 // 3]


@case("ends before\\|damaged: ")
def truncated_tar(a):
    data = pack(a.members())
    return zstd(data[:len(data) * 2 // 3])


@case("damaged: \\|another digest\\|" + NOT_OURS)
def flipped_bit(a):
    data = bytearray(zstd(pack(a.members())))
    data[len(data) // 2] ^= 16
    return bytes(data)


# --- the manifest -----------------------------------------------------------

@case("the archive has format 2, known is 1")
def newer_format(a):
    return with_manifest(a, lambda m: m.update(fedtwin_archive=2))


@case("'fedtwin_archive'")
def no_format(a):
    return with_manifest(a, lambda m: m.pop("fedtwin_archive") and None)


@case("manifest.json")
def manifest_no_json(a):
    return with_manifest(a, lambda m: b"not JSON")


@case("manifest.json.*is no object")
def manifest_a_list(a):
    return with_manifest(a, lambda m: b"[]")


@case("has a text that cannot be shown")
def project_with_escape(a):
    return with_manifest(a, lambda m: m.update(project=EVIL))


@case("number 1 of the branches in 'manifest.json' is malformed")
def branch_with_a_path(a):
    return with_manifest(a, lambda m: m["branches"][0].update(name="../x"))


@case("the branches of 'manifest.json' are not in order")
def branch_twice(a):
    return with_manifest(a, lambda m: m["branches"].append(m["branches"][0]))


@case("'manifest.json' has no branches")
def no_branch(a):
    return with_manifest(a, lambda m: m["branches"].clear())


@case("points to a state that is not in the archive")
def branch_to_nowhere(a):
    return with_manifest(a, lambda m: m["branches"][0].update(state="0" * 64))


@case("points to a state that is not in the archive")
def redo_to_nowhere(a):
    return with_manifest(a, lambda m: m["branches"][0].update(tip="0" * 64))


@case("number 1 of the tags in 'manifest.json' is malformed")
def tag_of_no_state(a):
    return with_manifest(a, lambda m: m["tags"].append({"name": "v1"}))


@case("points to a state that is not in the archive")
def tag_to_nowhere(a):
    return with_manifest(a, lambda m: m["tags"].append(
        {"name": "v1", "state": "0" * 64}))


@case("'tags'")
def no_list_of_tags(a):
    return with_manifest(a, lambda m: m.update(tags={}))


@case("'head' of 'manifest.json' is no name of a branch")
def head_with_a_path(a):
    return with_manifest(a, lambda m: m.update(head="../x"))


# --- digests ----------------------------------------------------------------

def flip(data):
    data = bytearray(data)
    data[len(data) // 2] ^= 1
    return bytes(data)


@case("has another digest than its list says")
def wrong_bytes(a):
    name, _ = a.first()
    a.files[name] = flip(a.files[name])
    return zstd(pack(a.members()))


@case("has another digest than its list says")
def wrong_list(a):
    return with_manifest(a, lambda m: m["versions"].update(sha256="0" * 64))


@case("one thing in the records and another in the list")
def list_disagrees_with_record(a):
    name, version = a.first()
    a.files[name] = flip(a.files[name])
    for entry in a.versions:
        if entry["id"] == version:
            entry["file"] = sha256(a.files[name])
    return zstd(pack(a.members()))


@case("version [0-9a-f]*")
def damaged_with_digests_that_fit(a):
    note = next(o["version"] for o in a.outputs() if o["name"] == "note")
    name = f"o/{note[:2]}/{note}.h5"
    assert b"load " in a.files[name]
    a.replace_file(name, a.files[name].replace(b"load ", b"loam "))
    return zstd(pack(a.members()))


@case("its file has the id ")
def another_version_under_the_name(a):
    names = sorted(a.files)
    a.replace_file(names[0], a.files[names[1]])
    return zstd(pack(a.members()))


@case("its file has the object ")
def record_of_another_object(a):
    for out in a.outputs():
        out["object"] = "other.thing"
    return zstd(pack(a.members()))


@case("its file has the type ")
def record_of_another_type(a):
    for out in a.outputs():
        out["type"] = "file" if out["type"] == "table" else "table"
    return zstd(pack(a.members()))


@case("its file has the content ")
def another_content(a):
    for entry in a.versions + a.outputs():
        entry["content"] = "sha256:" + "0" * 64
    return zstd(pack(a.members()))


def with_hdf5(a, change):
    import h5py
    name, _ = a.first()
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "x.h5")
        with open(path, "wb") as file:
            file.write(a.files[name])
        with h5py.File(path, "r+") as file:
            change(h5py, file)
        with open(path, "rb") as file:
            a.replace_file(name, file.read())
    return zstd(pack(a.members()))


@case("version .*link")
def external_link(a):
    def change(h5py, file):
        file["evil"] = h5py.ExternalLink("/etc/passwd", "/")
    return with_hdf5(a, change)


@case("version .*link")
def soft_link(a):
    def change(h5py, file):
        file["evil"] = h5py.SoftLink("/fedtwin")
    return with_hdf5(a, change)


@case("version ")
def no_hdf5(a):
    name, _ = a.first()
    a.replace_file(name, b"not HDF5" * 1000)
    return zstd(pack(a.members()))


# --- lists ------------------------------------------------------------------

@case("'versions.ndjson': .* is malformed or out of order")
def versions_out_of_order(a):
    a.versions.reverse()
    return zstd(pack(a.members()))


@case("'versions.ndjson': .* is malformed or out of order")
def listed_twice(a):
    a.versions.insert(0, a.versions[0])
    return zstd(pack(a.members()))


@case("'versions.ndjson': .* is malformed or out of order")
def listed_under_a_path(a):
    a.versions[0]["id"] = "../" * 21 + "x"
    return zstd(pack(a.members()))


@case("is no content digest")
def listed_without_content(a):
    a.versions[0]["content"] = "none"
    return zstd(pack(a.members()))


@case("in the archive without a record that brings it")
def version_without_record(a):
    a.records.remove(a.results()[0])
    return zstd(pack(a.members()))


@case("is named by a record, but not in the archive")
def record_without_version(a):
    name, version = a.first()
    del a.files[name]
    a.versions = [v for v in a.versions if v["id"] != version]
    return zstd(pack(a.members()))


def with_records(a, change):
    members = a.members()
    lines = members[2][1].splitlines()
    data = b"\n".join(change(lines)) + b"\n"
    manifest = json.loads(members[0][1])
    manifest["records"] = {"count": len(lines), "size": len(data),
                           "sha256": sha256(data)}
    text = canonical(manifest)
    members[0] = member("manifest.json", text), text
    members[2] = member("records.ndjson", data), data
    return zstd(pack(members))


@case("record 1 of the archive: it is not canonical JSON")
def record_not_canonical(a):
    return with_records(a, lambda lines: [lines[0].replace(b":", b": ", 1)] +
                        lines[1:])


@case("record 1 of the archive")
def record_not_json(a):
    return with_records(a, lambda lines: [b"{"] + lines[1:])


@case("record 1 of the archive: it is no JSON object")
def record_a_number(a):
    return with_records(a, lambda lines: [b"1"] + lines[1:])


@case("record 1 of the archive: it is of no kind that belongs here")
def record_that_moves_a_branch(a):
    a.records.insert(0, {"kind": "ref", "time_us": 1, "branch": "main",
                         "state": "0" * 64, "old": "", "user": "eve"})
    return zstd(pack(a.members()))


@case("record 1 of the archive: it is of no kind that belongs here")
def record_of_unknown_kind(a):
    a.records.insert(0, {"kind": "surprise", "time_us": 1})
    return zstd(pack(a.members()))


@case("its stage has no valid name")
def stage_with_a_path(a):
    a.results()[0]["stage"] = "../../x"
    return zstd(pack(a.members()))


@case("an output has no valid name")
def object_with_a_path(a):
    a.outputs()[0]["object"] = "../../x.y"
    return zstd(pack(a.members()))


@case("has a text that cannot be shown")
def task_with_escape(a):
    a.results()[0]["task"] = EVIL
    return zstd(pack(a.members()))


@case("has another digest than it says")
def workflow_with_another_text(a):
    for record in a.records:
        if record["kind"] == "workflow":
            record["text"] += "# more\n"
    return zstd(pack(a.members()))


@case("the workflow [0-9a-f]*… of a state is not in the archive")
def workflow_missing(a):
    a.records = [r for r in a.records if r["kind"] != "workflow"]
    return zstd(pack(a.members()))


# --- states -----------------------------------------------------------------

@case("points to a state that is not in the archive")
def state_changed(a):
    a.states()[-1]["user"] = "eve"
    return zstd(pack(a.members()))


@case("state '[0-9a-f]*' is not known")
def parent_changed(a):
    a.states()[0]["user"] = "eve"
    a.retip()
    return zstd(pack(a.members()))


@case("neither in the archive nor in the project")
def state_of_a_version_that_nobody_has(a):
    a.states()[-1]["set"][0][3] = "0" * 64
    a.retip()
    return zstd(pack(a.members()))


@case("a change is malformed")
def change_that_is_none(a):
    a.states()[-1]["set"][0][3] = 7
    a.retip()
    return zstd(pack(a.members()))


@case("an object without a valid name")
def state_of_an_object_with_a_path(a):
    a.states()[-1]["set"][0][0] = "../../x.y"
    a.retip()
    return zstd(pack(a.members()))


@case("an object without a valid name")
def state_of_a_cell_that_is_none(a):
    a.states()[-1]["set"][0][1] = "[1"
    a.retip()
    return zstd(pack(a.members()))


@case("names a module that is no name")
def state_of_a_module_with_a_path(a):
    a.states()[-1]["source"]["modules"] = [["../../x", "0" * 64]]
    a.retip()
    return zstd(pack(a.members()))


@case("the parts before the state are not its own")
def part_of_no_state(a):
    at = a.records.index(a.states()[-1])
    a.records.insert(at, {"kind": "state-part", "time_us": 1, "set": []})
    return zstd(pack(a.members()))


@case("parts of a state stand before it")
def part_before_a_result(a):
    a.records.insert(0, {"kind": "state-part", "time_us": 1, "set": []})
    return zstd(pack(a.members()))


@case("the parts before the state are not its own")
def part_missing(a):
    a.states()[-1]["parts"] = ["0" * 64]
    a.retip()
    return zstd(pack(a.members()))


@case("is not what 'manifest.json' says")
def part_at_the_end(a):
    a.records.append({"kind": "state-part", "time_us": 1, "set": []})
    return zstd(pack(a.members()))


def parts(a):
    """The last state with its changes in two parts and itself."""
    state = a.states()[-1]
    at, changes = a.records.index(state), state["set"]
    pieces = [{"kind": "state-part", "time_us": state["time_us"],
               "set": piece} for piece in (changes[:2], changes[2:4])]
    state["set"] = changes[4:]
    state["parts"] = [sha256(canonical(piece)) for piece in pieces]
    a.records[at:at] = pieces
    a.retip()
    return zstd(pack(a.members()))


def main(argv):
    if argv[1] == "parts":
        with open(argv[3], "wb") as file:
            file.write(parts(Archive(argv[2])))
        return
    if argv[1] == "list":
        for name, (status, expected, _) in CASES.items():
            print(f"{name}|{status}|{expected}")
        return
    _, _, good, name, out = argv
    with open(out, "wb") as file:
        file.write(CASES[name][2](Archive(good)))


main(sys.argv)
