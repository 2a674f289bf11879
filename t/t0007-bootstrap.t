#!/bin/sh
test_description='bootstrap says what is missing and installs only that'
. "$(dirname "$0")/harness.sh"

# A machine of which only the commands in ./bin are known.  fake NAME makes one
# of the script on stdin.
mkdir bin
for program in cat dirname env getconf id sed sh tr
do
	ln -s "$(command -v $program)" bin/$program
done
fake() {
	rm -f "bin/$1" && # it may be a link to the real one
	{ echo '#!/bin/sh' && cat; } >"bin/$1" && chmod +x "bin/$1"
}
bootstrap() {
	PYTHON="" PATH=$PWD/bin sh "$FT_SRCDIR/bootstrap" "$@"
}

# Debian, with all packages but those in the file 'absent'.
debian() {
	fake dpkg-query <<-EOT &&
	while read -r name; do
		test "\$4" = "\$name" && exit 1
	done <"$PWD/absent"
	printf installed
	EOT
	fake apt-get <<-EOT
	echo "\$*" >>"$PWD/calls"
	test "\$2" = update
	EOT
}

test_expect_success 'another distribution: the names, nothing installed' '
	test_expect_code 1 bootstrap >out 2>err &&
	test_grep "names are those of Debian packages" out &&
	test_grep "^  libyaml-dev$" out &&
	test_grep "^  petsc-dev$" out &&
	test_grep ! "python3-vtk9" out
'

test_expect_success 'check needs more than the build' '
	test_expect_code 1 bootstrap --no-install check >out &&
	test_grep "^  python3-vtk9$" out
'

test_expect_success 'Debian: --no-install reports and changes nothing' '
	debian && printf "gmsh\nstrace\n" >absent &&
	test_expect_code 1 bootstrap --no-install >out &&
	test_grep "^  gmsh$" out &&
	test_line_count = 2 out &&
	test_expect_code 1 bootstrap --no-install check >out &&
	test_line_count = 3 out &&
	: >absent &&
	bootstrap --no-install check >out &&
	test_grep "nothing is missing" out &&
	test ! -e calls
'

test_expect_success 'Debian: lists what it installs, and only what is missing' '
	fake id <<-\EOT && echo gmsh >absent &&
	echo 0
	EOT
	test_expect_code 1 bootstrap >out 2>err &&
	test_grep "installing with apt: gmsh *$" err &&
	test_grep "could not install" err &&
	test_grep "install gmsh$" calls &&
	test_grep ! libyaml calls
'

test_expect_success 'neither root nor sudo: the command to run as root' '
	fake id <<-\EOT &&
	echo 1000
	EOT
	test_expect_code 1 bootstrap 2>err &&
	test_grep "as root: apt-get install gmsh" err
'

test_expect_success 'a user goes through sudo' '
	fake sudo <<-EOT && rm calls &&
	echo "sudo \$*" >>"$PWD/calls"
	exit 1
	EOT
	test_expect_code 1 bootstrap 2>err &&
	test_grep "^sudo apt-get -q update" calls &&
	test_grep "^sudo env DEBIAN_FRONTEND=noninteractive apt-get.* gmsh$" calls
'

test_expect_success 'an unknown word is a usage error' '
	test_expect_code 2 bootstrap --frob 2>err &&
	test_grep "^usage: ./bootstrap" err
'

test_done
