/* fuzz.h - what a fuzz target provides
 *
 * A target takes any bytes, must come back, and aborts when a promise of the
 * code under test is broken.  driver.c runs it with any compiler; clang's
 * libFuzzer can take the driver's place (share/doc/fuzzing.md).
 */
#ifndef FT_FUZZ_H
#define FT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
