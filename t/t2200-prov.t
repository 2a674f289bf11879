#!/bin/sh
test_description='lineage as a W3C PROV document, read by python3-prov'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-lineage.sh"

check() {
	"$PYTHON" "$FT_SRCDIR/t/prov_check.py" "$@"
}

test_expect_success 'a run: read by another tool, the same after RDF and XML' '
	run_lineage && fedtwin lineage last --prov >run.json &&
	check run.json
'

test_expect_success 'a run: tasks, their times, plans and agents' '
	check run.json \
		"len(doc[\"activity\"]) == 1 + 2 + 1 + 1 + 1" \
		"len(rel(\"wasStartedBy\")) == 5" \
		"all(\"prov:startTime\" in a and \"prov:endTime\" in a
			for a in doc[\"activity\"].values())" \
		"len(doc[\"agent\"]) == 2" \
		"len([a for a in rel(\"wasAssociatedWith\") if \"prov:plan\" in a]) == 5" \
		"len(rel(\"actedOnBehalfOf\")) == 5" \
		"[a[\"ft:reason\"] for a in doc[\"activity\"].values()
			if a.get(\"ft:outcome\") == \"failed\"] == [\"it broke (exit status 3)\"]" \
		"[e[\"prov:label\"] for e in doc[\"entity\"].values()
			if e[\"prov:type\"][\"$\"] == \"prov:Plan\" and \"ft:sha256\" in e] == [\"lineage\"]" &&
	id=$(fedtwin status --json | sed -n "s/.*\"run\": *\"\([^\"]*\)\".*/\1/p" | head -n 1) &&
	test_grep "\"run:$id\":{" run.json &&
	test_grep "\"task:$id/make%5Bload%3D1%20N%5D/1\":{" run.json
'

test_expect_success 'a run: what was used, made and derived' '
	check run.json \
		"len(rel(\"wasGeneratedBy\")) == 5 + 4" \
		"len([e for e in doc[\"entity\"] if e.startswith(\"version:\")]) == 5" \
		"len(rel(\"wasDerivedFrom\")) == 3" \
		"sorted(u[\"prov:role\"] for u in rel(\"used\")
			if not u[\"prov:entity\"].startswith(\"value:\")) ==
			[\"more\", \"note\", \"note\", \"text\"]" \
		"[e[\"ft:path\"].split(\"/\")[-1] for e in doc[\"entity\"].values()
			if \"ft:path\" in e] == [\"more [1].txt\"]"
'

test_expect_success 'parameters with units, seeds, environment, quality, place' '
	check run.json \
		"[(e[\"prov:value\"], e[\"ft:unit\"]) for e in doc[\"entity\"].values()
			if e[\"ft:unit\"] and e[\"prov:value\"]] ==
			[({\"$\": \"0.002\", \"type\": \"xsd:double\"}, \"m\")]" \
		"[e[\"prov:value\"] for e in doc[\"entity\"].values()
			if e[\"prov:label\"] == \"title\"] == [\"50 % \\\"of\\\" ü; a\\\\b <x>\"]" \
		"len([e for e in doc[\"entity\"].values() if e[\"prov:label\"] == \"seed\"
			and e[\"prov:value\"] == \"7\"]) == 2" \
		"len([e for e in doc[\"entity\"].values() if e[\"prov:label\"] == \"environment\"
			and \"LEVEL=50 %\" in e[\"prov:value\"]]) == 2" \
		"sorted(e[\"dqv:value\"][\"$\"] for e in doc[\"entity\"].values()
			if \"dqv:value\" in e) == [\"1e-7\"] * 4" \
		"all(a[\"prov:location\"][\"$\"].startswith(\"host:local/\")
			for a in doc[\"activity\"].values() if \"ft:ranks\" in a)" \
		"all(a[\"ft:usage_wall_s\"][\"type\"] == \"xsd:double\"
			for a in doc[\"activity\"].values() if \"ft:ranks\" in a)"
'

test_expect_success 'a version alone: what it was made from, not its siblings' '
	fedtwin lineage all.text --prov >one.json &&
	check one.json \
		"len([e for e in doc[\"entity\"] if e.startswith(\"version:\")]) == 3" \
		"len(doc[\"activity\"]) == 1 + 3" &&
	fedtwin lineage "make.note{load=1 N}" --down --prov >down.json &&
	check down.json \
		"len([e for e in doc[\"entity\"] if e.startswith(\"version:\")]) == 3" &&
	fedtwin lineage all.text --depth 1 --prov | cmp - one.json
'

test_expect_success 'what a later run replaced is a revision; what it reused is not' '
	fedtwin run -p size="3 mm" lineage.yaml && fedtwin lineage last --prov >two.json &&
	check two.json \
		"len([d for d in rel(\"wasDerivedFrom\") if \"prov:type\" in d]) == 5" &&
	sed -i "s/cat /cat -u /" join.sh &&
	fedtwin run -p size="3 mm" lineage.yaml && fedtwin lineage last --prov >three.json &&
	check three.json \
		"len([a for a in doc[\"activity\"] if a.startswith(\"run:\")]) == 2" \
		"len([a for a in doc[\"activity\"] if a.startswith(\"task:\")]) == 2 + 1 + 1" &&
	"$PYTHON" - <<\EOT
import json
two, three = json.load(open("two.json")), json.load(open("three.json"))
def replaced(doc):
    return {(d["prov:generatedEntity"], d["prov:usedEntity"])
            for d in doc["wasDerivedFrom"].values() if "prov:type" in d}
new, old = next(iter(replaced(three) - replaced(two)))
assert old in two["entity"] and new not in two["entity"]
assert three["entity"][new]["ft:object"] == "all.text"
EOT
'

test_expect_success 'what a person put has a source and no run' '
	echo 1 >mine.txt && fedtwin data put raw.file mine.txt &&
	fedtwin lineage raw.file --prov >put.json &&
	check put.json \
		"[a[\"ft:source\"] for a in doc[\"activity\"].values()] == [\"mine.txt\"]" \
		"[a[\"prov:type\"][\"$\"] for a in doc[\"activity\"].values()] == [\"ft:Put\"]"
'

test_expect_success 'an imported run is known by its full id, without a journal' '
	run=$(fedtwin status --json | sed -n "s/.*\"run\": *\"\([^\"]*\)\".*/\1/p" | head -n 1) &&
	fedtwin export all.tar.zst && mkdir other && fedtwin init other &&
	fedtwin -C other import ../all.tar.zst &&
	fedtwin -C other lineage "$run" --prov >foreign.json &&
	check foreign.json \
		"{e[\"ft:imported_from\"] for e in doc[\"entity\"].values()
			if \"ft:imported_from\" in e} == {\"work\"}" \
		"\"run:$run\" in doc[\"activity\"]" &&
	test_expect_code 2 fedtwin -C other lineage "$run" --crate crate 2>err &&
	test_grep "journal of run .* is not in this project" err &&
	test_expect_code 4 fedtwin -C other lineage "${run%????}" 2>err && test_grep "no run" err
'

test_expect_success 'a payload that was removed is invalidated until it is back' '
	fedtwin data evict "make.t{load=1 N}" -m "no room" >out &&
	fedtwin lineage "make.t{load=1 N}" --prov >gone.json &&
	check gone.json "len(rel(\"wasInvalidatedBy\")) == 1" \
		"[a[\"ft:reason\"] for a in doc[\"activity\"].values()
			if a[\"prov:type\"][\"$\"] == \"ft:Removal\"] == [\"no room\"]" &&
	fedtwin lineage "make.t{load=1 N}" >out && test_grep "(removed)" out &&
	fedtwin lineage last --crate gone && test ! -e gone/results/$(sed -n \
		"s/.*\"prov:entity\":\"version:\([0-9a-f]*\)\".*/\1/p" gone.json | head -n 1).h5 &&
	test_expect_code 4 fedtwin lineage last --crate want --only make.t 2>err &&
	test ! -e want
'

test_expect_success 'documents of two versions can be put together' '
	"$PYTHON" - <<\EOT
import prov.model
read = lambda f: prov.model.ProvDocument.deserialize(f, format="json")
one, two = read("one.json"), read("down.json")
one.update(two)
both = one.unified()
ids = [r.identifier for r in both.get_records()]
assert len(ids) == len(set(ids)), "the same relation under two names"
EOT
'

# The reader is no rubber stamp: each of these is refused.
break_and_check() { # EXPR, MESSAGE
	"$PYTHON" - "$1" <<\EOT &&
import json, sys
doc = json.load(open("run.json"))
exec(sys.argv[1])
json.dump(doc, open("broken.json", "w"))
EOT
	test_must_fail check broken.json 2>err && test_grep "$2" err
}

test_expect_success 'controls: a broken document is caught' '
	break_and_check "del doc[\"prefix\"][\"ft\"]" "no known prefix" &&
	break_and_check "doc[\"entity\"][\"version:a b\"] = {}" "needs escapes" &&
	break_and_check "doc[\"activity\"].popitem()" "no activity" &&
	break_and_check "list(doc[\"used\"].values())[0].pop(\"prov:activity\")
x = doc[\"used\"]; x[\"relation:2\"] = {\"prov:entity\": \"version:gone\"}" "no entity" &&
	break_and_check "next(iter(doc[\"activity\"].values()))[\"prov:startTime\"] = \"noon\"" \
		"no xsd:dateTime" &&
	break_and_check "x = doc[\"actedOnBehalfOf\"]
doc[\"actedOnBehalfOf\"] = {\"_:\" + k[9:]: v for k, v in x.items()}" \
		"not the same after rdf" &&
	test_must_fail check run.json "len(doc[\"activity\"]) == 0" 2>err &&
	test_grep "does not hold" err
'

test_expect_success 'usage: one form at a time' '
	test_expect_code 2 fedtwin lineage all.text --prov --dot 2>err &&
	test_grep "exclude each other" err
'

test_done
