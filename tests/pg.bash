# What every file of tests of pg-upsert begins with: a cluster of its own, a
# folder for each test, and the table t.
# shellcheck shell=bash

load helper

setup_file() {
	local name=${BATS_TEST_FILENAME##*/pg-}
	start_pg "${name%.bats}"
	export PGOPTIONS='-c client_min_messages=warning'
}

teardown_file() {
	stop_pg
}

setup() {
	need_pg
	cd "$BATS_TEST_TMPDIR" || return
}

# table COLUMNS: the table t, empty, and no history h.
table() {
	sql "drop table if exists t, h cascade; create table t ($1)"
}
