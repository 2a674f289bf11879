#!/bin/sh
test_description='fedtwin site registers, lists, shows, drains and removes'
. "$(dirname "$0")/harness.sh"

user=$XDG_CONFIG_HOME/fedtwin/sites

# An adapter in a few lines: it finds what is in the file "found".
cat >adapter <<\EOT
#!/bin/sh
next() {
	IFS= read -r line || exit 0
	id=${line#*\"id\":} id=${id%%[!0-9]*}
}
next
echo "$line" >>"$0.asked"
echo "{\"id\":$id,\"ok\":true,\"protocol\":1,\"adapter\":\"t\",\"features\":[]}"
next
echo "$line" >>"$0.asked"
tr -d '\n' <"$0.found" | sed "s/^{/{\"id\":$id,\"ok\":true,/"
echo
next
EOT
chmod +x adapter

cat >cluster.yaml <<\EOT
fedtwin-site: 1
site: alpha
doc: A cluster of four nodes.
adapter: slurm
queues:
  - {queue: main, default: true, max_nodes: 4, max_walltime: 24 h, cores_per_node: 64}
  - {queue: debug, memory_per_node: 8 GiB, gpus_per_node: 2}
EOT

test_expect_success 'what there is without any doing' '
	fedtwin site list >out &&
	test_grep "^local  *local  *built in  *ready  *this computer" out &&
	test_grep "^simulated  *fake  *installed  *ready" out
'

test_expect_success 'a site file is registered for the user' '
	fedtwin site add cluster.yaml >out 2>err &&
	test_grep "site .alpha. is registered: $user/alpha.yaml" out &&
	test_grep "fedtwin site test alpha" err &&
	test_cmp cluster.yaml "$user/alpha.yaml" &&
	fedtwin site list >out &&
	test_grep "^alpha  *slurm  *user  *ready  *A cluster of four nodes" out
'

test_expect_success 'a second one of that name is refused' '
	test_expect_code 4 fedtwin site add cluster.yaml 2>err &&
	test_grep "alpha.yaml. exists already" err &&
	test_grep "fedtwin site remove alpha" err
'

test_expect_success 'that of a project comes first, the other one is shadowed' '
	fedtwin init && sed "s/four/five/" cluster.yaml >five.yaml &&
	fedtwin site add five.yaml >out &&
	test_cmp five.yaml sites/alpha.yaml &&
	fedtwin site list >out &&
	test_grep "^alpha  *slurm  *project  *ready  *A cluster of five" out &&
	test_grep "^alpha  *slurm  *user  *shadowed by that of the project" out &&
	fedtwin site show alpha >out &&
	test_grep "five nodes" out &&
	test_grep "main (default)  *4 nodes, at most 24 h[^,]*, 64 cores a node" out &&
	test_grep "debug  *8.0* GiB a node, 2 GPUs a node" out &&
	test_grep "shadows $user/alpha.yaml" out &&
	printf "%s\n" "mpirun: [srun, -n, \"{ranks}\"]" "modules: [gcc, openmpi]" \
		"fedtwin: /opt/ft" "identity: {account: proj}" >more &&
	cat cluster.yaml more >more.yaml && fedtwin site show ./more.yaml >out &&
	test_grep "^MPI programs:  *srun -n {ranks}$" out &&
	test_grep "^modules:  *gcc openmpi$" out &&
	test_grep "^account:  *proj$" out && test_grep "^fedtwin there:  */opt/ft$" out
'

test_expect_success 'as JSON' '
	fedtwin site list --json >list.json &&
	fedtwin site show --json alpha >show.json &&
	"$PYTHON" - <<\EOT
import json
sites = json.load(open("list.json"))
assert sites["schema"] == 1
alpha = [s for s in sites["sites"] if s["site"] == "alpha"]
assert [s["level"] for s in alpha] == ["project", "user"]
assert [s["shadowed"] for s in alpha] == [False, True]
assert all(s["valid"] and s["drained"] is None for s in alpha)
show = json.load(open("show.json"))
assert show["level"] == "project" and show["drained"] is None
assert show["site"]["queues"][0]["max_walltime"] == 86400
EOT
'

test_expect_success 'drained and resumed, beside the file' '
	fedtwin site drain -n alpha >out && test_grep "would get nothing new" out &&
	test ! -e sites/alpha.drain &&
	fedtwin site drain alpha "new \"disks\"" >out &&
	test_grep "site .alpha. gets nothing new" out &&
	test -f sites/alpha.drain && test ! -e "$user/alpha.drain" &&
	fedtwin site list >out &&
	test_grep "^alpha  *slurm  *project  *drained by .* at 20.*Z: new \"disks\"" out &&
	fedtwin site show alpha >out && test_grep "^drained by .*disks" out &&
	fedtwin site show --json alpha >json && test_grep "\"drained\": *\"drained by" json &&
	fedtwin site drain alpha >out &&
	fedtwin site show alpha >out && test_grep "^drained by .*Z$" out &&
	fedtwin site resume -n alpha && test -f sites/alpha.drain &&
	fedtwin site resume alpha >out && test_grep "gets jobs again" out &&
	test ! -e sites/alpha.drain &&
	fedtwin site resume alpha >out && test_grep "was not drained" out
'

test_expect_success 'a drain file that cannot be read drains, too' '
	echo "{" >sites/alpha.drain &&
	fedtwin site list >out && test_grep "^alpha .*drained (" out &&
	fedtwin site resume alpha &&
	fedtwin site list >out && test_grep "^alpha .*ready  *A cluster" out
'

test_expect_success 'control characters in a reason do not reach the terminal' '
	fedtwin site drain alpha "$(printf "a\033[2Jb")" &&
	fedtwin site list >out && fedtwin site show alpha >>out &&
	test_must_fail grep -q "$(printf "\033")" out &&
	fedtwin site resume alpha
'

test_expect_success 'removed, and the file is kept' '
	fedtwin site remove -n alpha >out && test_grep "would be removed" out &&
	test -f sites/alpha.yaml &&
	fedtwin site remove alpha >out &&
	test_grep "removed from the project; its file is now .*alpha.yaml.removed" out &&
	test_cmp five.yaml sites/alpha.yaml.removed && test ! -e sites/alpha.yaml &&
	fedtwin site list >out && test_grep "^alpha  *slurm  *user  *ready" out &&
	fedtwin site add -n --level user five.yaml >text 2>err &&
	test_cmp five.yaml text && test_grep "would write .$user/alpha.yaml" err &&
	test_cmp cluster.yaml "$user/alpha.yaml"
'

test_expect_success 'what cannot be registered' '
	test_expect_code 2 fedtwin site add alpha 2>err &&
	test_grep "give a site file, or --discover" err &&
	test_expect_code 2 fedtwin site add --discover 9x 2>err &&
	test_grep ".9x. is not a name" err &&
	test_expect_code 4 fedtwin site add gone.yaml 2>err &&
	test_expect_code 2 fedtwin site add --level galaxy cluster.yaml 2>err &&
	test_grep "project, user or system" err &&
	sed "s/alpha/local/" cluster.yaml >local.yaml &&
	test_expect_code 2 fedtwin site add local.yaml 2>err &&
	test_grep ".local. is this computer" err &&
	sed "s/queues/queue/" cluster.yaml >bad.yaml &&
	test_expect_code 3 fedtwin site add bad.yaml 2>err &&
	test_grep "bad.yaml:5:1: error FT0102" err &&
	test_grep "did you mean .queues.?" err &&
	mkdir elsewhere && (
		cd elsewhere && test_expect_code 2 fedtwin -C / site add \
			--level project "$PWD/../cluster.yaml" 2>err &&
		test_grep "this is not a project" err
	)
'

test_expect_success 'what is not registered' '
	for verb in show drain resume remove
	do
		test_expect_code 2 fedtwin site $verb alhpa 2>err &&
		test_grep "did you mean .alpha.?" err || return
	done &&
	test_expect_code 2 fedtwin run --site alhpa x.yaml 2>err &&
	test_grep "unknown site .alhpa." err &&
	test_expect_code 4 fedtwin site remove simulated 2>err &&
	test_grep "registered for all of this computer" err
'

test_expect_success 'a file that is wrong, and one that is about another site' '
	echo "site: beta" >sites/beta.yaml && cp five.yaml sites/gamma.yaml &&
	test_expect_code 3 fedtwin site list >out 2>err &&
	test_grep "^beta  *-  *project  *invalid" out &&
	test_grep "^gamma  *-  *project  *invalid" out &&
	test_grep "^alpha .*ready" out &&
	test_grep "beta.yaml:1:1: error FT0101" err &&
	test_grep "gamma.yaml:2:7: .*the file .gamma.yaml. is about site .alpha." err &&
	test_expect_code 3 fedtwin site show gamma &&
	test_expect_code 3 fedtwin run --site gamma x.yaml &&
	rm sites/beta.yaml sites/gamma.yaml
'

test_expect_success 'completion offers them' '
	fedtwin __complete site show "" >out && test_grep "^alpha$" out &&
	fedtwin __complete site dr >out && test_grep "^drain$" out
'

cat >adapter.found <<\EOT
{"time_s": 1, "cluster": "mini", "version": "22.05.8",
 "limits": {"max_array": 1001, "max_jobs": 200, "min_job_age_s": 6},
 "queues": [
  {"name": "debug", "up": true, "nodes": 4, "nodes_up": 3, "cores_per_node": 2,
   "memory_per_node_bytes": 2097152000, "max_walltime_s": null,
   "max_nodes": null, "gpus_per_node": 0},
  {"name": "8core's", "default": true, "up": false, "nodes": 1, "nodes_up": 0,
   "max_walltime_s": 5400, "max_nodes": 1, "gpus_per_node": 2,
   "memory_per_node_bytes": 1000}]}
EOT
cat >want <<\EOT
fedtwin-site: 1
site: mini
doc: "cluster mini, version 22.05.8"
adapter: program
program: "ADAPTER"
endpoint: {config: "/etc/a b", host: "it's"}
identity: {credential: "env:TOKEN"}
queues:
  - queue: debug  # 3 of 4 nodes are up
    cores_per_node: 2
    memory_per_node: 2000 MiB
  - queue: "8core's"  # 0 of 1 nodes are up, but it takes no jobs
    default: true
    max_nodes: 1
    max_walltime: 90 min
    memory_per_node: 1000 B
    gpus_per_node: 2
limits:
  status_interval: 2 s  # the site forgets jobs 6 s after their end
  max_in_flight: 200
  max_array: 1001
EOT

test_expect_success 'a site is discovered through its adapter' '
	fedtwin site add mini --discover --program "$PWD/adapter" \
		-e "config=/etc/a b" -e "host=it'\''s" --credential env:TOKEN >out &&
	sed "s|ADAPTER|$PWD/adapter|" want >want.yaml &&
	grep -v "^#" sites/mini.yaml >got.yaml && test_cmp want.yaml got.yaml &&
	test_grep "^# Found by .fedtwin site add --discover. on 20" sites/mini.yaml &&
	fedtwin fmt --check sites/mini.yaml &&
	fedtwin site show mini >out && test_grep "8core.s (default)" out
'

test_expect_success 'the adapter was told what is known, and the secret not' '
	test_line_count = 2 adapter.asked &&
	test_grep "\"credential\":\"env:TOKEN\"" adapter.asked &&
	test_grep "\"op\":\"probe\"" adapter.asked
'

test_expect_success 'names that could be anything else stay names' '
	printf "%s" "{\"queues\": [{\"name\": \"a\\nb: c\"}]}" >adapter.found &&
	test_expect_code 3 fedtwin site add evil --discover \
		--program "$PWD/adapter" 2>err &&
	test_grep "what was found:.*.a.b: c. cannot be .queue. of a site" err &&
	test ! -e sites/evil.yaml &&
	printf "%s" "{\"cluster\": \"x\\\"\\nadapter: local\\n#\"}" >adapter.found &&
	fedtwin site add evil --discover --program "$PWD/adapter" &&
	fedtwin site show evil >out && test_grep "^adapter: *program" out
'

test_expect_success 'discovery that fails writes nothing' '
	test_expect_code 4 fedtwin site add nowhere --discover \
		--program /nowhere/adapter 2>err &&
	test_grep "cannot be started: No such file" err &&
	test_expect_code 2 fedtwin site add nowhere --discover --adapter fake 2>err &&
	test_grep "nothing to discover" err &&
	test_expect_code 2 fedtwin site add nowhere --discover -e config 2>err &&
	test_grep ".config. is not KEY=VALUE" err &&
	test_expect_code 3 fedtwin site add nowhere --discover -e config=rel 2>err &&
	test_grep ".rel. is not an absolute path" err &&
	test_expect_code 3 fedtwin site add nowhere --discover \
		--credential hunter2 2>err &&
	test_grep "never the secret itself" err &&
	test_must_fail grep -q hunter2 err &&
	test ! -e sites/nowhere.yaml
'

test_expect_success 'the conformance suite runs on a site of any adapter' '
	cat >sites/example.yaml <<-EOT &&
	fedtwin-site: 1
	site: example
	adapter: program
	program: $FT_SRCDIR/share/adapters/example.py
	answer_within: 20 s
	EOT
	fedtwin site test --protocol example >out 2>err &&
	test_grep "^ok 1 - " out && test_grep ! "^not ok" out &&
	sed "s|program: .*|program: $PWD/adapter|; s/example/mini/" \
		sites/example.yaml >sites/mini.yaml &&
	sed -i "s/20 s/1 s/" sites/mini.yaml &&
	test_expect_code 4 fedtwin site test --protocol mini >out 2>err &&
	test_grep "^Bail out" out &&
	test_expect_code 4 fedtwin site test --protocol simulated 2>err &&
	test_grep "site .simulated. has no adapter program" err &&
	ls -a >files && test_must_fail grep site-test files
'

test_done
