# A small workflow without MPI for tests of commands: three cells that each
# write a file and a table, and a stage that gathers them.
# shellcheck shell=sh

write_sweep() {
	cat >sweep.yaml <<\EOT
fedtwin: 1
workflow: sweep
params:
  size: {type: quantity, unit: mm, default: 2 mm}
stages:
  make:
    matrix: {load: [1 N, 2 N, 3 N]}
    shell: |
      echo "load ${matrix.load} size ${params.size}" >note.txt
      printf 'load [N],force [kN]\n%s,%s\n' \
          "${value(matrix.load, 'N')}" "${value(matrix.load, 'kN')}" >t.csv
      echo "made ${task.name}"
    out:
      note: {type: file, path: note.txt, media_type: text/plain}
      t: {type: table, path: t.csv}
  all:
    run: [sh, join.sh, "${out.text}", "${in.note}"]
    in: {note: "${make.note}"}
    out: {text: {type: file, path: all.txt}}
EOT
	cat >join.sh <<\EOT
out=$1
shift
cat "$@" >"$out"
EOT
}

# A project in the working directory in which the workflow ran once.
run_sweep() {
	write_sweep &&
	fedtwin init &&
	fedtwin run sweep.yaml
}
