#!/usr/bin/env bats
# pipelines/demo, and with it `make DATASET`: each dataset on the API server
# of the tests, with a private cluster and a state of its own.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helpers set and use the rest

load ../helper
load datasets

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

setup_file() {
	export SLUICE_VAR=$BATS_FILE_TMPDIR/var
}

teardown_file() {
	SLUICE_VAR=$BATS_FILE_TMPDIR/var/demo "$root/pipelines/local-postgres" \
		stop >&2 3>&-
}

# demo_ends STATUS STDOUT STDERR [ARGUMENT ...]: it ends like that, its API
# server too.
demo_ends() {
	run --separate-stderr "$root/pipelines/demo" "${@:4}" 3>&-
	expect "$1" "$2" "$3"
	run -1 pgrep -f -- "--port-file $SLUICE_VAR/demo"
}

@test "without operands: wdn, with everything made new each time" {
	local -x DEMO_SERVER='--products 60' PGHOST=nowhere WDN_BASE_URL=http://x
	for _ in 1 2; do
		demo_ends 0 '*retailer_name*accounts: * hold*done, exit status 0*local-postgres psql -d highsnobiety*' \
			'*demo: an API server*Processed: 60/60*'
	done
	dataset=wdn SLUICE_VAR=$SLUICE_VAR/demo
	[ "$(summary .stages.store_products.inserted)" -eq 60 ]
}

# Twice each: what the second run says that it need not do.
@test "wdn: nothing is due in the second run" {
	local -x DEMO_SERVER='--products 40'
	demo_ends 0 '*wdn: done*' '*(WDN_BASE_URL would name a real server)*' \
		wdn brands=Nike
	demo_ends 0 '*retailer_name*wdn: done*' \
		'*brand Nike: its search was fetched within a day*offers: 0 products are due*' \
		wdn brands=Nike
}

@test "animals: all have found a home before the second run" {
	local -x DEMO_SERVER='--animals 2'
	demo_ends 0 '*animals: done*' '*about a minute*20 are to be fetched*' animals
	demo_ends 0 '*animals: done*' '*20 have found a home, 0 are to be fetched*' \
		animals
	# another port is another server: what was delivered is not of it
	local dir=$SLUICE_VAR/demo
	apid --parent --port "$(<"$dir/demo.animals.port")" --port-file port \
		</dev/null >/dev/null 2>&1 3>&- &
	apid_pid=$!
	wait_for test -s port
	demo_ends 0 '*animals: done*' '*0 have found a home, 20 are to be fetched*' \
		animals
	stop_apid
}

@test "users: the pull of the day is there in the second run" {
	demo_ends 0 '*newest pull |    20*' '*20 in 1 calls*' users count=20
	demo_ends 0 '*newest pull |    20*' \
		'*users: 20 of this pull are there already*0 in 0 calls*' \
		users count=20
}

@test "orders: every row is as it was in the second run" {
	local -x DEMO_SERVER='--orders 50'
	demo_ends 0 '*total_price*' '*store_orders: 50 rows are new, 0 changed, 0 as they were*' \
		orders
	demo_ends 0 '*total_price*' '*store_orders: 0 rows are new, 0 changed, 50 as they were*' \
		orders
}

@test "ornaments: no product is due in the second run" {
	local -x DEMO_SERVER='--ornament-years 1'
	demo_ends 0 '*ornaments: done*' '*hookedonhallmark_com: 1 years are to be listed*' \
		ornaments
	demo_ends 0 '*ornaments: done*' '*hookedonhallmark_com: 0 of * products are due*' \
		ornaments
}

@test "a variable that names a server: that one, and no demo" {
	local variable
	for variable in USERS_BASE_URL=http://127.0.0.1:1 \
		CONFIG_PATH=/nowhere ENV=none SLUICE_CASSETTE=replay:none; do
		run --separate-stderr env "$variable" PGHOST="$PWD" USERS_RETRY=0 \
			"$root/pipelines/demo" users 3>&-
		[ "$status" -ge 66 ]
		[[ $stderr == "demo: ${variable%%=*} is set: pipelines/run users"* ]]
	done
}

@test "wrong usage, another demo at work" {
	demo_ends 64 '' 'usage: demo*' --products
	demo_ends 64 '' '*there is no dataset "nothing"*' nothing
	mkdir -p "$SLUICE_VAR/demo"
	exec 8>>"$SLUICE_VAR/demo/demo.users.lock"
	flock 8
	demo_ends 75 '' '*another demo of "users" is at work*' users
	exec 8>&-
}
