#!/bin/sh
test_description='environment modules are loaded before a program starts'
. "$(dirname "$0")/harness.sh"

# A module system: "module load NAME" reads the file NAME below $MODULES.
mkdir -p home/init modules/gcc modules/bin &&
cat >home/init/sh <<\EOT
ft_unrelated=$1
module() {
	test "$1" = load && test -r "$MODULES/$2" || {
		echo "module: no module '$2'" >&2
		return 1
	}
	. "$MODULES/$2"
	LOADED=$LOADED${LOADED:+,}$2
	export LOADED
}
EOT
cat >modules/bin/gcc <<\EOT
#!/bin/sh
echo "gcc (of a module) 12 $LOADED"
EOT
chmod +x modules/bin/gcc
echo 'PATH=$MODULES/bin:$PATH' >modules/gcc/12
: >"modules/odd;name'"
MODULES=$PWD/modules && export MODULES
MODULESHOME=$PWD/home && export MODULESHOME

test_expect_success 'the example: a program that only a module has' '
	fedtwin init . &&
	cp "$FT_SRCDIR/workflows/examples/modules.yaml" . &&
	fedtwin run modules.yaml &&
	test "$(fedtwin data get compiler.version -)" = "gcc (of a module) 12 gcc/12"
'

cat >run.yaml <<\EOT
fedtwin: 1
workflow: run
stages:
  a:
    modules: [gcc/12, "odd;name'"]
    run: [gcc, "$(id)", "a b"]
EOT

test_expect_success 'several, in order, for a program that PATH does not have' '
	fedtwin run run.yaml &&
	fedtwin logs last/a >out &&
	test_grep "12 gcc/12,odd;name." out
'

test_expect_success 'names are part of the key; why says so' '
	fedtwin run modules.yaml >out && test_grep "1 cached" out &&
	: >modules/extra &&
	sed "s/\[gcc.12\]/[gcc\/12, extra]/" modules.yaml >more.yaml &&
	fedtwin run more.yaml >out && test_grep "1 succeeded" out &&
	fedtwin why last/compiler >out &&
	test_grep "environment modules: .*gcc.*12.* -> .*extra" out &&
	sed "/modules: \[/d; s/gcc --version/echo none/" modules.yaml >none.yaml &&
	fedtwin plan none.yaml >out &&
	test_grep "environment modules: .* -> nothing" out
'

test_expect_success 'a module that cannot be loaded fails the task' '
	sed "s/gcc.12/gcc\/99/" modules.yaml >bad.yaml &&
	test_expect_code 1 fedtwin run bad.yaml 2>err &&
	test_grep "the environment module .gcc/99. cannot be loaded" err
'

test_expect_success 'no module system fails the task and says where it looked' '
	sed "s/gcc.12/gcc\/11/" modules.yaml >bad.yaml &&
	test_expect_code 1 env MODULESHOME=/nowhere fedtwin run bad.yaml 2>err &&
	test_grep "no environment modules here: /nowhere/init/sh" err &&
	test_expect_code 1 env -u MODULESHOME fedtwin run bad.yaml 2>err &&
	test_grep "no environment modules here: .MODULESHOME is not set, nor .module_init. of the site" err
'

test_expect_success 'the site file may say where the module system is' '
	printf "fedtwin-site: 1\nsite: here\nadapter: local\nmodule_init: %s\n" \
		"$PWD/home/init/sh" >site.yaml &&
	env -u MODULESHOME fedtwin run --fresh --site ./site.yaml modules.yaml &&
	sed "s,module_init: .*,module_init: home/init/sh," site.yaml >bad.yaml &&
	test_expect_code 3 fedtwin run --site ./bad.yaml modules.yaml 2>err &&
	test_grep "bad.yaml:4:14: error FT0501: .home/init/sh. is not an absolute path" err
'

test_expect_success 'what is no name of a module is refused' '
	for name in "\"a b\"" "\"-x\"" "\"\"" "\"\${params.x}\""
	do
		sed "s,gcc/12,$name," modules.yaml >bad.yaml &&
		test_expect_code 3 fedtwin check bad.yaml 2>err &&
		test_grep "bad.yaml:9:15: error FT0106" err || return 1
	done
'

test_expect_success 'a container is still refused' '
	sed "s/modules: .*/container: x/" modules.yaml >bad.yaml &&
	test_expect_code 3 fedtwin check bad.yaml 2>err &&
	test_grep "error FT0115: this version cannot execute .container." err
'

test_done
