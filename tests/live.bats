#!/usr/bin/env bats
# pipelines/live: what an API answers now against a cassette.

load helper
load small

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	small_pipelines
	cp "$root/pipelines/live" "$pipelines"
	mkdir "$pipelines/shop"
	cat >"$pipelines/shop/api.json" <<-'END'
		{"base_url": "${SHOP_URL}", "headers": {"Authorization": "Bearer ${SHOP_TOKEN:-0123456789}"},
		 "resources": {
			"shops": {"path": "/v1/shops", "records": ".data"},
			"shop": {"path": "/v1/shops/{id}?full={full}"}}}
	END
	was='{"id":1,"name":"a","vat":null,"address":{"zip":"01","city":"x"},"tags":["t"],"open":true}'
}

teardown() {
	stop_apid
}

# serve LIST ONE: the answers of the API.
serve() {
	stop_apid
	printf '%s' "$1" >list.json
	printf '%s' "$2" >one.json
	start_apid --serve /v1/shops=list.json --serve /v1/shops/1=one.json
	export SHOP_URL=$API
}

record() {
	serve "{\"data\":[$was,{\"id\":2,\"name\":\"b\"}]}" "$was"
	wdn-fetch -p "$pipelines/shop/api.json" --cassette record:tape \
		shop <<<'{"id":1,"full":"yes"}'
	paginate -u "$API/v1/shops" --by link --records .data \
		--cassette record:tape >/dev/null
}

live() {
	"$pipelines/live" "$@"
}

@test "live: nothing has changed" {
	record
	run --separate-stderr live shop tape
	expect 0 $'shop: 1 of 1 answers\nshops: 1 of 1 answers\nnothing has changed' ''
	# By its place of old.
	mkdir -p "$SLUICE_VAR/cassettes"
	cp -R tape "$SLUICE_VAR/cassettes/shop"
	run --separate-stderr live shop
	expect 0 '*nothing has changed' ''
}

@test "live: fields that are new, lost, of another type or null" {
	record
	serve '{"data":[{"id":"1","name":"a","vat":"DE1","address":{"zip":null,"street":"s"},"tags":[],"open":true,"rank":1.5}],"meta":{"n":1}}' "$was"
	run --separate-stderr live shop tape
	expect 1 '*' ''
	local line
	for line in 'shops *.data\[\].id *changed *number *string' \
		'shops *.data\[\].rank *new *- *number' \
		'shops *.data\[\].address.street *new *- *string' \
		'shops *.data\[\].address.city *lost *string *-' \
		'shops *.data\[\].address.zip *changed *string *null' \
		'shops *.meta *new *- *object'; do
		echo "line: $line"
		grep -qx "$line" <<<"$output"
	done
	# What was null may be anything, an empty array is no news; .meta.n is
	# part of .meta. What only some had can be missing: nothing of .open.
	[ "$(grep -c '^shops ' <<<"$output")" -eq 6 ]
	[[ $output != *'nothing has changed'* ]]
}

@test "live: as a hook behind the run" {
	record
	dataset shop <<<'stage a fake 1 1 0'
	mkdir "$pipelines/shop/post.d"
	printf '#!/bin/sh\nexec "%s/live" shop "%s/tape"\n' "$pipelines" "$PWD" \
		>"$pipelines/shop/post.d/drift"
	chmod +x "$pipelines/shop/post.d/drift"
	SLUICE_CASSETTE=replay:$PWD/tape run --separate-stderr "$pipelines/run" shop 3>&-
	expect 0 '*nothing has changed*shop: done, exit status 0' '*'
	serve "{\"data\":[{\"id\":\"1\"}]}" "$was"
	SLUICE_CASSETTE=replay:$PWD/tape run --separate-stderr "$pipelines/run" shop 3>&-
	expect 1 '*shops *.data\[\].id *changed *number *string*done in part*' '*'
	[ "$(wc -l <tape/cassette.ndjson)" -eq 2 ]
}

@test "live: an answer that is no JSON any more" {
	record
	serve '<html>We are working on it</html>' "$was"
	run --separate-stderr live shop tape
	expect 1 $'*\nshops *.  * changed  object  string' ''
}

@test "live: what cannot be asked is said, and a resource that is gone counts" {
	record
	serve "{\"data\":[$was]}" "$was"
	stop_apid
	start_apid --serve /v1/shops=list.json
	export SHOP_URL=$API
	run --separate-stderr live shop tape
	expect 1 $'shop: 0 of 1 answers\nshops: 1 of 1 answers\nnot asked: *status 404*' ''
	stop_apid
	jq '.http = {retry: 0}' "$pipelines/shop/api.json" >new
	mv new "$pipelines/shop/api.json"
	run --separate-stderr live shop tape
	expect 1 '*shops: 0 of 1 answers*not asked: *' '*'
}

@test "live: how to record, and what is no dataset" {
	run --separate-stderr live shop
	expect 66 '' 'live: there is no "*/cassettes/shop/cassette.ndjson": record one with SLUICE_CASSETTE=record:* pipelines/run shop'
	run --separate-stderr live none
	expect 64 '' 'live: there is no dataset "none"*'
	run --separate-stderr live
	expect 64 '' 'usage: live DATASET*'
	mkdir tape
	echo '{"method":"GET","url":"http://h/other","attempts":[{"status":200,"body":"{}"}]}' >tape/cassette.ndjson
	run --separate-stderr live shop tape
	expect 65 '' 'live: "tape/cassette.ndjson" has no answer in JSON*'
}
