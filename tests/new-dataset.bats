#!/usr/bin/env bats
# The README's way to a dataset of one's own, taken as it is written.
# shellcheck disable=SC1003,SC2016 # tr's backslash; expanded elsewhere on purpose

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# A tree like this one, what is built with it, where datasets can be added.
copy_tree() {
	local variant
	variant=$(<"$root/build/.variant")
	mkdir -p "tree/${variant%/*}"
	cp -a "$root"/{Makefile,man,pipelines,tools,bin} tree
	cp -a "$root/$variant" "tree/$variant"
	cp -a "$root/build/.variant" tree/build
	mkdir -p tree/tests/pipelines
	cp -a "$root"/tests/{run,deps,apid,helper.bash} tree/tests
	cd tree || return
}

# The section's blocks, a file each.
blocks() {
	awk '/^## / { inside = /ten minutes$/ }
		!inside { next }
		/^    / && !block { n++ }
		/^    / { sub(/^ +/, ""); print > sprintf("block.%02d", n)
			block = 1; next }
		/./ { block = 0 }' "$root/README.md"
}

@test "the README's dataset of one's own: every command, as it stands there" {
	blocks
	[ -e block.07 ]
	# One is a part of the pipeline, and has to be one; the others are
	# commands, in their order, in one shell.
	local block part=
	for block in block.*; do
		if grep -q 'stage pull' "$block"; then
			part=$block
		else
			cat "$block" >>commands
		fi
	done
	sed 's/@name@/toys/g' "$root/pipelines/template/pipeline" |
		sed -n '/^pull()/,$p' | tr -s ' \t\n\\' ' ' >wanted
	tr -s ' \t\n\\' ' ' <"$part" | diff wanted -

	copy_tree
	SLUICE_VAR=$BATS_TEST_TMPDIR/var
	export SLUICE_VAR PATH=$PWD/bin:$PATH
	run --separate-stderr timeout 120 bash -c '
		set -eE
		trap "kill \$(jobs -p); pipelines/local-postgres stop" EXIT
		# To type the next command takes longer than the server needs.
		. <(sed "/apid/a until [ -s port ]; do sleep 0.02; done" "$1")
		' bash ../commands 3>&-
	expect 0 '*toys: done, exit status 0*12.50*' '*'
	grep -q '</html>' toys.html
	grep -qF 'CREATE TABLE IF NOT EXISTS "public"."draft" ("id" bigint' \
		<<<"$output"
	grep -qF '"rule failed: .price != null",{"id":3,' <<<"$output"
}

@test "new-dataset: its names, and what is there already" {
	copy_tree
	run --separate-stderr pipelines/new-dataset toys
	expect 0 '*/pipelines/toys/pipeline*/tests/pipelines/toys.bats' ''
	run ! grep -rn '@name@\|@NAME@' pipelines/toys tests/pipelines
	[ "$(make -s -pn list-tools 2>/dev/null | grep -c '^toys:')" -eq 1 ]
	run --separate-stderr pipelines/new-dataset toys
	expect 73 '' 'new-dataset: there is a "toys" already'
	run --separate-stderr pipelines/new-dataset ../toys
	expect 64 '' 'new-dataset: usage: *'
	# Installed, there are no tests.
	rm -r tests
	run --separate-stderr pipelines/new-dataset more
	expect 0 '*/pipelines/more/pipeline*' ''
	run --separate-stderr pipelines/run --help
	expect 0 '*more*toys*' ''
}
