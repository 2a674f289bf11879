# One talk with an adapter; a test sources this file after harness.sh.
#
#	adapter_start PROGRAM SITE.json	start it and send "open"
#	ask OP [MEMBERS]		e.g. ask status '"jobs": ["12"]'; the
#					answer is in the file 'answer'
#	expect EXPRESSION [WANT]	of the answer, as 'd' in Python; WANT is
#					true unless it is given
#	adapter_job TAG SCRIPT [MEMBERS]	a job for submit; its files are
#					$PWD/TAG.out and .err, '/' as '-'
#	send TAG SCRIPT [MEMBERS]	submit it, which has to succeed: $job
#	state JOB			ask, and print its state
#	states ARRAY ELEMENT...		the same of elements of an array
#	all_ended TAG N			ask; N jobs whose tags begin so have ended
#	wait_until JOB STATE		ask again and again, 90 s at most
#	adapter_pid			of the program
#	adapter_stop			close its input; the code it ends with
# shellcheck shell=sh

adapter_start() { # PROGRAM SITE.json
	rm -f adapter.in adapter.out
	mkfifo adapter.in adapter.out || return
	"$1" <adapter.in >adapter.out 2>>adapter.err 7>&- 8>&- &
	adapter_process=$!
	exec 7>adapter.in 8<adapter.out
	adapter_n=0
	ask open "\"protocol\": 1, \"site\": $(cat "$2"), \"project\": \"$PWD\""
}

adapter_pid() {
	echo "$adapter_process"
}

ask() { # OP [MEMBERS]
	adapter_n=$((adapter_n + 1))
	printf '{"id": %d, "op": "%s"%s}' $adapter_n "$1" "${2+, $2}" |
		tr -d '\n\t' >&7
	echo >&7
	read -r adapter_line <&8 || return
	printf '%s\n' "$adapter_line" | tee answer
	case $adapter_line in
	*"\"id\":$adapter_n}" | *"\"id\":$adapter_n,"*) ;;
	*) echo "this answer has another id" >&2; return 1 ;;
	esac
}

expect() { # EXPRESSION [WANT]
	adapter_got=$(test_json "$1" answer) || return
	test "$adapter_got" = "${2-true}" && return
	echo "$1 is $adapter_got, not ${2-true}" >&2
	return 1
}

adapter_job() { # TAG SCRIPT [MEMBERS]
	adapter_file=$PWD/$(echo "$1" | tr / -)
	printf '{"tag": "%s", "name": "%s", "dir": "%s", "script": "%s",
		"stdout": "%s.out", "stderr": "%s.err"%s}' "$1" "$1" "$PWD" \
		"#!/bin/sh\\n$(printf '%s' "$2" | sed 's/[\\"]/\\&/g; s/$/\\n/' | tr -d '\n')" \
		"$adapter_file" "$adapter_file" "${3+, $3}" | tr -d '\n\t'
}

send() { # TAG SCRIPT [MEMBERS]
	ask submit "\"jobs\": [$(adapter_job "$@")]" &&
	expect "d['results'][0]['result']" ok &&
	job=$(test_json "d['results'][0]['job']" answer)
}

state() { # JOB
	ask status "\"jobs\": [\"$1\"]" >>asked &&
	test_json "d['jobs'][0]['state']" answer
}

states() { # ARRAY ELEMENT...
	adapter_array=$1
	shift
	adapter_list=
	for adapter_element
	do
		adapter_list="$adapter_list${adapter_list:+, }\"${adapter_array}_$adapter_element\""
	done
	ask status "\"jobs\": [$adapter_list]" >>asked &&
	test_json "' '.join(j['state'] for j in d['jobs'])" answer
}

all_ended() { # TAG N
	ask find_by_tag "\"prefix\": \"$1\"" >>asked &&
	expect "sum(j['state'] == 'ended' for j in d['jobs'])" "$2"
}

wait_until() { # JOB STATE
	adapter_end=$(($(date +%s) + 90))
	until test "$(state "$1")" = "$2"
	do
		if test "$(date +%s)" -gt $adapter_end
		then
			echo "job $1 never gets $2" >&2
			cat answer >&2
			return 1
		fi
		sleep 0.05
	done
}

adapter_stop() {
	exec 7>&- 8<&-
	wait "$adapter_process"
}
