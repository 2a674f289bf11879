#!/bin/sh
test_description='fedtwin usage sums up what runs have cost'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-sweep.sh"

usage_is() { # python expression over d, the JSON of stdin
	"$PYTHON" -c "
import json, sys
d = json.load(sys.stdin)
rows = {list(r.values())[0]: r for r in d['rows']}
assert ($1), d"
}

test_expect_success 'no runs: an empty ledger' '
	fedtwin init && fedtwin usage >out &&
	test_line_count = 2 out && test_grep "^RUN" out &&
	fedtwin usage --json | usage_is "d[\"rows\"] == [] and d[\"by\"] == \"run\""
'

cat >cost.yaml <<\EOT
fedtwin: 1
workflow: cost
stages:
  burn:
    matrix: {i: [1, 2]}
    resources: {threads: 2}
    retry: {max: 1, on: [error], backoff: 1 ms}
    shell: |
      case $FEDTWIN_TAG in */1) exit 1 ;; esac
      "$PYTHON" -c 'import time
      while time.process_time() < 0.2: pass'
      echo ${matrix.i} >out.txt
    out: {text: {type: file, path: out.txt}}
  quick:
    needs: [burn]
    run: ["true"]
EOT

test_expect_success 'failed attempts count, slots multiply' '
	fedtwin run -j 2 cost.yaml && fedtwin usage last --json >json &&
	usage_is "rows[\"burn\"][\"attempts\"] == 4 and
		rows[\"burn\"][\"failed\"] == 2 and
		rows[\"burn\"][\"core_s\"] >= 2 * 2 * 0.2 and
		0 < rows[\"burn\"][\"failed_core_s\"] < rows[\"burn\"][\"core_s\"] and
		rows[\"burn\"][\"cpu_s\"] >= 0.4 and
		rows[\"burn\"][\"peak_rss_bytes\"] > 1e6 and
		rows[\"burn\"][\"result_bytes\"] > 0 and
		rows[\"quick\"][\"attempts\"] == 1 and
		d[\"total\"][\"attempts\"] == 5" <json
'

test_expect_success 'the sums are those of the journal' '
	fedtwin status last --json >status &&
	usage_is "abs(rows[\"burn\"][\"cpu_s\"] - sum(
		t[\"cpu_s\"] for t in json.load(open(\"status\"))[\"tasks\"]
		if t[\"task\"].startswith(\"burn\"))) < 0.15" <json
'

test_expect_success 'without a meter there is no energy' '
	usage_is "d[\"total\"][\"energy_j\"] is None" <json &&
	fedtwin usage last >out && test_grep ! ENERGY out
'

test_expect_success 'for people: columns that say something' '
	test_grep "^STAGE *ATTEMPTS *FAILED *CORE TIME *OF FAILED *CPU TIME" out &&
	test_grep "^total *5 *2 " out && test_grep ! CACHED out
'

test_expect_success 'reused results say what they saved' '
	fedtwin run -j 2 cost.yaml && fedtwin usage last --json >again &&
	usage_is "rows[\"burn\"][\"cached\"] == 2 and
		rows[\"burn\"][\"saved\"] == 2 and
		rows[\"burn\"][\"attempts\"] == 0 and
		abs(rows[\"burn\"][\"saved_core_s\"] - $(
			"$PYTHON" -c "
import json
burn = json.load(open(\"json\"))[\"rows\"][0]
print(burn[\"core_s\"] - burn[\"failed_core_s\"])")) < 1e-6" <again &&
	fedtwin usage last >out &&
	test_grep "^the cost of 1 of 3 reused results is not known" out
'

test_expect_success 'by run, by user, by stage of all runs' '
	fedtwin usage --json | usage_is "len(d[\"rows\"]) == 2 and
		d[\"rows\"][0][\"attempts\"] == 5 and
		d[\"rows\"][1][\"cached\"] == 3" &&
	fedtwin usage --by user --json |
		usage_is "list(rows) == [\"$(id -un)\"] and
			rows[\"$(id -un)\"][\"attempts\"] == 5" &&
	fedtwin usage --by stage --json |
		usage_is "set(rows) == {\"cost/burn\", \"cost/quick\"}"
'

test_expect_success 'since: what began before is left out' '
	fedtwin usage --since "1 h" --json | usage_is "len(d[\"rows\"]) == 2" &&
	fedtwin usage --since "0 s" --json | usage_is "len(d[\"rows\"]) == 0" &&
	fedtwin usage --since 2001-01-01 --json | usage_is "len(d[\"rows\"]) == 2" &&
	fedtwin usage --since 2190-01-01T00:00Z --json |
		usage_is "len(d[\"rows\"]) == 0"
'

test_expect_success 'comma-separated values' '
	fedtwin usage --csv >csv &&
	"$PYTHON" - <<\EOT
import csv
rows = list(csv.DictReader(open("csv")))
assert len(rows) == 2 and rows[0]["attempts"] == "5", rows
assert rows[0]["energy_j"] == "" and float(rows[0]["core_s"]) > 0.8
EOT
'

test_expect_success 'wrong options are refused' '
	test_expect_code 2 fedtwin usage --by planet 2>err &&
	test_grep "stage, run or user" err &&
	for since in yesterday 5 "-1 h" 2026-13-01 2026-11-21T18:00 "3 m"
	do
		test_expect_code 2 fedtwin usage --since "$since" 2>err &&
		test_grep "not .$since" err || return 1
	done &&
	test_expect_code 2 fedtwin usage --json --csv 2>err &&
	test_expect_code 2 fedtwin usage last --since "1 h" 2>err &&
	test_expect_code 4 fedtwin usage nonesuch 2>err &&
	test_grep nonesuch err
'

# A wide matrix is reused as a whole.
test_expect_success 'a stage that was reused as a whole saved as much' '
	mkdir wide && fedtwin init wide && cat >wide/wide.yaml <<-EOT &&
	fedtwin: 1
	workflow: wide
	stages:
	  cell:
	    matrix: {i: [$(seq -s, 64)]}
	    shell: echo \${matrix.i} >out.txt
	    out: {text: {type: file, path: out.txt}}
	EOT
	fedtwin -C wide run wide.yaml &&
	fedtwin -C wide usage last --json >wide/made &&
	fedtwin -C wide run wide.yaml &&
	fedtwin -C wide usage last --json >wide/reused &&
	usage_is "d[\"total\"][\"cached\"] == 64 and
		d[\"total\"][\"saved\"] == 64 and
		abs(d[\"total\"][\"saved_core_s\"] - json.load(
			open(\"wide/made\"))[\"total\"][\"core_s\"]) < 1e-6" \
		<wide/reused
'

# Counters that a stage turns: 3 J while it runs, with the wrap-around.
test_expect_success 'energy comes from the meters of the machine' '
	mkdir -p cap/intel-rapl:0 && echo package-0 >cap/intel-rapl:0/name &&
	echo 10000000 >cap/intel-rapl:0/max_energy_range_uj &&
	echo 8000000 >cap/intel-rapl:0/energy_uj &&
	cat >warm.yaml <<-EOT &&
	fedtwin: 1
	workflow: warm
	stages:
	  heat:
	    shell: echo 1000000 >$PWD/cap/intel-rapl:0/energy_uj
	EOT
	FEDTWIN_POWERCAP=$PWD/cap fedtwin run warm.yaml &&
	fedtwin usage last --json | usage_is "d[\"total\"][\"energy_j\"] == 3 and
		d[\"total\"][\"metered\"] == 1" &&
	fedtwin usage last >out && test_grep "3 J" out &&
	fedtwin usage >out &&
	test_grep "^energy was metered for 1 of 6 attempts" out
'

test_expect_success 'a run that cannot be read is said, not skipped' '
	id=$(fedtwin status --json | "$PYTHON" -c "
import json, sys
print(json.load(sys.stdin)[\"runs\"][-1][\"run\"])") &&
	chmod u+w ".fedtwin/runs/$id/journal" &&
	echo nonsense >".fedtwin/runs/$id/journal" &&
	test_expect_code 4 fedtwin usage 2>err >out &&
	test_grep "run .$id. is not counted" err &&
	test_line_count = 6 out
'

test_done
