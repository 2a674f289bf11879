/* sandbox.h - what a file that takes the worker over could still do
 *
 * HDF5 files come from stages, other sites and mail.  The worker therefore
 * gives up what it never needs: network, other programs, other processes, and
 * more than a bounded amount of memory and processor time.
 */
#ifndef FT_WORKER_SANDBOX_H
#define FT_WORKER_SANDBOX_H

#include <stdint.h>

struct ft_err;

#define FT_SANDBOX_MEMORY (2ull << 30) /* address space, bytes */
#define FT_SANDBOX_CPU_S 300           /* of one request, and 1 s a MiB */

/* Once, before anything is read. */
int ft_sandbox_enter(struct ft_err *err);

/* Before each request: processor time and file size for an input of this
 * size.  Running out of time ends the process by SIGXCPU. */
int ft_sandbox_request(uint64_t size_bytes, struct ft_err *err);

#endif
