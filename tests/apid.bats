#!/usr/bin/env bats
# apid itself: the data it serves, the faults it makes, and what it counts. It
# is asked with curl, since the other tests judge our own client by it.

# shellcheck disable=SC2317 # functions that only wait_for calls

load helper

setup() {
	apid=$BATS_TEST_DIRNAME/../bin/apid
	cd "$BATS_TEST_TMPDIR" || return 1
	pid=
}

teardown() {
	[ -z "$pid" ] || stop_apid
}

# start_apid OPTION...: a server on a port of its own; its address is $url.
start_apid() {
	"$apid" --parent --port-file port "$@" 3>&- 2>log &
	pid=$!
	wait_for test -s port || { cat log >&2; return 1; }
	url=http://127.0.0.1:$(<port)
}

stop_apid() {
	kill "$pid"
	wait "$pid"
	pid=
}

get() {
	curl -sS -m 30 "$@"
}

# faults RULE...: these and no others, and counters from zero.
faults() {
	get -X DELETE "$url/_apid/fault" >dropped
	get -X POST "$url/_apid/reset" >>dropped
	printf '%s\n' "$@" | get -f --data-binary @- "$url/_apid/fault" >rules
}

counts() {
	get "$url/_apid/counts" | jq -r "$1"
}

log_of() {
	get "$url/_apid/requests" | jq -cr "$1"
}

# The records of an answer as rows of a table: text surgery, since jq would
# rewrite numbers. Ids become numbers except where $1 is "text".
rows() {
	sed -E -e 's/^\{"data":\[?//' -e 's/(\],"meta":.*|\]?\})$//' \
		-e 's/\}\},\{"id"/}}\n{"id"/g' |
		sed -E -e 's/"type":"[a-z]+","attributes":\{//' -e 's/\}\}$/}/' \
			-e '/^$/d' |
		if [ "${1-}" = text ]; then
			cat
		else
			sed -E 's/^\{"id":"([0-9]+)"/{"id":\1/'
		fi
}

@test "help names every option and ends with 0" {
	run --separate-stderr "$apid" --help
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
	for o in port address port-file parent seed products fault chaos truth; do
		[[ $output == *"--$o"* ]]
	done
	[ -z "$stderr" ]
}

@test "a bad option, number, rule, file or truth is refused with its reason" {
	run --separate-stderr "$apid" --nonsense
	[ "$status" -eq 64 ]
	run --separate-stderr "$apid" --port 70000
	[ "$status" -eq 64 ]
	[ "$stderr" = 'apid: --port: "70000" is not a number from 0 to 65535' ]
	run --separate-stderr "$apid" --seed 1x
	[ "$status" -eq 64 ]
	run --separate-stderr "$apid" operand
	[ "$status" -eq 64 ]
	for rule in '*' 'x:reset' '*:nothing' '*:status' '*:status=9' \
		'*:reset=1' '*:reset@5' '*:reset@nth=0' '*:chaos=101'; do
		run --separate-stderr "$apid" --fault "$rule"
		[ "$status" -eq 64 ]
		[[ $stderr == "apid: could not read fault rule \"$rule\": "* ]]
	done
	run --separate-stderr "$apid" --serve /x=nowhere.json
	[ "$status" -eq 66 ]
	[[ $stderr == *'"nowhere.json": No such file or directory' ]]
	run --separate-stderr "$apid" --truth nothing
	[ "$status" -eq 64 ]
	[ -z "$output" ]
	[[ $stderr == *'there are brands, products,'* ]]
}

@test "a port that is taken is an error that names it" {
	start_apid
	run --separate-stderr "$apid" --port "$(<port)"
	[ "$status" -eq 69 ]
	[[ $stderr == *"port $(<port): Address already in use" ]]
}

@test "ends with 0 on SIGTERM and on SIGINT, and when its pipe closes" {
	start_apid
	run --separate-stderr stop_apid
	[ "$status" -eq 0 ]
	pid=
	mkfifo pipe
	rm port
	"$apid" --parent --port-file port <pipe 3>&- 2>log &
	pid=$!
	exec 9>pipe
	wait_for test -s port
	exec 9>&-
	wait "$pid"
	pid=
}

@test "ends with a stalled and a delayed request in flight" {
	start_apid --fault '*7:stall' --fault '*8:delay=600000'
	get "$url/animals/v1/animals/7" "$url/animals/v1/animals/7" \
		>got 2>err 3>&- &
	get "$url/animals/v1/animals/8" >got 2>err 3>&- &
	two() { [ "$(counts .in_flight)" -eq 2 ]; }
	wait_for two
	stop_apid
	wait
}

@test "the same seed gives the same data, another one other data" {
	for what in brands products offers retailers animals; do
		"$apid" --truth $what >one
		"$apid" --truth $what --seed 1 >two
		"$apid" --truth $what --seed 2 >other
		cmp one two
		run cmp -s one other
		[ "$status" -eq 1 ]
		[ "$(jq -r .id one | sort | uniq -d)" = "" ]
	done
}

@test "the default size is what the demo expects" {
	[ "$("$apid" --truth products | wc -l)" -eq 3000 ]
	[ "$("$apid" --truth retailers | wc -l)" -eq 80 ]
	[ "$("$apid" --truth animals | wc -l)" -eq 5750 ]
	[ "$("$apid" --truth offers | wc -l)" -gt 300 ]
	run jq -s 'map(.id) | max < 2147483648 and min > 0' \
		<("$apid" --truth products)
	[ "$output" = true ]
}

@test "data has what makes it hard" {
	"$apid" --truth offers >o
	grep -qE '"id":"900719925[0-9]+"' o
	grep -qE '"price_usd":"[0-9]+\.[0-9]0"' o
	grep -qE '"price_usd":[0-9]+\.[0-9]0' o
	grep -qE '"price_usd":[0-9]+,' o
	grep -q '"price_usd":null' o
	"$apid" --truth products >p
	for text in '\\u0026' ' & ' '\\"' '\\ud83d' '"description":null' \
		'"release_at":null' '"brand_names":\["' '\\u00e9' 'é'; do
		grep -q -- "$text" p
	done
}

@test "wdn: truth is what is served" {
	options=(--products 200 --retailers 9 --orphans 3 --missing-products 4
		--missing-retailers 2 --offers-rate 30)
	start_apid "${options[@]}"
	for what in brands products offers retailers; do
		"$apid" "${options[@]}" --truth "$what" >"true.$what"
		get "$url/_apid/truth/$what" >told
		cmp "true.$what" told
	done

	for q in Converse Vans Nike Adidas Jordan; do
		for page in 1 2; do
			get -w '\n' \
				"$url/api/v1/searches/brand_search?q=$q&page=$page"
		done
	done | rows | sort -u >got
	sort true.brands | cmp - got

	jq -r 'select(.name | ascii_downcase | IN("converse", "vans", "nike",
		"adidas", "jordan")).id' true.brands >ids
	[ "$(wc -l <ids)" -eq 5 ]
	while read -r id; do
		get -w '\n' "$url/api/v1/brands/$id/products?page_size=2000" |
			rows |
			sed -E "s/^(\{\"id\":[0-9]+,)/\1\"brand_id\":$id,/"
	done <ids >got
	cmp true.products got

	jq -r .id true.products | sed "s|.*|url = $url/api/v1/products/&/offers|" |
		get -K - -w '\n' >answers
	[ "$(grep -c Record.not.found answers)" -eq 4 ]
	grep -v Record.not.found answers | rows text >got
	cmp true.offers got
	jq -r .id true.products | sort >ids
	[ "$(jq -r .product_id true.offers | sort -u | comm -23 - ids | wc -l)" -eq 3 ]

	for id in {11..40}; do
		get -w '\n' "$url/api/v1/retailers/$id"
	done | grep -v Record.not.found | rows >got
	[ "$(wc -l <got)" -eq 7 ]
	cmp true.retailers got
}

@test "wdn: pages, their meta member, the last and the one behind it" {
	start_apid --products 100
	id=$("$apid" --truth brands | jq 'select(.name == "Nike").id')
	p="$url/api/v1/brands/$id/products"
	run get "$p"
	[ "$(jq -c '[(.data | length), .meta.page]' <<<"$output")" = \
		'[20,{"current_page":1,"page_size":20,"total_count":40,"total_pages":2}]' ]
	run get "$p?page=4&page_size=12"
	[ "$(jq -c '[(.data | length), .meta.page]' <<<"$output")" = \
		'[4,{"current_page":4,"page_size":12,"total_count":40,"total_pages":4}]' ]
	run get "$p?page=5&page_size=12"
	[ "$(jq -c .data <<<"$output")" = '[]' ]
	run get -o /dev/null -w '%{http_code}' "$p?page=abc"
	[ "$output" = 400 ]
	run get "$url/api/v1/searches/brand_search?q=nobodyhasthis"
	[ "$(jq -c '[.data, .meta.page.total_count]' <<<"$output")" = '[[],0]' ]
	run get "$url/api/v1/searches/brand_search?q=NIKE&page=2"
	[ "$(jq '.data | length' <<<"$output")" -gt 0 ]
	[ "$(jq '.meta.page.total_count' <<<"$output")" -gt 20 ]
}

@test "wdn: a page cap makes pages smaller than asked" {
	start_apid --products 100 --page-cap 7
	id=$("$apid" --truth brands | jq 'select(.name == "Nike").id')
	run get "$url/api/v1/brands/$id/products?page_size=2000"
	[ "$(jq -c '[(.data | length), .meta.page.page_size]' <<<"$output")" = \
		'[7,7]' ]
}

@test "what is not there is 404, what is not GET is 405" {
	start_apid
	for path in /api/v1/products/5/offers /api/v1/retailers/1 \
		/api/v1/brands/1/products /api/v1/nothing /nothing \
		/animals/v1/nothing /_apid/nothing \
		/api/v1/products/99999999999999999999/offers; do
		run get -o body -w '%{http_code}' "$url$path"
		[ "$output" = 404 ]
	done
	run get -o body -w '%{http_code}' -X POST "$url/api/v1/retailers/1"
	[ "$output" = 405 ]
}

@test "animals: pages, one animal, an unknown one" {
	start_apid --animals 3
	run get "$url/"
	[ "$output" = 'Hello!' ]
	"$apid" --animals 3 --truth animals >truth
	for id in {0..29}; do
		get "$url/animals/v1/animals/$id"
		echo
	done >got
	cmp truth got
	for page in 1 2 3; do
		get "$url/animals/v1/animals?page=$page"
	done | jq -c '.items[]' >got
	jq -c 'del(.friends)' truth | cmp - got
	run get "$url/animals/v1/animals?page=4"
	[ "$output" = '{"page":4,"total_pages":3,"items":[]}' ]
	run get -o body -w '%{http_code}' "$url/animals/v1/animals?page=abc"
	[ "$output" = 422 ]
	run get -o body -w '%{http_code}' "$url/animals/v1/animals/30"
	[ "$output" = 500 ]
}

@test "a file is served as it is, by path or by path and query" {
	printf '{"n": 19.90}' >a.json
	printf '<p>hi</p>' >b.html
	start_apid --serve '/f=a.json' --serve '/animals/v1/animals?page=2=b.html'
	run get "$url/f?any=thing" -w ' %{content_type}'
	[ "$output" = '{"n": 19.90} application/json' ]
	run get "$url/animals/v1/animals?page=2"
	[ "$output" = '<p>hi</p>' ]
	run get "$url/animals/v1/animals?page=1"
	[[ $output == '{"page":1,'* ]]
}

# deliver BODY: posts it; the answer, then its status.
deliver() {
	get -X POST -d "$1" -w ' %{http_code}' "$url/animals/v1/home"
}

delivered() {
	get "$url/_apid/home" | jq -c "$1"
}

@test "animals are delivered by up to a hundred" {
	start_apid
	one='"name":"P","born_at":"2024-07-21T08:55:34.421Z","friends":["K"]}'
	run deliver "[{\"id\":0,$one, {\"id\" : 7,$one]"
	[ "$output" = '{"message":"Helped 2 find home"} 200' ]
	run deliver "[{\"id\":7,$one]"
	[ "$output" = '{"message":"Helped 1 find home"} 200' ]
	[ "$(delivered .)" = '{"batches":[[0,7],[7]],"counts":{"0":1,"7":2}}' ]
	run deliver "$(jq -nc '[range(101)|{id:.,name:"",born_at:null,friends:[]}]')"
	[ "$output" = '{"detail":"Sorry, only 100 animals at a time"} 400' ]
	for body in '' '[]' '{}' '[1]' '[{}]' "[{\"id\":\"0\",$one]" \
		"[{\"id\":1.5,$one]" "[{\"id\":1,$one" \
		"[{\"id\":1,$one] x" '[{"id":1,"name":"a","born_at":null}]'; do
		run deliver "$body"
		[[ $output == '{"detail":[{"loc":["body"'*' 422' ]]
		jq -e '.detail[0].msg' <<<"${output% 422}"
	done
	run deliver "[{\"id\":1,$one,{\"id\":2,\"name\":\"a\",\"born_at\":null,\"friends\":\"x\"}]"
	[[ $output == '{"detail":[{"loc":["body",1,"friends"],'* ]]
	run get -o body -w '%{http_code}' "$url/animals/v1/home"
	[ "$output" -eq 405 ]
	[ "$(delivered '.batches|length')" -eq 2 ]
	get -X DELETE "$url/_apid/home"
	[ "$(delivered .)" = '{"batches":[],"counts":{}}' ]
}

@test "max-body: 413 for a longer one" {
	start_apid --fault '*:max-body=5'
	[ "$(get -w ' %{http_code}' -d 123456 "$url/")" = 'Sorry! 413' ]
	[ "$(get -w ' %{http_code}' -d 12345 "$url/")" = 'Hello! 200' ]
	[ "$(get -w ' %{http_code}' "$url/")" = 'Hello! 200' ]
}

@test "animals: ?errors=STATUS takes the good ones and lists the others" {
	start_apid
	local good='"name":"A","born_at":null,"friends":[]'
	[ "$(get -w ' %{http_code}' "$url/animals/v1/home?errors=207" -d \
		"[{\"id\":1,$good},{\"id\":\"x\",$good},7,{\"id\":4,$good}]")" = \
		'{"message":"Helped 2 find home","errors":[{"index":1,"key":"x","reason":"value is not a valid integer"},{"index":2,"key":null,"reason":"value is not a valid dict"}]} 207' ]
	[ "$(get -w ' %{http_code}' "$url/animals/v1/home?errors=200" -d \
		"[{\"id\":5,$good}]")" = \
		'{"message":"Helped 1 find home","errors":[]} 200' ]
	[ "$(get "$url/_apid/home" | jq -c .batches)" = '[[1,4],[5]]' ]
	[ "$(get -o out -w '%{http_code}' "$url/animals/v1/home?errors=207" \
		-d '[{')" = 422 ]
}

@test "arrivals: the most in any window, and how many in each" {
	start_apid
	[ "$(get "$url/_apid/arrivals" | jq -c .)" = \
		'{"requests":0,"window_ms":1000,"most":0,"longest_gap_ms":0,"span_ms":0,"windows":[]}' ]
	for _ in 1 2 3; do get "$url/" >out; done
	before=$(counts .t_ms)
	late() { [ "$(counts ".t_ms - $before > 150")" = true ]; }
	wait_for late
	get "$url/" >out
	[ "$(get "$url/_apid/arrivals?window=3600000" | jq -c '[.most, .windows]')" = \
		'[4,[4]]' ]
	get "$url/_apid/arrivals?window=100" >arrivals
	jq -e '.requests == 4 and .longest_gap_ms > 150 and
		.span_ms >= .longest_gap_ms and (.windows | add) == 4 and
		(.windows | length) > 1 and .most < 4' arrivals
	[ "$(log_of 'select(.answered_ms < .t_ms)')" = '' ]
	[ "$(get -o out -w '%{http_code}' "$url/_apid/arrivals?window=0")" = 400 ]
}

@test "which faults carry a delivery out, and an animal that came before" {
	start_apid --verify-home --fault 'POST *:status=500@times=1' \
		--fault 'POST *:reset@times=1' --fault 'POST *:lost@times=1'
	one='"name":"P","born_at":null,"friends":[]}'
	run deliver "[{\"id\":1,$one]"
	[ "$output" = 'Sorry! 500' ]
	run deliver "[{\"id\":1,$one]"
	[ "$(delivered .batches)" = '[]' ]
	run deliver "[{\"id\":1,$one]"
	[ "$status" -ne 0 ]
	[ "$(delivered .batches)" = '[[1]]' ]
	run deliver "[{\"id\":2,$one,{\"id\":1,$one,{\"id\":3,$one]"
	[ "$output" = 'Internal Server Error 500' ]
	[ "$(delivered .counts)" = '{"1":1,"2":1}' ]
}

@test "recorded answers of the animals API are served byte for byte" {
	data=$BATS_TEST_DIRNAME/../../shared/data/animals
	[ -r "$data/animals_page_1.json" ] || skip "no ../shared/data/animals"
	start_apid --serve "/animals/v1/animals?page=1=$data/animals_page_1.json" \
		--serve "/animals/v1/animals/1=$data/animal_1.json"
	get "$url/animals/v1/animals?page=1" | cmp - "$data/animals_page_1.json"
	get "$url/animals/v1/animals/1" | cmp - "$data/animal_1.json"
}

@test "counts: requests, paths, URLs and connections; the control path has none" {
	start_apid
	get "$url/animals/v1/animals?page=1" "$url/animals/v1/animals?page=2" >got
	get "$url/animals/v1/animals?page=2" "$url/nothing" >got
	[ "$(counts '"\(.requests) \(.ok) \(.faults) \(.connections)"')" = \
		'4 3 0 2' ]
	[ "$(counts '.paths["/animals/v1/animals"] | "\(.requests) \(.ok)"')" = \
		'3 3' ]
	[ "$(counts '.urls["/animals/v1/animals?page=2"].requests')" -eq 2 ]
	[ "$(counts '.paths["/nothing"] | "\(.requests) \(.ok)"')" = '1 0' ]
	[ "$(counts '.in_flight')" -eq 0 ]
	[ "$(counts '.in_flight_max')" -eq 1 ]
	get -X POST "$url/_apid/reset"
	[ "$(counts '"\(.requests) \(.connections) \(.paths)"')" = '0 0 {}' ]
}

@test "the request log has order, status, connection, headers and body size" {
	start_apid --fault '/b:status=503'
	get -A me -H 'Authorization: Bearer x' -H 'Idempotency-Key: k"1' \
		-d 12345 "$url/a?q=%22" >got
	get "$url/b" >got
	[ "$(log_of '[.n, .method, .url, .status, .fault, .connection,
		.body_bytes]')" = '[1,"POST","/a?q=%22",404,null,1,5]
[2,"GET","/b",503,"status=503",2,0]' ]
	[ "$(log_of 'select(.n == 1).headers | [.["user-agent"], .accept,
		.authorization, .["idempotency-key"]]')" = \
		'["me","*/*",true,"k\"1"]' ]
	[ "$(log_of 'select(.n == 2).headers | .authorization')" = false ]
	run grep -c Bearer <(get "$url/_apid/requests")
	[ "$output" -eq 0 ]
}

@test "in_flight_max: what is asked at once is answered at once" {
	start_apid --fault '*:stall'
	curl -sS -m 60 --parallel --parallel-immediate --parallel-max 120 \
		"$url/animals/v1/animals/[0-119]" >got 2>err 3>&- &
	client=$!
	all() { [ "$(counts .in_flight)" -eq 120 ]; }
	wait_for all
	kill "$client"
	none() { [ "$(counts .in_flight)" -eq 0 ]; }
	wait_for none
	[ "$(counts .in_flight_max)" -eq 120 ]
	[ "$(counts .ok)" -eq 0 ]
}

@test "latency and delay wait, and do not hold other requests" {
	start_apid --latency 20 --fault '/animals/*/7:delay=600000'
	curl -sS -m 60 "$url/animals/v1/animals/7" >slow 2>err 3>&- &
	client=$!
	one() { [ "$(counts .in_flight)" -eq 1 ]; }
	wait_for one
	run get "$url/animals/v1/animals/8"
	[ "$status" -eq 0 ]
	[ "$(jq .id <<<"$output")" -eq 8 ]
	[ "$(log_of 'select(.n == 1) | [.status, .fault]')" = '[null,null]' ]
	[ ! -s slow ]
	kill "$client"
}

@test "faults by status: text, JSON, 401, 403, text in a 200, redirect" {
	start_apid
	a=$url/animals/v1/animals/7
	faults '*:status=503'
	run get -w ' %{http_code}' "$a"
	[ "$output" = 'Sorry! 503' ]
	faults '*:json-status=422'
	run get -w '%{http_code}' "$a"
	[ "$output" = \
		'{"errors":[{"status":"422","title":"Made to fail"}]}422' ]
	for code in 401 403; do
		faults "*:$code"
		run get -o body -w '%{http_code}' "$a"
		[ "$output" = $code ]
	done
	faults '*:text'
	run get -w '%{http_code} %{content_type}' "$a"
	[[ $output == *$'soon\n200 text/plain' ]]
	faults "*:redirect=$url/there"
	run get -o body -w '%{http_code} %{redirect_url}' "$a"
	[ "$output" = "302 $url/there" ]
	faults '*:status=204'
	run get -w '%{http_code}' "$a"
	[ "$output" = 204 ]
}

@test "faults that ask for a wait" {
	start_apid
	a=$url/animals/v1/animals/7
	for value in 2 0.5 soon; do
		faults "*:retry-after=$value"
		run get -o body -w '%{http_code} %header{retry-after}' "$a"
		[ "$output" = "429 $value" ]
	done
	before=$(date -u +%s)
	faults '*:retry-date=100'
	run get -o body -w '%header{retry-after}' "$a"
	[[ $output =~ ^[MTWFS][a-z]{2},\ [0-9]{2}\ [A-Z][a-z]{2}\ [0-9]{4}\ .*GMT$ ]]
	at=$(date -u -d "$output" +%s)
	[ "$at" -ge $((before + 100)) ]
	[ "$at" -le $(($(date -u +%s) + 100)) ]
	faults '*:limit=7'
	left='%header{x-ratelimit-remaining}'
	run get -o body -w "$left %header{x-ratelimit-reset}" "$a"
	[ "$output" = '0 7' ]
	faults '*:ratelimit=8'
	left='%header{ratelimit-remaining}'
	run get -o body -w "$left %header{ratelimit-reset}" "$a"
	[ "$output" = '0 8' ]
	faults '*:limit-epoch=9'
	run get -o body -w '%header{x-ratelimit-reset}' "$a"
	[ "$output" -ge $((before + 9)) ]
}

@test "faults of the connection: reset, lost, cut, reset in the body" {
	start_apid
	a=$url/animals/v1/animals/7
	faults '*:reset'
	run --separate-stderr get "$a"
	[ "$status" -eq 56 ]
	[[ $stderr == *'reset by peer'* ]]
	[ "$(log_of '[.status, .fault]')" = '[0,"reset"]' ]
	faults '*:lost'
	run --separate-stderr get "$a"
	[ "$status" -eq 52 ]
	faults '*:cut=20'
	run --separate-stderr get "$a"
	[ "$status" -eq 18 ]
	[ "${#output}" -eq 20 ]
	faults '*:cut'
	run --separate-stderr get "$a"
	[ "$status" -eq 18 ]
	[[ $output == '{"id":7,'* ]]
	faults '*:cut=100000'
	run --separate-stderr get "$a"
	[ "$status" -eq 18 ]
	faults '*:cut=0'
	run --separate-stderr get "$a"
	[ "$status" -eq 18 ]
	[ -z "$output" ]
	faults '*:reset-body=10'
	run --separate-stderr get "$a"
	[ "$status" -eq 56 ]
	[[ $stderr == *'reset by peer'* ]]
	[ "$(counts '"\(.requests) \(.ok)"')" = '1 0' ]
}

@test "cut and stall work on a body that is larger than any buffer" {
	head -c 8000000 /dev/zero >big.json
	start_apid --serve /big=big.json
	faults '*:cut=7000000'
	run --separate-stderr get -o body "$url/big"
	[ "$status" -eq 18 ]
	[ "$(stat -c %s body)" -eq 7000000 ]
	faults '*:stall=7000000'
	rm body
	curl -sSN -m 60 -o body "$url/big" 2>err 3>&- &
	client=$!
	all() { [ -e body ] && [ "$(stat -c %s body)" -eq 7000000 ]; }
	wait_for all
	kill "$client"
}

@test "stall sends so much and keeps the connection until the client goes" {
	start_apid --fault '*:stall=20'
	run --separate-stderr curl -sS -m 1 "$url/animals/v1/animals/7"
	[ "$status" -eq 28 ]
	[ "${#output}" -eq 20 ]
	none() { [ "$(counts .in_flight)" -eq 0 ]; }
	wait_for none
	[ "$(counts .ok)" -eq 0 ]
}

@test "a wrong Content-Length, larger and smaller than the body" {
	start_apid
	a=$url/animals/v1/animals/7
	size=$(get "$a" | wc -c)
	faults '*:length=5'
	run --separate-stderr get -o body -w '%header{content-length}' "$a"
	[ "$status" -eq 18 ]
	[ "$output" -eq $((size + 5)) ]
	[ "$(stat -c %s body)" -eq "$size" ]
	faults '*:length=-5'
	run --separate-stderr get -o body -w '%header{content-length}' "$a"
	[ "$output" -eq $((size - 5)) ]
	[ "$(stat -c %s body)" -eq $((size - 5)) ]
}

@test "badjson is whole and is not JSON" {
	start_apid --fault '*:badjson'
	run --separate-stderr get "$url/animals/v1/animals/7"
	[ "$status" -eq 0 ]
	[[ $output == '{"id":7,'* ]]
	run jq . <<<"$output"
	[ "$status" -ne 0 ]
}

@test "close-after closes the kept connection at the next request" {
	start_apid
	a=$url/animals/v1/animals
	faults '*/7:close-after'
	run --separate-stderr get "$a/7" "$a/8" "$a/9"
	[ "$(jq -s -c 'map(.id)' <<<"$output")" = '[7,8,9]' ]
	[ "$(log_of '[.url[-1:], .status, .fault, .connection]')" = \
		'["7",200,"close-after",1]
["8",0,"close-after: closed",1]
["8",200,null,2]
["9",200,null,2]' ]
}

@test "faults of paging: cap, repeat, empty, wrong total, a link that loops" {
	start_apid --products 100
	id=$("$apid" --truth brands | jq 'select(.name == "Nike").id')
	p="$url/api/v1/brands/$id/products?page_size=10"
	get "$p&page=1" | jq -c .data >page1
	faults '*/products:repeat-page=2' '*/products:wrong-total=-3' \
		'*/products:loop-next' '*/products:empty-page=3'
	get "$p&page=2" >got
	jq -c .data got | cmp - page1
	[ "$(jq -c '[.meta.page.current_page, .meta.page.total_count,
		.links.next]' got)" = \
		"[2,37,\"/api/v1/brands/$id/products?page=1&page_size=10\"]" ]
	[ "$(get "$p&page=3" | jq -c .data)" = '[]' ]
	[ "$(get "$p&page=4" | jq '.data | length')" -eq 10 ]
	faults '*/products:page-cap=4'
	[ "$(get "$p" | jq -c '[(.data | length), .meta.page.page_size]')" = \
		'[4,4]' ]
}

# answers N: the statuses of N requests for one URL.
answers() {
	get -o /dev/null -w '%{http_code} ' "$url/${2-x}?[1-$1]" |
		sed 's/ $//'
}

same() {
	local i
	for ((i = 0; i < $1; i++)); do
		get -o body -w '%{http_code} ' "$url/${2-x}"
	done
}

@test "when a rule fires: first, after, nth, times, percent, method, query" {
	start_apid
	faults '/x:status=503@first=2'
	[ "$(same 4)" = '503 503 404 404 ' ]
	[ "$(same 3 'x?a')" = '503 503 404 ' ]
	faults '/x:status=503@after=2'
	[ "$(same 4)" = '404 404 503 503 ' ]
	faults '/x:status=503@nth=2'
	[ "$(same 4)" = '404 503 404 503 ' ]
	faults '/x:status=503@times=1'
	[ "$(same 2)" = '503 404 ' ]
	[ "$(same 2 'x?a')" = '404 404 ' ]
	faults 'POST *:status=503'
	[ "$(same 1)" = '404 ' ]
	run get -o body -w '%{http_code}' -d '' "$url/x"
	[ "$output" = 503 ]
	faults '*?page=2*:status=503'
	[ "$(same 1 'x?page=1')$(same 1 'x?page=2&z')" = '404 503 ' ]
	faults '*:status=503@0%'
	[ "$(same 3)" = '404 404 404 ' ]
	faults '*:status=503@100%'
	[ "$(same 3)" = '503 503 503 ' ]
	faults '*:status=503@50%'
	n=$(answers 200 | tr ' ' '\n' | grep -c 503)
	[ "$n" -gt 60 ]
	[ "$n" -lt 140 ]
}

@test "the first rule that fires wins, and a delay adds up" {
	start_apid
	faults '*:delay=1' '/x:status=502@first=1' '*:status=503'
	[ "$(same 2)" = '502 503 ' ]
	[ "$(log_of .fault)" = 'delay=1 status=502
delay=1 status=503' ]
}

@test "a bad rule on the control path is refused, and none is added" {
	start_apid
	run get -w '%{http_code}' --data-binary $'*:reset\n*:nope' \
		"$url/_apid/fault"
	[[ $output == *'there is no fault "nope"'*400 ]]
	run get "$url/_apid/fault"
	[ "$output" = '' ]
	faults '*:reset@times=1' '/x:text'
	run get "$url/_apid/fault"
	[ "$output" = '*:reset@times=1
/x:text' ]
	run get -f -X DELETE "$url/_apid/fault"
	[ "$status" -eq 0 ]
	run get "$url/_apid/fault"
	[ "$output" = '' ]
}

@test "faults by percent come from the seed, not from the order of arrival" {
	for urls in '[0-99]' '[99-0]'; do
		rm -f port
		start_apid --seed 7 --fault '*:status=503@20%' --chaos 20
		get -o /dev/null "$url/animals/v1/animals/[0-99]" 2>err || true
		log_of '[.url, .fault]' | sort >"faults.$urls"
		stop_apid
	done
	cmp 'faults.[0-99]' 'faults.[99-0]'
	[ "$(grep -vc null 'faults.[0-99]')" -gt 15 ]
}

@test "chaos: about the percentage asked for, of several kinds" {
	start_apid --chaos 30
	get -o /dev/null "$url/animals/v1/animals/[0-399]" 2>err || true
	n=$(counts .faults)
	[ "$n" -gt 80 ]
	[ "$n" -lt 160 ]
	[ "$(log_of .fault | sort -u | wc -l)" -eq 10 ]
}

@test "chaos: no more than three failures of one URL in a row, and none of /" {
	start_apid --chaos 100
	for i in {1..40}; do
		get -o body "$url/animals/v1/animals/7" 2>err || true
	done
	log_of 'if .fault == null or (.fault | test("delay")) then "ok" else
		"bad" end' | uniq -c >runs
	[ "$(awk '$2 == "bad" && $1 > 3' runs)" = '' ]
	[ "$(awk '$2 == "bad" && $1 == 3' runs)" != '' ]
	[ "$(get "$url/")" = 'Hello!' ]
}

# moved FILE FILE: how many products differ in each of price, availability and
# being there.
moved() {
	jq -rs --slurpfile b "$2" 'map({key: .path, value: .}) | from_entries
		as $a | ($b | map({key: .path, value: .}) | from_entries) as $b
		| ($a + $b | keys) | map([$a[.], $b[.]]) |
		[(map(select(.[0] and .[1] and .[0].price != .[1].price)) | length),
		(map(select(.[0] and .[1] and .[0].availability != .[1].availability)) | length),
		(map(select(.[0] == null or .[1] == null)) | length)] | @tsv' "$1"
}

@test "the shops of ornaments have days" {
	local day price availability there path
	start_apid
	for day in 0 1 2 3; do
		get -f -X POST "$url/_apid/shops?day=$day"
		get "$url/_apid/truth/ornaments" >"truth$day"
		cmp "truth$day" <("$apid" --truth ornaments --shops-day "$day")
	done
	read -r price availability there < <(moved truth0 truth1)
	[ "$price" -gt 10 ] && [ "$availability" -gt 5 ] && [ "$there" -gt 2 ]
	# On the second the prices of the first are others again, the rest is
	# as it was; on the third it is the other way round.
	read -r price availability there < <(moved truth0 truth2)
	[ "$price" -gt 10 ] && [ "$availability$there" = 00 ]
	read -r price availability there < <(moved truth0 truth3)
	[ "$price" -eq 0 ] && [ "$availability" -gt 5 ] && [ "$there" -gt 2 ]
	# What is gone is gone from list and page.
	path=$(diff <(jq -r .path truth0) <(jq -r .path truth3) |
		sed -n 's/^< //p' | grep hooked | head -n 1)
	run curl -sS -o /dev/null -w '%{http_code}' "$url$path"
	[ "$output" = 404 ]
	run curl -sS -X POST "$url/_apid/shops?day=x"
	[ "$output" = 'apid: day=N is 0 to 1000000' ]
}

@test "sorry: half of them fail at once, half are late by seconds" {
	start_apid --fault '/animals/*:sorry=100'
	get --parallel --parallel-immediate -m 0.5 -o /dev/null \
		"$url/animals/v1/animals/[0-39]" 2>err || true
	[ "$(log_of 'select(.status).status' | sort -u | tr '\n' ' ')" = \
		'500 502 503 504 ' ]
	[ "$(log_of 'select(.status).fault' | sort -u)" = sorry:status ]
	[ "$(counts .in_flight)" -gt 10 ]
}

@test "--serve: an ETag that names the bytes, and the rest of a file" {
	printf 'abcdef' >file.zip
	start_apid --serve "/x=$PWD/file.zip"
	get -o whole -D fields "$url/x"
	[[ $(<fields) == *'ETag: "'* ]]
	[ "$(get -H 'Range: bytes=4-' "$url/x")" = ef ]
	[ "$(get -H 'Range: bytes=9-' "$url/x")" = abcdef ]
	etag=$(sed -n 's/^ETag: \("[0-9a-f]*"\).*/\1/p' fields)
	[ "$(get -H "If-None-Match: $etag" -w '%{http_code}' "$url/x")" = 304 ]
	[ "$(get -H 'If-None-Match: "1"' "$url/x")" = abcdef ]
}
