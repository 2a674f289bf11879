# workflows: examples, each of them run by a test

workflowsdir = $(pkgdatadir)/workflows
dist_workflows_DATA = \
    workflows/heatsink.yaml \
    workflows/plot_peak.py

# Workflows that end with a verdict on the modules.
verifydir = $(workflowsdir)/verify
dist_verify_DATA = \
    workflows/verify/nafems-t3.yaml workflows/verify/nafems-t2-t4.yaml \
    workflows/verify/heat-mms-second.yaml \
    workflows/verify/flood.yaml workflows/verify/flood_cases.py \
    workflows/verify/electrostatics.yaml \
    workflows/verify/flood-flows.yaml workflows/verify/flood_flows.py \
    workflows/verify/heat-series.yaml workflows/verify/heat_series.py \
    workflows/verify/axial.yaml workflows/verify/axial.py \
    workflows/verify/solids.yaml workflows/verify/solids.py \
    workflows/verify/heat-adaptive.yaml \
    workflows/verify/heat-contact.yaml workflows/verify/heat_contact.py \
    workflows/verify/heat-jump.yaml workflows/verify/heat_jump.py \
    workflows/verify/heat_jump_cases.py \
    workflows/verify/heat-mms.yaml workflows/verify/heat_mms.py \
    workflows/verify/elasticity.yaml workflows/verify/curve.py \
    workflows/verify/elasticity_cases.py workflows/verify/modes.yaml
dist_verify_SCRIPTS = workflows/verify/run_all.sh
# Not run by themselves: others use them.
verifyuseddir = $(verifydir)/used
dist_verifyused_DATA = workflows/verify/used/heat-adaptive-turn.yaml

# Compute what is known, and compare: share/doc/verify.md.
VERIFY =
.PHONY: verify
verify: all
	@PATH='$(abs_top_builddir)':"$$PATH" $(SHELL) \
	    $(top_srcdir)/workflows/verify/run_all.sh verify verification.md \
	    $(VERIFY)

# One for each feature of the language.
examplesdir = $(workflowsdir)/examples
dist_examples_DATA = \
    workflows/examples/adaptive.yaml workflows/examples/adaptive-turn.yaml \
    workflows/examples/ambient.txt \
    workflows/examples/budget.yaml \
    workflows/examples/deadline.yaml \
    workflows/examples/flood.yaml workflows/examples/valley.py \
    workflows/examples/gauge.yaml workflows/examples/levels.txt \
    workflows/examples/include.yaml \
    workflows/examples/loop-matrix.yaml \
    workflows/examples/loop.yaml \
    workflows/examples/mesh-quality.yaml \
    workflows/examples/modules.yaml \
    workflows/examples/optional.yaml \
    workflows/examples/parameters.values.yaml \
    workflows/examples/parameters.yaml \
    workflows/examples/pictures.yaml \
    workflows/examples/population.yaml \
    workflows/examples/rod.yaml \
    workflows/examples/ensemble.yaml \
    workflows/examples/retry.yaml \
    workflows/examples/rows.yaml \
    workflows/examples/warm.yaml \
    workflows/examples/simulated.yaml \
    workflows/examples/steering.yaml \
    workflows/examples/subworkflow.yaml \
    workflows/examples/thermal-stress.yaml

EXTRA_DIST += t/t3300-verify.t
TESTS += t/t3300-verify.t
