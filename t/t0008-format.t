#!/bin/sh
test_description='the workflows and sites have their canonical form'
. "$(dirname "$0")/harness.sh"

test_expect_success 'what is not canonical is found' '
	printf "workflow: x\nfedtwin: 1\n" >bad.yaml &&
	test_expect_code 1 fedtwin fmt --check bad.yaml
'

# "fedtwin fmt -w" mends it.
test_expect_success 'all of them are canonical' '
	find "$FT_SRCDIR/workflows" "$FT_SRCDIR/share/sites" \
		-name "*.yaml" >files &&
	while read -r file
	do
		fedtwin fmt --check "$file" || return 1
	done <files
'

test_done
