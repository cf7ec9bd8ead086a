#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # each test has an environment of its own

load helper

# edit INPUT EXPECTED [OPTION...]
edit() {
	run --separate-stderr fields "${@:3}" <<<"$1"
	expect 0 "${2//[\[]/\\[}" ''
}

@test "without an option a record stays as it is, white space between apart" {
	edit ' { "a" : 1.0 , "b" : [ 1, {} ] } ' '{"a":1.0,"b":[ 1, {} ]}'
	edit '{}' '{}'
}

@test "--only and --drop, by name, in the input's order" {
	local r='{"a":1,"b":2,"c":3,"d":4}'
	edit "$r" '{"b":2,"d":4}' --only d,b
	edit "$r" '{"b":2,"d":4}' --only d --only b,nothing
	edit "$r" '{"b":2,"c":3}' --drop a,d
	edit "$r" '{"b":2}' --only a,b --drop a
	edit '{"\u0061":1,"b":2}' '{"\\u0061":1}' --only a
}

@test "--hoist lifts an object's members into its place" {
	edit '{"id":"17","attributes":{"name":"Nike","site":null},"x":1}' \
		'{"id":"17","name":"Nike","site":null,"x":1}' --hoist attributes
	edit '{"id":1}' '{"id":1}' --hoist attributes
	edit '{"id":1,"attributes":{}}' '{"id":1}' --hoist attributes
	run --separate-stderr fields --hoist a <<<'{"a":[1]}'
	expect 65 '' 'fields: <stdin>:1: --hoist "a": not an object but an array'
}

@test "what is hoisted is chosen and renamed like the rest" {
	edit '{"id":1,"type":"t","attributes":{"type":"u","name":"n"}}' \
		'{"id":1,"title":"n"}' --hoist attributes --drop type --rename name=title
}

@test "--rename keeps place and value" {
	edit '{"a":19.90,"b":2}' '{"A \\"x\\"":19.90,"b":2}' --rename 'a=A "x"'
	edit '{"a":1,"b":2}' '{"b":1,"a":2}' --rename a=b --rename b=a
}

@test "a name that would be there twice rejects the record" {
	run --separate-stderr fields --rename a=b <<<'{"a":1,"b":2}'
	expect 65 '' 'fields: <stdin>:1: two members would be called "b"'
	run --separate-stderr fields --hoist o <<<'{"id":1,"o":{"id":2}}'
	expect 65 '' '*two members would be called "id"'
	run --separate-stderr fields --hoist o -q -r "$BATS_TEST_TMPDIR/r" \
		< <(lines '{"id":1,"o":{"\u0069d":2}}' '{"id":3}')
	expect 1 '{"id":3}' ''
}

@test "--set replaces in place or appends, with any JSON" {
	edit '{"a":1,"b":2}' '{"a":{"x":[1.50]},"b":2,"c":"t"}' \
		--set 'a={"x": [1.50]}' --set 'c="t"'
	run --separate-stderr fields --set a=text <<<'{}'
	expect 64 '' '*bad value "a=text" for --set: the right side is not JSON*'
	run --separate-stderr fields --set a <<<'{}'
	expect 64 '' '*it takes NAME=JSON*'
}

@test "--stamp is the time of the run, the same in all records" {
	run --separate-stderr fields --stamp at < <(lines '{"at":1}' '{"b":2}')
	expect 0 '*' ''
	[ "$(jq -r .at <<<"$output" | sort -u | wc -l)" -eq 1 ]
	[[ ${lines[0]} =~ \"at\":\"20[0-9-]{8}T[0-9:]{8}\.[0-9]{3}Z\" ]]
}

@test "bad option values are told" {
	run --separate-stderr fields --rename ab <<<'{}'
	expect 64 '' '*bad value "ab" for --rename: it takes OLD=NEW*'
	run --separate-stderr fields --rename a=$'\xff' <<<'{}'
	expect 64 '' '*the new name is not UTF-8*'
	run --separate-stderr fields --only $'\xff' <<<'{}'
	expect 64 '' '*is not UTF-8*'
	run --separate-stderr fields x
	expect 64 '' '*takes no operands*'
}

@test "many members" {
	local r
	r=$(python3 -c 'print("{" + ",".join(f"\"n{i}\":{i}" for i in range(5000)) + "}")')
	edit "$r" "$r"
}

@test "--snake names the others in snake case" {
	edit '{"createdAt":1,"HTTPStatus":2,"userID":3,"URL":4,"already_ok":5}' \
		'{"created_at":1,"http_status":2,"user_id":3,"url":4,"already_ok":5}' \
		--snake
	edit '{"first name":1,"e-mail":2,"a.b.c":3,"a - b":4,"X.Y-Z":5}' \
		'{"first_name":1,"e_mail":2,"a_b_c":3,"a_b":4,"x_y_z":5}' --snake
	edit '{"address2Line":1,"iPhone4S":2,"_id":3,"":4,"a__b":5,"A":6}' \
		'{"address2_line":1,"i_phone4_s":2,"_id":3,"":4,"a__b":5,"a":6}' \
		--snake
	edit '{"größeInCm":1,"ÄpfelUndB":2,"été":3,"É":4}' \
		'{"größe_in_cm":1,"Äpfel_und_b":2,"été":3,"É":4}' --snake
	edit '{"x\u0041y":1,"a\u002db":2,"\u0061":3,"a\"B":4,"\ud800A":5}' \
		'{"x_ay":1,"a_b":2,"\\u0061":3,"a\\"b":4,"\\ud800A":5}' --snake
}

@test "--snake: inner names stay, --rename and --set have the last word" {
	edit '{"aB":{"cD":1}}' '{"a_b":{"cD":1}}' --snake
	edit '{"aB":{"cD":1}}' '{"c_d":1}' --snake --hoist aB
	edit '{"aB":1,"cD":2}' '{"X y":1,"c_d":2}' --snake --rename 'aB=X y'
	edit '{"aB":1}' '{"a_b":7,"cD":8}' --snake --set a_b=7 --set cD=8
	edit '{"aB":1,"cD":2}' '{"a_b":1}' --snake --only aB
}

@test "--snake: two names that become one reject the record" {
	run --separate-stderr fields --snake <<<'{"aB":1,"a_b":2}'
	expect 65 '' 'fields: <stdin>:1: two members would be called "a_b"'
	run --separate-stderr fields --snake -q -r "$BATS_TEST_TMPDIR/r" \
		< <(lines '{"aB":1,"a b":2}' '{"aB":3}')
	expect 1 '{"a_b":3}' ''
}

@test "--mask shows HMAC-SHA256 of the content, as openssl computes it" {
	# printf %s 1 | openssl dgst -sha256 -hmac 0123456789abcdef
	export SLUICE_MASK_KEY=0123456789abcdef
	local one=hmac-sha256:6f51b61a3db920f1cbe06a4c38501bc0
	local e=hmac-sha256:26382c5adb93384755a55b17c0c37aae
	edit '{"a":"1","b":1,"c":"\u0031","d":"é","f":"\u00e9","g":1}' \
		"{\"a\":\"$one\",\"b\":\"$one\",\"c\":\"$one\",\"d\":\"$e\",\"f\":\"$e\",\"g\":1}" \
		--mask a,b,c --mask d --mask f
	edit '{"a":null}' '{"a":null}' --mask a
	edit '{"b":1}' '{"b":1}' --mask a
	run --separate-stderr fields --mask a < <(lines '{"a":1}' '{"a":1.0}' \
		'{"a":true}' '{"a":""}' '{"a":"x"}')
	[ "$status" -eq 0 ]
	[ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -eq 5 ]
	SLUICE_MASK_KEY=fedcba9876543210 run --separate-stderr fields --mask a \
		<<<'{"a":1}'
	expect 0 '{"a":"hmac-sha256:????????????????????????????????"}' ''
	[ "$output" != "{\"a\":\"$one\"}" ]
}

@test "HMAC-SHA256, test case 6 of RFC 4231: a key longer than a block" {
	local key=$BATS_TEST_TMPDIR/key
	printf '\xaa%.0s' {1..131} >"$key"
	edit '{"d":"Test Using Larger Than Block-Size Key - Hash Key First"}' \
		'{"d":"hmac-sha256:60e431591ee0b67f0d8a26aacbf5b77f"}' \
		--mask d --mask-key-file "$key"
}

@test "--mask takes a member by the name it came with and the one it has" {
	export SLUICE_MASK_KEY=0123456789abcdef
	local one=hmac-sha256:6f51b61a3db920f1cbe06a4c38501bc0
	edit '{"a":1}' "{\"b\":\"$one\"}" --rename a=b --mask a
	edit '{"a":1}' "{\"b\":\"$one\"}" --rename a=b --mask b
	edit '{"aB":1}' "{\"a_b\":\"$one\"}" --snake --mask aB
	edit '{"o":{"a":1}}' "{\"a\":\"$one\"}" --hoist o --mask a
	edit '{}' "{\"a\":\"$one\"}" --set a=1 --mask a
}

@test "--mask: what has no hash is a bad record" {
	export SLUICE_MASK_KEY=0123456789abcdef
	run --separate-stderr fields --mask a <<<'{"a":[1]}'
	expect 65 '' '*:1: --mask "a": it is an array, which has no hash: *'
	run --separate-stderr fields --mask a <<<'{"a":{}}'
	expect 65 '' '*:1: --mask "a": it is an object, *'
	run --separate-stderr fields --mask a <<<'{"a":"\ud800"}'
	expect 65 '' '*:1: --mask "a": it is a string with half a surrogate*'
}

@test "--mask needs a key that is a secret" {
	local key=$BATS_TEST_TMPDIR/key
	run --separate-stderr fields --mask a <<<'{"a":1}'
	expect 78 '' 'fields: --mask needs a secret key: name a file with --mask-key-file or set SLUICE_MASK_KEY*'
	SLUICE_MASK_KEY=short run --separate-stderr fields --mask a <<<'{"a":1}'
	expect 78 '' '*the key in SLUICE_MASK_KEY has 5 bytes*it takes 16 or more*'
	: >"$key"
	run --separate-stderr fields --mask a --mask-key-file "$key"
	expect 78 '' "*the key in $key has 0 bytes*"
	run --separate-stderr fields --mask a --mask-key-file "$key.no"
	expect 66 '' "*could not open file \"$key.no\": No such file*"
	head -c 100000 /dev/zero >"$key"
	run --separate-stderr fields --mask a --mask-key-file "$key"
	expect 78 '' "*the key in \"$key\" is over 65536 bytes"
	run --separate-stderr fields --mask-key-file "$key"
	expect 64 '' '*nothing says what to --mask*'
	# The file's key wins, and its line's end is no part of it.
	printf '0123456789abcdef\r\n' >"$key"
	export SLUICE_MASK_KEY=fedcba9876543210
	edit '{"a":1}' '{"a":"hmac-sha256:6f51b61a3db920f1cbe06a4c38501bc0"}' \
		--mask a --mask-key-file "$key"
	run --separate-stderr fields --mask b --mask-key-file "$key" --hoist a \
		<<<'{"a":{"0123456789abcdef":1},"0123456789abcdef":2}'
	expect 65 '' '*:1: two members would be called "[*][*][*]"'
}
