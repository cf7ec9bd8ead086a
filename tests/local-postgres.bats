#!/usr/bin/env bats
# pipelines/local-postgres: the private cluster.
# shellcheck disable=SC2154 # bats and the helper set what is read here

load helper

setup_file() {
	export SLUICE_VAR=$BATS_FILE_TMPDIR/var
}

teardown_file() {
	"$BATS_TEST_DIRNAME/../pipelines/local-postgres" stop 3>&-
}

local_postgres() {
	"$root/pipelines/local-postgres" "$@" 3>&-
}

pid() {
	head -n 1 "$SLUICE_VAR/pg/data/postmaster.pid"
}

@test "usage errors are 64, help is not" {
	run --separate-stderr local_postgres
	expect 64 '' 'usage: *'
	run --separate-stderr local_postgres restart
	expect 64 '' 'usage: *'
	run --separate-stderr local_postgres stop now
	expect 64 '' 'usage: *'
	run --separate-stderr local_postgres --help
	expect 0 'usage: *' ''
}

@test "before the first start" {
	run --separate-stderr local_postgres status
	expect 1 'not running: data */pg/data' ''
	run --separate-stderr local_postgres psql -c 'select 1'
	expect 69 '' '*is not running: start it with "local-postgres start"'
	run --separate-stderr local_postgres stop
	expect 0 '' ''
}

@test "start, a second start, a database, env and psql" {
	run --separate-stderr local_postgres start
	expect 0 '' ''
	local first
	first=$(pid)
	run --separate-stderr local_postgres start things
	expect 0 '' ''
	[ "$(pid)" = "$first" ]
	run --separate-stderr local_postgres status
	expect 0 "running: pid $first, socket *, PostgreSQL *" ''
	run --separate-stderr local_postgres env things
	expect 0 '*export PGHOST=* PGPORT=5432 PGUSER=sluice PGDATABASE=things' ''
	eval "$output"
	run --separate-stderr psql -XAtc 'select current_database()'
	expect 0 things ''
	PGDATABASE=things run --separate-stderr local_postgres psql -XAtc \
		"select current_database(), current_setting('fsync')"
	expect 0 'things|on' ''
}

@test "it listens on its socket only, in a closed folder" {
	local_postgres start
	run --separate-stderr local_postgres psql -XAtc \
		"select current_setting('listen_addresses')"
	expect 0 '' ''
	[ "$(stat -c %a "$SLUICE_VAR/pg")" = 700 ]
}

@test "two starts at once start one server" {
	local_postgres start
	local_postgres stop
	local_postgres start & local a=$!
	local_postgres start & local b=$!
	wait "$a"
	wait "$b"
	run --separate-stderr local_postgres status
	expect 0 'running: *' ''
}

@test "the server keeps nothing of who started it" {
	local_postgres start
	local_postgres stop
	exec {lock}>"$BATS_TEST_TMPDIR/lock"
	flock "$lock"
	SLUICE_RUN=$BATS_TEST_TMPDIR local_postgres start
	exec {lock}>&-
	run --separate-stderr flock -n "$BATS_TEST_TMPDIR/lock" true
	expect 0 '' ''
	run --separate-stderr grep -qz ^SLUICE_RUN= "/proc/$(pid)/environ"
	expect 1 '' ''
}

@test "starts again after a crash" {
	local_postgres start
	kill -9 "$(pid)"
	run --separate-stderr local_postgres start
	expect 0 '' ''
	run --separate-stderr local_postgres psql -XAtc 'select 1'
	expect 0 1 ''
}

@test "starts again where the old pid is somebody else's now" {
	local_postgres start
	kill -9 "$(pid)"
	sed -i "1s/.*/$$/" "$SLUICE_VAR/pg/data/postmaster.pid"
	sed -i "1s/.*/$$/" "$SLUICE_VAR/pg/.s.PGSQL.5432.lock"
	run --separate-stderr local_postgres status
	expect 1 'not running: *' ''
	run --separate-stderr local_postgres start
	expect 0 '' ''
}

@test "a path too long for a socket gets a short folder" {
	local deep
	deep=$BATS_TEST_TMPDIR/$(printf 'deep%.0s' {1..30})
	SLUICE_VAR=$deep local_postgres start
	SLUICE_VAR=$deep run --separate-stderr local_postgres psql -XAtc 'select 1'
	local socket
	socket=$(eval "$(SLUICE_VAR=$deep local_postgres env)" && echo "$PGHOST")
	SLUICE_VAR=$deep local_postgres stop
	rm -r "$socket"
	expect 0 1 ''
	[ "${#socket}" -lt 90 ]
}

@test "a folder that cannot be made" {
	SLUICE_VAR=/dev/null/var run --separate-stderr local_postgres start
	expect 73 '' '*could not make the folder "/dev/null/var"*'
}

@test "root without user namespaces: the user postgres runs it" {
	[ "$EUID" -eq 0 ] || skip "needs root"
	id postgres >/dev/null 2>&1 || skip "needs a user postgres"
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/unshare"
	chmod +x "$BATS_TEST_TMPDIR/bin/unshare"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	local var
	var=$(mktemp -d)
	SLUICE_VAR=$var/closed run --separate-stderr local_postgres start
	expect 77 '' '*the user postgres cannot enter*set SLUICE_VAR*'
	chmod a+x "$var"
	export SLUICE_VAR=$var/open
	local_postgres start
	run --separate-stderr local_postgres psql -XAtc 'select 1'
	local_postgres stop
	rm -r "$var"
	expect 0 1 ''
}

@test "SLUICE_PG_BIN: the server's programs" {
	local bin
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var SLUICE_PG_BIN=$BATS_TEST_TMPDIR
	run --separate-stderr local_postgres start
	expect 78 '' "*SLUICE_PG_BIN: there is no pg_ctl or no initdb in*"
	[ ! -e "$SLUICE_VAR/pg/data" ]
	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | head -n 1)
	[ -x "$bin/initdb" ] || skip 'no server in /usr/lib/postgresql'
	SLUICE_PG_BIN=$bin run --separate-stderr local_postgres start
	expect 0 '' ''
	[[ $bin == */"$(<"$SLUICE_VAR/pg/data/PG_VERSION")"/bin ]]
	SLUICE_PG_BIN=$bin run --separate-stderr local_postgres stop
	expect 0 '' ''
}

@test "PG_VERSION: the tests of a server that is not there are skipped" {
	[ -z "${SLUICE_PG_BIN-}" ] || skip 'a server was chosen'
	PG_VERSION=0 run --separate-stderr bats -f 'new rows are' \
		"$root/tests/pg-upsert.bats"
	expect 0 '*ok 1 *# skip there is no PostgreSQL in */0/bin' ''
}
