#!/bin/sh
test_description='fedtwin data put: meshes of Gmsh, with their groups'
. "$(dirname "$0")/harness.sh"
. "$FT_SRCDIR/t/fixture-damage.sh"
. "$FT_SRCDIR/t/stage/lib.sh"

test_need gmsh

fedtwin init >/dev/null || exit 1
make=$FT_SRCDIR/t/put_msh.py

content() { # OBJECT: the digest of its newest version
	fedtwin data show "$1" | sed -n 's/^  content *//p'
}

put_mesh() { # FILE: prints the content of the mesh
	fedtwin data put t.t "$1" --length-unit m >/dev/null && content t.t
}

test_expect_success 'a mesh in every form of the format' '
	"$PYTHON" "$make" write && ls solid-*.msh flat-*.msh >files &&
	test_line_count = 20 files
'

test_expect_success 'all of them are the same mesh' '
	for kind in solid flat
	do
		put_mesh $kind-41-text.msh >want && test -s want || return 1
		for file in $kind-*.msh
		do
			put_mesh $file >got && test_cmp want got || return 1
		done
	done
'

test_expect_success 'with its groups, and every rule of objects.md' '
	fedtwin data put t.solid solid-22-big.msh --length-unit cm &&
	fedtwin data get t.solid solid.h5 &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" solid.h5 >got &&
	cat >want <<-\EOT &&
	4 23
	a tet 3 1 1.666666667e-07
	rest 3 2 1.5e-06
	say "left" 2 1 5e-05
	nobody 2 0 0
	6 2 1 0.0001
	both 0 1 1
	9 0 1 1
	EOT
	test_cmp want got
'

test_expect_success 'a flat mesh: cells are turned to run counter-clockwise' '
	fedtwin data put t.flat flat-41-little.msh --length-unit m &&
	fedtwin data get t.flat flat.h5 &&
	"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" flat.h5 >got &&
	printf "3 6\n4 2 3 2\n3 1 1 1\n" >want && test_cmp want got
'

test_expect_success 'unit and conversion stand in the lineage' '
	fedtwin lineage t.solid --json >json &&
	test_grep "\"format\": *\"msh\"" json && test_grep "\"length_m\"" json
'

test_expect_success 'as it is with --type file' '
	fedtwin data put t.f solid-41-big.msh -t file &&
	fedtwin data get t.f back && cmp solid-41-big.msh back
'

# --- files that Gmsh wrote ---------------------------------------------------

test_expect_success 'what mesh.gmsh makes of a file, bit for bit' '
	gmsh_task "$FT_SRCDIR/data/heatsink.geo" "{\"size\": $(m 0.004)}" \
		>task.json && mpi 1 fedtwin-mesh-gmsh >log &&
	fedtwin data put own.mesh mesh.h5 --type mesh && content own.mesh >want &&
	put_mesh gmsh/mesh.msh >got && test_cmp want got
'

cat >plate.geo <<\EOT
SetFactory("OpenCASCADE");
Rectangle(1) = {0, 0, 0, 40, 20};
Physical Surface("plate") = {1};
Physical Curve("cold") = {4};
Physical Curve("hot") = {2};
Mesh.MeshSizeMax = 5; Mesh.RecombineAll = RECOMBINE;
Mesh DIMENSION;
Mesh.Binary = 0; Mesh.MshFileVersion = 2.2; Save "NAME-22.msh";
Mesh.MshFileVersion = 4.1; Save "NAME-41.msh";
Mesh.Binary = 1; Save "NAME-41b.msh";
Mesh.MshFileVersion = 2.2; Save "NAME-22b.msh";
EOT

test_expect_success 'triangles and quads, prisms and hexahedra of Gmsh' '
	for r in 0 1
	do
		sed "s/RECOMBINE/$r/; s/DIMENSION/2/; s/NAME/flat$r/" plate.geo \
			>g.geo && gmsh g.geo - >log &&
		sed "s/RECOMBINE/$r/; s/DIMENSION/3/; s/NAME/body$r/; /cold\|hot/d
			s/^Physical Surface.*/o[] = Extrude {0, 0, 9} { Surface{1};\
				Layers{3}; Recombine; };\
				Physical Volume(\"plate\") = {o[1]};\
				Physical Surface(\"cold\") = {o[2]};\
				Physical Surface(\"hot\") = {1};/" plate.geo >g.geo &&
		gmsh g.geo - >log || return 1
	done &&
	for name in flat0 flat1 body0 body1
	do
		for form in 41 41b 22 22b
		do
			rm -f $name.h5 && put_mesh $name-$form.msh &&
			fedtwin data get t.t $name.h5 &&
			"$PYTHON" "$FT_SRCDIR/t/stage/check_mesh.py" $name.h5 \
				>$name-$form || return 1
		done &&
		test_cmp $name-41 $name-41b && test_cmp $name-41 $name-22 &&
		test_cmp $name-41 $name-22b || return 1
	done &&
	test_grep "^plate 2 [0-9]* 800$" flat0-41 &&
	test_grep "^hot 1 [0-9]* 20$" flat1-41 &&
	test_grep "^plate 3 [0-9]* 7200$" body0-41 &&
	test_grep "^hot 2 [0-9]* 800$" body1-41
'

cat >heat.yaml <<\EOT
fedtwin: 1
workflow: plate
stages:
  heat:
    module: solve.heat
    in: {mesh: "${store('plate.mesh')}"}
    with:
      conductivity: {plate: 10 W/m/K}
      fixed: {cold: 300 K, hot: 400 K}
EOT

test_expect_success 'solve.heat runs on a mesh that was put' '
	fedtwin data put plate.mesh flat1-22b.msh --length-unit mm &&
	fedtwin run heat.yaml &&
	fedtwin data get heat.temperature t.h5 &&
	"$PYTHON" - <<-\EOT
	import h5py, numpy
	f = h5py.File("t.h5")["VTKHDF"]
	x, t = f["Points"][:, 0], f["PointData/temperature"][:]
	assert numpy.allclose(t, 300 + 100 * x / 0.04, atol=1e-8)
	EOT
'

# --- nothing is guessed ------------------------------------------------------

while IFS='|' read -r message options
do
	test_expect_success "refused: $options" '
		test_expect_code 2 fedtwin data put t.x solid-22-text.msh \
			$options 2>err && test_grep "$message" err
	' </dev/null
done <<\EOT
does not say the unit of its coordinates|
is not a unit of length|--length-unit kg
a mesh has no values|--length-unit m -u K
a mesh has no values|--length-unit m --array T
only the mesh is read, no field|--length-unit m -t field
can become a mesh or a file|--length-unit m -t image
are of files of other programs|--length-unit m -t file
EOT

# --- hostile files -----------------------------------------------------------

refuses_damaged 75
refuses_cut -ge 48

test_expect_success 'a file beyond the limit is not read' '
	truncate -s 512M bad/sparse.msh && test_expect_code 4 fedtwin data put \
		t.x bad/sparse.msh --length-unit m 2>err &&
	test_grep "a byte that is no text" err &&
	truncate -s 536870913 bad/sparse.msh && test_expect_code 4 fedtwin \
		data put t.x bad/sparse.msh --length-unit m 2>err &&
	test_grep "has 536870913 bytes: at most 536870912 are taken" err
'

test_expect_success 'nor one whose cells take more memory than there is' '
	"$PYTHON" - <<-\EOT &&
	import struct
	HEX27, N = 12, 2330000
	with open("bad/many.msh", "wb") as f:
	    f.write(b"$MeshFormat\n4.1 1 8\n" + struct.pack("<i", 1) +
	            b"\n$EndMeshFormat\n$Nodes\n" +
	            struct.pack("<4q3iqq3d", 1, 1, 1, 1, 3, 1, 0, 1, 1, 0, 0, 0) +
	            b"\n$EndNodes\n$Elements\n" +
	            struct.pack("<4q3iq", 1, N, 1, N, 3, 1, HEX27, N))
	    f.truncate(512 << 20)
	EOT
	refuses "beyond what is taken (1024 MiB of arrays)" many.msh
'

leaves_nothing

test_done
