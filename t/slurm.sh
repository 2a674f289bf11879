# Private Slurm clusters for tests; a test sources this file after harness.sh.
#
#	slurm_need			the whole file needs Slurm
#	slurm_start NAME [OPTION...]	a cluster in $PWD/NAME, its nodes idle
#	slurm_on NAME COMMAND...	with SLURM_CONF set for that cluster
#	slurm_ask NAME REQUEST...	start, stop or signal one of its daemons
#	slurm_state NAME JOB		its state, in Slurm's words
#	slurm_ended NAME JOB STATE	wait until it ended, check how
#	slurm_stop NAME			with all that it has started
#	slurm_need_rest			the whole file needs slurmrestd, too
#	slurm_token NAME [SECONDS]	a token for slurmrestd, in the file token
#	slurm_rest NAME [WHERE [ANSWER_WITHIN]]	a site file, as an adapter gets
#					it; WHERE: url (the default), tls, socket,
#					or own, the socket of slurm_rest_own
#	slurm_rest_own NAME		a slurmrestd that takes its own user's word
#
# OPTIONs and REQUESTs are those of t/slurm_cluster.py.  Clusters do not know of
# each other: own ports, own munged, own keys.  They run in a PID namespace each
# that ends with the test, however it ends; start them from the test's own
# shell, for they also end with the subshell that started them.
# shellcheck shell=sh

slurm_names=

slurm_need() {
	PATH=$PATH:/usr/sbin:/sbin
	test_need munged slurmctld slurmd sbatch unshare setpriv
}

slurm_start() { # NAME [OPTION...]
	slurm_name=$1
	shift
	slurm_dir=$PWD/$slurm_name
	mkdir -p "$slurm_dir" && rm -f "$slurm_dir/ready" &&
	mkfifo "$slurm_dir/ready" || return
	slurm_user='-U --map-current-user --keep-caps'
	test "$(id -u)" != 0 || slurm_user=
	# The signal on the death of the parent is lost by a change of user or
	# group only, which none of these does.
	# shellcheck disable=SC2086
	setpriv --pdeathsig KILL unshare $slurm_user -p -f -m --mount-proc \
		--kill-child "${PYTHON:-python3}" "$FT_SRCDIR/t/slurm_cluster.py" \
		run "$slurm_dir" "$@" \
		</dev/null >"$slurm_dir/ready" 2>"$slurm_dir/errors" 7>&- 8>&- &
	eval "slurm_pid_$slurm_name=\$! slurm_dir_$slurm_name=\$slurm_dir"
	slurm_names="$slurm_names $slurm_name"
	test_at_exit slurm_stop_all
	slurm_word=
	read -r slurm_word <"$slurm_dir/ready"
	test "$slurm_word" = ready && return
	cat "$slurm_dir/errors" >&2
	tail -n 20 "$slurm_dir"/log/* >&2
	return 1
}

slurm_on() { # NAME COMMAND...
	eval "slurm_dir=\$slurm_dir_$1"
	shift
	SLURM_CONF=$slurm_dir/slurm.conf "$@"
}

slurm_ask() { # NAME REQUEST...
	eval "slurm_dir=\$slurm_dir_$1"
	shift
	"${PYTHON:-python3}" "$FT_SRCDIR/t/slurm_cluster.py" ask \
		"$slurm_dir" "$@"
}

slurm_state() { # NAME JOB
	slurm_on "$1" scontrol -o show job "$2" |
		sed -n 's/.* JobState=\([A-Z_]*\) .*/\1/p'
}

slurm_is_over() { # NAME JOB
	case $(slurm_state "$1" "$2") in
	PENDING | CONFIGURING | RUNNING | SUSPENDED | COMPLETING | '')
		return 1 ;;
	esac
}

slurm_ended() { # NAME JOB STATE
	test_wait_for 90 slurm_is_over "$1" "$2" || return
	slurm_got=$(slurm_state "$1" "$2")
	test "$slurm_got" = "$3" && return
	echo "job $2 of $1 is $slurm_got, not $3" >&2
	return 1
}

slurm_stop() { # NAME
	eval "slurm_pid=\$slurm_pid_$1"
	test -n "$slurm_pid" || return 0
	slurm_ask "$1" quit || kill -KILL "$slurm_pid"
	wait "$slurm_pid"
	eval "slurm_pid_$1="
}

slurm_stop_all() {
	for slurm_name in $slurm_names
	do
		slurm_stop "$slurm_name"
	done
	slurm_names=
}

# A site file, as an adapter gets it.
slurm_site() { # NAME [ANSWER_WITHIN]
	eval "slurm_dir=\$slurm_dir_$1"
	printf '{"site": "%s", "adapter": "slurm", "answer_within": %s,
		"endpoint": {"config": "%s"}}' "$1" "${2-10}" \
		"$slurm_dir/slurm.conf" | tr -d '\n'
}

slurm_need_rest() {
	slurm_need
	test_need slurmrestd socat openssl
}

slurm_token() { # NAME [SECONDS]
	(umask 077 && slurm_on "$1" scontrol token lifespan="${2-600}" >token.new &&
		mv token.new token)
}

# It is asked from outside of the cluster's PID namespace, where peers have no
# number; so it runs here.
slurm_rest_own() { # NAME
	eval "slurm_dir=\$slurm_dir_$1"
	slurm_user=
	test "$(id -u)" != 0 ||
		slurm_user='unshare -U --map-user=1 --map-group=1'
	slurm_plugin=openapi/v0.0.38
	case $(slurmctld -V) in
	*' 22.'*) ;;
	*) slurm_plugin=slurmctld ;;
	esac
	# shellcheck disable=SC2086
	SLURM_CONF=$slurm_dir/slurm.conf setpriv --pdeathsig KILL $slurm_user \
		slurmrestd -a rest_auth/local -s $slurm_plugin \
		"unix:$slurm_dir/own.sock" >"$slurm_dir/log/own.out" 2>&1 7>&- 8>&- &
	test_wait_for 30 test -S "$slurm_dir/own.sock"
}

slurm_rest() { # NAME [WHERE [ANSWER_WITHIN]]
	eval "slurm_dir=\$slurm_dir_$1"
	case ${2-url} in
	url) slurm_end="\"url\": \"$(cat "$slurm_dir/rest.url")\"" ;;
	tls) slurm_end="\"url\": \"$(cat "$slurm_dir/tls.url")\",
		\"ca\": \"$slurm_dir/ca.crt\"" ;;
	socket) slurm_end="\"socket\": \"$slurm_dir/rest.sock\"" ;;
	own) slurm_end="\"socket\": \"$slurm_dir/own.sock\"" ;;
	esac
	slurm_identity=", \"identity\": {\"credential\": \"file:$PWD/token\"}"
	test "${2-url}" != own || slurm_identity=
	printf '{"site": "%s", "adapter": "slurmrest", "answer_within": %s,
		"endpoint": {%s}%s}' "$1" "${3-10}" "$slurm_end" \
		"$slurm_identity" | tr -d '\n\t'
}
