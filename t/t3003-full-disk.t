#!/bin/sh
test_description='a full disk is an error at every size, never a wrong file'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

# Run a command with 64 KiB of space in disk/.
mkdir disk
small() {
	unshare -rm sh -c 'mount -t tmpfs -o size=64k none disk && "$@"' \
		small "$@"
}
if ! small true
then
	test_skip 'a tiny file system' 'cannot mount one in a name space'
	test_done
fi

for cells in 12 20 60
do
	for n in 1 2
	do
		test_expect_success "$cells^3 cells, $n ranks" '
			box_task $cells,$cells,$cells false |
				sed "s,mesh.h5,disk/mesh.h5," >task.json &&
			test_must_fail small timeout 100 mpirun -n $n \
				fedtwin-mesh-box 2>err &&
			test_grep "^cannot .*disk/mesh.h5" err
		'
	done
done

test_expect_success 'what fits is whole' '
	box_task 2,2,2 false | sed "s,mesh.h5,disk/mesh.h5," >task.json &&
	small sh -c "mpirun -n 2 fedtwin-mesh-box && cp disk/mesh.h5 ." &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" mesh.h5
'

test_expect_success 'a server ends rather than take another task' '
	mkdir first &&
	box_task 20,20,20 false | sed "s,mesh.h5,$PWD/disk/mesh.h5," \
		>first/task.json &&
	printf "%s\n" "$PWD/first" "$PWD/first" >dirs &&
	test_must_fail small timeout 100 mpirun -n 2 \
		fedtwin-mesh-box --serve <dirs >got &&
	test_line_count -le 1 got &&
	test_grep ! "\"exit_code\":0" got
'

test_done
