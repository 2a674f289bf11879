# workflows: examples, each of them run by a test

workflowsdir = $(pkgdatadir)/workflows
dist_workflows_DATA = \
    workflows/heatsink.yaml \
    workflows/plot_peak.py
