#!/bin/sh
test_description='fedtwin rerun executes once more what made a version'
. "$(dirname "$0")/harness.sh"
test_need strace
# A leak checker traces its process, which strace does already.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# What must stay as it is: the log, the versions, the runs; and no scratch.
snapshot() {
	(cd .fedtwin && find oplog o runs -type f ! -name LOCK \
		-exec sha256sum {} + && ls tmp) | sort
}

write_kinds() {
	cat >kinds.yaml <<-\EOT
	fedtwin: 1
	workflow: kinds
	params:
	  size: {type: quantity, unit: mm, default: 2 mm}
	stages:
	  a:
	    shell: echo ${params.size} ${matrix.power} >a.txt
	    matrix: {power: [45 W, 65 W]}
	    seed: 7
	    out: {t: {type: file, path: a.txt}}
	  b:
	    run: [sh, join.sh, "${in.a}", "${in.old}"]
	    in: {a: "${a.t}", old: "${store(\"note.old\")}"}
	    out: {t: {type: file, path: b.txt}, u: {type: file, path: u.txt}}
	  c:
	    python: count.py
	    in: {b: "${b.t}"}
	    out: {n: {type: file, path: n.txt}}
	  d:
	    shell: cat ${in.prev} >d.txt; echo ${turn} >>d.txt
	    in: {prev: start.txt}
	    loop: {max: 3, carry: {prev: "${out.t}"}, on_max: accept}
	    out: {t: {type: file, path: d.txt}}
	EOT
	cat >join.sh <<-\EOT
	cat "$@" >b.txt
	echo second >u.txt
	EOT
	cat >count.py <<-\EOT
	import json
	task = json.load(open("task.json"))
	text = open(task["inputs"]["b"][0]["path"]).read()
	open("n.txt", "w").write(str(len(text.split())))
	EOT
	echo 0 >start.txt
}

test_expect_success 'run, shell, python, cells, turns, a gather: all the same' '
	fedtwin init && write_kinds && echo old >old.txt &&
	fedtwin data put note.old old.txt &&
	fedtwin run -p size="3 mm" kinds.yaml && snapshot >before &&
	for ref in a.t "a.t{power=65 W}" b.t c.n "d.t{turn=2}" d.t
	do
		FEDTWIN_PARAM_size="9 mm" fedtwin rerun "$ref" >out 2>err &&
		test_grep identical out && ! grep differs out &&
		test_must_be_empty err || return 1
	done &&
	fedtwin rerun a.t >out && test "$(grep -c executed out)" = 2 &&
	fedtwin rerun b.t >out && test "$(grep -c identical out)" = 2 &&
	snapshot >after && test_cmp before after
'

test_expect_success 'not what is there now, but what there was' '
	echo new >old2.txt && fedtwin data put note.old old2.txt &&
	fedtwin run -p size="4 mm" kinds.yaml &&
	fedtwin rerun "b.t~1" >out && test_grep "b.t: identical" out &&
	fedtwin rerun --at "~1" c.n >out && test_grep identical out
'

test_expect_success '-n and --json' '
	snapshot >before &&
	fedtwin rerun -n c.n >out &&
	test_grep "would execute c of run .*: python, determinism bitwise" out &&
	test_grep "in b: b.t, version" out && test_grep "out c.n, version" out &&
	fedtwin rerun -n --json c.n >json &&
	test "$(test_json "d[\"tasks\"][0][\"executed\"]" json)" = false &&
	test "$(test_json "d[\"tasks\"][0][\"same_key\"]" json)" = true &&
	fedtwin rerun --json b.t >json &&
	test "$(test_json "[o[\"state\"] for o in d[\"tasks\"][0][\"outputs\"]]" \
		json)" = "[\"identical\", \"identical\"]" &&
	test "$(test_json "d[\"tasks\"][0][\"reproduced\"]" json)" = true &&
	snapshot >after && test_cmp before after
'

test_expect_success 'a file of the user that has changed, or is gone: refused' '
	echo 1 >start.txt &&
	test_expect_code 4 fedtwin rerun "d.t{turn=1}" 2>err &&
	test_grep "input .prev.: the file .*start.txt. has changed since" err &&
	fedtwin rerun "d.t{turn=3}" >out && test_grep identical out &&
	mv start.txt gone.txt &&
	test_expect_code 4 fedtwin rerun "d.t{turn=1}" 2>err &&
	test_grep "cannot find input .prev." err &&
	echo 0 >start.txt && fedtwin rerun "d.t{turn=1}" &&
	test -z "$(ls .fedtwin/tmp)"
'

test_expect_success 'a script that has changed: a warning, or an error' '
	snapshot >before && cp count.py count.orig &&
	echo "# other words" >>count.py &&
	fedtwin rerun c.n >out 2>err && test_grep identical out &&
	test_grep "warning: not as it was then: file .count.py. has changed" err &&
	test_expect_code 1 fedtwin rerun --strict --json c.n >json 2>err &&
	test_grep "error: not as it was then: file .count.py. has changed" err &&
	test "$(test_json "d[\"tasks\"][0][\"executed\"]" json)" = false &&
	echo "open(\"n.txt\", \"w\").write(\"no\")" >>count.py &&
	test_expect_code 1 fedtwin rerun c.n >out 2>err &&
	test_grep "c.n: differs: .*lines: 1 removed, 1 added" out &&
	test_grep "task .c. was not reproduced" err &&
	mv count.orig count.py && snapshot >after && test_cmp before after
'

test_expect_success 'it fails this time: its words, and no scratch' '
	cp count.py count.orig && echo "raise SystemExit(\"no luck\")" >count.py &&
	test_expect_code 1 fedtwin rerun c.n 2>err &&
	test_grep "task .c. failed: no luck (exit status 1)" err &&
	echo "pass" >count.py && test_expect_code 1 fedtwin rerun c.n >out &&
	test_grep "c.n: was not written this time" out &&
	mv count.orig count.py && test -z "$(ls .fedtwin/tmp)"
'

test_expect_success '--keep leaves the scratch directory' '
	fedtwin rerun --keep c.n >out && test_grep "kept in" out &&
	test -f .fedtwin/tmp/rerun-*/work/n.txt &&
	fedtwin fsck --deep && rm -r .fedtwin/tmp/rerun-*
'

test_expect_success 'what was put, and what is not there' '
	test_expect_code 2 fedtwin rerun note.old 2>err &&
	test_grep "was not made by a task" err &&
	test_expect_code 4 fedtwin rerun no.such &&
	test_expect_code 2 fedtwin rerun --rtol x c.n
'

test_expect_success 'interrupted: the program ends, nothing stays' '
	cat >slow.yaml <<-\EOT &&
	fedtwin: 1
	workflow: slow
	stages:
	  s:
	    shell: |
	      if test -e "$GATE"; then echo $$ >"$GATE"; sleep 1000; fi
	      echo x >o.txt
	    out: {o: {type: file, path: o.txt}}
	EOT
	GATE=$PWD/gate && export GATE && fedtwin run slow.yaml && : >gate &&
	{ fedtwin rerun s.o 2>err & } && pid=$! &&
	test_wait_for 20 test -s gate && kill -TERM $pid &&
	test_expect_code 5 wait $pid && test_gone "$(cat gate)" &&
	test -z "$(ls .fedtwin/tmp)"
'

write_module() { # DETERMINISM
	mkdir -p modules && cat >modules/noise.yaml <<-EOT
	fedtwin-module: 1
	module: noise
	version: "1.0"
	doc: A table that differs by a little whenever it is made.
	run: [sh, -c, 'printf "p [Pa]\\n100000.%s\\n" \$(cat \$NOISE) >t.csv']
	determinism: $1
	out: {t: {type: table, path: t.csv}}
	EOT
	cat >noise.yaml <<-EOT
	fedtwin: 1
	workflow: noise-$1
	stages: {n: {module: noise}}
	EOT
	NOISE=$PWD/noise.txt
	export NOISE
}

for kind in bitwise tolerance none
do
	test_expect_success "determinism: $kind" '
		write_module "$kind" && echo 001 >noise.txt &&
		fedtwin run noise.yaml && echo 002 >noise.txt &&
		{ fedtwin rerun n.t >out 2>err; echo $? >code; } &&
		echo 9 >noise.txt &&
		{ fedtwin rerun n.t >far 2>far.err; echo $? >far.code; }
	'
	case $kind in
	bitwise) close=1 far=1 ;;
	tolerance) close=0 far=1 ;;
	none) close=0 far=0 ;;
	esac
	test_expect_success "determinism: $kind, the verdict" '
		test "$(cat code)" = "$close" && test "$(cat far.code)" = "$far" &&
		test_grep "n.t: " out && test_grep "n.t: differs: .*max 0.899" far
	'
done

test_expect_success 'none: a warning; tolerance: within; or what is asked for' '
	test_grep "warning: task .n. gave something else" far.err &&
	write_module tolerance && echo 001 >noise.txt &&
	fedtwin run noise.yaml && echo 002 >noise.txt &&
	fedtwin rerun n.t >out && test_grep "equal within the tolerances" out &&
	test_expect_code 1 fedtwin rerun --rtol 0 n.t &&
	echo 9 >noise.txt && fedtwin rerun --atol "1 Pa" n.t >out &&
	test_grep "within" out &&
	test_expect_code 1 fedtwin rerun --atol "1 m" n.t 2>err &&
	test_grep "nothing that was compared has such a unit" err
'

test_expect_success 'another manifest, or none: a warning' '
	echo 001 >noise.txt && sed -i "s/^version: .1.0/version: \"1.1/" \
		modules/noise.yaml &&
	fedtwin rerun n.t >out 2>err && test_grep identical out &&
	test_grep "manifest of module .noise. is another one by now (version 1.1" \
		err &&
	rm modules/noise.yaml && fedtwin rerun n.t >out 2>err &&
	test_grep "module .noise. is not installed any more" err
'

test_expect_success 'evicted: brought back as it was' '
	write_kinds && fedtwin run kinds.yaml &&
	fedtwin data show --json b.t >json &&
	id=$(test_json "d[\"versions\"][0][\"version\"]" json | tr -d \") &&
	file=.fedtwin/o/$(echo $id | cut -c1-2)/$id.h5 &&
	sha256sum $file >sum && fedtwin data evict b.t && test ! -e $file &&
	fedtwin rerun -n b.t >out && test_grep "its payload is gone" out &&
	test ! -e $file && test_must_fail fedtwin data get b.t - &&
	fedtwin rerun b.t >out && test_grep "brought back version" out &&
	sha256sum -c sum && fedtwin fsck --deep >out && test_grep ": clean" out &&
	fedtwin data evict b.t && fedtwin gc --purge --grace "0 s" &&
	test_must_fail fedtwin data get b.t - 2>err && test_grep rerun err &&
	fedtwin rerun $id --json >json && sha256sum -c sum &&
	test "$(test_json "d[\"tasks\"][0][\"brought_back\"]" json)" = \
		"[\"$id\"]" &&
	fedtwin fsck --deep >out && test_grep ": clean" out &&
	fedtwin fsck --rebuild && fedtwin data get b.t - >out &&
	test -z "$(ls .fedtwin/tmp)"
'

test_expect_success 'evicted, and something else comes out: it stays away' '
	cp count.py count.orig &&
	echo "open(\"n.txt\", \"w\").write(\"no\")" >>count.py &&
	fedtwin data evict c.n && snapshot >before &&
	test_expect_code 1 fedtwin rerun c.n >out 2>err &&
	test_grep "only the digests can be compared" out &&
	test_grep "cannot be brought back: its content is another one" err &&
	snapshot >after && test_cmp before after && mv count.orig count.py &&
	fedtwin rerun c.n && fedtwin data get c.n -
'

test_expect_success 'an input that was evicted is named' '
	fedtwin data evict b.t &&
	test_expect_code 4 fedtwin rerun c.n 2>err &&
	test_grep "input .b.: the payload of version .* of .b.t. was removed" err &&
	fedtwin rerun b.t && fedtwin rerun c.n
'

test_expect_success '--deep brings back what it was made of, in order' '
	fedtwin data evict a.t b.t && snapshot >before &&
	fedtwin rerun -n --deep c.n >out &&
	test "$(grep -c "would execute" out)" = 4 &&
	snapshot >after && test_cmp before after &&
	fedtwin rerun --deep c.n >out &&
	test "$(grep -c "brought back" out)" = 3 &&
	test_grep "c.n: identical" out && fedtwin data get b.t - &&
	fedtwin fsck --deep >out && test_grep ": clean" out
'

test_expect_success 'the same content in other bytes: not the same file' '
	cat >chunk.py <<-\EOT &&
	import h5py, os
	with h5py.File("t.h5", "w") as f:
	    g = f.create_group("table")
	    g.attrs["columns"] = "p"
	    row = g.create_dataset("row", data=[0, 1, 2], dtype="i8")
	    n = int(open(os.environ["CHUNK"]).read())
	    p = g.create_dataset("p", data=[1.0, 2.0, 3.0], chunks=(n,))
	    p.attrs["units"] = "Pa"
	    row.make_scale("row")
	    p.dims[0].attach_scale(row)
	EOT
	cat >chunk.yaml <<-\EOT &&
	fedtwin: 1
	workflow: chunk
	stages:
	  h:
	    python: chunk.py
	    out: {t: {type: table, path: t.h5}}
	EOT
	CHUNK=$PWD/chunk.txt && export CHUNK && echo 1 >chunk.txt &&
	fedtwin run chunk.yaml && fedtwin data show --json h.t >json &&
	id=$(test_json "d[\"versions\"][0][\"version\"]" json | tr -d \") &&
	file=.fedtwin/o/$(echo $id | cut -c1-2)/$id.h5 &&
	sha256sum $file >sum && fedtwin data evict h.t && echo 3 >chunk.txt &&
	fedtwin rerun h.t >out && test_grep "h.t: identical" out &&
	test_grep "brought back" out && sha256sum -c sum &&
	fedtwin data evict h.t && fedtwin gc --purge --grace 0s &&
	fedtwin rerun $id >out && test_grep "brought back" out &&
	test_must_fail sha256sum -c sum &&
	fedtwin fsck --deep >out && test_grep ": clean" out &&
	fedtwin data verify h.t && fedtwin fsck --rebuild &&
	fedtwin data verify h.t && fedtwin data show h.t >out && test_grep $id out
'

test_expect_success 'compressed and destroyed: back as its task writes it' '
	echo 1 >chunk.txt &&
	cat >big.yaml <<-\EOT &&
	fedtwin: 1
	workflow: big
	stages:
	  big:
	    python: big.py
	    out: {t: {type: table, path: t.csv}}
	EOT
	cat >big.py <<-\EOT &&
	open("t.csv", "w").write("x [1]\n" + "7\n" * 20000)
	EOT
	fedtwin run big.yaml && fedtwin data show --json big.t >json &&
	id=$(test_json "d[\"versions\"][0][\"version\"]" json | tr -d \") &&
	file=.fedtwin/o/$(echo $id | cut -c1-2)/$id.h5 &&
	sha256sum $file >sum &&
	squeeze="repack --compress --older-than 0s --larger-than 64KiB" &&
	fedtwin $squeeze >out && test_grep "compressed 1 version" out &&
	test_must_fail sha256sum -c sum &&
	fedtwin data evict big.t && fedtwin gc --purge --grace 0s &&
	cp -a .fedtwin gone && fedtwin rerun big.t >out &&
	test_grep "brought back" out && sha256sum -c sum &&
	fedtwin fsck --deep >out && test_grep ": clean" out &&
	fedtwin fsck --rebuild && fedtwin data verify big.t &&
	fedtwin $squeeze >out && test_grep "compressed 1 version" out &&
	fedtwin fsck --deep >out && test_grep ": clean" out
'

# The file has its name before the last of these calls, which make the record
# durable; the others are about the scratch project.
kill_late() {
	strace -o trace -e trace=pwrite64,fdatasync fedtwin rerun big.t &&
	for which in "fdatasync 1" "fdatasync 0" "pwrite64 10" "pwrite64 0"
	do
		call=${which% *}
		at=$(($(grep -c "^$call" trace) - ${which#* }))
		rm -rf .fedtwin && cp -a gone .fedtwin
		strace -qq -o trace.kill -e trace="$call" -e signal=none \
			-e inject="$call:signal=KILL:when=$at" \
			fedtwin rerun big.t
		test $? = 137 && fedtwin fsck --deep >out &&
		fedtwin rerun big.t && fedtwin data verify big.t >out &&
		fedtwin fsck --deep >out || return 1
	done
}

test_expect_success 'killed while it comes back' '
	kill_late && rm -rf .fedtwin && mv gone .fedtwin && fedtwin rerun big.t
'

start_slow() {
	rm -f go begun
	fedtwin rerun slow.s >log 2>&1 &
	rerun=$!
	test_wait_for 20 test -e begun
}

test_expect_success 'a removal meanwhile takes nothing from it' '
	cat >slow.yaml <<-EOT &&
	fedtwin: 1
	workflow: slow
	stages:
	  t:
	    shell: "printf \"x [1]\\\\n1\\\\n\" >t.csv"
	    out: {t: {type: table, path: t.csv}}
	  slow:
	    in: {t: "\${t.t}"}
	    shell: |
	      touch $PWD/begun; until test -e $PWD/go; do sleep 0.02; done
	      cp \${in.t} s
	    out: {s: {type: file, path: s}}
	EOT
	touch go && fedtwin run slow.yaml && start_slow &&
	fedtwin data evict t.t && fedtwin gc --purge --grace 0s &&
	test_must_fail fedtwin data show t.t && touch go && wait $rerun &&
	test_grep "slow.s: identical" log && test -z "$(ls .fedtwin/tmp)" &&
	fedtwin rerun t.t && fedtwin undo 3
'

test_expect_success 'packed inputs, and rows of a table' '
	fedtwin repack --older-than "0 s" --small-below "1 MiB" &&
	fedtwin rerun c.n >out && test_grep identical out &&
	mkdir rows && cp "$FT_SRCDIR"/workflows/examples/rows.yaml rows &&
	fedtwin run rows/rows.yaml && fedtwin run -p n=2 rows/rows.yaml &&
	fedtwin rerun "heat.result~1" >out &&
	test "$(grep -c identical out)" = 3 && ! grep differs out &&
	fedtwin rerun all.all >out && test_grep identical out
'

test_expect_success 'a project that was imported' '
	fedtwin export all.fta && fedtwin import all.fta --into twin &&
	(cd twin && fedtwin rerun all.all >out) && test_grep identical twin/out &&
	fedtwin export one.fta all.all --closure &&
	fedtwin import one.fta --into bare &&
	(cd bare && test_expect_code 4 fedtwin rerun all.all 2>err) &&
	test_grep "its workflow is not known" bare/err
'

if test "$FT_SOLVERS" = yes
then
	test_expect_success 'an MPI module: mesh and field come out the same' '
		sed "s/to: 20 W/to: 1 W/" \
			"$FT_SRCDIR"/workflows/examples/warm.yaml >warm.yaml &&
		fedtwin run warm.yaml &&
		fedtwin rerun mesh.mesh >out && test_grep "mesh: identical" out &&
		fedtwin rerun heat.temperature >out &&
		test_grep "heat.flux{power=.*}: \(identical\|equal within\)" out &&
		fedtwin data evict mesh.mesh && fedtwin rerun mesh.mesh &&
		fedtwin fsck --deep >out && test_grep ": clean" out
	'
fi

test_done
