#!/bin/sh
test_description='users of one Unix group work on one project'
. "$(dirname "$0")/harness.sh"

# Users are numbers, which needs no accounts: 1 and 2 are in the group of the
# project, 3 is not.  Only root can be several users; anybody else is all of
# them, which leaves the modes to be tested, and nobody is refused.
hall=$PWD/hall
mkdir "$hall" && chmod 777 "$hall" && cd "$hall" || exit 1
many=
if test "$(id -u)" = 0 &&
	setpriv --reuid 61001 --regid 61001 --clear-groups \
		"$FT_BUILDDIR/fedtwin" version >/dev/null 2>&1
then
	many=1 group=61000
	for u in 1 2 3
	do
		mkdir "$hall/home$u" && chown 6100$u:6100$u "$hall/home$u" || exit 1
	done
else
	group=$(id -g)
fi

as() { # USER UMASK COMMAND...
	who=$1 mask=$2
	shift 2
	mine=6100$who,$group
	test "$who" != 3 || mine=61003
	(
		umask "$mask"
		test -n "$many" || exec "$@"
		HOME=$hall/home$who XDG_CACHE_HOME=$hall/home$who/.cache
		exec setpriv --reuid "6100$who" --regid "6100$who" --groups "$mine" "$@"
	)
}

# Nothing that the group may not use, nothing for others.
all_shared() { # PROJECT
	find "$1/.fedtwin" ! -type l \( -perm /007 -o ! -group "$group" \) \
		! -path "*/work/*" >bad &&
	find "$1/.fedtwin" -type d ! -perm -2770 >>bad &&
	find "$1/.fedtwin" -type f ! -path "*/work/*" ! -path "*/o/*" \
		! -perm -660 >>bad &&
	find "$1/.fedtwin" -type f ! -perm -440 >>bad &&
	test_must_be_empty bad
}

printf 'site,depth [m]\nA,1.5\n' >t.csv

test_expect_success 'a project is made for a group, whatever the umask' '
	as 1 077 fedtwin init --group "$group" "$hall/p" >out &&
	test_grep "members of group" out &&
	test_grep "\"compat\":\[\"shared\"\]" p/.fedtwin/FORMAT &&
	all_shared p && test "$(stat -c %a p)" = 2770
'

test_expect_success 'members put, read, undo, tag and branch in turn' '
	as 1 077 fedtwin -C p data put a.t "$hall/t.csv" &&
	as 2 022 fedtwin -C p data put b.t "$hall/t.csv" &&
	as 1 077 fedtwin -C p data ls >out &&
	test_grep "a.t" out && test_grep "b.t" out &&
	as 2 077 fedtwin -C p data get a.t - >got && test_cmp t.csv got &&
	as 2 077 fedtwin -C p undo && as 1 022 fedtwin -C p redo &&
	as 1 077 fedtwin -C p tag first && as 2 077 fedtwin -C p branch other &&
	as 1 077 fedtwin -C p fsck --deep >out && test_grep ": clean" out &&
	test_line_count = 1 out && all_shared p
'

test_expect_success 'what a user asks for by name stays that user'"'"'s' '
	mkdir mine && chmod 777 mine &&
	as 1 077 fedtwin -C p data get a.t "$hall/mine/a.csv" &&
	as 1 022 fedtwin -C p data get a.t "$hall/mine/b.csv" &&
	as 1 077 fedtwin -C p export "$hall/mine/c.ftwin" &&
	test "$(stat -c %a mine/a.csv)" = 600 &&
	test "$(stat -c %a mine/b.csv)" = 644 &&
	test "$(stat -c %a mine/c.ftwin)" = 600
'

# Stage b tells its number, then waits for the gate of its user: what a member
# left running can be ended by that member and root alone.
cat >two.yaml <<EOT
fedtwin: 1
workflow: two
stages:
  a: {run: [sh, -c, "umask >umask; echo a >x"], out: {x: {type: file, path: x}}}
  b:
    shell: echo b >>$hall/ran; echo \$\$ >$hall/up; read x <$hall/go\$(id -u); cp in/x/x y
    in: {x: "\${a.x}"}
    out: {y: {type: file, path: y}}
EOT

test_expect_success 'a run whose runner was killed goes on for another member' '
	gates="go61001 go61002 go$(id -u)" &&
	mkfifo up $gates && : >ran && chmod 666 up $gates ran &&
	{ as 1 077 sh -c "echo \$\$ >pid && exec fedtwin -C p run \
		$hall/two.yaml" >out 2>err & } &&
	read -r task <up && read -r pid <pid && kill -9 "$pid" &&
	{ wait $! || :; } &&
	as 2 022 fedtwin -C p status last >out && test_grep interrupted out &&
	if test -n "$many"
	then
		test_expect_code 4 as 2 077 fedtwin -C p resume >out 2>err &&
		test_grep "task .b. of run .* still runs.*started by .61001." \
			err && test_grep "let .61001. or root end it" err &&
		test_expect_code 4 as 2 077 fedtwin -C p cancel last 2>err &&
		test_grep "still runs" err && kill "$task" &&
		test_gone "$task" && go=go61002
	else
		go=go$(id -u)
	fi &&
	{ as 2 077 timeout 60 fedtwin -C p resume >out 2>err & } &&
	resume=$! && read -r again <up && test "$again" != "$task" &&
	echo open >$go && wait $resume && test_gone "$task" &&
	test_grep "2 tasks: 2 succeeded" out &&
	printf "b\nb\n" >want && test_cmp want ran &&
	test "$(as 1 077 fedtwin -C p data get b.y -)" = a &&
	all_shared p
'

if test -n "$many"
then
test_expect_success 'who may write nothing is told whom to ask' '
	test_expect_code 4 as 3 022 fedtwin -C p data ls 2>err &&
	test_grep "Permission denied" err &&
	test_grep "members of group .$group.; ask .61001." err &&
	chmod 2771 p &&
	test_expect_code 4 as 3 022 fedtwin -C p data put c.t t.csv 2>err &&
	test_grep "FORMAT.: Permission denied" err &&
	test_grep "members of group .$group." err &&
	chmod 2770 p
'
fi

test_expect_success 'wrong modes are found and mended' '
	version=$(find p/.fedtwin/o -name "*.h5" | head -n 1) &&
	chmod 600 p/.fedtwin/oplog/0.log && chmod 400 "$version" &&
	chmod 755 p/.fedtwin/runs && chmod 666 p/.fedtwin/FORMAT &&
	as 1 022 fedtwin -C p fsck >out &&
	test_grep "warning: .*the group may not use it, and so for 2 more" out &&
	test_grep "fsck --fix-modes" out &&
	test_grep "FORMAT: others than its owner" out &&
	as 1 022 fedtwin -C p fsck --json >json &&
	test_grep "the group may not use it" json &&
	fedtwin -C p fsck --fix-modes >out && test_line_count = 1 out &&
	all_shared p
'

if test -n "$many"
then
test_expect_success 'what a member cannot mend is said to be another'"'"'s' '
	chmod 640 p/.fedtwin/FORMAT &&
	test_expect_code 4 as 2 022 fedtwin -C p fsck --fix-modes >out &&
	test_grep "FORMAT: .*; .61001. or root can mend it" out &&
	as 1 022 fedtwin -C p fsck --fix-modes >out &&
	test_line_count = 1 out && all_shared p
'
fi

test_expect_success 'alone, nobody else may write, whatever the umask' '
	as 1 000 fedtwin init "$hall/q" &&
	as 1 000 fedtwin -C q data put a.t "$hall/t.csv" &&
	find q/.fedtwin -perm /022 >bad && test_must_be_empty bad &&
	as 1 000 fedtwin -C q data get a.t "$hall/mine/d.csv" &&
	test "$(stat -c %a mine/d.csv)" = 666 &&
	chmod 664 q/.fedtwin/FORMAT && as 1 022 fedtwin -C q fsck >out &&
	test_grep "FORMAT: others than its owner may change it" out &&
	as 1 022 fedtwin -C q fsck --fix-modes >out && test_line_count = 1 out
'

if test -n "$many"
then
test_expect_success 'alone, others read and are told who may write' '
	as 2 022 fedtwin -C q data ls >out && test_grep "a.t" out &&
	test_expect_code 4 as 2 022 fedtwin -C q data put b.t \
		"$hall/t.csv" 2>err &&
	test_grep "open for reading only" err &&
	test_grep "user .61001., who may share it" err
'
fi

test_expect_success 'a project that is there is shared later, as often as wanted' '
	as 1 077 fedtwin init "$hall/r" && chmod 755 r &&
	as 1 077 fedtwin -C r data put a.t "$hall/t.csv" &&
	as 1 077 fedtwin init --group "$group" "$hall/r" >out &&
	test_grep "members of group" out &&
	all_shared r && test "$(stat -c %a r)" = 755 &&
	as 2 077 fedtwin -C r data put b.t "$hall/t.csv" &&
	as 1 077 fedtwin init --shared "$hall/r" && all_shared r &&
	test_expect_code 4 as 1 077 fedtwin init "$hall/r"
'

test_expect_success 'unknown groups are refused' '
	test_expect_code 2 fedtwin init --group no-such-group s 2>err &&
	test_grep "no group .no-such-group." err && test ! -e s &&
	test_expect_code 2 fedtwin init --group 12x s && test ! -e s
'

if test -n "$many"
then
test_expect_success 'no member gives the project to another group' '
	test_expect_code 4 as 2 022 fedtwin init --group 61002 "$hall/r" 2>err &&
	test_grep "cannot give" err && all_shared r
'
fi

test_expect_success 'sharing waits for writers' '
	as 1 022 fedtwin init "$hall/w" &&
	{ as 1 022 fedtwin -C w run "$hall/two.yaml" >out 2>err & } &&
	read -r task <up &&
	test_expect_code 4 fedtwin init --shared w 2>err &&
	test_grep "another process is writing" err &&
	test_grep "\"compat\":\[\]" w/.fedtwin/FORMAT &&
	if test -n "$many"; then go=go61001; else go=go$(id -u); fi &&
	echo open >$go && wait $!
'

test_done
