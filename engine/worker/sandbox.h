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
#define FT_SANDBOX_SMALL (16u << 10)   /* bytes of a small file */
#define FT_SANDBOX_SMALL_CPU_MS 750

/* Once, before anything is read. */
int ft_sandbox_enter(struct ft_err *err);

/* Before each request about files of so many bytes: bound the processor time,
 * the address space and the length of files that it may take, for damage can
 * keep HDF5 busy for ever, or with clearing all the memory that it gets.
 * Running out of time ends the process by SIGPROF. */
int ft_sandbox_request(uint64_t size_bytes, struct ft_err *err);

#endif
