#!/usr/bin/env bats
# Lines of several processes on one pipe or file stay whole.
# shellcheck disable=SC2016 # expanded by the sh that xargs starts

load helper

# Writer I: lines from 1 byte of text to 200 KB, marked by their writer.
writer_input() {
	python3 - "$1" <<-'END'
		import random, sys
		w = int(sys.argv[1])
		random.seed(w)
		for i in range(300):
		    n = random.randint(1, 200000 if i % 10 == 0 else 9000)
		    n = 1 if i == 7 else n
		    print(f'{{"id":"{w}-{i}","n":{n},"v":"{str(w) * n}"}}')
	END
}

setup() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		writer_input $i >"$BATS_TEST_TMPDIR/in.$i"
	done
	cat "$BATS_TEST_TMPDIR"/in.? | sort >"$BATS_TEST_TMPDIR/expected"
}

@test "8 writers, lines of 1 byte to 200 KB, one pipe: nothing torn" {
	printf '%s\n' 1 2 3 4 5 6 7 8 |
		xargs -P 8 -I{} sh -c 'flatten <"$1"' - "$BATS_TEST_TMPDIR/in.{}" |
		sort >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/out"
}

@test "8 writers appending to one file: nothing torn" {
	printf '%s\n' 1 2 3 4 5 6 7 8 |
		xargs -P 8 -I{} sh -c 'flatten <"$1" >>"$2"' - \
			"$BATS_TEST_TMPDIR/in.{}" "$BATS_TEST_TMPDIR/file"
	sort "$BATS_TEST_TMPDIR/file" | cmp "$BATS_TEST_TMPDIR/expected"
}

@test "standard output and the rejects may be one file" {
	printf '{"a":1}\nbad\n{"a":2}\n' >"$BATS_TEST_TMPDIR/in"
	run --separate-stderr bash -c "flatten -q -r $BATS_TEST_TMPDIR/both \
		<$BATS_TEST_TMPDIR/in >>$BATS_TEST_TMPDIR/both"
	expect 1 '' ''
	[ "$(jq -s 'length' "$BATS_TEST_TMPDIR/both")" -eq 3 ]
}
