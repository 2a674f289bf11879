# Mesh files that 'data put' must refuse; a test sources this file after
# harness.sh, with the program that makes them in $make.
# shellcheck shell=sh

# refuses TEXT FILE: a mesh is refused with TEXT, and not by a worker's death.
refuses() {
	test_expect_code 4 fedtwin data put t.x "bad/$2" --length-unit m 2>err &&
		test_grep -e "$1" err && test_grep ! worker err
}

# '$make damage bad' makes them and prints a line FILE|MESSAGE for each;
# there are at least $1 of them.
refuses_damaged() {
	damaged=$1
	test_expect_success 'damaged files are made' '
		mkdir bad && "$PYTHON" "$make" damage bad >list &&
		test_line_count -ge "$damaged" list
	'
	while IFS="|" read -r file message
	do
		test_expect_success "refused: $file" '
			refuses "$message" "$file" && test_grep "$file" err
		' </dev/null
	done <list
}

# '$make cut bad' makes files that end too early and prints their names;
# test_line_count ARGUMENT... tells how many.
refuses_cut() {
	wanted=$*
	test_expect_success 'truncated anywhere: an error, never a mesh' '
		"$PYTHON" "$make" cut bad >cuts && test_line_count $wanted cuts &&
		while read -r file
		do
			refuses . "$file" || return 1
		done <cuts
	'
}

leaves_nothing() {
	test_expect_success 'nothing of them is left' '
		! fedtwin data show t.x && ls .fedtwin/tmp >left &&
		test_must_be_empty left && fedtwin fsck
	'
}
