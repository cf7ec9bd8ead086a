#!/usr/bin/env bats
# batch-post: batches in order, what is sent again and what is not, and that a
# run which ends anywhere delivers nothing twice.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	path=/animals/v1/home
	pid=
}

teardown() {
	if [ -n "$pid" ] && kill "$pid" 2>/dev/null; then
		wait "$pid" || true
	fi
	[ -z "${apid_pid-}" ] || kill -CONT "$apid_pid" || true
	stop_apid
}

# animals FROM TO: records as the API takes them.
animals() {
	local i
	for ((i = $1; i <= $2; i++)); do
		printf '{"id":%d,"name":"A \\u0026 %d","born_at":null,"friends":["x"]}\n' \
			"$i" "$i"
	done
}

# post OPTION...: with what every test has in common.
post() {
	run --separate-stderr batch-post -k .id -u "$API$path" \
		--retry-delay 0.01 -s stats "$@"
}

# home FILTER: what was delivered, through jq.
home() {
	curl -fsS "$API/_apid/home" | jq -c "$1"
}

# fault RULE: another one, while the server runs.
fault() {
	curl -fsS -d "$1" "$API/_apid/fault" >/dev/null
}

no_faults() {
	curl -fsS -X DELETE "$API/_apid/fault" >/dev/null
}

stats() {
	tail -n 1 stats | jq -c "$1"
}

# audited: the ids of the accepted batches, sorted.
audited() {
	cat audit/batch_*.json 2>/dev/null | jq '.[]' | sort -n
}

@test "batches of --batch in the input's order, the last one smaller" {
	start_apid
	animals 1 250 >in
	post <in
	[ "$status" -eq 0 ]
	[ "$output" = "$(<in)" ]
	[ -z "$stderr" ]
	[ "$(home '.batches|map(length)')" = '[100,100,50]' ]
	[ "$(home '.batches|add == [range(1;251)]')" = true ]
	[ "$(stats '[.in,.done,.out,.batches,.halved]')" = '[250,250,250,3,0]' ]
	post -b 7 <<<"$(animals 1 8)"
	[ "$(home '.batches[-2:]|map(length)')" = '[7,1]' ]
	[ "$(asked '.[0].headers."content-type"')" = application/json ]
}

@test "every value is posted as it was read" {
	local n='{"id":9007199254740993,"v":19.90,"s":"\u0026","e":1e400}'
	printf '%s\n{"id":2,"v":[1, 2]}\n' "$n" >in
	python3 - >port 3>&- <<-'END' &
		import http.server, sys
		class H(http.server.BaseHTTPRequestHandler):
		    protocol_version = "HTTP/1.1"
		    def do_POST(self):
		        n = int(self.headers["Content-Length"])
		        body = self.rfile.read(n) if n < 1000 else b"long %s" % (
		            str(self.headers["Expect"]).encode() +
		            self.rfile.read(n)[n:])
		        with open("bodies", "ab") as f:
		            f.write(body + b"|" +
		                    self.headers["Content-Type"].encode() + b"\n")
		        self.send_response(200)
		        self.send_header("Content-Length", "0")
		        self.end_headers()
		    def log_message(self, *a): pass
		s = http.server.HTTPServer(("127.0.0.1", 0), H)
		print(s.server_port, flush=True)
		s.serve_forever()
	END
	pid=$!
	wait_for test -s port
	API=http://127.0.0.1:$(<port) path=/
	post <in
	expect 0 "$(sed 's/\\/\\\\/g; s/\[/\\[/; s/\]/\\]/' in)" ''
	post --wrap 'the "items"' <in
	post --ndjson -H 'Content-Type: text/plain' <in
	post --ndjson -b 1 <in
	# No waiting for leave to send a long body.
	printf '{"id":"%03000000d"}\n' 1 >long
	post <long
	[ "$status" -eq 0 ]
	[ "$(<bodies)" = "[$n,{\"id\":2,\"v\":[1, 2]}]|application/json
{\"the \\\"items\\\"\":[$n,{\"id\":2,\"v\":[1, 2]}]}|application/json
$n
{\"id\":2,\"v\":[1, 2]}
|text/plain
$n
|application/x-ndjson
{\"id\":2,\"v\":[1, 2]}
|application/x-ndjson
long None|application/json" ]
}

@test "--bytes bounds the body; a record that is larger goes alone" {
	start_apid
	animals 1 9 >in
	size=$(head -n 1 in | wc -c)
	# Three records with two commas and two brackets are 3 * size + 1.
	post --bytes $((3 * size + 1)) <in
	[ "$(home '.batches|map(length)')" = '[3,3,3]' ]
	post --bytes $((3 * size)) <in
	[ "$(home '.batches[3:]|map(length)')" = '[2,2,2,2,1]' ]
	post --bytes 1 <in
	[ "$(home '.batches[8:]|map(length)')" = '[1,1,1,1,1,1,1,1,1]' ]
	[ "$(asked 'map(.body_bytes)|max')" -eq $((3 * size + 1)) ]
}

@test "--flush-after: what is there is posted while the pipe stays open" {
	start_apid
	mkfifo fifo
	batch-post -u "$API$path" --flush-after 10ms <fifo >out 3>&- &
	pid=$!
	exec 7>fifo
	animals 1 3 >&7
	wait_for test -s out
	[ "$(home '.batches|add')" = '[1,2,3]' ]
	animals 4 4 >&7
	came() { [ "$(wc -l <out)" -eq 4 ]; }
	wait_for came
	exec 7>&-
	wait "$pid"
}

@test "a profile's resource tells the URL, the batch and what was not done" {
	start_apid --fault "$path:status=502@first=1"
	animals 1 5 >in
	cat >api.json <<-'END'
		{"base_url": "${API}/animals/v1",
		 "http": {"retry_delay": 0.01},
		 "resources": {"home": {"path": "/home", "batch": 2,
		   "not_executed": "500,502,503,504:Sorry!"}}}
	END
	run --separate-stderr batch-post home --receipts receipts <in
	[ "$status" -eq 0 ]
	[ "$(home '.batches|map(length)')" = '[2,2,1]' ]
	[ "$(jq -cs 'map([.resource,.status,.records,.attempts])' receipts)" = \
		'[["home",200,2,2],["home",200,2,1],["home",200,1,1]]' ]
	[ "$(jq -s 'map(.id)|unique|length' receipts)" -eq 3 ]
	sed -i 's/"batch": 2/"batch": 0/' api.json
	run --separate-stderr batch-post home <in
	expect 78 '' '*key "resources.home.batch": has to be 1*'
	sed -i 's/"batch": 0/"batch": 1/; s/500,502/50x/' api.json
	run --separate-stderr batch-post home <in
	expect 78 '' '*key "resources.home.not_executed": wanted*'
	run --separate-stderr batch-post -u "$API/{id}" <in
	expect 78 '' '*placeholder*'
}

@test "safe to send again: a refused connection, 429, what is declared" {
	start_apid --fault "$path:retry-after=0@first=2" \
		--fault "$path:status=503@first=3"
	animals 1 5 >in
	post --not-executed 500,503:Sorry! <in
	[ "$status" -eq 0 ]
	[ "$(home .batches)" = '[[1,2,3,4,5]]' ]
	[ "$(stats .retries)" -eq 5 ]
	stop_apid
	post --retry 2 --audit audit <in
	expect 75 '' '*could not post batch * of 5 records (lines 1 to 5, keys 1 to 5)*connect*after 3 attempts*it was not accepted*'
	[ "$(ls audit)" = audit.json ]
	[ "$(stats '[.in,.done]')" = '[0,0]' ]
}

@test "a 2xx that is declared to be none is posted again, or given up" {
	echo '{"error":"busy, try later"}' >busy.json
	start_apid --serve /busy=busy.json
	animals 1 2 >in
	path=/busy
	post --audit audit --retry 2 --not-executed 200:busy <in
	expect 75 '' '*could not post*status 200: {"error":"busy, try later"} (after 3 attempts); it was not accepted'
	[ "$(asked length)" -eq 3 ]
	[ "$(ls audit)" = audit.json ]
	post --not-executed 200:lazy <in
	[ "$status" -eq 0 ]
}

@test "not declared, or with another body: it is unknown" {
	start_apid --fault "$path:status=503@times=1" \
		--fault "$path:json-status=500@times=1"
	animals 1 3 >in
	post --audit audit <in
	expect 75 '' '*batch * of 3 records (lines 1 to 3, keys 1 to 3) was posted to "*", and it is not known whether it was accepted: status 503: Sorry!; *"audit/pending_*.ndjson"*--ambiguous resend*'
	[ "$(asked length)" -eq 1 ]
	cmp in audit/pending_*.ndjson
	rm -r audit
	post --audit audit --not-executed 500,503:Sorry! <in
	expect 75 '' '*not known*status 500*Made to fail*'
	[ "$(home .batches)" = '[]' ]
	[ "$(stats '[.in,.done,.dropped,.rejected,.exit]')" = '[0,0,0,0,75]' ]
}

unknown() {
	rm -rf audit
	no_faults
	fault "$path:$1"
	curl -fsS -X DELETE "$API/_apid/home"
	curl -fsS -X POST "$API/_apid/reset"
	post --audit audit "${@:3}" <in
	expect 75 '' '*batch * of 2 records (lines 1 to 2, keys 1 to 2) was posted*not known*'
	[ "$(home .batches)" = "$2" ]
	[ "$(asked length)" -eq 1 ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 1 ]
	[ -z "$(audited)" ]
}
@test "an answer that is lost, cut, late or a redirect: stop, nothing sent again" {
	start_apid
	animals 1 4 >in
	unknown lost '[[1,2]]' -b 2
	unknown reset '[]' -b 2
	unknown cut=3 '[[1,2]]' -b 2
	unknown reset-body=3 '[[1,2]]' -b 2
	unknown length=5 '[[1,2]]' -b 2
	unknown stall=3 '[[1,2]]' -b 2 --max-time 0.3
	unknown delay=100000 '[]' -b 2 --max-time 0.1
	unknown redirect=/else '[]' -b 2
	unknown status=408 '[]' -b 2
	unknown status=504 '[]' -b 2
	# Without a folder it is named all the same.
	post -b 2 <in
	expect 75 '' '*batch * of 2 records (lines 1 to 2, keys 1 to 2)*not known*'
}

@test "a kept connection that dies does not post twice" {
	start_apid --fault "$path:close-after@times=1"
	animals 1 6 >in
	post -b 2 --audit audit <in
	expect 75 "$(head -n 2 in | sed 's/\\/\\\\/g; s/\[/\\[/; s/\]/\\]/')" \
		'*lines 3 to 4, keys 3 to 4)*not known*closed before an answer*'
	[ "$(home .batches)" = '[[1,2]]' ]
	[ "$(asked 'map(.method)')" = '["POST","POST"]' ]
}

@test "a pending batch stops the next run; resend posts it under its name" {
	start_apid --verify-home --fault "$path:status=500@times=1"
	animals 1 5 >in
	post -b 2 --audit audit <in
	[ "$status" -eq 75 ]
	name=$(basename audit/pending_* .ndjson)
	post -b 2 --audit audit <in
	expect 75 '' "*batch ${name#pending_} of 2 records is of unknown fate*\"audit/$name.ndjson\"*"
	[ "$(asked length)" -eq 1 ]
	post -b 2 --audit audit --ambiguous resend <in
	[ "$status" -eq 0 ]
	[ "$(home .batches)" = '[[1,2],[3,4],[5]]' ]
	[ "$(stats '[.in,.done,.dropped,.resent,.out]')" = '[5,3,2,2,5]' ]
	[ "$(cat "audit/batch_${name#pending_}.json")" = '[1,2]' ]
	[ "$(asked '.[0:2]|map(.headers."idempotency-key")|unique')" = "[\"${name#pending_}\"]" ]
	[ "$(audited | tr '\n' ' ')" = '1 2 3 4 5 ' ]
	# One that the server takes only a part of, by and by.
	fault "$path:reset"
	animals 11 14 | sed '2s/"x"/4/' >further
	post --audit audit <further
	[ "$status" -eq 75 ]
	no_faults
	post --audit audit --ambiguous resend -r rejects </dev/null
	[ "$status" -eq 1 ]
	[ "$(home '.batches[3:]')" = '[[11],[13,14]]' ]
	[ "$(stats '[.in,.done,.rejected,.resent]')" = '[1,0,1,3]' ]
	[ "$(jq -c '[.line,.record.id,.code]' rejects)" = '[2,12,"422"]' ]
	# It was carried out, and the server says so in its way: still unknown.
	fault "$path:lost"
	post --audit audit <<<"$(animals 6 7)"
	[ "$status" -eq 75 ]
	no_faults
	post --audit audit --ambiguous resend --not-executed 500:Sorry! </dev/null
	expect 75 '' '*of an earlier run*status 500: Internal Server Error*'
	[ "$(home '.counts|map(.)|unique')" = '[1]' ]
}

@test "--ambiguous reject gives the records to the rejects, and they stay out" {
	start_apid --fault "$path:lost@times=1"
	animals 1 5 >in
	post -b 2 --audit audit <in
	[ "$status" -eq 75 ]
	post -b 2 --audit audit --ambiguous reject <in
	expect 64 '' '*--ambiguous reject needs --rejects*'
	post -b 2 --audit audit --ambiguous reject -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(stats '[.in,.done,.dropped,.rejected]')" = '[7,3,2,2]' ]
	[ "$(jq -cs 'map(.record.id)' rejects)" = '[1,2]' ]
	jq -e '.reason | test("it is not known whether batch .* was accepted")' \
		rejects
	post --audit audit <in
	expect 0 '' ''
	[ "$(stats '[.in,.dropped]')" = '[5,5]' ]
	[ "$(home '.counts|map(.)|unique')" = '[1]' ]
}

# killed N: kills a run once N animals came; the second one and what it does.
killed() {
	rm -rf audit out live
	curl -fsS -X DELETE "$API/_apid/home"
	# Its input stays open: it cannot come to its end before it is killed.
	mkfifo live
	batch-post -k .id -b 10 -u "$API$path" --audit audit <live >out 3>&- &
	pid=$!
	exec 8>live
	cat in >&8 &
	feeder=$!
	came() { [ "$(home '.counts|length')" -ge "$1" ]; }
	wait_for came "$1"
	kill -9 "$pid"
	wait "$pid" || true
	exec 8>&-
	wait "$feeder" || true
	[ "$(find audit -name 'pending_*' | wc -l)" -le 1 ]
	post -b 10 --audit audit <in
	if [ "$status" -eq 75 ]; then
		expect 75 '' '*batch * of 10 records is of unknown fate*'
		if [ "$(jq -s '.[0].id' audit/pending_*)" = \
			"$(home '.batches[-1][0]')" ]; then
			# We know that the server has it: only then is that true.
			post -b 10 --audit audit --ambiguous reject \
				-r rejects <in
			[ "$status" -eq 1 ]
		else
			post -b 10 --audit audit --ambiguous resend <in
			[ "$status" -eq 0 ]
		fi
	fi
	[ "$(home '[.counts|length, (map(.)|unique)]')" = '[400,[1]]' ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 0 ]
	post -b 10 --audit audit <in
	expect 0 '' ''
	[ "$(stats .dropped)" -eq 400 ]
}
@test "after kill -9 a second run delivers every record once" {
	start_apid --latency 3
	animals 1 400 >in
	for n in 1 50 51 170 290; do
		echo "killed at $n"
		killed $n
	done
}

@test "killed between two steps: each is tidied up" {
	start_apid
	animals 1 4 >in
	post --audit audit <in
	batch=$(basename audit/batch_* .json)
	# The batch was put on account, its pending file not yet removed.
	cp in "audit/pending_${batch#batch_}.ndjson"
	# A file that was being written.
	printf '{"id":1,"na' >audit/.new_pending_x
	post --audit audit <in
	expect 0 '' ''
	[ "$(ls -A audit)" = "audit.json
$batch.json" ]
}

@test "a pending file that is spoiled is never sent in part" {
	start_apid --fault "$path:lost@times=1"
	animals 1 3 >in
	post --audit audit <in
	[ "$status" -eq 75 ]
	post --audit audit --ambiguous resend --max-record 10 <in
	expect 65 '' '*audit/pending_*.ndjson:1: not a record*'
	for bad in '{"no":1}' '{"id":' ''; do
		[ -n "$bad" ] || : >audit/pending_*
		[ -z "$bad" ] || printf '%s\n' "$bad" >>audit/pending_*
		post --audit audit --ambiguous resend <in
		expect 65 '' '*audit/pending_*.ndjson:*: not a record*'
	done
	[ "$(asked length)" -eq 1 ]
}

@test "a record whose key comes twice is posted once with an audit folder" {
	start_apid
	{ animals 1 3; animals 2 4; animals 1 1; } >in
	post --audit audit -b 100 <in
	[ "$status" -eq 0 ]
	[ "$(home '[.counts|length, (map(.)|unique)]')" = '[4,[1]]' ]
	[ "$(stats '[.in,.done,.dropped]')" = '[7,4,3]' ]
	# Also where the first of them is on its way.
	rm -r audit
	curl -fsS -X DELETE "$API/_apid/home"
	post --audit audit -b 3 <in
	[ "$status" -eq 0 ]
	[ "$(home '[.counts|length, (map(.)|unique)]')" = '[4,[1]]' ]
	[ "$(stats '[.in,.done,.dropped]')" = '[7,4,3]' ]
	[ "$(audited | tr '\n' ' ')" = '1 2 3 4 ' ]
}

@test "composite keys are arrays, and verify-ids reads the folder" {
	start_apid
	animals 1 3 >in
	run --separate-stderr batch-post -k .name -k .id -u "$API$path" \
		--audit audit <in
	[ "$status" -eq 0 ]
	[ "$(cat audit/batch_*)" = \
		'[["A \u0026 1",1],["A \u0026 2",2],["A \u0026 3",3]]' ]
	[ "$(cat audit/audit.json)" = \
		"{\"url\":\"$API$path\",\"key\":[\".name\",\".id\"]}" ]
	run --separate-stderr verify-ids -k .name -k .id --expected in \
		--audit audit
	[ "$status" -eq 0 ]
	run --separate-stderr batch-post -k .name -k .id -u "$API$path" \
		-s stats --audit audit <in
	expect 0 '' ''
	[ "$(stats .dropped)" -eq 3 ]
}

@test "an audit folder is bound to its URL and its key" {
	start_apid
	animals 1 3 >in
	post --audit audit <in
	run --separate-stderr batch-post -k .id -u "$API/other" --audit audit <in
	expect 78 '' "*audit folder \"audit\" belongs to another URL or key: its audit.json says {\"url\":\"$API$path\",\"key\":\".id\"}, and not*"
	run --separate-stderr batch-post -k .name -u "$API$path" --audit audit <in
	expect 78 '' '*belongs to another URL or key*'
	echo '{' >audit/audit.json
	post --audit audit <in
	expect 78 '' '*belongs to another URL or key*'
	post --audit no/such/folder <in
	expect 73 '' '*could not create folder "no/such/folder": No such file*'
	run --separate-stderr batch-post -u "$API$path" --audit audit <in
	expect 64 '' '*--audit needs --key*'
}

@test "one process at a time holds an audit folder" {
	start_apid
	mkfifo fifo
	batch-post -k .id -u "$API$path" --audit audit --flush-after 0 \
		<fifo >out 3>&- &
	pid=$!
	exec 7>fifo
	animals 1 1 >&7
	wait_for test -s out
	post --audit audit </dev/null
	expect 75 '' '*audit folder "audit" is in use by another process'
	exec 7>&-
	wait "$pid"
	post --audit audit </dev/null
	expect 0 '' ''
}

@test "413: halves, in order; a record that is too large alone is rejected" {
	start_apid --fault "$path:status=413@first=1"
	animals 1 5 >in
	post --audit audit <in
	[ "$status" -eq 0 ]
	[ "$output" = "$(<in)" ]
	[ "$(home .batches)" = '[[1,2],[3,4,5]]' ]
	[ "$(stats '[.done,.batches,.halved]')" = '[5,2,1]' ]
	# One that is too large among those that are not.
	curl -fsS -X DELETE "$API/_apid/home"
	fault "$path:max-body=1000"
	{
		animals 1 6
		animals 7 7 | sed "s/x/$(printf '%01000d' 0)/"
		animals 8 20
	} >large
	post -r rejects <large
	[ "$status" -eq 1 ]
	[ "$(home '.batches|add==[range(1;7),range(8;21)]')" = true ]
	[ "$(jq -c '[.line,.code,.reason]' rejects)" = \
		'[7,"413","the server refused it: status 413: Sorry!"]' ]
	[ "$(asked 'map(select(.status==200).body_bytes)|max <= 1000')" = true ]
	rm rejects
	fault "$path:status=413"
	post -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(stats '[.in,.done,.rejected,.halved]')" = '[5,0,5,4]' ]
	jq -e '.code == "413" and (.reason | test("status 413: Sorry!"))' rejects
}

@test "400: more than the server takes is halved" {
	start_apid
	animals 1 250 >in
	post -b 250 <in
	[ "$status" -eq 0 ]
	[ "$(home '.batches|map(length)')" = '[62,63,62,63]' ]
	[ "$(home '.batches|add == [range(1;251)]')" = true ]
}

@test "422: one of a hundred is found in few requests" {
	start_apid
	animals 1 100 | sed '37s/"x"/4/' >in
	post --audit audit -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(jq .line rejects)" -eq 37 ]
	[ "$(home '.batches|add|length')" -eq 99 ]
	# Two for each of the seven times that a hundred can be halved, and one.
	[ "$(asked length)" -le 15 ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 0 ]
}

@test "422: the records that are the reason are found and rejected" {
	start_apid
	animals 1 20 | sed '7s/"x"/4/; 8s/"born_at":null/"born_at":5/' >in
	post --audit audit -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(home '.batches|add == [range(1;7),range(9;21)]')" = true ]
	[ "$(stats '[.in,.done,.rejected]')" = '[20,18,2]' ]
	[ "$(jq -cs 'map([.line,.key,.code])' rejects)" = \
		'[[7,"7","422"],[8,"8","422"]]' ]
	[[ $(jq -r .reason rejects | head -n 1) == \
		*'"loc":["body",0,"friends"],"msg":"value is not a valid list"'* ]]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 0 ]
	# Without rejects it ends there; what precedes it is delivered.
	curl -fsS -X DELETE "$API/_apid/home"
	post <in
	[ "$status" -eq 65 ]
	[[ $stderr == *'<stdin>:7: the server refused it: status 422'* ]]
	[ "$(home '.batches|add')" = '[1,2,3,4,5,6]' ]
	[ "$(wc -l <<<"$output")" -eq 6 ]
}

@test "a record without its key is a bad record" {
	start_apid
	{ animals 1 2; echo '{"no":1}'; animals 3 3; } >in
	post <in
	expect 65 '*' '*<stdin>:3: the key .id is missing'
	[ "$(home .batches)" = '[[1,2]]' ]
	post -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(home '.batches[1]')" = '[1,2,3]' ]
}

@test "refused for good: 69; not allowed: 77; nothing pends" {
	start_apid --fault "$path:status=404@times=1" --fault "$path:401"
	animals 1 2 >in
	post --audit audit <in
	expect 69 '' '*could not post batch * of 2 records*status 404: Sorry!; it was not accepted'
	post --audit audit <in
	expect 77 '' '*status 401*'
	[ "$(asked length)" -eq 2 ]
	[ "$(ls audit)" = audit.json ]
}

flying() {
	[ "$(counts .in_flight)" -ge 1 ]
}

@test "the first signal finishes the batch in hand" {
	start_apid --fault "$path:delay=300"
	mkfifo fifo
	batch-post -k .id -b 3 -u "$API$path" --audit audit -s stats \
		<fifo >out 3>&- &
	pid=$!
	exec 7>fifo
	animals 1 3 >&7
	wait_for flying
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	exec 7>&-
	[ "$code" -eq 143 ]
	[ "$(audited | wc -l)" -eq 3 ]
	[ "$(wc -l <out)" -eq 3 ]
	[ "$(stats '[.in,.done,.exit]')" = '[3,3,143]' ]
}

# The first three are on their way to a server that is stopped, and the next
# two are read.
one_flies_one_waits() {
	start_apid --fault "$path:delay=700@first=1"
	mkfifo pipe
	batch-post -k .id -b 3 -u "$API$path" -s stats "$@" \
		<pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	animals 1 3 >&7
	wait_for flying
	kill -STOP "$apid_pid"
	animals 4 5 >&7
	wait_for pipe_is_empty
	[ ! -s out ]
}

@test "the next batch is read while one is on its way, and sent after it" {
	one_flies_one_waits
	animals 6 6 >&7
	wait_for pipe_is_empty
	kill -CONT "$apid_pid"
	came() { [ "$(wc -l <out)" -eq 6 ]; }
	wait_for came
	[ "$(home .batches)" = '[[1,2,3],[4,5,6]]' ]
	[ "$(asked 'sort_by(.t_ms)|.[0].answered_ms <= .[1].t_ms')" = true ]
	exec 7>&-
	wait "$pid"
	[ "$(stats '[.in,.done,.batches]')" = '[6,6,2]' ]
}

@test "what was read ahead is not sent where a signal asks to stop" {
	one_flies_one_waits --audit audit
	kill -TERM "$pid"
	kill -CONT "$apid_pid"
	code=0
	wait "$pid" || code=$?
	exec 7>&-
	[ "$code" -eq 143 ]
	[ "$(home .batches)" = '[[1,2,3]]' ]
	[ "$(audited | tr '\n' ' ')" = '1 2 3 ' ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 0 ]
	[ "$(wc -l <out)" -eq 3 ]
	[ "$(stats '[.in,.done,.exit]')" = '[3,3,143]' ]
}

@test "what was read ahead is not sent after a batch of unknown fate" {
	start_apid --fault "$path:lost@first=1"
	animals 1 7 >in
	post -b 3 --audit audit --max-time 1 <in
	expect 75 '' 'batch-post: batch * of 3 records (lines 1 to 3, keys 1 to 3)*'
	[ "$(asked length)" -eq 1 ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 1 ]
	[ "$(stats '[.in,.done,.rejected]')" = '[0,0,0]' ]
}

@test "a bad line behind a batch on its way is told after what becomes of it" {
	start_apid
	{
		animals 1 3 | sed '2s/"x"/4/'
		echo '{"id":4,'
		animals 5 6
		echo '{"no":"id"}'
		animals 8 9 | sed '1s/"x"/4/'
	} >in
	post -b 3 -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(jq -c .line rejects | tr '\n' ' ')" = '2 4 7 8 ' ]
	[ "$(home '.batches|add')" = '[1,3,5,6,9]' ]
	[ "$(stats '[.in,.done,.rejected]')" = '[9,5,4]' ]
	# Percents are of what was read by then.
	{
		animals 1 100 | sed '7,8s/"x"/4/'
		animals 101 200
	} >many
	post -b 100 -r rejects --max-rejects 1% <many
	expect 65 '*' '*<stdin>:8: *; stopped: 2 of 100 records were rejected*'
	# Without rejects the first of them ends it.
	curl -fsS -X DELETE "$API/_apid/home"
	post -b 3 <in
	expect 65 '{"id":1,*' 'batch-post: <stdin>:2: the server refused it: *'
	[ "$(home '.batches|add')" = '[1]' ]
	sed -n '3,$p' in >rest
	post -b 1 <rest
	expect 65 '{"id":3,*' 'batch-post: <stdin>:2: not JSON: *'
	[ "$(home '.batches|add')" = '[1,3]' ]
}

@test "a read or a print that fails is told after the batch on its way" {
	start_apid
	animals 1 9 >in
	run --separate-stderr bash -c \
		"batch-post -b 3 -u $API$path -s stats <in >/dev/full"
	expect 74 '' 'batch-post: could not write to*No space left on device'
	[ "$(stats '[.in == .done,.exit]')" = '[true,74]' ]
	[ "$(home '.counts|length')" -eq "$(stats .done)" ]
	! sanitized && [ -e "$root/bin/failat.so" ] || return 0
	for ((n = 1; n < 100; n++)); do
		curl -fsS -X DELETE "$API/_apid/home"
		: >told
		: >stats
		code=0
		FAIL_CALL=read FAIL_AT=$n FAIL_TOLD=9 \
			LD_PRELOAD=$root/bin/failat.so batch-post -b 3 \
			-u "$API$path" -s stats --retry 0 <in >out 2>err \
			9>told || code=$?
		[ -s told ] || break
		[ "$code" -eq 0 ] || [ -s err ]
		[ ! -s stats ] || grep -q 'not known' err ||
			[ "$(home '.counts|length')" -eq "$(stats .done)" ]
	done
	[ "$n" -gt 1 ]
}

@test "a signal ends a wait for the next attempt: nothing pends" {
	start_apid --fault "$path:retry-after=3000"
	animals 1 3 >in
	batch-post -k .id -u "$API$path" --audit audit -s stats <in >out 3>&- &
	pid=$!
	answered() { [ "$(asked '.[0].status')" = 429 ]; }
	wait_for answered
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
	[ "$(ls audit)" = audit.json ]
	[ ! -s out ]
	[ "$(stats '[.in,.exit]')" = '[0,143]' ]
}

@test "a full disk under the audit folder: what is on account is true" {
	unshare -m true 2>/dev/null || skip "no mount namespace"
	start_apid
	animals 1 400 >in
	export API path
	# Smaller and smaller, so that it fills up at each of the steps.
	for left in 0 4 8 12 20 28; do
		echo "left: $left KB"
		rm -rf audit kept
		mkdir audit kept
		curl -fsS -X DELETE "$API/_apid/home"
		export left
		# shellcheck disable=SC2016 # the inner one's
		run --separate-stderr unshare -m bash -c '
			mount -t tmpfs -o size=1M none audit || exit 99
			batch-post -k .id --audit audit -u "$API$path" \
				</dev/null
			head -c $(((1024 - 4 - left) * 1024)) /dev/zero >audit/full
			batch-post -q -k .id -b 50 -u "$API$path" --audit audit \
				<in >out
			code=$?
			rm audit/full
			cp -a audit/. kept
			exit $code'
		[ "$status" -ne 99 ] || skip "no tmpfs"
		expect 74 '' '*could not write file "audit/*": No space left*'
		# What is audited was accepted; the batch in hand is named.
		n=$(cat kept/batch_* | jq '.[]' | wc -l)
		taken=$(home '.counts|length')
		[ "$(find kept -name 'pending_*' | wc -l)" -eq $((taken > n)) ]
		[ "$taken" -eq "$n" ] || [[ $stderr == *'; batch '*' was accepted'* ]]
		[ "$((taken - n))" -le 50 ]
		mv audit gone && mv kept audit && rmdir gone
		what=stop
		[ "$taken" -eq "$n" ] || what=reject
		post -b 50 --audit audit --ambiguous $what -r rejects <in
		[ "$status" -le 1 ]
		[ "$(home '[.counts|length, (map(.)|unique)]')" = '[400,[1]]' ]
	done
}

@test "a full disk is an error after the batch; a lost reader is none before" {
	start_apid
	animals 1 250 >in
	run --separate-stderr bash -c \
		"batch-post -k .id -u $API$path --audit audit -s s <in >/dev/full"
	expect 74 '' 'batch-post: could not write to*No space left on device'
	jq -e '.exit == 74 and .in == .done' s
	n=$(home '.counts|length')
	[ "$(audited | wc -l)" -eq "$n" ]
	mkfifo p
	run --separate-stderr bash -c \
		"head -c 0 <p & batch-post -k .id -b 1 -u $API$path -s s <in >p"
	expect 74 '' '*nobody reads the output*'
	[ "$(home '.batches|length')" -gt 250 ]
}

@test "an audit folder that cannot be written ends it before it posts" {
	[ "$EUID" -ne 0 ] || [ -d /proc/self/fd ]
	start_apid
	animals 1 2 >in
	post --audit /dev/null <in
	expect 66 '' '*could not open folder "/dev/null": Not a directory*'
	[ "$(asked length)" -eq 0 ]
}

# spoiled N BAD...: N animals, those of the given ids without a name.
spoiled() {
	local n=$1 id
	animals 1 "$n" >in
	for id in "${@:2}"; do
		sed -i "s/^{\"id\":$id,.*/{\"id\":$id}/" in
	done
}

@test "--item-errors: what a 2xx lists is rejected, the rest is accepted" {
	start_apid
	spoiled 9 1 5 6
	path='/animals/v1/home?errors=207'
	post -b 4 --audit audit -r rejects --receipts receipts \
		--item-errors .errors <in
	expect 1 '*' '*3 of 9 records were rejected*'
	[ "$output" = "$(sed '1d; 5,6d' in)" ]
	[ "$(home .batches)" = '[[2,3,4],[7,8],[9]]' ]
	[ "$(jq -cs 'map([.line,.key,.code,.reason])' rejects)" = \
		'[[1,"1","207","the server refused it: field required"],[5,"5","207","the server refused it: field required"],[6,"6","207","the server refused it: field required"]]' ]
	[ "$(jq -cs 'map(.record)' rejects)" = '[{"id":1},{"id":5},{"id":6}]' ]
	[ "$(stats '[.in,.done,.rejected,.batches,.halved,.out]')" = \
		'[9,6,3,3,0,6]' ]
	[ "$(jq -cs 'map([.status,.records])' receipts)" = \
		'[[207,3],[207,2],[207,1]]' ]
	[ "$(audited | tr '\n' ' ')" = '2 3 4 7 8 9 ' ]
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 0 ]
	# Only what failed is asked again, here all of a batch.
	post -b 4 --audit audit -r rejects --item-errors .errors <in
	[ "$status" -eq 1 ]
	[ "$(stats '[.in,.done,.dropped,.rejected]')" = '[9,0,6,3]' ]
	[ "$(find audit -name 'batch_*' | wc -l)" -eq 3 ]
	# By key, with a reason of one's own, in a 200.
	path='/animals/v1/home?errors=200'
	run --separate-stderr batch-post -k .id -u "$API$path" -r keys \
		--item-errors '.errors[]|{key,reason:"no: \(.reason)",code:"E7"}' <in
	[ "$status" -eq 1 ]
	[ "$(jq -cs 'map([.line,.code,.reason])' keys)" = \
		'[[1,"E7","the server refused it: no: field required"],[5,"E7","the server refused it: no: field required"],[6,"E7","the server refused it: no: field required"]]' ]
	# A batch that is full by its bytes leaves the next record its own key.
	curl -fsS -X DELETE "$API/_apid/home"
	sed '4s/.*/{"id":4}/' in | head -6 >six
	run --separate-stderr batch-post -k .id -u "$API$path" --bytes 140 \
		--audit six.audit -r six.rejects \
		--item-errors '.errors[]|{key,reason}' <six
	[ "$status" -eq 1 ]
	[ "$(jq -cs 'map(.key)' six.rejects)" = '["1","4","5","6"]' ]
	[ "$(home .batches)" = '[[2,3],[]]' ]
	# Without rejects it ends at the first, what was accepted delivered.
	curl -fsS -X DELETE "$API/_apid/home"
	post -b 4 --item-errors .errors <in
	expect 65 "$(sed -n '2,4p' in | sed 's/\\/\\\\/; s/\[/\\[/; s/\]/\\]/')" \
		'*<stdin>:1: the server refused it: field required'
	[ "$(home .batches)" = '[[2,3,4]]' ]
	[ "$(stats '[.in,.done,.rejected]')" = '[4,3,1]' ]
}

@test "--item-errors on a 422: those are rejected, the others posted again" {
	start_apid
	spoiled 100 7 8 100
	post --audit audit -r rejects \
		--item-errors '.detail[]?|{index:.loc[1],reason:.msg}' <in
	[ "$status" -eq 1 ]
	[ "$(jq -cs 'map([.line,.code,.reason])' rejects)" = \
		'[[7,"422","the server refused it: field required"],[8,"422","the server refused it: field required"],[100,"422","the server refused it: field required"]]' ]
	[ "$(home '.batches|map(length)')" = '[97]' ]
	[ "$(home '.batches[0]==[range(1;7),range(9;100)]')" = true ]
	# Finding them by halves takes many more; no list, no use for it.
	[ "$(asked length)" -eq 4 ]
	curl -fsS -X DELETE "$API/_apid/home"
	curl -fsS -X POST "$API/_apid/reset"
	post -r rejects --item-errors .errors <in
	[ "$status" -eq 1 ]
	[ "$(home '.batches|add==[range(1;7),range(9;100)]')" = true ]
	[ "$(asked length)" -gt 20 ]
	[ "$(stats '[.in,.done,.rejected]')" = '[100,97,3]' ]
}

@test "--item-errors that cannot be matched: the batch is of unknown fate" {
	echo '{"errors":[{"index":1,"reason":"x"},{"index":2}]}' >list.json
	start_apid --serve /list=list.json
	animals 1 2 >in
	path=/list
	post --audit audit -r rejects --item-errors .errors <in
	expect 75 '' '*batch * of 2 records*was posted to "*/list", and it is not known whether it was accepted: --item-errors .errors: {"index":2} has an index that is none of the batch*: {"errors":*--ambiguous resend*'
	[ "$(find audit -name 'pending_*' | wc -l)" -eq 1 ]
	[ "$(stats '[.in,.done,.rejected]')" = '[0,0,0]' ]
	[ ! -s rejects ]
	# It is whole now: the same batch, under the same name.
	echo '{"errors":[]}' >list.json
	stop_apid
	start_apid --serve /list=list.json
	rm -r audit
	fault /list:text@times=1
	post --audit audit --item-errors .errors <in
	expect 75 '' '*not known*the answer is no JSON*Down for maintenance*'
	post --audit audit --item-errors .errors --ambiguous resend <in
	[ "$status" -eq 0 ]
	[ "$(stats '[.resent,.out]')" = '[2,2]' ]
	# The profile may say it; what is wrong there is told.
	cat >api.json <<-'END'
		{"base_url": "${API}", "resources": {"list": {"path": "/list",
		   "item_errors": ".errors | error(\"odd\")"}}}
	END
	run --separate-stderr batch-post list <in
	expect 75 '' '*--item-errors .errors | error("odd"): odd*'
	sed -i 's/| error/|| error/' api.json
	run --separate-stderr batch-post list <in
	expect 78 '' '*api.json: key "resources.list.item_errors": *'
}

@test "the idempotency key is of URL and body: the same in another run" {
	start_apid
	keys() { asked 'map(.headers."idempotency-key")'; }
	animals 1 4 >in
	post -b 2 <in
	first=$(keys)
	# As the page says how.
	is=$({ echo "$API$path"; printf '[%s,%s]' "$(sed -n 1p in)" \
		"$(sed -n 2p in)"; } | sha256sum)
	uuid=$(jq -r '.[0]' <<<"$first")
	[[ $uuid =~ ^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
	[ "${uuid:0:13}" = "${is:0:8}-${is:8:4}" ]
	[ "${uuid:24}" = "${is:20:12}" ]
	curl -fsS -X POST "$API/_apid/reset"
	fault "$path:retry-after=0@times=1"
	post -b 2 --audit audit <in
	# An attempt more of the first one, under its name.
	[ "$(keys)" = "$(jq -c '[.[0]] + .' <<<"$first")" ]
	[ "$(find audit -name 'batch_*' | sed 's/.*batch_//; s/.json//' | sort)" = \
		"$(jq -r '.[]' <<<"$first" | sort)" ]
	# Another URL, other bytes of a record, another form: another batch.
	curl -fsS -X POST "$API/_apid/reset"
	path+='?'
	post -b 2 <in
	path=${path%\?}
	post -b 2 <<<"$(sed 's/":null/": null/' in)"
	post -b 4 <in
	[ "$(asked "map(.headers.\"idempotency-key\") | unique |
		length, (. - $first | length)")" = "$(lines 5 5)" ]
	# What one run posts twice is meant twice.
	curl -fsS -X POST "$API/_apid/reset"
	cat in in in >thrice
	post -b 4 <thrice
	[ "$(keys | jq 'unique | length')" -eq 3 ]
	before=$(keys)
	curl -fsS -X POST "$API/_apid/reset"
	post -b 4 <thrice
	[ "$(keys)" = "$before" ]
}

@test "headers and secrets are those of the other tools" {
	start_apid
	animals 1 2 >in
	echo s3cret-token >token
	post --bearer-file token -H 'Content-Type: application/vnd.x+json' --idempotency-key X-Batch \
		--audit audit <in
	[ "$status" -eq 0 ]
	[ "$(asked '.[0].headers|[.authorization,."idempotency-key"]')" = \
		'[true,null]' ]
	[ "$(asked '.[0].headers."content-type"')" = \
		application/vnd.x+json ]
	fault "$path:status=404"
	post --idempotency-key '' --bearer-file token -v <in
	[ "$status" -eq 69 ]
	[[ $stderr != *s3cret* ]]
	[[ $stderr == *"POST $API"* ]]
}

@test "wrong options are told" {
	for bad in '--not-executed x' '--not-executed 5' '--ambiguous no' \
		'-b 0' '--bytes 0'; do
		read -ra words <<<"$bad"
		run --separate-stderr batch-post -u http://127.0.0.1:1/ \
			"${words[@]}" </dev/null
		expect 64 '' "*bad value*${words[0]#-}*"
	done
	for bad in 'A: b' $'A\r\nB' 'A '; do
		run --separate-stderr batch-post -u http://127.0.0.1:1/ \
			--idempotency-key "$bad" </dev/null
		expect 64 '' '*bad value*--idempotency-key: wanted: the name of*'
	done
	run --separate-stderr batch-post -u http://127.0.0.1:1/ \
		--item-errors '.a[' </dev/null
	expect 64 '' '*bad value ".a\[" for --item-errors: *'
	run --separate-stderr batch-post -u http://127.0.0.1:1/ x </dev/null
	expect 64 '' '*standard input, not as operands*'
	run --separate-stderr batch-post --ndjson --wrap a -u http://127.0.0.1:1/
	expect 64 '' '*exclude each other*'
	run --separate-stderr batch-post -u nonsense: </dev/null
	expect 64 '' '*'
}

@test "whichever write, close or allocation fails: nothing is lost or doubled" {
	! sanitized ||
		skip "a sanitizer's own malloc cannot be made to fail"
	[ -e "$root/bin/failat.so" ] || skip "no bin/failat.so"
	local call n code what step
	start_apid
	animals 1 6 >in
	for call in write fsync close malloc read; do
		# Of the many allocations some.
		step=1
		[ $call != malloc ] || step=83
		for ((n = 1; n < 2000; n += step)); do
			rm -rf audit
			curl -fsS -X DELETE "$API/_apid/home"
			code=0
			: >told
			FAIL_CALL=$call FAIL_AT=$n FAIL_TOLD=9 \
				LD_PRELOAD=$root/bin/failat.so batch-post -k .id \
				-b 3 -u "$API$path" --audit audit --retry 0 \
				<in >out 2>err 9>told || code=$?
			[ -s told ] || break
			echo "$call $n: status $code: $(head -n 1 err)"
			[ "$code" -eq 0 ] || [ -s err ]
			[ "$code" -lt 100 ]
			post -b 3 --audit audit <in
			if [ "$status" -eq 75 ]; then
				[ "$(find audit -name 'pending_*' | wc -l)" -eq 1 ]
				what=resend
				[ "$(home '.batches[-1][0]')" != \
					"$(jq -s '.[0].id' audit/pending_*)" ] ||
					what=reject
				# What was not sent is not of unknown fate.
				[ $call != fsync ] || [ $what = reject ]
				post -b 3 --audit audit -r rejects --ambiguous $what \
					<in
				[ "$status" -le 1 ]
			fi
			[ "$(home '[.counts|length, (map(.)|unique)]')" = '[6,[1]]' ]
		done
		[ "$n" -gt 1 ]
		# A file and its folder each: audit.json, and of two batches the
		# records before they are sent, the ids after.
		[ $call != fsync ] || [ "$n" -eq 11 ]
	done
}
