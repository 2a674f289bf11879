# What the records of the heat sink in p/ say; a test sources this file after
# harness.sh.
# shellcheck shell=sh

in_p() {
	(cd p && "$@")
}

# A member of the records of the mesh and of the three temperatures, a line each.
sink_records() { # content|site
	for ref in mesh.mesh "heat.temperature{power=45 W}" \
		"heat.temperature{power=65 W}" "heat.temperature{power=95 W}"
	do
		in_p fedtwin lineage "$ref" --json >record.json &&
		test_json "d[\"versions\"][0][\"record\"][\"$1\"]" record.json ||
			return
	done
}
