#!/usr/bin/env bats
# The tokenizer against python's json and jq: the same verdict on every
# document, the same value after a tool has written it.

load helper

# ours FILE: 1 or 0 a line, as python's verdicts: by the rejects' lines.
ours() {
	dedupe -q -k '.' --null-key keep -r "$BATS_TEST_TMPDIR/r" <"$1" \
		>/dev/null || true
	# Not by jq 1.6: it cannot read a lone surrogate's escape.
	python3 -c 'import json, sys
for line in sys.stdin:
    r = json.loads(line)
    if r["reason"].startswith(("not JSON", "the last")):
        print(r["line"])' <"$BATS_TEST_TMPDIR/r" >"$BATS_TEST_TMPDIR/bad"
	awk 'FILENAME == ARGV[1] { bad[$1]; next }
		/[^ \t\r]/ { print (FNR in bad) ? 0 : 1 }' \
		"$BATS_TEST_TMPDIR/bad" "$1"
}

@test "python and we agree on 20,000 documents, half of them spoiled" {
	local d=$BATS_TEST_TMPDIR
	python3 "$root/tests/conformance/documents.py" generate 1 20000 >"$d/in"
	python3 "$root/tests/conformance/documents.py" verdicts "$d/in" \
		>"$d/python"
	LC_ALL=C ours "$d/in" >"$d/ours"
	grep -q 0 "$d/python"
	grep -q 1 "$d/python"
	paste -d' ' "$d/python" "$d/ours" >"$d/both"
	run awk '$1 != $2 { print NR ": python " $1 ", we " $2 }' "$d/both"
	[ -z "$output" ] || { echo "$output" | head; false; }
}

# same FILE: every value of its lines is the same after fields wrote it.
same() {
	python3 - "$1" <(fields <"$1") <<-'END'
		import json, sys
		exact = dict(parse_float=str, parse_int=str)
		a, b = (open(f, encoding="utf-8") for f in sys.argv[1:])
		n = 0
		for n, (x, y) in enumerate(zip(a, b, strict=True), 1):
		    pairs = [json.loads(t, object_pairs_hook=list, **exact)
		             for t in (x, y)]
		    assert pairs[0] == pairs[1], (n, x, y)
		assert n > 0
	END
}

@test "what is written has the value that was read" {
	local d=$BATS_TEST_TMPDIR
	python3 "$root/tests/conformance/documents.py" generate 2 4000 >"$d/all"
	fields -q -r "$d/r" <"$d/all" >/dev/null || [ $? -eq 1 ]
	awk 'FILENAME == ARGV[1] { bad[$1]; next } !(FNR in bad)' \
		<(jq .line "$d/r") "$d/all" >"$d/in"
	[ "$(wc -l <"$d/in")" -gt 1500 ]
	LC_ALL=C.UTF-8 same "$d/in"
}

@test "the well-known public documents: same verdict, same value" {
	need_data public/twitter.json
	local d=$BATS_TEST_TMPDIR f
	for f in "$data"/public/*.json "$data"/public/*.ndjson; do
		# One line a document, so that the stream can be checked.
		python3 - "$f" >"$d/in" <<-'END'
			import json, sys
			text = open(sys.argv[1], encoding="utf-8").read()
			for doc in text.splitlines() if sys.argv[1].endswith("ndjson") else [text]:
			    doc = doc.replace("\n", " ").replace("\r", " ")
			    print('{"v":' + doc + "}")
		END
		run --separate-stderr fields <"$d/in"
		[ "$status" -eq 0 ] || { echo "$f: $stderr"; false; }
		same "$d/in"
		cmp <(jq -cS . "$d/in") <(fields <"$d/in" | jq -cS .)
	done
}
