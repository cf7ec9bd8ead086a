#!/usr/bin/env bats
# What runs leave in the database: sluice.runs and sluice.requests.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper
load small

setup_file() {
	start_pg things
}

teardown_file() {
	stop_pg
}

setup() {
	small_pipelines
	sql 'drop schema if exists sluice cascade' 2>/dev/null
	dataset one <<-'END'
		receipt() {
			printf '{"stage":"a","resource":"r","id":"%s","url":"http://h/%s","status":200,"http":"1.1","records":1,"attempts":2,"limited":1,"bytes":10,"ttfb_ms":0.5,"wait_ms":7.25,"at":"2026-01-01T00:00:0%s.5Z"}\n' "$1" "$1" "$1"
		}
		param size 3
		for i in $(seq "$size"); do receipt "$i"; done >>"$SLUICE_RUN/receipts.ndjson"
		receipt 9 >"$SLUICE_RUN/receipts.r.1"
		[[ ${hang-} != 1 ]] || { echo >"$SLUICE_STATE/hangs"; sleep 60; }
		keep_receipts "$SLUICE_RUN/receipts.r.1"
		stage a fake 3 2 1 1
		stage b fake 2 2 0
		echo '{"stage":"a","reason":"bad","record":{}}' >"$SLUICE_RUN/rejects.ndjson"
		exit "${fail:-0}"
	END
	lines size fail hang >"$pipelines/one/params"
	echo things >"$pipelines/one/database"
}

go() {
	run --separate-stderr "$pipelines/run" "$@"
}

@test "a run is a row, and each receipt is one" {
	go one size=2
	expect 1 '*' '*'
	[[ $stderr != *sluice.runs* ]]
	[ "$(sql 'select dataset, status, exit, signal, requests, attempts, limited,
		retries, rejected, params, resumes, host = $$'"$HOSTNAME"'$$,
		version ~ $$^[0-9]+[.][0-9]+[.][0-9]+$$, accounts,
		stages->$$a$$->>$$out$$, ended >= started and seconds < 60 from sluice.runs')" = \
		'one|done in part|1||3|0|0|4|1|["size=2"]||t|t|["2 hold"]|2|t' ]
	[ "$(sql 'select run = (select run from sluice.runs), number, stage, resource,
		id, url, status, records, attempts, limited, bytes, ttfb_ms, wait_ms,
		at, error from sluice.requests order by number limit 1')" = \
		't|1|a|r|1|http://h/1|200|1|2|1|10|0.5|7.25|2026-01-01 00:00:01.5+00|' ]
	[ "$(sql 'select count(*) from sluice.requests')" -eq 3 ]
	go one fail=75
	expect 75 '*' '*'
	[ "$(sql 'select count(*), max(status) from sluice.runs')" = '2|failed' ]
	go one --resume fail=0
	[ "$(sql 'select resumes = (select max(run) from sluice.runs where status = $$failed$$)
		from sluice.runs where resumes is not null')" = t ]
	[ -z "$(find "$SLUICE_VAR" -name unloaded)" ]
	go one fail=1 size=1
	expect 70 '*one: failed, exit status 70' '*broke off with status 1: *'
	[ "$(sql 'select status, exit from sluice.runs order by run desc limit 1')" = \
		'failed|70' ]
}

@test "a database that is away fails no run, and loses none" {
	local i first
	PGHOST=$BATS_TEST_TMPDIR go one size=1
	expect 1 '*one: done in part, exit status 1' \
		'*this run is not in sluice.runs yet, the next one puts it there: *'
	# another database is not theirs
	PGDATABASE=postgres go one size=2
	[ "$(PGDATABASE=postgres sql 'select params from sluice.runs')" = '["size=2"]' ]
	PGDATABASE=postgres sql 'drop schema sluice cascade' 2>/dev/null
	# those of that time, when it is back: the same server by its folder
	first=$(run_of one | head -n 1)
	for i in {11..41}; do
		cp -R "$first" "$SLUICE_VAR/runs/one/20250101T0000$i.000Z"
		sed -i "s/${first##*/}/20250101T0000$i.000Z/" \
			"$SLUICE_VAR/runs/one/20250101T0000$i.000Z/summary.json"
	done
	printf ' %s %s things\n' "$PGHOST" "${PGPORT-}" |
		tee "$SLUICE_VAR"/runs/one/2*/unloaded >/dev/null
	go one size=3
	expect 1 '*' '*'
	[ "$(sql 'select count(*), count(distinct run) from sluice.runs')" = '33|33' ]
	[ "$(run_of one | wc -l)" -eq 30 ]
}

@test "a run that was killed is a row, once the next one is there" {
	"$pipelines/run" one hang=1 >/dev/null 2>&1 3>&- &
	local pid=$!
	wait_for test -e "$SLUICE_VAR/state/one/hangs"
	kill -KILL "$pid"
	wait_for flock -n "$SLUICE_VAR/state/one/lock" true
	go one
	expect 1 '*' '*'
	[ "$(sql 'select status, exit, signal, requests, ended - started < interval $$1 minute$$
		from sluice.runs order by run')" = 'killed|137|KILL|4|t
done in part|1||4|t' ]
	[ "$(sql 'select count(*) from sluice.requests')" -eq 8 ]
}

@test "a role without the right to make the tables; one with no more than it needs" {
	PGDATABASE=postgres sql 'drop role if exists loader; create role loader login'
	PGUSER=loader go one
	expect 1 '*' '*not in sluice.runs yet*may not make it*'
	psql -Xq -f "$pipelines/history.sql"
	sql 'grant usage on schema sluice to loader;
		grant select, insert, update on all tables in schema sluice to loader'
	PGUSER=loader go one
	[[ $stderr != *sluice.runs* ]]
	[ "$(sql 'select count(*) from sluice.runs')" -eq 2 ]
	PGUSER=loader SLUICE_REQUESTS_DAYS=1 go one
	expect 1 '*' '*could not delete from sluice.requests *: *permission denied for table requests*'
	sql 'drop owned by loader'
}

@test "requests are kept for SLUICE_REQUESTS_DAYS, all without it; runs stay" {
	local at
	for at in 91 89; do
		SLUICE_RUN_ID=$(date -u -d "$at days ago" +%Y%m%dT%H%M%S.000Z) go one size=1
		expect 1 '*' '*'
	done
	sql "insert into sluice.requests (dataset, run, host, number)
		select 'two', min(run), 'h', 1 from sluice.runs"
	[ "$(sql 'select count(*) from sluice.requests')" -eq 5 ]
	SLUICE_REQUESTS_DAYS=90 go one size=1
	expect 1 '*' '*'
	[[ $stderr != *sluice.requests* ]]
	[ "$(sql "select dataset, run < to_char(now() - interval '90 days', 'YYYYMMDD'),
		count(*) from sluice.requests group by 1, 2 order by 1")" = $'one|f|4\ntwo|t|1' ]
	[ "$(sql 'select count(*) from sluice.runs')" -eq 3 ]
	for at in 0 -1 90d 1e3; do
		SLUICE_REQUESTS_DAYS=$at go one
		expect 78 '' "run: SLUICE_REQUESTS_DAYS is \"$at\": it has to be a number of days from 1 on"
	done
}

@test "a role of the schema's name keeps its tables where they are" {
	PGOPTIONS='-c search_path="$user",public' go one
	expect 1 '*' '*not in sluice.runs yet*alter role sluice set search_path = public'
	[ -z "$(sql "select to_regnamespace('sluice')")" ]
}

@test "a dataset without a database: only where PG names one" {
	rm "$pipelines/one/database"
	PGDATABASE='' go one
	expect 1 '*' '*'
	[ -z "$(sql "select to_regclass('sluice.runs')")" ]
	go one
	[ "$(sql 'select count(*) from sluice.runs')" -eq 1 ]
}
