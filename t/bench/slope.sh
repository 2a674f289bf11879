# How processor time and memory grow with the size of a problem.  Sourced by
# run.sh.
# shellcheck shell=sh

# The slope of a line through the logarithms.
slope() { # FILE of "size value"
	awk '{ x = log($1); y = log($2); n++
		sx += x; sy += y; xx += x * x; xy += x * y }
		END { printf "%.2f", (n * xy - sx * sy) / (n * xx - sx * sx) }' "$1"
}

# One of the sizes, into the files cpu.txt and memory.txt.
grow() { # UNKNOWNS COMMAND...
	unknowns=$1
	shift
	"$measure" -c -r "$repeats" "$@" >figures && read -r _ cpu <figures &&
		echo "$unknowns $cpu" >>cpu.txt &&
		echo "$unknowns $("$measure" -m -r 1 "$@")" >>memory.txt
}

slope_rows() { # WHAT
	row "$1: time by unknowns" "$(slope cpu.txt)" slope '' '' ''
	row "$1: memory by unknowns" "$(slope memory.txt)" slope '' '' ''
}
