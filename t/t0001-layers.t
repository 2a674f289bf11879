#!/bin/sh
test_description='a file includes its own layer and lower ones only'
. "$(dirname "$0")/harness.sh"

# Prints every include that breaks the order of the layers, under directory $1.
wrong_layers() {
	(cd "$1" && find engine adapters solvers -name '*.[ch]' \
		-exec grep -Hn '^#[ 	]*include[ 	]*"' {} +) |
	awk -F'[:"]' '
	BEGIN {
		n = split("base text model data plan run cli", layer, " ")
		for (i = 1; i <= n; i++)
			rank[layer[i]] = i
		split("run/adapter.h run/site/form.h run/site/held.h run/site/helper.h " \
			"run/record/result.h run/site/script.h plan/plan.h", extra, " ")
		for (i in extra)
			adapter_may[extra[i]] = 1
	}
	function allowed(    own, want, path, part) {
		split($1, path, "/")
		own = path[1] == "engine" ? path[2] : path[1]
		if (split($4, part, "/") < 2 || $4 ~ /\.\./)
			return 0
		want = part[1]
		if (own == "solvers")
			return want == path[2] || want == "stage" ||
				want == "fe" && path[2] != "stage" ||
				want == "mesh" && path[2] ~ /^mesh_/ ||
				want == "physics" && path[2] !~ /^(stage|fe)$/ ||
				want == "elasticity" && path[2] == "modes" ||
				want == "post" && path[2] ~ /^post_/
		if (own == "worker")
			return want == "worker" || want == "base"
		if (own == "archive")
			return want == "archive" || want == "base" ||
				$4 == "worker/sandbox.h"
		if (own == "adapters")
			return want == "adapters" || want == "base" ||
				want == "text" || want == "model" || ($4 in adapter_may)
		return (want in rank) && rank[want] <= rank[own]
	}
	!allowed() { print $1 ":" $2 ": " $4 }'
}

# Prints "HEADER FILE" for every outside library's header that is included,
# under directory $1, by another file than the one that may.
wrong_libraries() {
	(cd "$1" && find engine adapters -name '*.[ch]' \
		-exec grep -H '^#[ 	]*include[ 	]*<' {} +) |
	sed 's/:.*<\(.*\)>.*/ \1/' |
	while read -r file header
	do
		case "$header $file" in
		yaml.h\ engine/text/doc.c | \
		yaml.h\ engine/text/format_read.c) ;;
		udunits2.h\ engine/text/unit.c) ;;
		sqlite3.h\ engine/data/index/db.c) ;;
		uv.h\ engine/run/* | uv.h\ adapters/*) ;;
		openssl/*\ engine/base/sha256.c) ;;
		hdf5*.h\ engine/worker/*) ;;
		seccomp.h\ engine/worker/sandbox.c) ;;
		archive*.h\ engine/archive/*) ;;
		expat.h\ engine/worker/formats/vtu_xml.c) ;;
		zlib.h\ engine/worker/formats/vtu_data.c) ;;
		slurm/*\ adapters/slurm/lib*) ;;
		curl/*\ adapters/rest/http.c) ;;
		yaml.h\ * | udunits2.h\ * | sqlite3.h\ * | uv.h\ * | \
		openssl/*\ * | hdf5*.h\ * | H5*.h\ * | seccomp.h\ * | archive*.h\ * | \
		expat.h\ * | zlib.h\ * | \
		mpi.h\ * | petsc*.h\ * | slurm/*\ * | curl/*\ *)
			echo "$header $file" ;;
		esac
	done
}

test_expect_success 'a wrong include is found' '
	mkdir -p engine/text engine/worker adapters solvers/heat solvers/stage &&
	cat >engine/text/a.c <<-\EOT &&
	#include "text/a.h"
	#include "base/err.h"
	#include "model/site.h"
	#include "a.h"
	#include <yaml.h>
	EOT
	echo "#include \"data/store/store.h\"" >adapters/b.c &&
	echo "#include \"base/err.h\"" >solvers/heat/c.c &&
	echo "#include \"fe/mesh.h\"" >solvers/stage/d.c &&
	echo "#include \"model/object.h\"" >engine/worker/e.c &&
	cat >want <<-\EOT &&
	adapters/b.c:1: data/store/store.h
	engine/text/a.c:3: model/site.h
	engine/text/a.c:4: a.h
	engine/worker/e.c:1: model/object.h
	solvers/heat/c.c:1: base/err.h
	solvers/stage/d.c:1: fe/mesh.h
	EOT
	wrong_layers . | sort >got &&
	test_cmp want got &&
	echo "yaml.h engine/text/a.c" >want &&
	wrong_libraries . >got &&
	test_cmp want got
'

test_expect_success 'base < text < model < data < plan < run < cli' '
	wrong_layers "$FT_SRCDIR" >got &&
	test_must_be_empty got
'

test_expect_success 'each outside library is included in one place' '
	wrong_libraries "$FT_SRCDIR" >got &&
	test_must_be_empty got
'

test_done
