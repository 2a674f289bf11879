#!/bin/sh
test_description='the heat sink over two Slurm clusters and this machine'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
# shellcheck source=t/fixture-heatsink.sh
. "$FT_SRCDIR/t/fixture-heatsink.sh"

slurm_need
test_need mpirun

# A site file for cluster $1, with further lines on stdin.
site_file() { # NAME
	mkdir -p p/sites &&
	cat >"p/sites/$1.yaml" <<-EOT &&
	fedtwin-site: 1
	site: $1
	adapter: slurm
	endpoint: {config: $PWD/$1/slurm.conf}
	limits: {status_interval: 1 s}
	slots: 4
	lost_after: 5 s
	storage: {visibility_wait: 2 s}
	EOT
	cat >>"p/sites/$1.yaml"
}

test_expect_success 'two clusters, the demo on this machine' '
	slurm_start alpha --nodes 2 --memory 4000 &&
	slurm_start beta --nodes 2 --memory 4000 &&
	fedtwin init p && site_file alpha </dev/null &&
	site_file beta </dev/null &&
	cp -R "$FT_SRCDIR/workflows" "$FT_SRCDIR/data" p/ &&
	in_p fedtwin run workflows/heatsink.yaml >out 2>err &&
	sink_records content >want && sink_records site >got &&
	printf "local\nlocal\nlocal\nlocal\n" >here && test_cmp here got
'

test_expect_success 'the mesh on one, the matrix over both: the same versions' '
	sed "s/^  mesh:/&\n    site: alpha/" p/workflows/heatsink.yaml \
		>p/workflows/two.yaml &&
	in_p fedtwin run workflows/two.yaml --fresh --site alpha,beta >out 2>err &&
	sink_records content >got && test_cmp want got &&
	sink_records site >got && head -n 1 got >mesh && echo alpha >here &&
	test_cmp here mesh &&
	grep alpha got && grep beta got && test_must_fail grep local got
'

test_expect_success 'why says where a task went, and what was expected' '
	in_p fedtwin why "last/heat[power=45 W]" >got &&
	test_grep "^placed at [a-z]*: .*alpha: [0-9]* s expected, .*beta: " got
'

test_expect_success 'a drained site gets nothing' '
	in_p fedtwin site drain beta "new disks" &&
	in_p fedtwin run workflows/two.yaml --fresh --site alpha,beta,local \
		>out 2>err && sink_records content >got && test_cmp want got &&
	sink_records site >got && test_must_fail grep beta got &&
	in_p fedtwin why "last/heat[power=45 W]" >got &&
	test_grep "beta: it is drained" got &&
	test_expect_code 4 in_p fedtwin run workflows/two.yaml --site beta 2>err &&
	test_grep "site .beta. is drained by .*: new disks" err
'

test_done
