/* local.h - what the local adapter can beside what every adapter can
 *
 * For fedtwin-agent, which starts its programs through it.
 */
#ifndef ADAPTERS_LOCAL_H
#define ADAPTERS_LOCAL_H

/* Send 'signal' to the programs of all attempts as soon as they handle it: the
 * others would be ended by it.  'conn' is the adapter's. */
void ft_local_notify(void *conn, int signal);

#endif
