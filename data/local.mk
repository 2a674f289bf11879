# data: small real inputs of the examples; origin and licence beside each
#
# Other files here add theirs: dist_exampledata_DATA += data/heatsink.geo
exampledatadir = $(pkgdatadir)/data
dist_exampledata_DATA =
dist_exampledata_DATA += data/heatsink.geo data/l-shape.geo \
    data/concentric-spheres.geo data/eccentric-cylinders.geo \
    data/square-line.geo data/microstrip.geo \
    data/ball.geo data/cylinder.geo data/ring.geo data/bimetal.geo \
    data/le11.geo data/sector.geo data/wall.geo
EXTRA_DIST += data/README
