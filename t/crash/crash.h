/* crash.h - publish versions whose bytes can be told again from a number
 *
 * The crash tests publish through the store's API and write down what was
 * acknowledged, one line a task: "SEED NUMBER VERSION VERSION".  Later another
 * process looks for each of these versions and compares its bytes.
 */
#ifndef FT_CRASH_H
#define FT_CRASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/store/project.h"
#include "data/store/store.h"

#define OUTPUTS 2
#define SOURCE_MAX 32768

/* A task of the loop, with the files that it "wrote". */
struct task {
    uint64_t seed, number;
    char *name;
    char *path[OUTPUTS];
    struct ft_output out[OUTPUTS];
    struct ft_result result;
};

/* Sources go below 'work'.  Ends the program when they cannot be written. */
void task_init(struct task *task, const char *work, uint64_t seed,
               uint64_t number);
void task_release(struct task *task); /* and removes the sources */

/* The bytes of one output; the length is returned. */
size_t source_bytes(uint64_t seed, uint64_t number, size_t out,
                    uint8_t bytes[SOURCE_MAX]);

/* Ends the program with the text of 'err'. */
_Noreturn void give_up(const char *what, const struct ft_err *err);

/* Open the project 'dir' and its store for writing, or give up. */
struct ft_project *open_project(const char *dir);
struct ft_store *open_store(const struct ft_project *project);

/* Check the whole store deeply, then that every acknowledged version (a file
 * of such lines; a last one that is not whole is left out) is there and right.
 * Return the number of faults, each told on stderr. */
size_t check_store(const char *dir, const char *acks, const char *work);

/* The commands of the program: each returns an exit status. */
int publish_loop(const char *dir, const char *work, uint64_t seed,
                 uint64_t count);
int kill_loop(const char *dir, const char *work, uint64_t seed,
              uint64_t kills);
int fill_loop(const char *dir, const char *work, uint64_t seed);
int judge_states(const char *work);

#endif
