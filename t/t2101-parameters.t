#!/bin/sh
test_description='parameters come from the environment, from files and from -p'
. "$(dirname "$0")/harness.sh"

for f in parameters.yaml parameters.values.yaml
do
	cp "$FT_SRCDIR/workflows/examples/$f" . || exit 1
done

all() { # the result of the newest run
	fedtwin data get all.all -
}

test_expect_success 'the example: defaults, a file, -p' '
	fedtwin init . &&
	fedtwin run parameters.yaml && test "$(all)" = "first 2 mm 45 W 10 false" &&
	fedtwin run parameters.yaml --params parameters.values.yaml -p name=test &&
	all >got &&
	printf "test 0.5 cm %s W 10 true\n" 65 95 >want &&
	test_cmp want got
'

test_expect_success '-p counts more than a file, a file more than the environment' '
	echo "steps: 2" >a.yaml && echo "steps: 3" >b.yaml &&
	FEDTWIN_PARAM_steps=1 && export FEDTWIN_PARAM_steps &&
	test_when_finished "unset FEDTWIN_PARAM_steps" &&
	fedtwin run parameters.yaml && test "$(all)" = "first 2 mm 45 W 1 false" &&
	fedtwin run -p steps=4 --params a.yaml --params b.yaml -p steps=5 \
		parameters.yaml &&
	test "$(all)" = "first 2 mm 45 W 5 false" &&
	fedtwin run --params a.yaml --params b.yaml parameters.yaml &&
	test "$(all)" = "first 2 mm 45 W 3 false"
'

test_expect_success 'a run keeps lists and texts as they were given' '
	fedtwin run parameters.yaml -p "loads=[1 W, 2.5 kW]" -p "name=[a, b]: \"c\"" &&
	fedtwin status last >out && test_grep "note *2 succeeded" out &&
	fedtwin logs "last/note[load=2.5 kW]" &&
	fedtwin resume last
'

test_expect_success 'plan, check and graph take them as well' '
	fedtwin check --params parameters.values.yaml parameters.yaml 2>err &&
	test_grep "2 stages, 3 tasks" err &&
	FEDTWIN_PARAM_loads="[1 W, 2 W, 3 W]" \
		fedtwin check parameters.yaml 2>err &&
	test_grep "2 stages, 4 tasks" err &&
	fedtwin plan --params parameters.values.yaml parameters.yaml >out &&
	test_grep "note  *2 " out &&
	fedtwin graph --params parameters.values.yaml parameters.yaml >out &&
	test_grep "2 tasks" out
'

test_expect_success 'what is wrong with a file: place, cause, cure' '
	printf "size: 3 s\nlods: [1 W]\nsteps: 0\n" >bad.yaml &&
	test_expect_code 3 fedtwin run --params bad.yaml parameters.yaml 2>err &&
	test_grep "bad.yaml:1:7: error FT0203" err &&
	test_grep "bad.yaml:2:1: error FT0110: the workflow has no parameter .lods." err &&
	test_grep "did you mean .loads." err &&
	test_grep "bad.yaml:3:8: error FT0204" err &&
	echo "- 3" >bad.yaml &&
	test_expect_code 3 fedtwin check --params bad.yaml parameters.yaml 2>err &&
	test_grep "bad.yaml:1:1: error FT0104: a file of parameters must be a mapping, not a list" err &&
	printf "size: 1 mm\nsize: 2 mm\n" >bad.yaml &&
	test_expect_code 3 fedtwin check --params bad.yaml parameters.yaml 2>err &&
	test_grep "bad.yaml:2:1: error FT0003" err &&
	test_expect_code 3 fedtwin check --params gone.yaml parameters.yaml 2>err &&
	test_grep "gone.yaml: error FT0006" err
'

test_expect_success 'an unknown name in the environment is an error' '
	test_expect_code 3 env FEDTWIN_PARAM_sise="1 mm" \
		fedtwin check parameters.yaml 2>err &&
	test_grep "FEDTWIN_PARAM_sise: error FT0110" err &&
	test_grep "did you mean .size." err &&
	test_expect_code 3 env FEDTWIN_PARAM_size="1 s" \
		fedtwin check parameters.yaml 2>err &&
	test_grep "FEDTWIN_PARAM_size: error FT0203" err
'

test_expect_success 'expressions have no place in a file of parameters' '
	echo "size: \${1 mm}" >bad.yaml &&
	test_expect_code 3 fedtwin check --params bad.yaml parameters.yaml 2>err &&
	test_grep "bad.yaml:1:7: error" err
'

test_done
