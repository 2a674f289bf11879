"""What fedtwin-elasticity solves, for its peers: a unit cube of tetrahedra of
second order, held at x = 0, under its own weight.

    elasticity.py inp MESH           the same for CalculiX, to stdout
    elasticity.py dolfinx MESH       assembles and solves; forms are compiled
                                     before the clock starts.  Prints, in s of
                                     CPU, "assembly solve iterations unknowns"

MESH is one of mesh.box, of first order.
"""
import itertools
import sys
import time

import h5py
import numpy as np

YOUNG, POISSON, WEIGHT = 210e9, 0.3, 1e6  # Pa, 1, N/m3
TETRAHEDRON = 10  # VTK's number
EDGES = [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)]  # VTK's, Abaqus's


def read(path):
    with h5py.File(path) as f:
        grid = f['VTKHDF']
        first = grid['Offsets'][:-1][grid['Types'][()] == TETRAHEDRON]
        cells = grid['Connectivity'][()][first[:, None] + np.arange(4)]
        return grid['Points'][()], cells


def write_lines(rows, form):
    for row in rows:
        print(form % tuple(row))


def write_inp(path, gravity=10):
    x, cells = read(path)
    ends = np.sort(np.concatenate([cells[:, e] for e in EDGES]), axis=1)
    edges, which = np.unique(ends, axis=0, return_inverse=True)
    middle = len(x) + which.reshape(len(EDGES), len(cells)).T
    x = np.concatenate([x, x[edges].mean(axis=1)])
    print('*NODE')
    write_lines(np.c_[np.arange(len(x)) + 1, x], '%d,%.16g,%.16g,%.16g')
    print('*ELEMENT, TYPE=C3D10, ELSET=ALL')
    write_lines(np.c_[np.arange(len(cells)), cells, middle] + 1,
                ','.join(['%d'] * 11))
    print('*NSET, NSET=HELD')
    write_lines(np.flatnonzero(x[:, 0] == 0)[:, None] + 1, '%d')
    print('*MATERIAL, NAME=M\n*ELASTIC\n%r,%r' % (YOUNG, POISSON))
    print('*DENSITY\n%r' % (WEIGHT / gravity))
    print('*SOLID SECTION, ELSET=ALL, MATERIAL=M')
    print('*BOUNDARY\nHELD,1,3\n*STEP\n*STATIC, SOLVER=SPOOLES')
    print('*DLOAD\nALL,GRAV,%r,0,0,-1' % gravity)
    print('*NODE FILE\nU\n*EL FILE\nS\n*END STEP')


def problem(domain):
    import ufl
    from dolfinx import fem, mesh
    from petsc4py import PETSc
    space = fem.VectorFunctionSpace(domain, ('Lagrange', 2))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    mu = YOUNG / (2 * (1 + POISSON))
    lam = 2 * mu * POISSON / (1 - 2 * POISSON)

    def strain(w):
        return ufl.sym(ufl.grad(w))

    a = fem.form((lam * ufl.div(u) * ufl.div(v) +
                  2 * mu * ufl.inner(strain(u), strain(v))) * ufl.dx)
    weight = fem.Constant(domain, PETSc.ScalarType((0, 0, -WEIGHT)))
    f = fem.form(ufl.inner(weight, v) * ufl.dx)
    facets = mesh.locate_entities_boundary(domain, 2, lambda x: x[0] == 0)
    held = fem.dirichletbc(np.zeros(3), fem.locate_dofs_topological(
        space, 2, facets), space)
    matrix = fem.petsc.assemble_matrix(a, bcs=[held])
    matrix.assemble()
    right = fem.petsc.assemble_vector(f)
    fem.petsc.apply_lifting(right, [a], [[held]])
    fem.petsc.set_bc(right, [held])
    return space, matrix, right


def motions(space):
    """The six rigid motions, orthonormal."""
    from petsc4py import PETSc
    at = space.tabulate_dof_coordinates()
    basis = np.zeros((len(at), 3, 6))
    for k in range(3):
        basis[:, k, k] = 1
    for m, (i, j) in enumerate(itertools.combinations(range(3), 2)):
        basis[:, i, 3 + m] = -at[:, j]
        basis[:, j, 3 + m] = at[:, i]
    basis = np.linalg.qr(basis.reshape(-1, 6))[0]
    return PETSc.NullSpace().create(vectors=[
        PETSc.Vec().createWithArray(v.copy()) for v in basis.T])


def solve(space, matrix, right):
    from petsc4py import PETSc
    options = PETSc.Options()
    for name, value in {
            'ksp_type': 'cg', 'pc_type': 'gamg',
            'mg_levels_ksp_type': 'chebyshev', 'mg_levels_pc_type': 'jacobi',
            'mg_levels_esteig_ksp_type': 'cg',
    }.items():
        options[name] = value
    matrix.setOption(PETSc.Mat.Option.SPD, True)
    matrix.setNearNullSpace(motions(space))
    solver = PETSc.KSP().create(space.mesh.comm)
    solver.setTolerances(rtol=1e-8)
    solver.setOperators(matrix)
    solver.setFromOptions()
    x = right.duplicate()
    solver.solve(right, x)
    assert solver.getConvergedReason() > 0
    print('u_max', np.linalg.norm(x.array.reshape(-1, 3), axis=1).max(),
          file=sys.stderr)
    return solver.getIterationNumber()


def run_dolfinx(path):
    import ufl
    from dolfinx import mesh
    from mpi4py import MPI
    problem(mesh.create_unit_cube(MPI.COMM_SELF, 1, 1, 1))  # compiles
    x, cells = read(path)
    domain = mesh.create_mesh(MPI.COMM_SELF, cells, x, ufl.Mesh(
        ufl.VectorElement('Lagrange', ufl.tetrahedron, 1)))
    domain.topology.create_connectivity(2, 3)
    start = time.process_time()
    space, matrix, right = problem(domain)
    middle = time.process_time()
    iterations = solve(space, matrix, right)
    end = time.process_time()
    print('%.3f %.3f %d %d' % (middle - start, end - middle, iterations,
                               right.getSize()))


{'inp': write_inp, 'dolfinx': run_dolfinx}[sys.argv[1]](sys.argv[2])
