# Sites that do not see the project; a test sources this file after harness.sh.
#
#	far_need			the whole file needs them
#	far_site NAME [STORAGE]		p/sites/NAME.yaml, further lines on stdin:
#					jobs are processes of this machine that
#					find nothing where p/ is, and work in
#					$PWD/NAME, with STORAGE as further members
#
#	far_wire NAME FAULT...		its agents call home over t/wire.py
#	far_unwire			with the faults that it knows; no more
#	far_agent			process id of the newest agent
#
# Their jobs have a mount namespace each, in which an empty file system lies
# over p/; the adapter is share/adapters/example.py.
# shellcheck shell=sh

far_need() {
	test_need unshare mount
	far_user='-U --map-current-user --keep-caps'
	test "$(id -u)" != 0 || far_user=
}

far_site() { # NAME [STORAGE]
	mkdir -p p/sites "$1" "$1.wire" &&
	sed "s|^RUN = .*|RUN = 'exec 3<\"\$0/script\"; cd \"\$1\" \&\& unshare \
$far_user -m sh -c \"mount -t tmpfs none $PWD/p \&\& exec /bin/sh \
/proc/self/fd/3\" >\"\$2\" 2>\"\$3\" </dev/null; ' \\\\|
		s|write_text(job\['script'\])|write_text(wired(job['script']))|" \
		"$FT_SRCDIR/share/adapters/example.py" >"$1.py" &&
	sed -i "/^jobs = None/r /dev/stdin" "$1.py" <<-EOT &&


	def wired(script):
	    """What agents are told of home's port, when they have a wire."""
	    wire = Path('$PWD/$1.wire')
	    port = re.search('"port":([0-9]+)', script)
	    if not port or not (wire / 'wire').exists():
	        return script
	    (wire / 'port').write_text(port.group(1))
	    return script.replace(port.group(0),
	                          '"port":' + (wire / 'wire').read_text())
	EOT
	sed -i "s/^import os/import os\nimport re/" "$1.py" &&
	chmod +x "$1.py" &&
	cat >"p/sites/$1.yaml" <<-EOT &&
	fedtwin-site: 1
	site: $1
	adapter: program
	program: $PWD/$1.py
	limits: {status_interval: 0.5 s}
	lost_after: 5 s
	fedtwin: $FT_BUILDDIR
	storage: {shared: false, root: $PWD/$1, visibility_wait: 1 s${2:+, $2}}
	EOT
	cat >>"p/sites/$1.yaml"
}

far_wire() { # NAME FAULT...
	far_unwire
	far_wire_dir=$PWD/$1.wire
	shift
	"${PYTHON:-python3}" "$FT_SRCDIR/t/wire.py" "$far_wire_dir" "$@" \
		</dev/null >/dev/null 2>&1 &
	far_wire_pid=$!
	test_at_exit far_unwire
	test_wait_for 60 test -e "$far_wire_dir/wire"
}

# Those of this test print into its directory.
far_agent() {
	for far_at in /proc/[0-9]*/fd/0
	do
		far_at=${far_at%/fd/0}
		case $(tr '\0' ' ' <"$far_at/cmdline" 2>/dev/null) in
		*fedtwin-agent\ /dev/stdin*)
			readlink "$far_at/fd/1" | grep -q "^$PWD/" &&
				echo "${far_at#/proc/}" ;;
		esac
	done | sort -n | tail -n 1
}

far_unwire() {
	test -z "$far_wire_pid" || kill "$far_wire_pid"
	rm -f "$far_wire_dir/wire" "$far_wire_dir/held" "$far_wire_dir/go"
	far_wire_pid=
}
far_wire_pid=
far_wire_dir=/nonexistent
