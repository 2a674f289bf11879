/* sandbox.h - what a file that takes a program over could still do
 *
 * HDF5 files and archives come from stages, other sites and mail.  The programs
 * that open them therefore give up what they never need: network, other
 * programs, other processes, and more than a bounded amount of memory and
 * processor time.
 */
#ifndef FT_WORKER_SANDBOX_H
#define FT_WORKER_SANDBOX_H

#include <stdint.h>

struct ft_err;

#define FT_SANDBOX_MEMORY (2ull << 30) /* address space, bytes */

/* Once, before anything is read. */
int ft_sandbox_enter(struct ft_err *err);

/* Before each request: how much processor time and address space it may take
 * (never more than FT_SANDBOX_MEMORY), and how long a file that it writes may
 * become.  Running out of time ends the process by SIGXCPU. */
int ft_sandbox_request(uint64_t cpu_s, uint64_t memory_bytes,
                       uint64_t file_bytes, struct ft_err *err);

#endif
