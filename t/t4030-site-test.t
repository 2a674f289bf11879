#!/bin/sh
test_description='fedtwin site test on a real cluster: green, and each red line'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"

slurm_need
test_need mpirun fedtwin-hello
test_mpi_of_jobs

verdict() { # CHECK: from out.json
	test_json "[c['verdict'] for c in d['checks'] if c['check'] == '$1'][0]" \
		out.json
}
found() { # CHECK
	test_json "[c['found'] for c in d['checks'] if c['check'] == '$1'][0]" \
		out.json
}
is() { # VERDICT CHECK
	test "$(verdict "$2")" = "$1" && return
	echo "'$2' is $(verdict "$2"): $(found "$2")" >&2
	return 1
}
has_job() {
	slurm_on alpha squeue -h -n fedtwin-site-test -t PENDING | grep -q .
}
site_file() { # NAME LINE...
	site_name=$1
	shift
	mkdir -p sites
	{
		printf "fedtwin-site: 1\nsite: %s\nadapter: slurm\n" "$site_name"
		echo "endpoint: {config: $PWD/alpha/slurm.conf}"
		printf "%s\n" "$@"
	} >"sites/$site_name.yaml"
}

test_expect_success 'a cluster is discovered from nothing' '
	fedtwin init && slurm_start alpha --conf "PartitionName=short Nodes=n1 MaxTime=2" &&
	slurm_on alpha fedtwin site add alpha --discover >out &&
	test_grep "site .alpha. is registered" out &&
	grep -v "^#" sites/alpha.yaml >got &&
	cat >want <<-EOT &&
	fedtwin-site: 1
	site: alpha
	doc: "cluster alpha, version 22.05.8"
	adapter: slurm
	endpoint: {config: "$PWD/alpha/slurm.conf"}
	queues:
	  - queue: debug  # 2 of 2 nodes are up
	    default: true
	    cores_per_node: 2
	    memory_per_node: 2000 MiB
	  - queue: short  # 1 of 1 nodes are up
	    max_walltime: 2 min
	    cores_per_node: 2
	    memory_per_node: 2000 MiB
	limits:
	  max_array: 1001
	EOT
	sed "s/version [0-9.]*/version 22.05.8/; /max_nodes/d" got >got.text &&
	test_cmp want got.text &&
	fedtwin fmt --check sites/alpha.yaml
'

test_expect_success 'the same through its commands' '
	slurm_on alpha fedtwin site add beta --discover -n -e transport=local >out &&
	test_grep "^endpoint: {transport: .local., config: .$PWD/alpha/slurm.conf.}" out &&
	test_grep "queue: debug  # 2 of 2 nodes are up" out
'

test_expect_success 'it is green, and nothing is left behind' '
	fedtwin site test alpha >out &&
	cat out &&
	for check in adapter scheduler "clock of the scheduler" "queue debug" \
		"queue short" "job of 1 node" "files from here" \
		"files from there" "clock of the node" "environment modules" \
		"fedtwin there" "calling home" "MPI on 1 node" "job of 2 nodes" \
		"MPI on 2 nodes"
	do
		test_grep "^$check  *ok  " out || return
	done &&
	test_line_count = 15 out &&
	test_grep "^MPI on 2 nodes  *ok  *2 ranks on n1 n2" out &&
	test_grep "^files from here .*waited [0-9.]* s" out &&
	ls -a >files && test_must_fail grep site-test files
'

test_expect_success 'a queue with one node and little time that the file does not name' '
	site_file plain &&
	fedtwin site test --json --queue short plain >out.json &&
	is ok "job of 1 node" && is skipped "job of 2 nodes" &&
	test_json "d[\"ok\"] and d[\"schema\"] == 1 and d[\"kept\"] is None" \
		out.json >got && echo true >want && test_cmp want got
'

test_expect_success 'queues and limits that are not there' '
	site_file wrong "queues:" "- {queue: debug, max_nodes: 3}" \
		"- {queue: short, max_walltime: 6 min}" "- {queue: gone}" &&
	test_expect_code 4 fedtwin site test --json --queue gone wrong >out.json &&
	is fail "queue debug" && is fail "queue short" && is fail "queue gone" &&
	found "queue debug" >out && test_grep "site file.s 3" out &&
	test_expect_code 4 fedtwin site test --json --queue gone alpha >out.json &&
	is fail queue && found queue >out && test_grep "no queue .gone." out
'

test_expect_success 'modules that are not there' '
	site_file mods "modules: [openmpi/9]" &&
	test_expect_code 4 fedtwin site test --json mods >out.json &&
	is fail "job of 1 node" &&
	found "job of 1 node" >out &&
	test_grep "no environment modules here" out &&
	kept=$(test_json "d[\"kept\"]" out.json) &&
	test_grep "no environment modules" "$kept/one.err" && rm -r "$kept"
'

test_expect_success 'modules that are there, srun instead of mpirun' '
	cat >init.sh <<-\EOT &&
	module() {
		test "$2" = good || return 1
		export LOADEDMODULES="$LOADEDMODULES${LOADEDMODULES:+:}$2"
	}
	EOT
	site_file mods "module_init: $PWD/init.sh" "modules: [good]" \
		"mpirun: [srun, --mpi=pmix, -N, \"{nodes}\", -n, \"{ranks}\"]" &&
	fedtwin site test --json mods >out.json &&
	found "environment modules" >out && test_grep "^1 loaded: good$" out &&
	found "MPI on 2 nodes" >out && test_grep "2 ranks on n1 n2" out
'

test_expect_success 'a launcher that ignores the nodes' '
	cat >one-node <<-EOT &&
	#!/bin/sh
	exec mpirun --oversubscribe --host "\$(hostname):2" "\$@"
	EOT
	chmod +x one-node &&
	site_file launch "mpirun: [$PWD/one-node, -n, \"{ranks}\"]" &&
	test_expect_code 4 fedtwin site test --json launch >out.json &&
	is ok "MPI on 1 node" && is fail "MPI on 2 nodes" &&
	found "MPI on 2 nodes" >out && test_grep "2 ranks on 1 node, not on 2: n1" out
'

test_expect_success 'a launcher and programs that are not there' '
	mkdir bin &&
	site_file progs "fedtwin: $PWD/bin" "mpirun: [/nowhere/mpirun, \"{ranks}\"]" &&
	test_expect_code 4 fedtwin site test --json progs >out.json &&
	is fail "fedtwin there" &&
	found "fedtwin there" >out && test_grep "not in .*/bin.: fedtwin-agent" out &&
	is fail "MPI on 1 node" &&
	found "MPI on 1 node" >out && test_grep "/nowhere/mpirun" out
'

test_expect_success 'no MPI, programs of another build, no way home' '
	for program in agent hello heat mesh-box mesh-gmsh
	do
		ln -s "$FT_BUILDDIR/fedtwin-$program" bin/ || return
	done &&
	cat >hello <<-EOT &&
	#!/bin/sh
	test "\$1" != --call && exec "$FT_BUILDDIR/fedtwin-hello"
	EOT
	rm bin/fedtwin-hello && mv hello bin/fedtwin-hello && chmod +x bin/fedtwin-hello &&
	rm bin/fedtwin-agent && echo "#!/bin/sh" >bin/fedtwin-agent &&
	chmod +x bin/fedtwin-agent &&
	site_file progs "fedtwin: $PWD/bin" "mpirun: [env, \"X={ranks}\"]" &&
	test_expect_code 4 fedtwin site test --json progs >out.json &&
	is warn "fedtwin there" &&
	found "fedtwin there" >out &&
	test_grep "another build than here: fedtwin-agent fedtwin-hello$" out &&
	is warn "calling home" &&
	found "MPI on 1 node" >out &&
	test_grep "2 ranks were asked for, each saw 1" out
'

test_expect_success 'files that the nodes do not see' '
	mkdir -p hidden && (
		cd hidden && fedtwin init && mkdir sites &&
		sed "s/wrong/hidden/; /^queues/,\$d" ../sites/wrong.yaml >sites/hidden.yaml &&
		echo "storage: {shared: false, root: /tmp}" >>sites/hidden.yaml &&
		fedtwin site test --json hidden >out.json &&
		is ok "job of 1 node" && is skipped files
	)
'

test_expect_success 'a job that has to wait too long is cancelled, and when we are ended' '
	blocker=$(slurm_on alpha sbatch --parsable --exclusive -N 2 -o /dev/null \
		--wrap "sleep 1234.5") &&
	test_expect_code 4 fedtwin site test --json --timeout 2 alpha >out.json &&
	is fail "job of 1 node" &&
	found "job of 1 node" >out && test_grep "still queued after 2 s: .*; cancelled" out &&
	slurm_on alpha squeue -h -n fedtwin-site-test -t PENDING >out &&
	test_must_be_empty out &&
	rm -rf .fedtwin-site-test.* &&
	{ fedtwin site test alpha >ended.out 2>&1 & } &&
	test_wait_for 60 has_job &&
	kill $! && test_expect_code 143 wait $! &&
	slurm_on alpha squeue -h -n fedtwin-site-test -t PENDING >out &&
	test_must_be_empty out && test_must_be_empty ended.out &&
	ls -a >files && test_must_fail grep site-test files &&
	slurm_on alpha scancel "$blocker"
'

test_expect_success 'no controller, no adapter' '
	site_file quick "answer_within: 8 s" &&
	slurm_ask alpha stop slurmctld &&
	test_expect_code 4 fedtwin site test --json quick >out.json &&
	is ok adapter && is fail scheduler &&
	slurm_ask alpha start slurmctld &&
	printf "fedtwin-site: 1\nsite: none\nadapter: program\nprogram: /nowhere/x\n" \
		>sites/none.yaml &&
	test_expect_code 4 fedtwin site test none >out &&
	test_grep "^adapter  *FAIL  *.*cannot be started: No such file" out &&
	test_line_count = 2 out &&
	test_expect_code 4 fedtwin site test local 2>err &&
	test_grep "site .local. has no adapter program" err
'

test_done
