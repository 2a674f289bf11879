/* near.h - how far two names are from each other */
#ifndef PHY_NEAR_H
#define PHY_NEAR_H

#define PHY_NEAR_MAX 2 /* edits of a name that may be a slip */

/* Letters to insert, remove, change or swap with the next; PHY_NEAR_MAX + 1
 * when more.  Not collective. */
int phy_distance(const char *a, const char *b);

#endif
