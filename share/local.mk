# share: documents and the manifests of the installed modules
EXTRA_DIST += share/doc share/build/README

# Other files here add theirs: dist_modules_DATA += share/modules/mesh.box.yaml
modulesdir = $(pkgdatadir)/modules
dist_modules_DATA =
dist_modules_DATA += share/modules/solve.heat.yaml \
    share/modules/solve.elasticity.yaml share/modules/solve.modes.yaml \
    share/modules/solve.electrostatics.yaml
dist_modules_DATA += share/modules/mesh.box.yaml share/modules/mesh.gmsh.yaml \
    share/modules/mesh.quality.yaml share/modules/mesh.adapt.yaml

dist_modules_DATA += share/modules/verify.report.yaml \
    share/modules/verify.report.py share/modules/verify.pass.yaml \
    share/modules/verify.pass.py share/modules/post.reduce.yaml \
    share/modules/post.picture.yaml

dist_modules_DATA += share/modules/env.flood.yaml share/modules/raster.read.yaml

# Sites that need no registration.
sitesdir = $(pkgdatadir)/sites
dist_sites_DATA = share/sites/simulated.yaml

# What 'fedtwin module new' begins from.
pythontemplatesdir = $(pkgdatadir)/templates/python
dist_pythontemplates_DATA = share/templates/python/module.yaml \
    share/templates/python/module.py share/templates/python/example.yaml
ctemplatesdir = $(pkgdatadir)/templates/c
dist_ctemplates_DATA = share/templates/c/module.yaml \
    share/templates/c/main.c share/templates/c/Makefile \
    share/templates/c/README.md share/templates/c/example.yaml
physicstemplatesdir = $(pkgdatadir)/templates/physics
dist_physicstemplates_DATA = share/templates/physics/module.yaml \
    share/templates/physics/main.c share/templates/physics/README.md \
    share/templates/physics/example.yaml

# An adapter to begin from, and what checks any of them.
adaptersdir = $(pkgdatadir)/adapters
dist_adapters_SCRIPTS = share/adapters/example.py share/adapters/conform.py
