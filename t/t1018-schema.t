#!/bin/sh
test_description='fedtwin schema prints JSON Schemas that editors can use'
. "$(dirname "$0")/harness.sh"

test_expect_success 'the names, and each of them is a valid schema' '
	fedtwin schema >names &&
	printf "workflow\nmodule\nsite\n" >want && test_cmp want names &&
	while read -r name
	do
		fedtwin schema "$name" >"$name.json" || return 1
	done <names &&
	"$PYTHON" - <<\EOT
import json, jsonschema
for n in "workflow module site".split():
    jsonschema.Draft202012Validator.check_schema(json.load(open(n + ".json")))
EOT
'

test_expect_success 'the example workflows are valid by it' '
	"$PYTHON" - "$FT_SRCDIR"/workflows/*.yaml <<\EOT
import json, sys, jsonschema, yaml
# YAML 1.2 knows no "on" and "off": only true and false are booleans.
r = yaml.SafeLoader.yaml_implicit_resolvers
for c in "oOyYnN":
    r[c] = [x for x in r.get(c, []) if x[0] != "tag:yaml.org,2002:bool"]
v = jsonschema.Draft202012Validator(json.load(open("workflow.json")))
for f in sys.argv[1:]:
    errors = list(v.iter_errors(yaml.safe_load(open(f))))
    assert not errors, (f, errors[0].message)
EOT
'

test_expect_success 'an unknown name is refused' '
	test_expect_code 2 fedtwin schema run 2>err && test_grep "no schema .run." err
'

test_done
