# For tests of steering: tasks that wait until they are let go.
# shellcheck shell=sh
#
# Every task of gated.yaml tells its process in the file pid.NAME and its name
# in the file 'started', then waits for the file go.NAME.  'a' has three cells, 'b' follows each of them.

steer_workflow() {
	cat >gated.yaml <<EOT
fedtwin: 1
workflow: gated
stages:
  a:
    matrix: {i: [1, 2, 3]}
    shell: $PWD/gate a\${matrix.i}; echo \${matrix.i} >o
    out: {o: {type: file, path: o}}
  b:
    matrix: {i: [1, 2, 3]}
    in: {o: "\${a.o{i = matrix.i}}"}
    shell: $PWD/gate b\${matrix.i}; cp "\${in.o}" p
    out: {p: {type: file, path: p}}
EOT
	cat >gate <<EOT
#!/bin/sh
cd $PWD && echo \$\$ >"pid.\$1" && echo "\$1" >>started
exec "$PYTHON" "$FT_SRCDIR/t/await.py" "go.\$1"
EOT
	chmod +x gate && : >started
}

# Wait until these have started, in any order, and nothing else has.
steer_started() { # NAME...
	printf '%s\n' "$@" | sort >want.started
	test_wait_for 30 steer_same || { cat started; return 1; }
}

steer_same() {
	sort started | cmp -s - want.started
}

steer_number() { # N: so many have started
	test "$(wc -l <started)" = "$1"
}

steer_go() { # NAME...: let them end
	for steer_name
	do
		: >"go.$steer_name"
	done
}

# How many records of kind $1 the journal of the run $2 has.
steer_count() {
	"$PYTHON" - "$1" ".fedtwin/runs/$2/journal" <<-\EOT
	import json, struct, sys

	data = open(sys.argv[2], "rb").read()
	at, n = 8, 0
	while at + 40 <= len(data):
	    length, = struct.unpack_from("<I", data, at)
	    length &= (1 << 25) - 1
	    n += json.loads(data[at + 40:at + 40 + length])["k"] == sys.argv[1]
	    at += 40 + length
	print(n)
	EOT
}

steer_counted() { # KIND RUN N: it has so many
	test "$(steer_count "$1" "$2")" = "$3"
}
