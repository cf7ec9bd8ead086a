#!/usr/bin/env bats
# The dataset animals end to end: apid serves them, finds them a home, and
# tells who came there, how often.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helpers set and use the rest

load ../helper
load datasets

dataset=animals

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	export ANIMALS_RETRY_DELAY=0.01
}

teardown() {
	stop_apid
}

serve() {
	start_apid --animals 40 "$@"
	export ANIMALS_BASE_URL=$API
}

# home FILTER: what apid says of those who came.
home() {
	curl -fsS "$API/_apid/home" | jq -c "$1"
}

# Every animal that is listed came, exactly once.
all_came_once() {
	[ "$(home '.counts | [length, (map(select(. == 1)) | length)]')" = '[400,400]' ]
}

# What python makes of an animal as it is served.
transformed() {
	python3 -c '
import datetime, json, sys
for line in sys.stdin:
    a = json.loads(line)
    if a["born_at"] is not None:
        t = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=a["born_at"])
        a["born_at"] = t.isoformat(timespec="milliseconds") + "Z"
    a["friends"] = a["friends"].split(",") if a["friends"] else []
    print(json.dumps(a, separators=(",", ":"), ensure_ascii=False))'
}

@test "all are listed, fetched, delivered once; a second run delivers them anew" {
	serve
	run --separate-stderr run_dataset
	expect 0 '*accounts: 10 hold*animals: done, exit status 0' \
		'*400 are listed, 0 have found a home, 400 are to be fetched*the next run begins with a new list*'
	all_came_once
	[ "$(home '[.batches[] | length] | [min, max]')" = '[100,100]' ]
	[ "$(cat "$SLUICE_VAR"/runs/animals/*/audit/batch_*.json | jq -s 'add | sort == [range(400)]')" = true ]
	run --separate-stderr run_dataset
	expect 0 '*animals: done*' '*0 have found a home, 400 are to be fetched*'
	[ "$(home '[.counts[]] | unique')" = '[2]' ]
}

@test "with AUDIT=1 a second run has nothing to do" {
	serve
	AUDIT=1 run_dataset >/dev/null 2>&1
	curl -fsS -X POST "$API/_apid/reset"
	export AUDIT=1
	run --separate-stderr run_dataset
	expect 0 '*animals: done*' \
		'*400 are listed, 400 have found a home, 0 are to be fetched*missing 0, extra 0, duplicate 0*'
	[ "$(counts .requests)" -eq 0 ]
	all_came_once
}

@test "with 10 % and with 30 % faults all come once" {
	local chaos
	for chaos in 10 30; do
		serve --chaos "$chaos" --seed "$chaos" --verify-home \
			--fault 'POST *:status=503@5%'
		ANIMALS_RETRY_DELAY=0.005 run_dataset >"$BATS_TEST_TMPDIR/log" 2>&1 ||
			go_on
		all_came_once
		stop_apid
		rm -rf "$SLUICE_VAR"
	done
}

# go_on: runs until no batch is of unknown fate. As a person would: the server
# says which of them came; those go to the audit, the others are sent again.
go_on() {
	local i pending ids batch
	for ((i = 0; i < 20; i++)); do
		for pending in "$SLUICE_VAR"/state/animals/audit/pending_*; do
			[ -e "$pending" ] || continue
			ids=$(jq -c .id "$pending" | jq -sc .)
			batch=${pending/pending_/batch_}
			[ "$(home ".counts[\"$(jq '.[0]' <<<"$ids")\"]")" = null ] || {
				printf '%s\n' "$ids" >"${batch%.ndjson}.json"
				rm "$pending"
			}
		done
		! run_dataset ambiguous=resend >"$BATS_TEST_TMPDIR/log" 2>&1 ||
			return 0
	done
	return 1
}

@test "one of each wrong shape, and one that cannot be fetched, are left out alone" {
	local id=0 serve=()
	while IFS= read -r; do
		((++id))
		echo "$REPLY" >"$BATS_TEST_TMPDIR/animal.$id"
		serve+=(--serve "/animals/v1/animals/$id=$BATS_TEST_TMPDIR/animal.$id")
	done <<-'END'
		{"id":1,"name":12,"born_at":null,"friends":""}
		{"id":"2","name":"Cobra","born_at":null,"friends":""}
		{"id":3,"name":"Cobra","born_at":"2020-01-01","friends":""}
		{"id":4,"name":"Cobra","born_at":null,"friends":["Fox"]}
		{"id":5.5,"name":"Cobra","born_at":null,"friends":""}
		{"name":"Cobra","born_at":null,"friends":""}
		"Cobra"
	END
	serve "${serve[@]}" --fault '*/animals/9:status=500'
	run --separate-stderr env ANIMALS_RETRY=2 "$root/pipelines/run" animals
	expect 1 '{"id":1,"is":"missing","count":0}
{"id":2,"is":"missing","count":0}*lacking: not every animal *animals: done in part, exit status 1' \
		'*missing 8, extra 0, duplicate 0*'
	[ "$(home '.counts | length')" -eq 392 ]
	[ "$(rejects .stage | uniq -c | tr -s ' ')" = ' 2 "fetch"
 6 "shape"' ]
	# the next run asks for these only
	drop_faults
	run --separate-stderr run_dataset
	expect 1 '*' '*392 have found a home, 8 are to be fetched*missing 7, extra 0*'
	[ "$(home '.counts | length')" -eq 393 ]
	# one of them mended, in its reject
	mend 's/"id":1,"name":12/"id":1,"name":"Twelve"/' --stage shape
	expect 1 '*shape  *1  *6  *1  *0  *5 *' '*in again: 6 of shape*missing 6, extra 0*'
	[ "$(home '.counts | length')" -eq 394 ]
}

@test "an animal that is listed twice comes once" {
	serve
	curl -fsS "$API/animals/v1/animals?page=40" |
		jq -c '.items[9] = .items[8]' >"$BATS_TEST_TMPDIR/list"
	stop_apid
	serve --serve "/animals/v1/animals?page=40=$BATS_TEST_TMPDIR/list"
	run --separate-stderr run_dataset
	expect 0 '*' '*400 are listed, 0 have found a home, 399 are to be fetched*'
	[ "$(home '.counts | [length, (map(select(. != 1)) | length)]')" = '[399,0]' ]
}

@test "interrupted: the next run goes on, and none comes twice" {
	local pid
	serve --latency 5 --verify-home
	start_run
	wait_for was_asked 120
	end_run TERM
	run_dataset >"$BATS_TEST_TMPDIR/log" 2>&1 || go_on
	all_came_once
}

# fetched_again: how often an animal was asked for, in all.
fetches() {
	counts '[.paths | to_entries[] | select(.key | test("animals/[0-9]")) | .value.requests] | add // 0'
}

@test "kills at random points, then --resume: none comes twice, little is asked again" {
	serve --latency 5 --verify-home
	disturb 450
	local asked came
	asked=$(fetches)
	came=$(cat "$SLUICE_VAR"/state/animals/audit/batch_* /dev/null 2>/dev/null |
		jq -s 'add | length')
	run_dataset --resume >"$BATS_TEST_TMPDIR/log" 2>&1 || go_on
	all_came_once
	told "animals: $(($(fetches) - 400)) of 400 were asked for again after $kills kills," \
		"$(counts '.urls["GET /animals/v1/animals?page=1"].requests // .urls["/animals/v1/animals?page=1"].requests') lists were begun"
	[ $(($(fetches) - asked)) -le $((400 - came)) ]
}

@test "killed when all are delivered: --resume has nothing to do" {
	serve
	ends 0
	rm "$(newest_run)/summary.json"
	forget_counts
	run --separate-stderr run_dataset --resume
	expect 0 '*animals: done*' '*all were delivered already*'
	[ "$(counts .requests)" -eq 0 ]
}

@test "a batch of unknown fate is named; it is resent on request only" {
	serve --fault 'POST *:lost@times=1'
	run --separate-stderr run_dataset
	expect 75 '*animals: failed, exit status 75' '*pending_*'
	run --separate-stderr run_dataset
	expect 75 '*' '*pending_*--ambiguous*'
	run --separate-stderr run_dataset ambiguous=resend
	expect 0 '*animals: done*' '*'
	[ "$(home '.counts | [length, (map(select(. == 2)) | length)]')" = '[400,100]' ]
}

@test "two runs at once: the second ends with 75" {
	serve --latency 5
	second_is_refused 3
	all_came_once
}

@test "a short time limit and the state of another server are refused" {
	serve
	run --separate-stderr env ANIMALS_MAX_TIME=10 "$root/pipelines/run" animals
	expect 78 '*' '*ANIMALS_MAX_TIME is 10 s, but the server takes up to 15 s*'
	AUDIT=1 run_dataset >/dev/null 2>&1
	run --separate-stderr env ANIMALS_BASE_URL="${API/127.0.0.1/localhost}" \
		"$root/pipelines/run" animals
	expect 78 '*' '*is of http://127.0.0.1:*, not of http://localhost:*FRESH=1*'
	FRESH=1 ANIMALS_BASE_URL="${API/127.0.0.1/localhost}" run_dataset >/dev/null 2>&1
}

@test "an animal as the home wants it" {
	jq -c -f "$root/pipelines/animals/animal.jq" >got <<-'END'
		{"id":1,"name":"Cobra","born_at":1444102907778,"friends":"Wildcat"}
		{"id":0,"name":"Mosquito","born_at":null,"friends":""}
		{"friends":null,"born_at":0,"name":"Ant, \"A\"","id":2}
		{"id":3,"name":"Bee","born_at":-1,"friends":"Koala,Sloth","more":1}
		{"id":4,"name":"Fox","born_at":-62135596800000}
		{"id":5,"name":"Gnu","born_at":1721552134042,"friends":"a b,c"}
	END
	cmp - got <<-'END'
		{"id":1,"name":"Cobra","born_at":"2015-10-06T03:41:47.778Z","friends":["Wildcat"]}
		{"id":0,"name":"Mosquito","born_at":null,"friends":[]}
		{"id":2,"name":"Ant, \"A\"","born_at":"1970-01-01T00:00:00.000Z","friends":[]}
		{"id":3,"name":"Bee","born_at":"1969-12-31T23:59:59.999Z","friends":["Koala","Sloth"]}
		{"id":4,"name":"Fox","born_at":"0001-01-01T00:00:00.000Z","friends":[]}
		{"id":5,"name":"Gnu","born_at":"2024-07-21T08:55:34.042Z","friends":["a b","c"]}
	END
	start_apid --animals 40
	curl -fsS "$API/_apid/truth/animals" >truth
	transformed <truth >wanted
	jq -c -f "$root/pipelines/animals/animal.jq" truth | cmp - wanted
}

@test "the recorded audit: whole, and with an id removed, doubled, foreign" {
	need_data animals/audit
	run --separate-stderr verify-ids --expected 0..5749 --audit "$data/animals/audit"
	expect 0 '' '*expected 5750, delivered 5750, missing 0, extra 0, duplicate 0'
	cp -r "$data/animals/audit" audit
	local file
	file=$(printf '%s\n' audit/batch_*.json | head -n 1)
	jq -c '.[1:] + [.[1], 99999]' "$file" >new
	local lost twice
	lost=$(jq '.[0]' "$file") twice=$(jq '.[1]' "$file")
	mv new "$file"
	run --separate-stderr verify-ids --expected 0..5749 --audit audit
	expect 1 "{\"id\":$lost,\"is\":\"missing\",\"count\":0}
{\"id\":99999,\"is\":\"extra\",\"count\":1}
{\"id\":$twice,\"is\":\"duplicate\",\"count\":2}" '*missing 1, extra 1, duplicate 1'
}
