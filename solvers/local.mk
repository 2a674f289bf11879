# solvers
