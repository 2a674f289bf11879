#!/bin/sh
test_description='habits of the source that a program can check'
. "$(dirname "$0")/harness.sh"

FILE_LINES=600
FUNCTION_LINES=90

# The C files below directory $1, then every other text file of the project.
c_files() {
	(cd "$1" && find engine adapters solvers t -path t/scratch -prune \
		-o -name '*.[ch]' -print)
}
text_files() {
	(cd "$1" && find README bootstrap configure.ac Makefile.am engine \
		adapters solvers workflows data share t \
		\( -path t/scratch -o -path share/build \) -prune \
		-o -type f ! -name '*.o' ! -name '*.log' ! -name '*.trs' -print)
}

# These grep the named files of directory $1 and print what they find.
in_c_files() { # DIR GREP-OPTION...
	dir=$1 && shift &&
	c_files "$dir" | (cd "$dir" && xargs grep -nH "$@" /dev/null)
	test $? -le 123
}
in_text_files() {
	dir=$1 && shift &&
	text_files "$dir" | (cd "$dir" && xargs grep -nHI "$@" /dev/null)
	test $? -le 123
}

banned='strcpy|stpcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof'
banned="$banned|system|popen|alloca|mktemp|tmpnam"
banned="(^|[^A-Za-z0-9_.>])($banned) *\\("

long_functions() {
	c_files "$1" | (cd "$1" && xargs awk -v most=$FUNCTION_LINES '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR }
	/^}/ && start {
		if (FNR - start - 1 > most)
			print FILENAME ":" start ": " FNR - start - 1 " lines"
		start = 0
	}')
}

long_files() {
	c_files "$1" | grep -v '^t/' | (cd "$1" && xargs wc -l) |
		awk -v most=$FILE_LINES '$2 != "total" && $1 > most'
}

test_need shellcheck

test_expect_success 'the rules find what they forbid' '
	mkdir -p engine/base adapters solvers t workflows data share &&
	touch README bootstrap configure.ac Makefile.am &&
	{
		echo "int f(char *s) { return atoi(s) + ft_strcpy(s); }" &&
		echo "{" &&
		yes "    f();" | head -n $((FUNCTION_LINES + 1)) &&
		echo "}" &&
		yes "" | head -n $FILE_LINES
	} >engine/base/a.c &&
	in_c_files . -E "$banned" >got &&
	test_line_count = 1 got &&
	long_functions . >got &&
	test_grep "^engine/base/a.c:2: $((FUNCTION_LINES + 1)) lines" got &&
	test_line_count = 1 got &&
	long_files . >got &&
	test_line_count = 1 got &&
	echo "a note: TO""DO" >share/a.md &&
	in_text_files . -w TO"DO" >got &&
	test_grep "^share/a.md:1" got
'

test_expect_success 'no function that overruns, runs a shell or hides errors' '
	in_c_files "$FT_SRCDIR" -E "$banned" >got &&
	test_must_be_empty got
'

test_expect_success 'at most 80 columns, no tabs, no space at the end' '
	in_c_files "$FT_SRCDIR" -E ".{81}|	| \$" >got &&
	test_must_be_empty got
'

test_expect_success "files of the engine and the solvers have at most $FILE_LINES lines" '
	long_files "$FT_SRCDIR" >got &&
	test_must_be_empty got
'

test_expect_success "functions have at most $FUNCTION_LINES lines" '
	long_functions "$FT_SRCDIR" >got &&
	test_must_be_empty got
'

test_expect_success 'nothing is marked as left to do' '
	in_text_files "$FT_SRCDIR" -wE "TO""DO|FIX""ME|X""XX|HA""CK" >got &&
	test_must_be_empty got
'

test_expect_success 'nothing names the directory it was built in' '
	in_text_files "$FT_SRCDIR" -E \
		"(^|[^A-Za-z0-9_.)}/>-])$FT_SRCDIR(/|[^A-Za-z0-9_-]|\$)" >got &&
	{ grep -v "^t/settings:\|^share/uninstalled:" got >wrong || : ; } &&
	test_must_be_empty wrong
'

test_expect_success 'shellcheck finds nothing in the scripts' '
	cd "$FT_SRCDIR" &&
	text_files . >"$OLDPWD/files" &&
	cd "$OLDPWD" &&
	{ echo bootstrap && grep "\.\(sh\|t\)\$" files; } >scripts &&
	(cd "$FT_SRCDIR" && xargs shellcheck -s sh) <scripts
'

test_done
