#!/usr/bin/env bats
# The dataset users end to end: what apid made up has to be in the table.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats and the helper set the rest

load ../helper
load datasets

setup_file() {
	start_pg grover
}

teardown_file() {
	stop_pg
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var USERS_RETRY_DELAY=0.01
	sql 'drop table if exists stage_user'
}

teardown() {
	stop_apid
}

serve() {
	start_apid "$@"
	export USERS_BASE_URL=$API/api/v2
}

users() {
	"$root/pipelines/run" users "$@" 3>&-
}

# same_users FILE: the table is what python makes of the users in FILE.
same_users() {
	sql "select to_jsonb(u) - 'pull_datetime' from stage_user u order by uid" |
		python3 -c '
import json, sys
def flat(value, name=""):
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, name + key + ".")
        else:
            yield name + key, inner
wanted = sorted((dict(flat(json.loads(line))) for line in open(sys.argv[1])),
    key=lambda user: user["uid"])
got = [json.loads(line) for line in sys.stdin]
sys.exit(wanted != got)' "$1"
}

@test "a pull of three calls, and a second one beside it" {
	serve
	run --separate-stderr users count=250
	expect 0 '*newest pull |   250*accounts: 10 hold*users: done, exit status 0' \
		'*users: 250 in 3 calls*'
	curl -fsS "$API/_apid/truth/users" >truth
	[ "$(wc -l <truth)" -eq 250 ]
	same_users truth
	[ "$(sql 'select count(distinct pull_datetime) from stage_user')" = 1 ]
	run --separate-stderr users count=101
	expect 0 '*newest pull |   101*all pulls   |   351*' '*users: 101 in 2 calls*'
	curl -fsS "$API/_apid/truth/users" >truth
	same_users truth
}

@test "one a call, with faults" {
	serve --fault '/api/v2/*:status=503@nth=5' --fault '/api/v2/*:cut@nth=7'
	run --separate-stderr env USERS_RATE=200/s "$root/pipelines/run" \
		users count=30 way=single
	expect 0 '*all pulls   |    30*users: done, exit status 0' \
		'*users: 30 in 30 calls*'
	[ "$(sql 'select count(distinct uid) from stage_user')" = 30 ]
}

@test "waits that the API asks for are told at the end" {
	serve --fault '/api/v2/*:retry-after=0.2@times=1'
	run --separate-stderr users count=2
	expect 0 '*users: done*' '*ALERT: the API made 1 of 1 calls wait, 0.* s in all, and refused 0 for good*'
}

@test "an error inside a 200 is rejected and never a row" {
	echo '{"message":"Maximum allowed size is 100"}' >error
	serve --serve "/api/v2/users=$PWD/error"
	run --separate-stderr users count=5
	expect 1 '*users: done in part, exit status 1' '*'
	[ "$(sql 'select count(*) from stage_user')" = 0 ]
	[ "$(jq -c '[.stage, .record.message]' "$SLUICE_VAR"/runs/users/*/rejects.ndjson)" = \
		'["check","Maximum allowed size is 100"]' ]
}

@test "MASK=1: nobody reads passwords, cards and insurance numbers" {
	serve
	run --separate-stderr env MASK=1 "$root/pipelines/run" users count=3
	expect 78 '*' '*mask*'
	run --separate-stderr env MASK=1 SLUICE_MASK_KEY=0123456789abcdef \
		"$root/pipelines/run" users count=3
	expect 0 '*users: done*' '*'
	[ "$(sql "select count(*) from stage_user
		where password like 'hmac-sha256:%'
		and social_insurance_number like 'hmac-sha256:%'
		and \"credit_card.cc_number\" like 'hmac-sha256:%'
		and first_name !~ 'hmac'")" = 3 ]
}

@test "bad parameters are told" {
	serve
	run --separate-stderr users count=0
	expect 64 '*' '*count is "0": it has to be a number from 1 on*'
	run --separate-stderr users way=all
	expect 64 '*' '*way is "all": it has to be size or single*'
}

@test "two runs at once; the database away at the start" {
	serve --latency 200
	local pid
	"$root/pipelines/run" users </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	until_asked 1
	run --separate-stderr users
	expect 75 '' '*another run of "users" is at work*'
	wait "$pid"
	[ "$(sql 'select count(*) from stage_user')" = 100 ]
	run --separate-stderr env PGHOST="$BATS_TEST_TMPDIR" "$root/pipelines/run" users
	expect 75 '*' '*'
	[ "$(sql 'select count(*) from stage_user')" = 100 ]
}

@test "interrupted: nothing is there twice" {
	serve --latency 30
	local pid
	"$root/pipelines/run" users count=3000 </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	until_asked 4
	kill -TERM "$pid"
	wait "$pid" || [ $? -eq 143 ]
	users count=120 >/dev/null 2>&1
	[ "$(sql 'select count(*) >= 120 and count(*) = count(distinct uid) from stage_user')" = t ]
}

served() {
	curl -fsS "$API/_apid/truth/users" | wc -l
}

@test "kills at random points, then --resume: one pull, whole, little is asked again" {
	serve --latency 20
	disturb 110 users count=10000 mask=0
	local before stored
	before=$(served)
	stored=$(sql 'select count(*) from stage_user' || echo 0)
	run --separate-stderr users --resume
	expect 0 '*newest pull | 10000*users: done*' '*'
	[ "$(sql 'select count(*), count(distinct uid), count(distinct pull_datetime) from stage_user')" = \
		'10000|10000|1' ]
	# what is there is not asked for again, and nothing else is there
	[ "$(($(served) - before))" -eq $((10000 - stored)) ]
	curl -fsS "$API/_apid/truth/users" >truth
	sql 'select uid from stage_user' | LC_ALL=C sort >stored
	jq -r .uid truth | LC_ALL=C sort | LC_ALL=C comm -13 - stored | cmp - /dev/null
	told "users: $(($(served) - 10000)) of 10000 were asked for again after $kills kills"
}

@test "the recorded users load with every value equal" {
	need_data users/random_data_api_users.ndjson
	jq -sc . "$data/users/random_data_api_users.ndjson" >all
	serve --serve "/api/v2/users=$PWD/all"
	run --separate-stderr users count=1
	expect 0 '*all pulls   |   120*users: done*' '*'
	same_users "$data/users/random_data_api_users.ndjson"
}
