/* clock.c - a clock for HDF5 that stands still
 *
 * A file whose creator lets groups keep their times (h5py always does) gets the
 * time of the day into its root group when /fedtwin is added.  A version must
 * not depend on when it was published, so this program answers the two calls
 * that HDF5 has for the time itself, before the C library does.
 */
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    *now = (struct timeval){ 0 };
    return 0;
}

time_t time(time_t *now)
{
    if (now)
        *now = 0;
    return 0;
}
