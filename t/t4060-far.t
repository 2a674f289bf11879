#!/bin/sh
test_description='a site that does not see the project: files travel'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/far.sh"

far_need
test_need python3

in_p() {
	(cd p && "$@")
}

# What the last run says that attempt $2 moved.
moved() { # KEY ATTEMPT
	for dir in p/.fedtwin/runs/*
	do
		: # the last one
	done &&
	test_json "int(d[\"usage\"].get(\"$1\", 0))" "$dir/work/$2/result.json"
}

# An agent tidies up when it has told how its task ended.
nothing_in_use() {
	find far/runs -type f >got && test_must_be_empty got
}

test_expect_success 'nothing of the project is seen there, and all comes back' '
	fedtwin init p && far_site far </dev/null &&
	echo "from the user" >p/note.txt &&
	cat >p/count.py <<-\EOT &&
	import sys
	print(sum(len(open(f).read()) for f in sys.argv[1:-1]))
	open(sys.argv[-1], "w").write("counted\n")
	EOT
	cat >p/w.yaml <<-EOT &&
	fedtwin: 1
	workflow: w
	stages:
	  make:
	    shell: "ls $PWD/p >ls.txt; cat \${in.note} >n.txt; pwd >pwd.txt;
	      echo said; echo {\\\\\"step\\\\\":7} >&3"
	    in: {note: note.txt}
	    matrix: {n: [1, 2]}
	    out:
	      ls: {type: file, path: ls.txt}
	      n: {type: file, path: n.txt}
	      pwd: {type: file, path: pwd.txt}
	  count:
	    run: [python3, count.py, "\${in.n}", out.txt]
	    in: {n: "\${make.n}"}
	    out: {o: {type: file, path: out.txt}}
	EOT
	in_p fedtwin run --site far w.yaml >out 2>err &&
	in_p fedtwin data get "make.ls{n=1}" ls.txt && test_must_be_empty p/ls.txt &&
	in_p fedtwin data get "make.pwd{n=1}" - >got &&
	test_grep "^$PWD/far/runs/" got &&
	in_p fedtwin data get count.o - >got && echo counted >want &&
	test_cmp want got &&
	in_p fedtwin logs last/count >got && test_grep "^28$" got &&
	in_p fedtwin logs "last/make[n=1]" >got && test_grep said got
'

test_expect_success 'what an attempt used there is gone, what may be needed stays' '
	test_wait_for 60 nothing_in_use &&
	find far/cache -name "*.part" >got && test_must_be_empty got &&
	sum=$(sha256sum <p/note.txt | cut -d" " -f1) &&
	test_cmp p/note.txt "far/cache/$(echo "$sum" | cut -c1-2)/$sum"
'

test_expect_success 'what is there already is not moved again' '
	size=$(wc -c <p/note.txt) && script=$(wc -c <p/count.py) &&
	sum=$(($(moved moved_bytes make.0.1) + $(moved moved_bytes make.1.1))) &&
	test $sum = $((size)) -o $sum = $((2 * size)) &&
	test "$(moved moved_bytes count.0.1)" = "$script" &&
	test "$(moved returned_bytes make.0.1)" -gt "$size" &&
	in_p fedtwin run --fresh --site far w.yaml >out 2>err &&
	test "$(moved moved_bytes make.0.1)" = 0 &&
	test "$(moved moved_bytes make.1.1)" = 0 &&
	test "$(moved moved_bytes count.0.1)" = 0
'

test_expect_success 'a failure brings what it said, a restart its checkpoint' '
	cat >p/f.yaml <<-\EOT &&
	fedtwin: 1
	workflow: f
	stages:
	  twice:
	    python: |
	      import json, os, pathlib, sys
	      task = json.load(open("task.json"))
	      if task["restart"]:
	          state = pathlib.Path(task["restart"], "d", "state").read_text()
	          pathlib.Path("o.txt").write_text(state)
	          sys.exit(0)
	      os.makedirs("checkpoint/d")
	      pathlib.Path("checkpoint/d/state").write_text("half way\n")
	      print("no luck", file=sys.stderr)
	      sys.exit(3)
	    retry: {max: 1, on: [error]}
	    out: {o: {type: file, path: o.txt}}
	EOT
	in_p fedtwin run --site far f.yaml >out 2>err &&
	in_p fedtwin data get twice.o - >got && echo "half way" >want &&
	test_cmp want got &&
	test_grep "no luck" p/.fedtwin/runs/*/work/twice.0.1/stderr.txt &&
	sed "s/max: 1/max: 0/" p/f.yaml >p/g.yaml &&
	test_expect_code 1 in_p fedtwin run --fresh --site far g.yaml >out 2>err &&
	in_p fedtwin why last/twice >got && test_grep "no luck" got
'

test_expect_success 'a cached file that rotted is noticed and fetched again' '
	sum=$(sha256sum <p/note.txt | cut -d" " -f1) &&
	cached=far/cache/$(echo "$sum" | cut -c1-2)/$sum &&
	chmod 600 "$cached" && echo "from the devil" | head -c 14 >"$cached" &&
	in_p fedtwin run --fresh --site far w.yaml >out 2>err &&
	test_cmp p/note.txt "$cached" &&
	in_p fedtwin data get "make.n{n=2}" got && test_cmp p/note.txt p/got
'

test_expect_success 'the cache keeps within its bound, the oldest goes first' '
	far_site small "cache: 100 kB" </dev/null &&
	cat >p/c.yaml <<-\EOT &&
	fedtwin: 1
	workflow: c
	params: {file: {type: string, default: a.bin}}
	stages:
	  use:
	    shell: "wc -c <${in.f} >n.txt"
	    in: {f: "${params.file}"}
	    out: {n: {type: file, path: n.txt}}
	EOT
	for f in a b c d
	do
		head -c 40000 /dev/urandom >p/$f.bin &&
		in_p fedtwin run --site small -p file=$f.bin c.yaml >out 2>err ||
			return
	done &&
	for f in a b c d
	do
		sha256sum <p/$f.bin | cut -d" " -f1
	done >sums &&
	find small/cache -size +30k -type f -printf "%f\n" | sort >got &&
	tail -n 2 sums | sort >want && test_cmp want got
'

test_expect_success 'a file larger than the cache travels all the same' '
	head -c 300000 /dev/urandom >p/e.bin &&
	in_p fedtwin run --site small -p file=e.bin c.yaml >out 2>err &&
	in_p fedtwin data get use.n - >got && echo 300000 >want &&
	test_cmp want got
'

test_expect_success 'logs come when the task has ended, and that is said' '
	cat >p/says.yaml <<-EOT &&
	fedtwin: 1
	workflow: says
	stages:
	  s:
	    shell: "echo word; touch $PWD/began; while ! test -e $PWD/go; do sleep 0.1; done"
	EOT
	in_p fedtwin run says.yaml --site far -d >out &&
	test_wait_for 60 test -e began &&
	test_wait_for 60 sh -c "cd p && fedtwin logs last/s 2>&1 | grep \"no logs yet\"" &&
	test_expect_code 4 in_p fedtwin logs last/s 2>err &&
	test_grep "does not see the project they come when it has ended" err &&
	touch go && in_p fedtwin wait last && in_p fedtwin logs last/s >got &&
	echo word >want && test_cmp want got
'

test_expect_success 'a pilot: the files of each of its tasks travel' '
	far_site far <<-\EOT &&
	pilot: {use: always, max: 1, slots: 2, walltime: 10 min, idle: 20 s}
	EOT
	head -c 100000 /dev/zero | tr "\0" x >p/base.txt &&
	cat >p/many.yaml <<-EOT &&
	fedtwin: 1
	workflow: many
	stages:
	  s:
	    shell: "wc -c <\${in.base} >n.txt; echo \${matrix.n} >>n.txt; ls $PWD/p >ls.txt"
	    in: {base: base.txt}
	    matrix: {n: {from: 1, to: 12}}
	    out: {n: {type: file, path: n.txt}, ls: {type: file, path: ls.txt}}
	EOT
	in_p fedtwin run many.yaml --site far >out 2>err &&
	for n in 1 2 3 4 5 6 7 8 9 10 11 12
	do
		in_p fedtwin data get "s.n{n=$n}" - >got &&
		printf "100000\n%d\n" $n >want && test_cmp want got || return
	done &&
	in_p fedtwin data get "s.ls{n=12}" - >got && test_must_be_empty got &&
	in_p fedtwin why "last/s[n=7]" >why.txt &&
	test_grep "as one of the tasks of a pilot" why.txt &&
	for dir in p/.fedtwin/runs/*
	do
		: # the last one
	done && ls "$dir/jobs" >jobs && echo pilot-1.json >want &&
	test_cmp want jobs && test_wait_for 60 nothing_in_use && sent=0 &&
	for n in 0 1 2 3 4 5 6 7 8 9 10 11
	do
		sent=$((sent + $(moved moved_bytes "s.$n.1")))
	done && test "$sent" -ge 100000 && test "$sent" -le 200000
'

test_expect_success 'a site without a directory of its own is refused' '
	sed "s/, root: [^,}]*//" p/sites/far.yaml >p/sites/none.yaml &&
	test_expect_code 3 in_p fedtwin site test none >out 2>err &&
	test_grep "needs a directory of its own" err
'

test_done
