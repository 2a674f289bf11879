# Tests: unit programs and *.t scripts both speak TAP.

EXTRA_DIST += t/harness.sh t/mpirun.sh t/tally.sh t/timed.sh \
    t/clean-machine.sh .shellcheckrc $(HOUSE_TESTS)

HOUSE_TESTS = \
    t/t0000-harness.t \
    t/t0001-layers.t \
    t/t0002-headers.t \
    t/t0003-linkage.t \
    t/t0004-source.t \
    t/t0005-commands.t \
    t/t0006-references.t \
    t/t0007-bootstrap.t \
    t/t0008-format.t
TESTS += $(HOUSE_TESTS)

TEST_EXTENSIONS = .t
TEST_SECONDS = 900
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
    $(top_srcdir)/share/build/tap-driver.sh
T_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/t/timed.sh $(TEST_SECONDS)
T_LOG_COMPILER = $(LOG_COMPILER) $(SHELL)

AM_TESTS_ENVIRONMENT = \
    FT_BUILDDIR='$(abs_top_builddir)'; export FT_BUILDDIR; \
    UBSAN_OPTIONS=print_stacktrace=1; export UBSAN_OPTIONS;
# LeakSanitizer cannot look into the children that Check forks.
if SANITIZERS
AM_TESTS_ENVIRONMENT += CK_FORK=no; export CK_FORK;
endif

# What "make check" did, in one plain line that a program can read.
.PHONY: tally bench fuzz
tally:
	@$(SHELL) $(top_srcdir)/t/tally.sh $(TEST_LOGS:.log=.trs) || :

# See share/doc/benchmarks.md.
EXTRA_PROGRAMS += $(BENCHES)
BENCHES += t/bench/measure t/bench/commits t/bench/lookups
BENCHES += t/bench/pilot
t_bench_pilot_SOURCES = t/bench/pilot.c
t_bench_pilot_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS) $(UV_CFLAGS)
t_bench_pilot_LDADD = $(fedtwin_agent_LDADD)
EXTRA_DIST += t/bench/pilot.sh t/bench/slurm.sh
EXTRA_DIST += t/bench/run.sh t/bench/warm.sh t/bench/simulated.sh \
    t/bench/history.sh
t_bench_measure_SOURCES = t/bench/measure.c
t_bench_commits_SOURCES = t/bench/commits.c
t_bench_commits_CPPFLAGS = $(AM_CPPFLAGS) $(JSON_CFLAGS)
t_bench_commits_LDADD = engine/libdata.a engine/libmodel.a engine/libtext.a \
    $(YAML_LIBS) $(UDUNITS_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)

t_bench_lookups_SOURCES = t/bench/lookups.c
t_bench_lookups_CPPFLAGS = $(t_bench_commits_CPPFLAGS)
t_bench_lookups_LDADD = $(t_bench_commits_LDADD)

EXTRA_DIST += t/bench/stage_write.c t/bench/heat.c t/bench/heat.sh \
    t/bench/heat.py t/bench/flood.sh t/bench/flood.py t/bench/dam.gfs \
    t/bench/elasticity.sh t/bench/elasticity.py t/bench/slope.sh
BENCHES += t/bench/triad
t_bench_triad_SOURCES = t/bench/triad.c
t_bench_triad_CFLAGS = $(AM_CFLAGS) -O3
if SOLVERS
BENCHES += t/bench/stage_write
t_bench_stage_write_SOURCES = t/bench/stage_write.c
t_bench_stage_write_CPPFLAGS = $(SOLVER_CPPFLAGS)
t_bench_stage_write_CFLAGS = $(SOLVER_CFLAGS)
t_bench_stage_write_LDFLAGS = $(SOLVER_LINK)
t_bench_stage_write_LDADD = $(SOLVER_LIBS)
BENCHES += t/bench/heat
t_bench_heat_SOURCES = t/bench/heat.c
t_bench_heat_CPPFLAGS = $(SOLVER_CPPFLAGS)
t_bench_heat_CFLAGS = $(SOLVER_CFLAGS)
t_bench_heat_LDFLAGS = $(SOLVER_LINK)
t_bench_heat_LDADD = $(FE_LIBS)
endif

bench: all $(BENCHES)
	@FT_BUILDDIR='$(abs_top_builddir)' $(SHELL) $(top_srcdir)/t/bench/run.sh

# What each fuzz target may spend on new inputs: seconds, or "-n EXECUTIONS".
FUZZ_SECONDS = 60
FUZZ_LIMIT = -s $(FUZZ_SECONDS)
fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do \
	  echo "$$f"; \
	  ./$$f $(FUZZ_LIMIT) $(top_srcdir)/t/fuzz/corpus/$${f##*/fuzz_} \
	    || exit; \
	done

clean-local: clean-scratch
.PHONY: clean-scratch
clean-scratch:
	-chmod -R u+w t/scratch 2>/dev/null
	-rm -rf t/scratch
