#!/bin/sh
test_description='the heat sink over two Slurm clusters that see no project'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
# shellcheck source=t/fixture-heatsink.sh
. "$FT_SRCDIR/t/fixture-heatsink.sh"

slurm_need
test_need mpirun

# Nodes of cluster $1 find empty file systems where the project and the other
# cluster's directory are.
blind_start() { # NAME OTHER
	mkdir -p "$1" "$2" root-alpha root-beta &&
	slurm_start "$1" --nodes 1 --memory 4000 \
		--hide "$PWD/p" --hide "$PWD/root-$2"
}

far_site() { # NAME
	mkdir -p p/sites &&
	cat >"p/sites/$1.yaml" <<-EOT
	fedtwin-site: 1
	site: $1
	adapter: slurm
	endpoint: {config: $PWD/$1/slurm.conf}
	limits: {status_interval: 1 s}
	slots: 2
	lost_after: 5 s
	fedtwin: $FT_BUILDDIR
	storage: {shared: false, root: $PWD/root-$1, visibility_wait: 2 s}
	EOT
}

# "SITE BYTES", the bytes that were moved there, of each cell of the matrix.
cells() {
	for power in 45 65 95
	do
		in_p fedtwin lineage "heat.temperature{power=$power W}" --json \
			>record.json &&
		test_json '"%s %d" % (d["versions"][0]["record"]["site"],
			d["versions"][0]["record"]["usage"].get("moved_bytes", 0))' \
			record.json || return
	done
}

test_expect_success 'two clusters that are blind, the demo on this machine' '
	fedtwin init p && blind_start alpha beta && blind_start beta alpha &&
	far_site alpha && far_site beta &&
	cp -R "$FT_SRCDIR/workflows" "$FT_SRCDIR/data" p/ &&
	in_p fedtwin run workflows/heatsink.yaml >out 2>err &&
	sink_records content >want
'

test_expect_success 'their nodes see nothing of the project' '
	cat >p/look.yaml <<-EOT &&
	fedtwin: 1
	workflow: look
	stages:
	  look:
	    shell: "ls $PWD/p $PWD/root-beta >ls.txt; pwd >>ls.txt"
	    out: {ls: {type: file, path: ls.txt}}
	EOT
	in_p fedtwin run look.yaml --site alpha >out 2>err &&
	in_p fedtwin data get look.ls - >got &&
	test "$(grep -c "^$PWD/" got)" = 3 &&
	test_must_fail grep workflows got
'

test_expect_success 'the mesh on one, the matrix over both: the same versions' '
	sed "s/^  mesh:/&\n    site: alpha/" p/workflows/heatsink.yaml \
		>p/workflows/two.yaml &&
	in_p fedtwin run workflows/two.yaml --fresh --site alpha,beta >out 2>err &&
	sink_records content >got && test_cmp want got &&
	sink_records site >got && head -n 1 got >mesh && echo alpha >here &&
	test_cmp here mesh && test_must_fail grep local got
'

test_expect_success 'the mesh stays where it was made, and goes elsewhere once' '
	sed "s/^  heat:/&\n    site: beta/" p/workflows/two.yaml \
		>p/workflows/away.yaml &&
	rm -rf root-beta/cache &&
	in_p fedtwin run workflows/away.yaml --fresh --site alpha,beta >out 2>err &&
	sink_records content >got && test_cmp want got &&
	cells >got && test "$(grep -c "^beta" got)" = 3 &&
	test "$(sort -k 2 -n got | tail -n 1 | cut -d" " -f2)" -gt 1000000 &&
	test "$(grep -c "^beta 0$" got)" = 2 &&
	sed "s/^  heat:/&\n    site: alpha/" p/workflows/two.yaml \
		>p/workflows/home.yaml &&
	in_p fedtwin run workflows/home.yaml --fresh --site alpha,beta >out 2>err &&
	cells >got && test "$(grep -c "^alpha 0$" got)" = 3
'

test_expect_success 'why tells what has to be moved where, and what was' '
	in_p fedtwin why "last/heat[power=45 W]" >got &&
	test_grep "^placed at alpha: alpha: " got &&
	test_grep "^moved 0.0 MiB of inputs there and .* MiB of results back" got
'

test_done
