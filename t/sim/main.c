/* main.c - many random histories, or one with a trace */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "t/sim/sim.h"

static int usage(void)
{
    fprintf(stderr, "usage: sim [--histories N] [--from SEED]\n"
                    "       sim --seed SEED\n");
    return 2;
}

static bool number(const char *text, uint64_t *n)
{
    char *end;

    *n = strtoull(text, &end, 10);
    return *text && !*end;
}

/* One history, told step by step. */
static void show(uint64_t seed)
{
    struct sim sim = { .trace = true };
    struct world w;

    world_open(&w, seed / SEEDS_PER_WORLD);
    printf("%s", w.text.s);
    sim_history(&sim, &w, seed);
    printf("history %llu ended after %u steps\n", (unsigned long long)seed,
           sim.step);
    world_close(&w);
    free(sim.record);
}

static void run(uint64_t from, uint64_t n)
{
    int64_t start_ns = ft_clock_mono_ns();
    unsigned long long steps = 0;
    struct sim sim = { 0 };
    uint64_t seed = from;
    struct world w;

    while (seed < from + n) {
        world_open(&w, seed / SEEDS_PER_WORLD);
        do {
            sim_history(&sim, &w, seed);
            steps += sim.step;
        } while (++seed % SEEDS_PER_WORLD && seed < from + n);
        world_close(&w);
    }
    printf("%llu histories from seed %llu: %llu steps, %llu attempts, "
           "%llu crashes that lost %llu records, %.0f histories/s\n",
           (unsigned long long)n, (unsigned long long)from, steps,
           sim.attempts, sim.crashes, sim.lost_records,
           (double)n / ((double)(ft_clock_mono_ns() - start_ns) / 1e9));
    free(sim.record);
}

int main(int argc, char **argv)
{
    uint64_t from = 0, n = 20000, seed = 0;
    bool one = false;

    for (int i = 1; i < argc; i += 2) {
        uint64_t *to = strcmp(argv[i], "--histories") == 0 ? &n
                       : strcmp(argv[i], "--from") == 0    ? &from
                       : strcmp(argv[i], "--seed") == 0    ? &seed
                                                           : NULL;

        if (!to || i + 1 == argc || !number(argv[i + 1], to))
            return usage();
        one |= to == &seed;
    }
    if (one)
        show(seed);
    else
        run(from, n);
    return 0;
}
