#!/usr/bin/env bats
# The dataset users end to end: what apid made up has to be in the table.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helpers set and use the rest

load ../helper
load datasets

dataset=users

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
	run --separate-stderr run_dataset count=250
	expect 0 '*newest pull |   250*accounts: 10 hold*users: done, exit status 0' \
		'*users: 250 in 3 calls*'
	served users >truth
	[ "$(wc -l <truth)" -eq 250 ]
	same_users truth
	[ "$(sql 'select count(distinct pull_datetime) from stage_user')" = 1 ]
	run --separate-stderr run_dataset count=101
	expect 0 '*newest pull |   101*all pulls   |   351*' '*users: 101 in 2 calls*'
	served users >truth
	same_users truth
}

@test "one a call, with 10 % faults" {
	serve --chaos 10
	run --separate-stderr env USERS_RATE=200/s "$root/pipelines/run" \
		users count=30 way=single
	expect 0 '*all pulls   |    30*users: done, exit status 0' \
		'*users: 30 in 30 calls*'
	[ "$(sql 'select count(distinct uid) from stage_user')" = 30 ]
}

@test "waits that the API asks for are told at the end" {
	serve --fault '/api/v2/*:retry-after=0.2@times=1'
	run --separate-stderr run_dataset count=2
	expect 0 '*users: done*' '*ALERT: users, run *: the server refused 1 of 2 requests by a limit; 0.* s were waited in all*'
}

@test "an error inside a 200 is rejected and never a row" {
	echo '{"message":"Maximum allowed size is 100"}' >error
	serve --serve "/api/v2/users=$PWD/error"
	run --separate-stderr run_dataset count=5
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
	run --separate-stderr run_dataset count=0
	expect 64 '*' '*count is "0": it has to be a number from 1 on*'
	run --separate-stderr run_dataset way=all
	expect 64 '*' '*way is "all": it has to be size or single*'
}

@test "two runs at once: the second ends with 75" {
	serve --latency 200
	second_is_refused 1
	[ "$(sql 'select count(*) from stage_user')" = 100 ]
}

# A pull is as large as it was asked to be, however often it broke off.
whole() {
	[ "$(sql "select count(*), count(distinct uid), count(distinct pull_datetime)
		from stage_user")" = "$1|$1|1" ]
}

@test "the database is down at the start, and lost in the middle" {
	serve --latency 60
	survives_database 8 count=2000 pull_datetime=2026-01-31T00:00:00Z
	whole 2000
}

pulled() {
	served users | wc -l
}

@test "kills at random points, then --resume: one pull, whole, little is asked again" {
	serve --latency 20
	disturb 110 count=10000 mask=0
	local before stored
	before=$(pulled)
	stored=$(sql 'select count(*) from stage_user' || echo 0)
	ends 0 --resume
	[ "$(sql 'select count(*), count(distinct uid), count(distinct pull_datetime) from stage_user')" = \
		'10000|10000|1' ]
	# what is there is not asked for again, and nothing else is there
	[ "$(($(pulled) - before))" -eq $((10000 - stored)) ]
	served users >truth
	sql 'select uid from stage_user' | LC_ALL=C sort >stored
	jq -r .uid truth | LC_ALL=C sort | LC_ALL=C comm -13 - stored | cmp - /dev/null
	told "users: $(($(pulled) - 10000)) of 10000 were asked for again after $kills kills"
}

@test "a pull by its moment: what is there is not pulled again" {
	serve
	ends 0 count=120 pull_datetime=2026-01-31T00:00:00Z
	forget_counts
	run --separate-stderr run_dataset count=120 pull_datetime=2026-01-31T00:00:00Z
	expect 0 '*' '*users: 120 of this pull are there already*0 in 0 calls*'
	[ "$(counts .requests)" -eq 0 ]
	ends 0 count=130 pull_datetime=2026-01-31T01:00:00+01:00
	[ "$(counts '.urls | keys[0]')" = '/api/v2/users?size=10' ]
	whole 130
	run --separate-stderr run_dataset pull_datetime=yesterday
	expect 64 '*' '*pull_datetime is "yesterday": it has to be a time*'
}

@test "the report is what python counts" {
	serve
	ends 0 count=150 pull_datetime=2026-01-31T00:00:00Z
	served users >one
	ends 0 count=30 pull_datetime=2026-02-01T00:00:00Z
	served users >both
	[ "$(psql -XAtq -f "$root/pipelines/users/report.sql")" = "$(python3 -c '
import json
def countries(name, after=0):
    users = [json.loads(line) for line in open(name)][after:]
    return "%d|%d" % (len(users), len({u["address"]["country"] for u in users}))
print("newest pull|" + countries("both", 150) + "|2026-02-01 00:00:00+00")
print("all pulls|" + countries("both") + "|2026-02-01 00:00:00+00")')" ]
}

@test "one poisoned user of each kind: each is rejected alone" {
	start_apid
	curl -fsS "$API/api/v2/users?size=12" | jq -c '
		.[1].uid = null | .[2].id = "x" | del(.[3].uid) | .[4] = "no object"
		| .[5]["address.city"] = "clash" | .[6].address.coordinates.lat = "north"
		| .[7].first_name = "a\u0000" | .[8].colour = 1 | .[9].employment = ["x"]
		| .[10].id = 99999999999999999999' >bad
	stop_apid
	serve --serve "/api/v2/users=$PWD/bad"
	ends 1 count=12
	[ "$(rejects '[.stage, .code]')" = '["check","id"]
["check","uid"]
["check","uid"]
["check","uid"]
["flat",null]
["store","22P02"]
["store","22P02"]
["store","22P05"]
["store","42703"]
["store","42703"]' ]
	whole 2
	# mended where they lie; the rest is rejected again by its stage
	mend 's/"address.coordinates.lat":"north"/"address.coordinates.lat":1.50/; s/"first_name":"a\\u0000"/"first_name":"a"/; s/,"colour":1//; s/,"uid":null/,"uid":"new"/; s/"uid":null,/"uid":"new",/'
	expect 1 '*' '*in again: 4 of check, 1 of flat, 5 of store*'
	[ "$(sql 'select count(*), count(distinct pull_datetime) from stage_user')" = '6|1' ]
	[ "$(rejects .stage | uniq -c | tr -s ' ')" = ' 3 "check"
 1 "flat"
 2 "store"' ]
}

@test "the recorded users load with every value equal" {
	need_data users/random_data_api_users.ndjson
	jq -sc . "$data/users/random_data_api_users.ndjson" >all
	serve --serve "/api/v2/users=$PWD/all"
	run --separate-stderr run_dataset count=1
	expect 0 '*all pulls   |   120*users: done*' '*'
	same_users "$data/users/random_data_api_users.ndjson"
}
