#!/usr/bin/env bats
# The dataset @name@ against what its sample says.

load ../helper

setup_file() {
	start_pg @name@
}

teardown_file() {
	stop_pg
}

# serve FILE: the API, with these records.
serve() {
	start_apid --serve "/@name@=$1"
	export @NAME@_BASE_URL="$API" @NAME@_RETRY=0
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	sql 'drop table if exists @name@'
	jq '.@name@' "$root/pipelines/@name@/sample.json" >sample
}

teardown() {
	stop_apid
}

@test "@name@: every record is in the table, a second run changes nothing" {
	serve sample
	run --separate-stderr "$root/pipelines/run" @name@ 3>&-
	expect 0 '*accounts: *hold*@name@: done, exit status 0*' '*'
	[ "$(sql 'select count(*) from @name@')" = "$(jq length sample)" ]
	run --separate-stderr "$root/pipelines/run" @name@ 3>&-
	expect 0 '*@name@: done, exit status 0*' '*'
	[ "$(jq '.stages.store.unchanged' \
		"$SLUICE_VAR"/runs/@name@/*/summary.json | paste -sd ' ')" = \
		"0 $(jq length sample)" ]
}

@test "@name@: a record that is none is rejected, the others are stored" {
	jq -c '.[0] = {"name": "no id"}' sample >poisoned
	serve poisoned
	run --separate-stderr "$root/pipelines/run" @name@ 3>&-
	expect 1 '*1 x check: rule "id" failed*' '*'
	[ "$(sql 'select count(*) from @name@')" = 2 ]
}
