#!/bin/sh
test_description='a run as a Workflow Run RO-Crate (Provenance Run Crate 0.5)'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-lineage.sh"

check() { # CRATE
	"$PYTHON" -B "$FT_SRCDIR/t/crate/check.py" "$1" "$FT_SRCDIR/t/crate/rules.ttl"
}

# Python expressions about a crate: "one(id)", "all(type)" and "doc".
holds() { # CRATE EXPR...
	"$PYTHON" - "$@" <<\EOT
import json, sys
doc = json.load(open(sys.argv[1] + "/ro-crate-metadata.json"))
def types(e):
    return e["@type"] if isinstance(e["@type"], list) else [e["@type"]]
def one(i):
    return [e for e in doc["@graph"] if e["@id"] == i][0]
def every(t):
    return [e for e in doc["@graph"] if t in types(e)]
def ids(values):
    return sorted(v["@id"] for v in values)
for expr in sys.argv[2:]:
    if not eval("(" + expr + ")"):
        sys.exit("does not hold: " + expr)
EOT
}

test_expect_success 'a crate: metadata, the workflow, every result; no rule is broken' '
	run_lineage && fedtwin lineage last --crate all && check all &&
	test_cmp lineage.yaml all/workflow/lineage.yaml &&
	test "$(ls all/results | wc -l)" = 5
'

test_expect_success 'versions have their names and digests' '
	id=$(fedtwin data ls --json all.text |
		sed -n "s/.*\"version\": *\"\([^\"]*\)\".*/\1/p") &&
	holds all "one(\"results/$id.h5\")[\"name\"] == \"all.text\"" \
		"one(\"results/$id.h5\")[\"identifier\"] == \"urn:fedtwin:version:$id\"" \
		"{\"@id\": \"results/$id.h5\"} in one(\"./\")[\"hasPart\"]"
'

test_expect_success 'steps, tools, connections' '
	holds all \
		"[s[\"name\"] for s in sorted(every(\"HowToStep\"), key=lambda s: int(s[\"position\"]))][:2] ==
			[\"make\", \"all\"]" \
		"len(every(\"HowToStep\")) == 4" \
		"len([t for t in every(\"SoftwareApplication\") if \"/stage/\" in t[\"@id\"]]) == 4" \
		"\"#connection/tool/stage/make/out/note/to/tool/stage/all/in/note\" in
			ids(one(\"#step/all\")[\"connection\"])" \
		"[p[\"unitText\"] for p in every(\"FormalParameter\") if p[\"name\"] == \"size\"] == [\"m\"]"
'

test_expect_success 'actions: of the engine, of the run, of each task; one has failed' '
	holds all \
		"len(every(\"CreateAction\")) == 6" "len(every(\"ControlAction\")) == 5" \
		"len(every(\"OrganizeAction\")) == 1" \
		"[a[\"error\"] for a in every(\"CreateAction\") if \"error\" in a] ==
			[\"it broke (exit status 3)\"]" \
		"sum(\"Failed\" in a[\"actionStatus\"] for a in every(\"CreateAction\")) == 1" \
		"[a[\"actionStatus\"][-21:] for a in every(\"OrganizeAction\")] ==
			[\"CompletedActionStatus\"]"
'

test_expect_success 'values: parameters with units, seed, variables, usage, quality' '
	holds all \
		"[(v[\"value\"], v[\"unitText\"]) for v in every(\"PropertyValue\")
			if v[\"name\"] == \"size\"] == [(\"0.002\", \"m\")]" \
		"len([v for v in every(\"PropertyValue\") if v[\"name\"] == \"seed\" and
			v[\"value\"] == \"7\"]) == 2" \
		"len([v for v in every(\"PropertyValue\") if v[\"name\"] == \"LEVEL\" and
			v[\"value\"].startswith(\"50 % \")]) == 2" \
		"{v[\"unitCode\"][-3:] for v in every(\"PropertyValue\")
			if v[\"name\"] == \"wall_s\"} == {\"SEC\"}" \
		"len([v for v in every(\"PropertyValue\") if v[\"name\"] == \"residual\" and
			v[\"value\"] == \"1e-7\"]) == 2" \
		"not [v for v in every(\"PropertyValue\") if v[\"name\"] == \"of\"]"
'

test_expect_success 'a file of the user is told of, not included' '
	holds all "[f[\"@id\"][:20] for f in every(\"File\") if f[\"name\"] == \"more [1].txt\"] ==
		[\"urn:fedtwin:content:\"]"
'

test_expect_success '--only and --no-data leave payloads out, not their lineage' '
	fedtwin lineage last --crate one --only all.text && check one &&
	test "$(ls one/results | wc -l)" = 1 &&
	fedtwin lineage last --crate two --only all.text --only make.t && check two &&
	test "$(ls two/results | wc -l)" = 3 &&
	fedtwin lineage last --crate none --no-data && check none && test ! -e none/results &&
	for c in one two none
	do
		holds $c "len(every(\"CreateAction\")) == 6" \
			"len(one(\"./\")[\"hasPart\"]) == 7" || return 1
	done &&
	holds none "len([f for f in every(\"File\")
		if f[\"@id\"].startswith(\"urn:fedtwin:version:\")]) == 5"
'

test_expect_success 'a licence is given or said to be missing' '
	fedtwin lineage last --crate free --license https://spdx.org/licenses/CC-BY-4.0 &&
	check free &&
	holds free "one(\"./\")[\"license\"] == \"https://spdx.org/licenses/CC-BY-4.0\"" &&
	holds all "one(\"./\")[\"license\"].startswith(\"No licence was given\")"
'

test_expect_success 'results of an earlier run: its actions, this run'"'"'s steps' '
	fedtwin run lineage.yaml && fedtwin lineage last --crate again && check again &&
	holds again "len(every(\"ControlAction\")) == 5" "len(every(\"OrganizeAction\")) == 1" \
		"len({a[\"@id\"].split(\"/\")[1] for a in every(\"CreateAction\")
			if a[\"@id\"].startswith(\"#task/\")}) == 2"
'

test_expect_success 'a run that failed' '
	sed "s/optional: true/optional: false/" lineage.yaml >failing.yaml &&
	test_expect_code 1 fedtwin run failing.yaml && fedtwin lineage last --crate failed &&
	check failed &&
	holds failed "\"Failed\" in every(\"OrganizeAction\")[0][\"actionStatus\"]"
'

test_expect_success 'a workflow of several files' '
	mkdir -p part && cat >part/params.yaml <<\EOT &&
fedtwin: 1
params:
  depth: {type: number, default: 1}
EOT
	cat >several.yaml <<\EOT &&
fedtwin: 1
workflow: several
include: part/params.yaml
stages:
  one:
    shell: echo ${params.depth} >a.txt
    out: {a: {type: file, path: a.txt}}
EOT
	fedtwin run several.yaml && fedtwin lineage last --crate several && check several &&
	test_cmp part/params.yaml several/workflow/part/params.yaml
'

test_expect_success 'refused: what exists, what is no run, no result, one option without the other' '
	mkdir there &&
	test_expect_code 4 fedtwin lineage last --crate there 2>err &&
	test_grep "exists already" err && test -z "$(ls there)" &&
	test_expect_code 2 fedtwin lineage one.a --crate new 2>err &&
	test_grep "is none" err &&
	test_expect_code 2 fedtwin lineage last --crate new --only make.nothing 2>err &&
	test_grep "no result of run" err &&
	test_expect_code 2 fedtwin lineage last --no-data 2>err && test_grep "for .--crate" err &&
	test_expect_code 2 fedtwin lineage last --crate new --prov 2>err &&
	test_expect_code 4 fedtwin lineage last --crate no/such/dir 2>err &&
	test ! -e new && test -z "$(ls -d *.part 2>/dev/null)"
'

# --- controls -----------------------------------------------------------------

test_expect_success 'controls: whatever is broken is noticed, each rule can fail' '
	"$PYTHON" -B "$FT_SRCDIR/t/crate/controls.py" all "$FT_SRCDIR/t/crate/rules.ttl"
'

test_expect_success 'controls: a file that nobody describes; a rule that is not known' '
	cp -r all stray && echo 1 >stray/more &&
	test_must_fail check stray >out && test_grep "more: not described" out &&
	sed "s/sh:maxCount 1/sh:maxCounts 1/" "$FT_SRCDIR/t/crate/rules.ttl" >odd.ttl &&
	test_must_fail "$PYTHON" -B "$FT_SRCDIR/t/crate/check.py" all odd.ttl 2>err &&
	test_grep "maxCounts. is not known" err
'

test_done
