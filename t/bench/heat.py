"""What t/bench/heat.c does, with dolfinx: the same cube, elements, multigrid
and tolerance.  Prints the same line.  Forms are compiled before the clock
starts.

    heat.py N ORDER
"""
import sys
import time

import dolfinx
import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI
from petsc4py import PETSc

n, order = int(sys.argv[1]), int(sys.argv[2])


def problem(n):
    domain = mesh.create_unit_cube(MPI.COMM_SELF, n, n, n,
                                   mesh.CellType.hexahedron)
    domain.topology.create_connectivity(2, 3)
    return domain


def assemble(domain):
    space = fem.FunctionSpace(domain, ('Lagrange', order))
    facets = mesh.exterior_facet_indices(domain.topology)
    held = fem.dirichletbc(PETSc.ScalarType(0), fem.locate_dofs_topological(
        space, 2, facets), space)
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    a = fem.form(ufl.inner(ufl.grad(u), ufl.grad(v)) * ufl.dx)
    f = fem.form(fem.Constant(domain, PETSc.ScalarType(1)) * v * ufl.dx)
    matrix = fem.petsc.assemble_matrix(a, bcs=[held])
    matrix.assemble()
    right = fem.petsc.assemble_vector(f)
    fem.petsc.apply_lifting(right, [a], [[held]])
    fem.petsc.set_bc(right, [held])
    return matrix, right


def solve(matrix, right):
    options = PETSc.Options()
    for name, value in {
            'ksp_type': 'cg', 'pc_type': 'hypre',
            'pc_hypre_type': 'boomeramg',
            'pc_hypre_boomeramg_coarsen_type': 'HMIS',
            'pc_hypre_boomeramg_interp_type': 'ext+i',
            'pc_hypre_boomeramg_P_max': 4,
            'pc_hypre_boomeramg_strong_threshold': 0.25,
            'pc_hypre_boomeramg_agg_nl': 1,
            'pc_hypre_boomeramg_relax_type_all': 'symmetric-SOR/Jacobi',
    }.items():
        options[name] = value
    solver = PETSc.KSP().create(MPI.COMM_SELF)
    solver.setTolerances(rtol=1e-8)
    solver.setOperators(matrix)
    solver.setFromOptions()
    x = right.duplicate()
    solver.solve(right, x)
    assert solver.getConvergedReason() > 0
    return solver.getIterationNumber()


assemble(problem(2))  # compiles, or finds compiled, what the forms need
domain = problem(n)
start = time.process_time()
matrix, right = assemble(domain)
middle = time.process_time()
iterations = solve(matrix, right)
end = time.process_time()
print('%.3f %.3f %d %d' % (middle - start, end - middle, iterations,
                           right.getSize()))
