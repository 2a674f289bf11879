#!/bin/sh
test_description='a run makes again only the removed results that it needs'
. "$(dirname "$0")/harness.sh"

write_chain() {
	cat >chain.yaml <<-EOT
	fedtwin: 1
	workflow: chain
	params:
	  size: {type: integer, default: 1}
	  gain: {type: integer, default: 1}
	  label: {type: string, default: plain}
	stages:
	  mesh:
	    shell: |
	      echo mesh >>$PWD/ran
	      echo \${params.size} >m; echo small >n
	    out: {m: {type: file, path: m}, n: {type: file, path: n}}
	  field:
	    in: {m: "\${mesh.m}"}
	    shell: |
	      echo field >>$PWD/ran
	      cat \${in.m} >f; echo \${params.gain} >>f
	    out: {f: {type: file, path: f}}
	  plot:
	    in: {f: "\${field.f}"}
	    shell: |
	      echo plot >>$PWD/ran
	      echo \${params.label} >p; cat \${in.f} >>p
	    out: {p: {type: file, path: p}}
	EOT
}

# "ran STAGE...": these have been executed since, in this order.
ran() {
	touch ran && printf '%s\n' "$@" | sed '/^$/d' >want &&
	test_cmp want ran && rm -f ran
}

destroy() { # REF... with the trash
	fedtwin data evict "$@" && fedtwin gc --purge --grace 0s >/dev/null
}

test_expect_success 'an intermediate result that nobody needs stays away' '
	fedtwin init && write_chain && fedtwin run chain.yaml &&
	ran mesh field plot && destroy mesh.m field.f &&
	fedtwin plan -t chain.yaml >out &&
	test_grep "0 tasks would run, 3 would be reused" out &&
	test_grep "^mesh *reuse *.*removed.*nothing that would run needs" out &&
	fedtwin run chain.yaml >out && ran "" &&
	fedtwin why last/mesh >out && test_grep "was removed" out &&
	fedtwin data ls >out && test_grep "mesh.m.*removed" out &&
	fedtwin data get plot.p - >got && test_grep plain got &&
	fedtwin fsck --deep
'

test_expect_success 'what is needed is made again, all the way down' '
	fedtwin plan -t -p label=new chain.yaml >out &&
	test_grep "3 tasks would run, 0 would be reused" out &&
	test_grep "^mesh *run *.*removed.*field.*needs it" out &&
	test_grep "^field *run *.*removed.*plot.*needs it" out &&
	fedtwin run -p label=new chain.yaml && ran mesh field plot &&
	fedtwin data get mesh.m - >got && echo 1 >want && test_cmp want got
'

test_expect_success 'and no further than that' '
	destroy mesh.m &&
	fedtwin plan -t -p label=newer chain.yaml >out &&
	test_grep "^mesh *reuse" out && test_grep "1 task would run" out &&
	fedtwin run -p label=newer chain.yaml && ran plot
'

test_expect_success 'JSON has the reasons as well' '
	fedtwin plan --json -p label=newer chain.yaml >json &&
	"$PYTHON" - <<-\EOT
	import json
	t = {t["task"]: t for t in json.load(open("json"))["tasks"]}
	assert t["mesh"]["decision"] == "reuse", t
	assert "was removed" in t["mesh"]["why"], t
	assert t["field"]["why"] is None, t
	EOT
'

test_expect_success 'it comes back from the trash where it can' '
	fedtwin run -p label=newer --fresh chain.yaml && rm -f ran &&
	fedtwin data evict mesh.m &&
	fedtwin plan -t -p gain=2 chain.yaml >out &&
	test_grep "^mesh *reuse *.*comes back from the trash" out &&
	fedtwin run -p gain=2 chain.yaml && ran field plot &&
	fedtwin data get mesh.m - >got && echo 1 >want && test_cmp want got
'

test_expect_success 'only the output that is needed counts' '
	destroy mesh.n &&
	fedtwin plan -p gain=3 chain.yaml >out && test_grep "3 tasks would run" out
'

test_expect_success 'a result that nothing takes is what the run is for' '
	fedtwin run -p gain=3 chain.yaml && ran mesh field plot &&
	destroy plot.p && fedtwin plan -t -p gain=3 chain.yaml >out &&
	test_grep "^plot *run *the payload of its result .p. was removed" out &&
	fedtwin run -p gain=3 chain.yaml && ran plot &&
	fedtwin data evict plot.p && fedtwin run -p gain=3 chain.yaml && ran "" &&
	fedtwin data get plot.p - >got && test_grep 3 got
'

test_expect_success 'a lost file is no removal: it is made again' '
	id=$(fedtwin data ls --json mesh.m |
		sed -n "s/.*\"version\": *\"\([0-9a-f]*\)\".*/\1/p") &&
	test ${#id} = 64 &&
	rm -f ".fedtwin/o/$(echo "$id" | cut -c1-2)/$id.h5" &&
	fedtwin run -p gain=3 chain.yaml && ran mesh
'

cat >late.yaml <<EOT
fedtwin: 1
workflow: late
stages:
  mesh: {shell: "echo mesh >>$PWD/ran; echo m >m", out: {m: {type: file, path: m}}}
  side:
    in: {m: "\${mesh.m}"}
    shell: "echo side >>$PWD/ran; cat \${in.m} >s"
    out: {s: {type: file, path: s}}
  late:
    in: {m: "\${mesh.m}", s: "\${side.s}"}
    shell: "echo late >>$PWD/ran; cat \${in.m} >l; test -e $PWD/go"
    out: {l: {type: file, path: l}}
EOT

test_expect_success 'a failed run that goes on makes again what has gone' '
	test_expect_code 1 fedtwin run late.yaml && ran mesh side late &&
	destroy mesh.m && touch go && fedtwin resume && ran mesh late &&
	fedtwin data get late.l - >got && echo m >want && test_cmp want got
'

cat >rows.yaml <<EOT
fedtwin: 1
workflow: rows
params: {tail: {type: string, default: a}}
stages:
  cases:
    shell: "echo cases >>$PWD/ran; printf 'x [1]\\\\n1\\\\n2\\\\n' >c.csv"
    out: {c: {type: table, path: c.csv}}
  one:
    foreach: "\${cases.c}"
    shell: "echo one >>$PWD/ran; echo \${item.x} >o"
    out: {o: {type: file, path: o}}
  sum:
    in: {o: "\${one.o}"}
    shell: "echo sum >>$PWD/ran; cat \${in.o} >s; echo \${params.tail} >>s"
    out: {s: {type: file, path: s}}
EOT

test_expect_success 'rows are needed to know what there is to do' '
	fedtwin run rows.yaml && ran cases one one sum && destroy cases.c one.o &&
	fedtwin run rows.yaml && ran cases &&
	destroy one.o && fedtwin run -p tail=b rows.yaml && ran one one sum
'

cat >loop.yaml <<EOT
fedtwin: 1
workflow: loop
params: {tail: {type: string, default: a}}
stages:
  start: {shell: "echo 0 >s", out: {s: {type: file, path: s}}}
  solve:
    loop:
      until: "\${out.h.n >= 3}"
      max: 5
      carry: {x: "\${out.x}"}
    in: {x: "\${start.s}"}
    shell: |
      echo turn >>$PWD/ran
      n=\$((\$(cat \${in.x}) + 1)); echo \$n >x; printf 'n [1]\\n%s\\n' \$n >h.csv
    out: {x: {type: file, path: x}, h: {type: table, path: h.csv}}
  end:
    in: {x: "\${solve.x}"}
    shell: "echo end >>$PWD/ran; cat \${in.x} >e; echo \${params.tail} >>e"
    out: {e: {type: file, path: e}}
EOT

test_expect_success 'turns of a loop' '
	fedtwin run loop.yaml && ran turn turn turn end &&
	destroy "solve.x{turn=1}" "solve.x{turn=2}" "solve.x{turn=3}" &&
	fedtwin run loop.yaml && ran "" &&
	fedtwin plan -p tail=b loop.yaml >out &&
	test_grep "2 tasks would run.*up to 4 more turns" out &&
	fedtwin run -p tail=b loop.yaml && ran turn turn turn end &&
	destroy "solve.h{turn=2}" && fedtwin run -p tail=b loop.yaml &&
	test_grep turn ran && rm ran
'

cat >wide.yaml <<EOT
fedtwin: 1
workflow: wide
params: {tail: {type: string, default: a}}
stages:
  cell:
    matrix: {i: [$(seq -s, 70)]}
    shell: "echo cell >>$PWD/ran; echo \${matrix.i} >c"
    out: {c: {type: file, path: c}}
  sum:
    in: {c: "\${cell.c}"}
    shell: "echo sum >>$PWD/ran; cat \${in.c} >s; echo \${params.tail} >>s"
    out: {s: {type: file, path: s}}
EOT

test_expect_success 'single cells of a stage that is known as a whole' '
	fedtwin run wide.yaml && rm ran && destroy "cell.c{i=7}" "cell.c{i=9}" &&
	fedtwin run wide.yaml && ran "" &&
	fedtwin run -p tail=b wide.yaml && ran cell cell sum
'

test_done
