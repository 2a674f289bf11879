#!/bin/sh
# Runs a test for SECONDS at most, and adds to what it says what it cost:
#
#	# took 12.34 s, 4.56 s of them computing
#
# that is, with all processes that were waited for.
#
# usage: timed.sh SECONDS PROGRAM ARGUMENT...

seconds() { # HUNDREDTHS
	printf '%d.%02d' $(($1 / 100)) $(($1 % 100))
}

# Seconds with two places; without the point they are hundredths.
read -r before _ </proc/uptime
timeout -k 10 "$@"
code=$?
read -r after _ </proc/uptime
took=$((${after%.*}${after#*.} - ${before%.*}${before#*.}))
# Clock ticks of user and system time of children; one is 1/100 s (proc(5)).
read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ user system _ </proc/$$/stat
printf '# took %s s, %s s of them computing\n' \
	"$(seconds $took)" "$(seconds $((user + system)))"
exit $code
