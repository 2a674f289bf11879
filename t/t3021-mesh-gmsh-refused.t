#!/bin/sh
test_description='mesh.gmsh: what it refuses, and what it says'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

test_need gmsh

program=fedtwin-mesh-gmsh
heatsink=$FT_SRCDIR/data/heatsink.geo

refuse() { # TITLE FILE PARAMS LINE
	title=$1 file=$2 params=$3 line=$4
	test_expect_success "refused: $title" '
		rm -rf gmsh &&
		case $file in /*) ;; *) file=$PWD/$file ;; esac &&
		gmsh_task "$file" "$params" >task.json &&
		must_say "$(echo "$line" | sed "s,DIR,$PWD,")" 2 $program &&
		test ! -e mesh.h5
	'
}

# --- parameters -------------------------------------------------------------

refuse 'dimension 1' "$heatsink" '{"dimension": 1}' \
	"'dimension' is 1, but must be 2 or 3"
refuse 'an unknown algorithm' "$heatsink" '{"algorithm_3d": "magic"}' \
	"parameter 'algorithm_3d' cannot be 'magic'"
refuse 'no size' "$heatsink" "{\"size\": $(m 0)}" \
	"'size' is 0 m, but must be more than 0"
refuse 'a bare number as size' "$heatsink" '{"size": 2}' \
	"parameter 'size' must be a number with a unit, not 2"
refuse 'sizes in the wrong order' "$heatsink" \
	"{\"size\": $(m 1), \"min_size\": $(m 2)}" \
	"'min_size' is 2 m, more than 'size', 1 m"
refuse 'a parameter that the geometry does not have' "$heatsink" \
	'{"parameters": {"fin": 3}}' "'heatsink.geo' has no parameter 'fin'"
refuse 'a parameter that is no name' "$heatsink" \
	'{"parameters": {"x; Exit": 3}}' \
	"'x; Exit' in 'parameters' cannot be a name in a geometry"
refuse 'a parameter for every group' "$heatsink" '{"parameters": {"*": 3}}' \
	"'*' in 'parameters' cannot be a name in a geometry"
refuse 'values that the geometry refuses' "$heatsink" \
	'{"parameters": {"fins": 40}}' \
	"gmsh: 40 fins of 0.002 m do not fit on 0.06 m"

# --- geometries -------------------------------------------------------------

geo() { # NAME, the text on stdin
	{ echo 'SetFactory("OpenCASCADE"); Box(1) = {0, 0, 0, 1, 1, 1};' && cat; } \
		>"$1"
}

geo none.geo <<\EOT
EOT
refuse 'no groups at all' none.geo '{}' "the geometry has no group of cells; \
add 'Physical Volume(\"name\") = {...};' to it, or set 'groups: entities'"
geo surface.geo <<\EOT
Physical Surface("left") = {1};
EOT
refuse 'a group of surfaces only' surface.geo '{}' "the mesh has no cells of \
dimension 3 in a group; add 'Physical Volume(\"name\") = {...};' to the \
geometry, or set 'groups: entities'"
geo overlap.geo <<\EOT
Physical Volume("v") = {1};
Physical Surface("a") = {1, 2};
Physical Surface("b") = {2, 3};
EOT
refuse 'groups that overlap' overlap.geo '{}' \
	"surface 2 is in the groups 'a' and 'b'; it can be in one only"
geo loose.geo <<\EOT
Rectangle(20) = {5, 5, 5, 1, 1};
Physical Volume("v") = {1};
Physical Surface("loose") = {20};
EOT
refuse 'a surface that bounds nothing' loose.geo '{}' "group 'loose' is not \
on the surface of any cell that is in a group; put what it bounds into a \
group too, or drop it"
geo utf8.geo <<\EOT
Physical Volume("Körper") = {1};
EOT
refuse 'a name that is not ASCII' utf8.geo '{}' \
	"physical group 1 cannot have the name 'Körper'; use printable ASCII"
geo fixed.geo <<\EOT
Physical Volume("v") = {1};
n = 3;
EOT
refuse 'a parameter that the geometry sets by itself' fixed.geo \
	'{"parameters": {"n": 4}}' "gmsh: the geometry sets 'n' by itself; \
declare it with DefineConstant"
geo exit.geo <<\EOT
Physical Volume("v") = {1};
Exit;
EOT
refuse 'a geometry that ends Gmsh' exit.geo '{}' \
	"gmsh wrote no mesh; does the geometry end it with 'Exit'?"
geo syntax.geo <<\EOT
Physical Volume("v") = {1;
EOT
test_expect_success 'refused: a mistake in the geometry, with its place' '
	rm -rf gmsh &&
	gmsh_task "$PWD/syntax.geo" "{}" >task.json &&
	test_must_fail mpi 1 $program 2>err &&
	test_grep "^gmsh: .geometry.geo., line 2: syntax error" err &&
	test_line_count = 1 err
'
echo 'Box(2) = {2, 0, 0, 1, 1, 1};' >hidden.geo
geo include.geo <<EOT
Include "$PWD/hidden.geo";
Physical Volume("v") = {1, 2};
EOT
refuse 'a file that is no input' include.geo '{}' "the geometry reads \
'DIR/hidden.geo', which is not an input of the stage; name it under 'parts'"
geo round.geo <<\EOT
Sphere(2) = {3, 0, 0, 1};
Physical Surface("s") = {7};
EOT
refuse 'two dimensions that are not flat' round.geo '{"dimension": 2}' \
	"the mesh has dimension 2, but z runs from -1 to 1 m; it must lie in a \
plane of constant z"

touch shape.iges empty.step
refuse 'another kind of file' shape.iges '{}' "'DIR/shape.iges' is none of \
.geo, .geo_unrolled, .step, .stp, .brep, .msh"
refuse 'a file that is not there' nowhere.geo '{}' \
	"cannot read 'DIR/nowhere.geo': No such file or directory"
refuse 'a STEP file with a length unit' empty.step \
	"{\"length_unit\": $(m 0.001)}" \
	"a STEP file says its own unit; leave out 'length_unit'"

test_expect_success 'refused: STEP and MSH files that were cut off' '
	geo part.geo <<-\EOT &&
	Physical Volume("v") = {1};
	Save "part.step";
	Mesh 3;
	Mesh.Binary = 1; Save "part.msh";
	EOT
	gmsh part.geo - &&
	for file in part.step part.msh
	do
		for part in 10 50 90
		do
			size=$(wc -c <$file) &&
			head -c $((size * part / 100)) $file >cut.${file#*.} &&
			rm -rf gmsh &&
			gmsh_task "$PWD/cut.${file#*.}" \
				"{\"groups\": \"entities\"}" >task.json &&
			test_must_fail mpi 1 $program 2>err &&
			test_line_count = 1 err &&
			test ! -e mesh.h5 || return 1
		done
	done
'

test_expect_success 'refused: a size for what is a mesh already' '
	rm -rf gmsh &&
	gmsh_task "$PWD/part.msh" "{\"size\": $(m 1)}" >task.json &&
	must_say "'\''$PWD/part.msh'\'' is a mesh already; leave out '\''size'\'', '\''min_size'\'' and '\''size_factor'\''" \
		1 $program
'

# --- the program gmsh -------------------------------------------------------

# A gmsh that does what the script on stdin says.
fake_gmsh() {
	mkdir -p fake &&
	{ echo "#!/bin/sh" && cat; } >fake/gmsh &&
	chmod +x fake/gmsh &&
	rm -rf gmsh &&
	gmsh_task "$heatsink" "{}" >task.json
}
with_fake() {
	(PATH=$PWD/fake:$PATH && "$@")
}

test_expect_success 'gmsh is not installed' '
	rm -rf gmsh &&
	gmsh_task "$heatsink" "{}" >task.json &&
	must_say "the program '\''gmsh'\'' is not on PATH; install it (Debian package '\''gmsh'\'') where this task runs" \
		1 env PATH="$PWD" "$FT_BUILDDIR/$program"
'

test_expect_success 'gmsh crashes' '
	fake_gmsh <<-\EOT &&
	kill -SEGV $$
	EOT
	with_fake must_say "gmsh was ended by signal 11 (Segmentation fault)" \
		1 $program
'

test_expect_success 'gmsh fails without a word' '
	fake_gmsh <<-\EOT &&
	exit 3
	EOT
	with_fake must_say "gmsh ended with status 3; its log says more" 1 $program
'

test_expect_success 'gmsh sees nothing of the MPI job' '
	fake_gmsh <<-\EOT &&
	env >environment
	EOT
	test_must_fail with_fake mpi 1 $program &&
	test_grep "^HOME=\.$" gmsh/environment &&
	test_grep "^LC_ALL=C$" gmsh/environment &&
	test_grep ! "OMPI\|PMIX\|PRTE" gmsh/environment
'

test_expect_success 'a mesh that gmsh left unfinished is refused at any length' '
	geo whole.geo <<-\EOT &&
	Physical Volume("v") = {1};
	Mesh 3;
	Mesh.Binary = 1; Save "whole.msh";
	EOT
	gmsh whole.geo - &&
	size=$(wc -c <whole.msh) &&
	mkdir many && : >dirs &&
	fake_gmsh <<-\EOT &&
	cp ../cut.msh mesh.msh
	EOT
	part=0 &&
	while test $part -lt 40
	do
		mkdir many/$part &&
		head -c $((size * part / 40)) whole.msh >many/$part/cut.msh &&
		cp task.json many/$part/ &&
		echo "$PWD/many/$part" >>dirs &&
		part=$((part + 1)) || return 1
	done &&
	with_fake mpi 1 $program --serve <dirs >got &&
	test_line_count = 40 got &&
	test_grep ! "\"exit_code\":0" got &&
	test "$(cat many/*/stderr.txt | wc -l)" = 40 &&
	test_grep "ends inside" many/20/stderr.txt
'

test_done
