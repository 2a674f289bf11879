# The engine alone: tasks of a site that takes no time.  Sourced by run.sh.
# shellcheck shell=sh disable=SC2154

write_simulated() { # THOUSANDS
	cat >"t$1.yaml" <<-EOT
	fedtwin: 1
	workflow: simulated
	stages:
	  t:
	    run: ["true"]
	    cache: never
	    matrix: {i: {from: 1, to: $1}, j: {from: 1, to: 1000}}
	EOT
}

# The whole resident size, divided by the tasks.
bench_simulated() {
	printf 'fedtwin-site: 1\nsite: none\nadapter: fake\nslots: 1000\n' \
		>site.yaml
	new='rm -rf .fedtwin && fedtwin init'
	small=
	for thousands in 10 100 1000
	do
		write_simulated "$thousands"
		set -- fedtwin run --site ./site.yaml "t$thousands.yaml"
		own=$(median -p "$new" "$@") || return
		kib=$("$measure" -m -r 1 -p "$new" "$@") || return
		own=$(calc "1000 * $own / ($thousands * 1000)" 4)
		small=${small:-$own}
		row "simulated tasks: ${thousands}000" "$(calc "$own")" us/task \
			'of 10000' "$(calc "$small")" "$(calc "$own / $small")"
		row '' "$(calc "1024 * $kib / ($thousands * 1000)" 0)" \
			bytes/task '' '' ''
	done
}
