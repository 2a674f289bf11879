# t/fixture-lineage.sh
# A small workflow without MPI that has everything an export of lineage tells:
# parameters with units and odd texts, seeds, variables, reported numbers, a
# file of the user's, a stage without outputs, one that may fail.
# shellcheck shell=sh

write_lineage() {
	cat >lineage.yaml <<\EOT
fedtwin: 1
workflow: lineage
doc: Everything that an export of lineage tells.
params:
  size: {type: quantity, unit: mm, default: 2 mm}
  title: {type: string, default: "50 % \"of\" ü; a\\b <x>"}
stages:
  make:
    matrix: {load: [1 N, 2 N]}
    python: |
      open("note.txt", "w").write("load ${matrix.load} size ${params.size}\n")
      open("t.csv", "w").write("load [N]\n1\n")
      with open("progress.ndjson", "a") as progress:
          progress.write('{"step": 1, "of": 1, "residual": 1e-7}\n')
    out:
      note: {type: file, path: note.txt, media_type: text/plain}
      t: {type: table, path: t.csv}
    env: {LEVEL: "${params.title}"}
    seed: 7
  all:
    run: [sh, join.sh, "${out.text}", "${in.more}", "${in.note}"]
    in: {note: "${make.note}", more: "more [1].txt"}
    out: {text: {type: file, path: all.txt}}
  check:
    shell: test -s ${in.text}
    in: {text: "${all.text}"}
  fragile:
    shell: |
      echo "it broke" >&2
      exit 3
    in: {text: "${all.text}"}
    out: {never: {type: file, path: never.txt}}
    optional: true
EOT
	printf 'more\n' >'more [1].txt'
	cat >join.sh <<\EOT
out=$1
shift
cat "$@" >"$out"
EOT
}

# A project in the working directory in which the workflow ran once.
run_lineage() {
	write_lineage &&
	fedtwin init &&
	fedtwin run lineage.yaml
}
