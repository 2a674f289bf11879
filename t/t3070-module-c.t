#!/bin/sh
test_description='modules in C outside the tree: what is installed is enough'
. "$(dirname "$0")/harness.sh"
test_need mpirun fedtwin-mesh-box make pkg-config

# Where 'make install' puts it, below a root of our own.
root=$PWD/root
prefix=$(sed -n 's/^prefix=//p' "$FT_BUILDDIR/share/pkgconfig/fedtwin-stage.pc")
installed=$root$prefix
install() { make -s -C "$FT_BUILDDIR" "$1" DESTDIR="$root" >log 2>&1; }

# Runs a command that sees neither the build tree nor the source tree.
outside() {
	env -i PATH="$installed/bin:/usr/local/bin:/usr/bin:/bin" HOME="$HOME" \
		LC_ALL=C.UTF-8 "$@"
}
flags() {
	outside env PKG_CONFIG_PATH="$installed/lib/pkgconfig" pkg-config "$@"
}

test_expect_success 'install puts all of it below DESTDIR' '
	install install &&
	(cd "$FT_SRCDIR/share/modules" && ls) >want &&
	(cd "$installed/share/fedtwin/modules" && ls) >got && test_cmp want got &&
	sed -i "s|^prefix=.*|prefix=$installed|" "$installed"/lib/pkgconfig/*.pc &&
	flags --exists --print-errors "fedtwin-physics = $(fedtwin --version |
		sed "s/.* //")"
'

test_expect_success 'the headers that are installed need no other ones' '
	flags --cflags fedtwin-physics >cflags &&
	(cd "$installed/include/fedtwin" && find . -name "*.h" | cut -c 3-) >headers &&
	test_grep "^stage/stage.h" headers && test_grep "^fe/kernel.h" headers &&
	test_grep "^physics/domain.h" headers &&
	! test_grep -E "stage/(task|vtk).h|physics/raise.h" headers &&
	sed "s/.*/#include \"&\"/" headers >all.c &&
	outside $CC -std=gnu11 -O2 -Wall -Wextra -Werror -fsyntax-only \
		$(cat cflags) all.c
'

# new NAME OPTION...: a module that is compiled without a word
new() {
	fedtwin module new "$@" 2>err &&
	outside make -s -C "modules/$1" CC="$CC" >words 2>&1 &&
	test_must_be_empty words
}

test_expect_success 'a stage: the same bytes on 1 and 2 ranks, and the right ones' '
	fedtwin init && new lab.light --language c &&
	fedtwin run lab.light.example.yaml && fedtwin data get light.light two.h5 &&
	sed "s/ranks: 2/ranks: 1/" lab.light.example.yaml >one.yaml &&
	fedtwin run one.yaml && fedtwin data get light.light one.h5 &&
	"$PYTHON" - <<-\EOT
	import h5py, numpy
	one, two = [h5py.File(f) for f in ("one.h5", "two.h5")]
	value = one["VTKHDF/PointData/light"][()]
	assert (value == two["VTKHDF/PointData/light"][()]).all()
	depth = 5 - one["VTKHDF/Points"][:, 2]
	assert numpy.allclose(value, 800 * numpy.exp(-0.2 * depth), rtol=1e-14)
	EOT
'

test_expect_success 'its own check speaks to the user' '
	sed "s/absorption:/level: 4 m, &/" lab.light.example.yaml >bad.yaml &&
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "level. is 4 m, but the mesh reaches up to 5 m" err
'

test_expect_success 'a physics: its orders, and the same on 2 ranks' '
	new lab.diffusion --physics &&
	fedtwin run lab.diffusion.example.yaml &&
	fedtwin data get report.cases cases.csv &&
	fedtwin data get "solve.u{cells=8, order=2}" alone.h5 &&
	sed "s/ranks: 1/ranks: 2/" modules/lab.diffusion.yaml >two.yaml &&
	mv two.yaml modules/lab.diffusion.yaml &&
	sed "s/\[4, 8\]/[8]/; s/\[1, 2\]/[2]/; /^  orders:/,\$d" \
		lab.diffusion.example.yaml >two.yaml &&
	fedtwin run two.yaml 2>ran && test_grep "solve.* running" ran &&
	fedtwin data get "solve.u{cells=8, order=2}" shared.h5 &&
	"$PYTHON" - <<-\EOT
	import csv, h5py, numpy
	slope = [float(row["value [1]"]) for row in csv.DictReader(open("cases.csv"))]
	assert numpy.allclose(slope, [2, 3], atol=0.15), slope
	alone, shared = [h5py.File(name)["VTKHDF/PointData/u"][()]
	                 for name in ("alone.h5", "shared.h5")]
	assert numpy.allclose(alone, shared, rtol=1e-9)
	EOT
'

test_expect_success 'without the libraries pkg-config says what is missing' '
	rm modules/lab.light/lab.light && mv "$installed/lib/pkgconfig" away &&
	! outside make -C modules/lab.light CC="$CC" 2>err &&
	test_grep "fedtwin-stage.pc" err && test_grep PKG_CONFIG_PATH err &&
	mv away "$installed/lib/pkgconfig"
'

test_expect_success 'uninstall leaves nothing behind' '
	install uninstall && find "$root" ! -type d >left && test_must_be_empty left
'

test_done
