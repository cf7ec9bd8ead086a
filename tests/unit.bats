#!/usr/bin/env bats
# The modules' own cases, tests/unit/*.c.

load helper

@test "the cases of every module pass" {
	local unit program
	for unit in "$root"/tests/unit/*.c; do
		program=$root/bin/unit/$(basename "$unit" .c)
		run --separate-stderr "$program"
		expect 0 '*checks, 0 failed' '*'
	done
}

@test "the tokenizer's cases pass without SSE2, too" {
	run --separate-stderr "$root/bin/unit/json-plain"
	expect 0 '*checks, 0 failed' ''
}
