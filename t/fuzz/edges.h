/* edges.h - which code a child process went through
 *
 * libFuzzer looks at counters of its own process, and at those in the section
 * __libfuzzer_extra_counters: a child's are to be copied there.
 */
#ifndef FT_FUZZ_EDGES_H
#define FT_FUZZ_EDGES_H

#include <stddef.h>
#include <stdint.h>

/* Copy at most 'max' counters of this process, and set them back to 0; nothing
 * without libFuzzer. */
void edges_take(uint8_t *to, size_t max);

#endif
