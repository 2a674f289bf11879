/* edges.c - which code a child process went through
 *
 * A file of its own, for clang gives up its counters where they have a name.
 */
#include "t/fuzz/edges.h"

#include <string.h>

#ifdef LIBFUZZER
extern uint8_t edges[] __asm__("__start___sancov_cntrs");
extern uint8_t edges_end[] __asm__("__stop___sancov_cntrs");
#else
static uint8_t edges[1], *const edges_end = edges;
#endif

void edges_take(uint8_t *to, size_t max)
{
    size_t n = (size_t)(edges_end - edges);

    n = n < max ? n : max;
    memcpy(to, edges, n);
    memset(edges, 0, n);
}
