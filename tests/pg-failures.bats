#!/usr/bin/env bats
# What can happen to a connection and to a server, each on purpose: nothing
# that is committed is printed twice, nothing is printed that is not.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load helper

setup_file() {
	start_pg failures
	export PGOPTIONS='-c client_min_messages=warning'
}

teardown_file() {
	stop_pg
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	# shellcheck disable=SC2046
	kill $(jobs -p) 2>/dev/null || true
}

# table COLUMNS: the table t, empty.
table() {
	sql "drop table if exists t cascade; create table t ($1)"
}

# records N: of the table (id, a, b).
records() {
	seq "$1" | awk '{ printf "{\"id\":%d,\"a\":\"text %d\",\"b\":%d}\n",
		$1, $1 % 100, $1 * 2 }'
}

count_is() {
	[ "$(sql 'select count(*) from t')" -eq "$1" ]
}

@test "a socket that takes little at a time is waited for" {
	! sanitized || skip "a sanitizer does not like to be preloaded behind"
	table 'id int primary key, a text, b int'
	records 20000 >in
	for mode in upsert append; do
		sql 'truncate t'
		FAIL_CALL=send LD_PRELOAD=$root/bin/failat.so \
			run --separate-stderr timeout -k 1 30 \
			pg-upsert -t t -k id --mode "$mode" -b 7000 <in
		expect 0 '*' ''
		[ "$output" = "$(<in)" ]
		count_is 20000
	done
}
