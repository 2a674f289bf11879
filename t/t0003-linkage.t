#!/bin/sh
test_description='what the engine may link: never MPI, PETSc, HDF5, a network'
. "$(dirname "$0")/harness.sh"

# Fails, naming the line, when the program $1 loads a library that matches the
# pattern $2, directly or through another library.
must_not_load() {
	ldd "$1" >libs &&
	test_grep -E "libc.so|statically linked" libs &&
	test_grep ! -E "$2" libs
}

test_expect_success 'fedtwin starts without MPI, PETSc, HDF5, Slurm and curl' '
	must_not_load "$FT_BUILDDIR/fedtwin" \
		"lib(mpi|open-rte|open-pal|prrte|pmix|petsc|hdf5|slurm|curl|archive)"
'

test_expect_success 'the worker reads HDF5 without MPI or a network' '
	must_not_load "$FT_BUILDDIR/fedtwin-worker" \
		"lib(mpi|open-rte|open-pal|petsc|slurm|sqlite|uv|hdf5_openmpi)" &&
	nm "$FT_BUILDDIR/fedtwin-worker" >symbols &&
	test_grep "[TU] H5Fopen" symbols &&
	test_grep ! -E "T (MPI_Init|curl_easy_init|sqlite3_open|uv_run)$" symbols
'

test_expect_success 'archives are read without HDF5, MPI or a network' '
	must_not_load "$FT_BUILDDIR/fedtwin-archive" \
		"lib(mpi|open-rte|open-pal|petsc|slurm|sqlite|uv|hdf5|curl)"
'

test_expect_success 'the agent needs neither a workflow nor a store' '
	must_not_load "$FT_BUILDDIR/fedtwin-agent" \
		"lib(mpi|open-rte|open-pal|petsc|hdf5|slurm|curl|sqlite|yaml|udunits)"
'

test_expect_success 'libslurm, under the GPL, is in a program of its own' '
	must_not_load "$FT_BUILDDIR/fedtwin-slurm" "libslurm"
'

test_done
