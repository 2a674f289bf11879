# solvers: stage programs.  They see solvers/ only, never engine/, and are built
# without sanitizers, under which MPI cannot run.
if SOLVERS
SOLVER_CPPFLAGS = -I$(top_srcdir)/solvers \
    $(MPI_CFLAGS) $(PETSC_CFLAGS) $(HDF5_MPI_CFLAGS) $(JSON_CFLAGS)
SOLVER_LIBS = solvers/libfedtwin-stage.a $(PETSC_LIBS) -lhdf5_hl \
    $(HDF5_MPI_LIBS) $(MPI_LIBS) $(JSON_LIBS) -lm
FE_LIBS = solvers/libfedtwin-fe.a $(SOLVER_LIBS)
PHYSICS_LIBS = solvers/libfedtwin-physics.a $(FE_LIBS)

# A program needs its name in SOLVER_PROGS, its sources and its libraries; flags
# belong to all that is below these folders.
SOLVER_PROGS =
pkglibexec_PROGRAMS += $(SOLVER_PROGS)
solvers/% t/stage/% t/physics/%: AM_CPPFLAGS = $(SOLVER_CPPFLAGS)
solvers/% t/stage/% t/physics/% $(SOLVER_PROGS): FT_SANITIZE =

# What stage programs are built on, here and outside this tree; headers that are
# for programs are installed with the libraries (decisions/0027).
lib_LIBRARIES += solvers/libfedtwin-stage.a
stage_includedir = $(includedir)/fedtwin/stage
stage_include_HEADERS = \
    solvers/stage/stage.h solvers/stage/h5.h solvers/stage/mesh.h \
    solvers/stage/table.h solvers/stage/image.h
solvers_libfedtwin_stage_a_SOURCES = \
    $(stage_include_HEADERS) solvers/stage/task.h solvers/stage/main.c \
    solvers/stage/serve.c solvers/stage/task.c solvers/stage/fail.c \
    solvers/stage/usage.c solvers/stage/progress.c solvers/stage/params.c \
    solvers/stage/unit.c solvers/stage/warning.c \
    solvers/stage/checkpoint.c solvers/stage/h5.c solvers/stage/h5_rows.c \
    solvers/stage/vtk.h solvers/stage/mesh.c \
    solvers/stage/mesh_write.c solvers/stage/mesh_read.c \
    solvers/stage/field.c solvers/stage/table.c \
    solvers/stage/table_read.c solvers/stage/image.c

lib_LIBRARIES += solvers/libfedtwin-fe.a
fe_includedir = $(includedir)/fedtwin/fe
fe_include_HEADERS = \
    solvers/fe/comm.h solvers/fe/func.h solvers/fe/elem.h solvers/fe/map.h \
    solvers/fe/kernel.h solvers/fe/mesh.h solvers/fe/matrix.h \
    solvers/fe/solver.h solvers/fe/norm.h solvers/fe/locate.h \
    solvers/fe/side.h
solvers_libfedtwin_fe_a_SOURCES = \
    $(fe_include_HEADERS) solvers/fe/comm.c solvers/fe/func.c \
    solvers/fe/elem.c solvers/fe/rule.c solvers/fe/kernel.c \
    solvers/fe/curve.h solvers/fe/curve.c solvers/fe/order.h \
    solvers/fe/order.c solvers/fe/mesh.c \
    solvers/fe/check.h solvers/fe/check.c solvers/fe/matrix.c \
    solvers/fe/pattern.h solvers/fe/pattern.c \
    solvers/fe/solver.c solvers/fe/norm.c solvers/fe/locate.c \
    solvers/fe/parts.h solvers/fe/parts.c solvers/fe/side.c \
    solvers/fe/versions.h solvers/fe/coarse.h solvers/fe/coarse.c \
    solvers/fe/face.h solvers/fe/face.c

lib_LIBRARIES += solvers/libfedtwin-physics.a
physics_includedir = $(includedir)/fedtwin/physics
physics_include_HEADERS = \
    solvers/physics/domain.h solvers/physics/coef.h solvers/physics/given.h \
    solvers/physics/held.h solvers/physics/newton.h solvers/physics/corners.h
solvers_libfedtwin_physics_a_SOURCES = \
    $(physics_include_HEADERS) solvers/physics/domain.c \
    solvers/physics/depth.c \
    solvers/physics/coef.c solvers/physics/corners.c solvers/physics/given.c \
    solvers/physics/held.c solvers/physics/newton.c solvers/physics/raise.h \
    solvers/physics/raise.c \
    solvers/physics/near.h solvers/physics/near.c \
    solvers/physics/points.h solvers/physics/points.c \
    solvers/physics/split.h solvers/physics/split.c \
    solvers/physics/around.h solvers/physics/around.c solvers/physics/sides.c

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = share/pkgconfig/fedtwin-stage.pc \
    share/pkgconfig/fedtwin-physics.pc
endif

if SOLVERS
SOLVER_PROGS += fedtwin-hello
fedtwin_hello_SOURCES = solvers/hello/main.c
fedtwin_hello_LDADD = $(MPI_LIBS)
endif

if SOLVERS
SOLVER_PROGS += fedtwin-mesh-box
fedtwin_mesh_box_SOURCES = \
    solvers/mesh_box/box.h solvers/mesh_box/box.c solvers/mesh_box/main.c
fedtwin_mesh_box_LDADD = $(SOLVER_LIBS)

SOLVER_PROGS += fedtwin-mesh-gmsh
fedtwin_mesh_gmsh_SOURCES = \
    solvers/mesh_gmsh/main.c \
    solvers/mesh_gmsh/options.h solvers/mesh_gmsh/options.c \
    solvers/mesh_gmsh/script.h solvers/mesh_gmsh/script.c \
    solvers/mesh_gmsh/size_field.h solvers/mesh_gmsh/size_field.c \
    solvers/mesh_gmsh/gmsh.h solvers/mesh_gmsh/gmsh.c \
    solvers/mesh_gmsh/msh.h solvers/mesh_gmsh/msh.c \
    solvers/mesh_gmsh/convert.h solvers/mesh_gmsh/convert.c \
    $(MESH_SOURCES)
fedtwin_mesh_gmsh_LDADD = $(SOLVER_LIBS)

MESH_SOURCES = \
    solvers/mesh/faces.h solvers/mesh/faces.c \
    solvers/mesh/shape.h solvers/mesh/shape.c \
    solvers/mesh/quality.h solvers/mesh/quality.c
SOLVER_PROGS += fedtwin-mesh-quality
fedtwin_mesh_quality_SOURCES = \
    solvers/mesh_quality/main.c solvers/mesh_quality/partition.h \
    solvers/mesh_quality/partition.c $(MESH_SOURCES)
fedtwin_mesh_quality_LDADD = $(FE_LIBS)
endif

# Tests of the stage library and the mesh modules.
EXTRA_DIST += t/es.py t/stage/lib.sh t/stage/check_mesh.py $(STAGE_TESTS)
STAGE_TESTS = t/t2160-warm.t t/t3000-stage.t t/t3001-serve.t \
    t/t3002-objects.t t/t3003-full-disk.t t/t3004-pool.t t/t3005-rot.t \
    t/t3010-mesh-box.t t/t3020-mesh-gmsh.t t/t3021-mesh-gmsh-refused.t \
    t/t3022-mesh-quality.t t/t3023-mesh-adapt.t \
    t/t3024-mesh-gmsh-order-2.t \
    t/t3120-electrostatics.t
if SOLVERS
TESTS += $(STAGE_TESTS)
check_PROGRAMS += t/stage/probe
t_stage_probe_SOURCES = t/stage/probe.c
t_stage_probe_LDADD = $(SOLVER_LIBS)
check_PROGRAMS += t/stage/divide
t_stage_divide_SOURCES = t/stage/divide.c
t_stage_divide_LDADD = $(FE_LIBS)
if HAVE_CHECK
check_PROGRAMS += t/unit/test_stage_unit
TESTS += t/unit/test_stage_unit
t_unit_test_stage_unit_SOURCES = t/unit/test_stage_unit.c t/unit/unit.h
t_unit_test_stage_unit_CPPFLAGS = $(AM_CPPFLAGS) $(SOLVER_CPPFLAGS)
t_unit_test_stage_unit_CFLAGS = $(SOLVER_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_stage_unit_LDFLAGS = $(SOLVER_LINK)
t_unit_test_stage_unit_LDADD = $(SOLVER_LIBS) $(CHECK_LIBS)
endif
endif

if SOLVERS
SOLVER_PROGS += fedtwin-mesh-adapt
fedtwin_mesh_adapt_SOURCES = \
    solvers/mesh_adapt/adapt.h solvers/mesh_adapt/main.c \
    solvers/mesh_adapt/setup.c solvers/mesh_adapt/recover.h \
    solvers/mesh_adapt/recover.c solvers/mesh_adapt/estimate.c \
    solvers/mesh_adapt/size.c
fedtwin_mesh_adapt_LDADD = $(FE_LIBS)

SOLVER_PROGS += fedtwin-electrostatics
fedtwin_electrostatics_SOURCES = \
    solvers/electrostatics/es.h solvers/electrostatics/main.c \
    solvers/electrostatics/setup.c solvers/electrostatics/solve.c \
    solvers/electrostatics/forces.c solvers/electrostatics/report.c
fedtwin_electrostatics_LDADD = $(PHYSICS_LIBS)

SOLVER_PROGS += fedtwin-heat
fedtwin_heat_SOURCES = \
    solvers/heat/case.h solvers/heat/heat.h solvers/heat/main.c \
    solvers/heat/case.c solvers/heat/setup.c solvers/heat/operator.c \
    solvers/heat/density.c solvers/heat/contact.c \
    solvers/heat/solve.c solvers/heat/march.c solvers/heat/report.c \
    solvers/heat/checkpoint.c
fedtwin_heat_LDADD = $(PHYSICS_LIBS)
endif

if SOLVERS
noinst_LIBRARIES += solvers/libelasticity.a
solvers_libelasticity_a_SOURCES = \
    solvers/elasticity/case.h solvers/elasticity/case.c \
    solvers/elasticity/ela.h solvers/elasticity/setup.c \
    solvers/elasticity/support.h solvers/elasticity/support.c \
    solvers/elasticity/rigid.c solvers/elasticity/eigen.h \
    solvers/elasticity/eigen.c solvers/elasticity/kernel.h \
    solvers/elasticity/kernel.c solvers/elasticity/operator.c \
    solvers/elasticity/vector.h solvers/elasticity/vector.c \
    solvers/elasticity/coarse.h solvers/elasticity/coarse.c \
    solvers/elasticity/field.c

SOLVER_PROGS += fedtwin-elasticity
fedtwin_elasticity_SOURCES = \
    solvers/elasticity/main.c solvers/elasticity/solve.c \
    solvers/elasticity/recover.c solvers/elasticity/report.c
fedtwin_elasticity_LDADD = solvers/libelasticity.a $(PHYSICS_LIBS)

SOLVER_PROGS += fedtwin-modes
fedtwin_modes_SOURCES = \
    solvers/modes/modes.h solvers/modes/main.c solvers/modes/assemble.c \
    solvers/modes/solve.c solvers/modes/report.c
fedtwin_modes_CPPFLAGS = $(SLEPC_CFLAGS) $(SOLVER_CPPFLAGS)
fedtwin_modes_LDADD = solvers/libelasticity.a $(SLEPC_LIBS) $(PHYSICS_LIBS)
endif

# --- tests of solve.elasticity and solve.modes
ELASTICITY_TESTS = t/t3100-elasticity-patch.t t/t3101-elasticity-mms.t \
    t/t3102-elasticity-exact.t t/t3103-elasticity-errors.t \
    t/t3104-elasticity-edges.t t/t3105-modes.t t/t3106-modes-errors.t \
    t/t3107-elasticity-jump.t t/t3108-elasticity-workflows.t \
    t/t3109-elasticity-points.t t/t3110-elasticity-places.t \
    t/t3111-axial.t
EXTRA_DIST += t/elasticity.py $(ELASTICITY_TESTS)
if SOLVERS
TESTS += $(ELASTICITY_TESTS)
endif

# --- tests of the finite-element core and of solve.heat
HEAT_TESTS = t/t3050-heat-patch.t t/t3051-heat-mms.t t/t3052-heat-time.t \
    t/t3053-heat-balance.t t/t3054-heat-restart.t t/t3055-heat-errors.t \
    t/t3056-heat-serve.t t/t3057-heat-workflows.t \
    t/t3058-heat-diff.t t/t3060-fe-second-order.t \
    t/t3061-heat-second-order.t t/t3062-heat-nonlinear.t \
    t/t3063-physics.t t/t3064-heat-contact.t t/t3070-module-c.t
EXTRA_DIST += t/heat.py $(HEAT_TESTS)
if SOLVERS
TESTS += $(HEAT_TESTS)
check_PROGRAMS += t/physics/diffusion
nodist_t_physics_diffusion_SOURCES = t/physics/diffusion.c
t_physics_diffusion_LDADD = $(PHYSICS_LIBS)
CLEANFILES += t/physics/diffusion.c
# What 'fedtwin module new --physics' writes is the smallest physics there is.
t/physics/diffusion.c: share/templates/physics/main.c
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    sed 's/@MODULE''@/test.diffusion/g' $< >$@.tmp && mv $@.tmp $@
if HAVE_CHECK
FE_TESTS = t/unit/test_fe t/unit/test_fe_func t/unit/test_fe_matrix
check_PROGRAMS += $(FE_TESTS)
TESTS += $(FE_TESTS)
t_unit_test_fe_SOURCES = t/unit/test_fe.c t/unit/unit.h
t_unit_test_fe_CPPFLAGS = $(AM_CPPFLAGS) $(SOLVER_CPPFLAGS)
t_unit_test_fe_CFLAGS = $(SOLVER_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_fe_LDFLAGS = $(SOLVER_LINK)
t_unit_test_fe_LDADD = $(FE_LIBS) $(CHECK_LIBS)
t_unit_test_fe_matrix_SOURCES = t/unit/test_fe_matrix.c t/unit/unit.h
t_unit_test_fe_matrix_CPPFLAGS = $(AM_CPPFLAGS) $(SOLVER_CPPFLAGS)
t_unit_test_fe_matrix_CFLAGS = $(SOLVER_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_fe_matrix_LDFLAGS = $(SOLVER_LINK)
t_unit_test_fe_matrix_LDADD = $(FE_LIBS) $(CHECK_LIBS)
t_unit_test_fe_func_SOURCES = t/unit/test_fe_func.c t/unit/unit.h
t_unit_test_fe_func_CPPFLAGS = $(AM_CPPFLAGS) $(SOLVER_CPPFLAGS)
t_unit_test_fe_func_CFLAGS = $(SOLVER_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_fe_func_LDFLAGS = $(SOLVER_LINK)
t_unit_test_fe_func_LDADD = solvers/libfedtwin-fe.a $(CHECK_LIBS) -lm
endif
endif

# --- flood: the inner loops with flags of their own, which keep every value as
# it is: products are fused where the source says so, and only there; roots
# without errno are one instruction
if SOLVERS
noinst_LIBRARIES += solvers/libfloodkernel.a
solvers_libfloodkernel_a_SOURCES = \
    solvers/flood/kernel.h solvers/flood/kernel.c \
    solvers/flood/kernel_vector.h solvers/flood/kernel_rows.h \
    solvers/flood/kernel_body.h solvers/flood/kernel_inertial.h \
    solvers/flood/kernel_generic.c solvers/flood/kernel_fma.c \
    solvers/flood/kernel_avx2.c solvers/flood/kernel_avx512.c
solvers_libfloodkernel_a_CPPFLAGS = -I$(top_srcdir)/solvers
solvers_libfloodkernel_a_CFLAGS = $(AM_CFLAGS) -ffp-contract=off \
    -fno-math-errno

SOLVER_PROGS += fedtwin-flood
fedtwin_flood_SOURCES = \
    solvers/flood/main.c solvers/flood/flood.h \
    solvers/flood/case.h solvers/flood/case.c \
    solvers/flood/culvert.h solvers/flood/culvert.c \
    solvers/flood/series.h solvers/flood/series.c \
    solvers/flood/setup.c solvers/flood/halo.c solvers/flood/targets.c \
    solvers/flood/sources.c solvers/flood/inertial.c \
    solvers/flood/rain.c solvers/flood/step.c \
    solvers/flood/march.c solvers/flood/report.c solvers/flood/write.c \
    solvers/flood/checkpoint.c
fedtwin_flood_LDADD = solvers/libfloodkernel.a $(SOLVER_LIBS)

if HAVE_CHECK
FLOOD_UNITS = t/unit/test_flood_culvert t/unit/test_flood_kernel
check_PROGRAMS += $(FLOOD_UNITS)
TESTS += $(FLOOD_UNITS)
t_unit_test_flood_culvert_SOURCES = t/unit/test_flood_culvert.c \
    t/unit/unit.h solvers/flood/culvert.h solvers/flood/culvert.c
t_unit_test_flood_culvert_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/solvers
t_unit_test_flood_culvert_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_flood_culvert_LDADD = $(CHECK_LIBS) -lm
t_unit_test_flood_kernel_SOURCES = t/unit/test_flood_kernel.c t/unit/unit.h
t_unit_test_flood_kernel_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/solvers
t_unit_test_flood_kernel_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
t_unit_test_flood_kernel_LDADD = solvers/libfloodkernel.a $(CHECK_LIBS) -lm
endif
endif

# --- rasters: libgdal brings an HDF5 of its own, so it has a program of its own
if SOLVERS
if GDAL
SOLVER_PROGS += fedtwin-gdal
fedtwin_gdal_SOURCES = solvers/raster/gdal.c
fedtwin_gdal_CPPFLAGS = $(GDAL_CFLAGS)
fedtwin_gdal_CFLAGS = $(AM_CFLAGS) -Wno-undef # for its headers
fedtwin_gdal_LDADD = $(GDAL_LIBS) -lm
endif

SOLVER_PROGS += fedtwin-raster
fedtwin_raster_SOURCES = solvers/raster/main.c
fedtwin_raster_LDADD = $(SOLVER_LIBS)
endif

FLOOD_TESTS = t/t3200-flood.t t/t3201-raster.t t/t3202-flood-errors.t \
    t/t3203-flood-parts.t t/t3204-flood-workflow.t t/t3205-flood-inertial.t
EXTRA_DIST += t/flood.py t/flood_exact.py $(FLOOD_TESTS)
if SOLVERS
TESTS += $(FLOOD_TESTS)
endif
