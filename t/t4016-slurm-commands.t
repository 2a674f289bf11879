#!/bin/sh
test_description='fedtwin-slurm through commands, here and over ssh'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/slurm.sh"
. "$FT_SRCDIR/t/adapter.sh"

slurm_need
test_need sshd ssh ssh-keygen

conform() { # SITE.json
	"$PYTHON" "$FT_SRCDIR/share/adapters/conform.py" --within 30 \
		fedtwin-slurm "$1" >out 2>err || {
		cat out err
		return 1
	}
	test_grep ! "^not ok\|SKIP" out
}

# A site file for a transport, with more members of its endpoint.
site() { # TRANSPORT [MEMBERS]
	printf '{"site": "alpha", "answer_within": 20, "endpoint": {
		"transport": "%s", "config": "%s"%s}}' "$1" \
		"$PWD/alpha/slurm.conf" "${2+, $2}" | tr -d '\n\t'
}

test_expect_success 'a cluster' '
	slurm_start alpha --cpus 4 --conf \
		"PartitionName=long Nodes=n1 MaxTime=1-02:30:00 MaxNodes=1" --conf \
		"PartitionName=short Nodes=n1 MaxTime=90"
'

test_expect_success 'here: it keeps to the protocol' '
	site local >local.json && conform local.json
'

test_expect_success 'a whole ended job: as libslurm says it' '
	adapter_start fedtwin-slurm local.json && ask probe &&
	expect "d[\"limits\"][\"max_array\"]" 1001 &&
	expect "d[\"queues\"][0][\"memory_per_node_bytes\"]" 2097152000 &&
	expect "d[\"queues\"][0][\"nodes_up\"]" 2 &&
	expect "d[\"queues\"][0][\"default\"]" &&
	echo "kill -9 \$\$" >step &&
	send "r/a b=c JobState=X/1" "srun sh ./step; exit 0" "\"ranks\": 2,
		\"nodes\": 2, \"env\": {\"LIST\": \"a,b\"}" &&
	wait_until "$job" ended && cp answer commands && adapter_stop &&
	printf "{\"endpoint\": {\"config\": \"%s\", \"transport\": \"library\"}}" \
		"$PWD/alpha/slurm.conf" >library.json &&
	adapter_start fedtwin-slurm library.json && wait_until "$job" ended &&
	adapter_stop &&
	for answer in commands answer
	do
		test_json "{k: v for k, v in d[\"jobs\"][0].items()}" $answer \
			>$answer.jobs || return
	done && test_cmp answer.jobs commands.jobs &&
	test_grep "\"tag\": \"r/a b=c JobState=X/1\"" answer.jobs &&
	test_grep "\"signal\": 9" answer.jobs
'

test_expect_success 'what would wait for ever is refused here too' '
	adapter_start fedtwin-slurm local.json &&
	ask submit "\"jobs\": [$(adapter_job r/n/1 true "\"ranks\": 9"),
		$(adapter_job r/n/2 true "\"queue\": \"nono\"")]" &&
	expect "{r[\"result\"] for r in d[\"results\"]} == {\"rejected\"}" &&
	slurm_on alpha scontrol update nodename=n2 state=drain reason=test &&
	send r/n/3 true "\"ranks\": 8, \"nodes\": 2" &&
	test "$(state "$job")" = queued &&
	slurm_on alpha scontrol update nodename=n2 state=resume
'

# A Slurm to come may have states that nobody here knows: what scontrol says of
# this cluster, with another word in it.
test_expect_success 'a state that is not known: the answer is not complete' '
	send r/odd/1 "exec sleep 600" && odd=$job && wait_until "$odd" running &&
	send s/other/1 "exec sleep 600" && other=$job &&
	wait_until "$other" running && adapter_stop && mkdir -p new &&
	cat >new/scontrol <<-EOT &&
	#!/bin/sh
	$(command -v scontrol) "\$@" | sed "/^JobId=$odd /s/JobState=RUNNING/JobState=PONDERING/"
	EOT
	chmod +x new/scontrol && old_path=$PATH && PATH=$PWD/new:$PATH &&
	adapter_start fedtwin-slurm local.json && PATH=$old_path &&
	ask status "\"jobs\": [\"$odd\", \"$other\"]" &&
	expect "d[\"complete\"]" false &&
	expect "[j[\"job\"] for j in d[\"jobs\"]]" "[\"$other\"]" &&
	ask find_by_tag "\"prefix\": \"r/odd/\"" &&
	expect "d[\"jobs\"]" "[]" && expect "d[\"complete\"]" false &&
	ask find_by_tag "\"prefix\": \"s/\"" &&
	expect "len(d[\"jobs\"])" 1 && expect "d[\"complete\"]" &&
	ask cancel "\"jobs\": [\"$odd\", \"$other\"], \"tags\": [\"r/odd/1\", \"s/other/1\"]" &&
	expect "[r[\"result\"] for r in d[\"results\"]]" "[\"ok\", \"ok\"]" &&
	wait_until "$odd" ended && wait_until "$other" ended && adapter_stop &&
	adapter_start fedtwin-slurm local.json && job=$odd
'

test_expect_success 'the controller away, frozen, and back' '
	slurm_ask alpha stop slurmctld &&
	ask status "\"jobs\": [\"$job\"]" && expect "d[\"error\"]" unavailable &&
	ask submit "\"jobs\": [$(adapter_job r/away/1 true)]" &&
	expect "d[\"error\"]" unavailable &&
	slurm_ask alpha start slurmctld && slurm_ask alpha signal slurmctld STOP &&
	ask find_by_tag "\"prefix\": \"r/\"" && expect "d[\"error\"]" unavailable &&
	slurm_ask alpha signal slurmctld CONT &&
	ask find_by_tag "\"prefix\": \"r/away/\"" && expect "d[\"jobs\"]" "[]" &&
	wait_until "$job" ended && adapter_stop
'

# Its nodes are unknown to a controller until they call, and it says of any job
# that it could never run.
test_expect_success 'a new controller, which no node has called yet: it waits' '
	adapter_start fedtwin-slurm local.json &&
	slurm_ask alpha stop n1 && slurm_ask alpha stop n2 &&
	slurm_ask alpha stop slurmctld && slurm_ask alpha start slurmctld &&
	send r/early/1 true && test "$(state "$job")" = queued &&
	slurm_ask alpha start n1 && slurm_ask alpha start n2 &&
	wait_until "$job" ended && adapter_stop
'

# A real sshd on loopback; 'ssh' finds it by the name 'far'.
start_sshd() {
	sshd_port=$("$PYTHON" -c "
import socket
s = socket.socket()
s.bind((\"127.0.0.1\", 0))
print(s.getsockname()[1])") &&
	mkdir -p bin && ssh-keygen -q -t ed25519 -N "" -f host_key &&
	ssh-keygen -q -t ed25519 -N "" -f key &&
	cat >sshd_config <<-EOT &&
	Port $sshd_port
	ListenAddress 127.0.0.1
	HostKey $PWD/host_key
	AuthorizedKeysFile $PWD/key.pub
	PidFile none
	StrictModes no
	UsePAM no
	PermitRootLogin yes
	PasswordAuthentication no
	EOT
	cat >ssh_config <<-EOT &&
	Host far
		HostName 127.0.0.1
		Port $sshd_port
		IdentityFile $PWD/key
		IdentitiesOnly yes
		UserKnownHostsFile $PWD/known_hosts
		StrictHostKeyChecking accept-new
	EOT
	printf "#!/bin/sh\necho x >>%s/calls\nexec %s -F %s/ssh_config \"\$@\"\n" \
		"$PWD" "$(command -v ssh)" "$PWD" >bin/ssh &&
	chmod +x bin/ssh && run_sshd
}

# Root's sshd wants a directory in /run, which may not be there.
run_sshd() {
	own_run='exec'
	test "$(id -u)" != 0 ||
		own_run='mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec'
	own_ns=
	test "$(id -u)" != 0 || own_ns=-m
	# shellcheck disable=SC2086
	setpriv --pdeathsig KILL unshare $own_ns sh -c \
		"$own_run $(command -v sshd) -D -e -f $PWD/sshd_config" 2>sshd.err &
	sshd_pid=$!
	test_at_exit "kill -KILL $sshd_pid"
	test_wait_for 60 "$PWD/bin/ssh" -oBatchMode=yes far true
}

test_expect_success 'over ssh: it keeps to the protocol' '
	start_sshd && PATH=$PWD/bin:$PATH && export PATH &&
	site ssh "\"host\": \"far\"" >far.json && conform far.json
'

test_expect_success 'one connection for all, made again when it breaks' '
	adapter_start fedtwin-slurm far.json && send r/far/1 true &&
	ask probe && ask probe && wait_until "$job" ended &&
	test $(grep -c "Accepted publickey" sshd.err) -le 4 &&
	before=$(grep -c "Accepted publickey" sshd.err) &&
	pkill -KILL -P "$sshd_pid" && wait_until "$job" ended &&
	test $(grep -c "Accepted publickey" sshd.err) -gt $before
'

test_expect_success 'over ssh: the same is discovered as by libslurm' '
	fedtwin init q && cd q &&
	fedtwin site add beta --discover -n -e transport=ssh -e host=far \
		-e "config=$OLDPWD/alpha/slurm.conf" >far.yaml &&
	fedtwin site add beta --discover -n \
		-e "config=$OLDPWD/alpha/slurm.conf" >near.yaml && cd .. &&
	test_grep "^endpoint: {transport: .ssh., host: .far., config: " q/far.yaml &&
	test_grep "max_walltime: 1590 min" q/far.yaml &&
	test_grep "max_walltime: 90 min" q/far.yaml &&
	test_grep "max_nodes: 1$" q/far.yaml &&
	grep -v "^endpoint:\|^#" q/near.yaml >near &&
	grep -v "^endpoint:\|^#" q/far.yaml >far && test_cmp near far
'

test_expect_success 'the host away: unavailable, and nothing is sent' '
	pkill -KILL -P "$sshd_pid" && kill -KILL "$sshd_pid" &&
	ask status "\"jobs\": [\"$job\"]" && expect "d[\"error\"]" unavailable &&
	ask submit "\"jobs\": [$(adapter_job r/far/2 true)]" &&
	expect "d[\"error\"]" unavailable && adapter_stop
'

test_expect_success 'what can be no host' '
	site ssh "\"host\": \"-oProxyCommand=touch x\"" >bad.json &&
	{ adapter_start fedtwin-slurm bad.json && :; } &&
	expect "d[\"error\"]" rejected && test ! -e x && adapter_stop
'

test_done
