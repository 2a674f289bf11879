#!/bin/sh
test_description='the guide for providers, done by the letter on a cluster'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need mpirun fedtwin-hello
test_mpi_of_jobs

guide=$FT_SRCDIR/share/doc/providers.md

# Each block of YAML is a site file, or says in its first line what it is called.
test_expect_success 'its site files and its workflow are valid' '
	awk "/^\`\`\`yaml/ { file = \"site-\" ++n \".yaml\"; next }
		/^\`\`\`/ { file = \"\" }
		file && /^# [a-z]*[.]yaml\$/ { file = \$2; next }
		file { print >file }" "$guide" &&
	test $(ls site-*.yaml | wc -l) = 3 &&
	for file in site-*.yaml
	do
		fedtwin site add -n --level user "$file" >out &&
		test_cmp "$file" out || return
	done &&
	fedtwin check hello.yaml
'

# Those marked "sh"; what needs a slurmrestd ("console") is in t4054.
test_expect_success 'its commands do what they should' '
	slurm_start alpha --conf "PartitionName=short Nodes=n1 MaxTime=5" &&
	SLURM_CONF=$PWD/alpha/slurm.conf && export SLURM_CONF &&
	awk "/^\`\`\`sh/ { inside = 1; next }
		/^\`\`\`/ { inside = 0 }
		inside" "$guide" | sed -n "s/^\\$ //p" >commands &&
	test_line_count -ge 10 commands &&
	while read -r line
	do
		echo "\$ $line" >&2 &&
		eval "$line" </dev/null >>said || return
	done <commands
'

test_expect_success 'the test looks as it is shown' '
	awk "/^\`\`\`/ { inside = inside ? 0 : NF == 1 && length == 3 ? 1 : 2; next }
		inside == 1 && / ok  / { sub(/  *ok  .*/, \"\"); print }" "$guide" >want &&
	test_line_count = 15 want &&
	sed -n "s/  *ok  .*//p" said | head -n 15 >got && test_cmp want got &&
	test_grep ! FAIL said &&
	test_grep "drained by .*: new disks, until Friday" said &&
	test_grep "^n[12]$" said
'

test_done
