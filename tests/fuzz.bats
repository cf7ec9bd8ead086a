#!/usr/bin/env bats
# The fuzz targets hold on their seed corpus; `make fuzz` looks further.

load helper

@test "every fuzz target holds on its corpus" {
	local target
	for target in "$root"/tests/fuzz/*.c; do
		target=$(basename "$target" .c)
		[ "$target" != replay ] || continue
		run --separate-stderr "$root/bin/fuzz/$target" \
			"$root/tests/fuzz/corpus/$target"/*
		expect 0 '*[1-9]* inputs' '*'
	done
}
