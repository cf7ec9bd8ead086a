#!/usr/bin/env bats
# The dataset orders end to end: from a ZIP and from the Admin API, what the
# tables hold has to be what apid's shop has.
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
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var ORDERS_RETRY_DELAY=0.01
	sql 'drop schema public cascade; create schema public'
	sql 'alter database grover reset all' 2>/dev/null || :
}

teardown() {
	stop_apid
}

# A shop that is asked, as fast as that goes.
shop() {
	start_apid --orders 300 "$@"
	export SHOPIFY_BASE_URL=$API SHOPIFY_TOKEN_FILE=$PWD/token
	echo secret-token-1 >token
	curl -fsS "$API/_apid/truth/orders" >truth
}

# zip_of FILE: a ZIP of these orders, in members of several kinds.
zip_of() {
	python3 -c '
import sys, zipfile
orders = open(sys.argv[1]).read().splitlines()
half = len(orders) // 2
with zipfile.ZipFile("orders.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("a.json", "{\"orders\":[" + ",".join(orders[:half]) + "]}")
    z.writestr("none.json", "{\"orders\":[]}")
    z.writestr("missing.json", "{}")
    z.writestr("sub/b.json", "{\"orders\":[" + ",\n".join(orders[half:]) + "]}\n")' "$1"
	export ORDERS_URL=file://$PWD/orders.zip
}

orders() {
	"$root/pipelines/run" orders "$@" 3>&-
}

# same_orders FILE: orders, items and users are what python makes of it; with
# money to the last digit.
same_orders() {
	sql "select jsonb_build_object(
		'orders', (select count(*) from orders_current),
		'exact', (select jsonb_object_agg(id, array[total_price::text, total_tax::text,
			user_id::text, note, to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')])
			from orders_current),
		'items', (select jsonb_object_agg(id, array[order_id, variant_id, product_id, quantity])
			from order_line_items_current),
		'users', (select jsonb_object_agg(id, array[email, phone, customer_locale]) from users))" |
		python3 "$BATS_TEST_DIRNAME/orders.py" "$1"
}

@test "the Admin API: every page, every value; faults, and a wait as it is asked" {
	shop --fault '/admin/*:status=503@times=1' \
		--fault '/admin/*:retry-after=0.1@times=1'
	run --separate-stderr orders
	expect 0 '*total_price*accounts: 22 hold*orders: done, exit status 0' \
		'*300 are to be loaded*'
	same_orders truth
	[[ $output != *secret-token* && $stderr != *secret-token* ]]
	run grep -r secret-token var
	[ "$status" -eq 1 ]
}

@test "a ZIP: the same; a second run changes nothing, another day is history" {
	start_apid --orders 300
	curl -fsS "$API/_apid/truth/orders" >truth
	zip_of truth
	run --separate-stderr orders run_date=2026-01-01
	expect 0 '*orders: done*' "*orders: from file://$PWD/orders.zip*300 are to be loaded for 2026-01-01*"
	same_orders truth
	run --separate-stderr orders run_date=2026-01-01
	expect 0 '*orders: done*' '*'
	[ "$(jq -s 'map(select(.tool == "pg-upsert")) | [map(.inserted), map(.updated)] | flatten | add' \
		"$(printf '%s\n' var/runs/orders/* | tail -n 1)/stats.ndjson")" -eq 0 ]
	sed '1s/"total_price":"[^"]*"/"total_price":"1.10"/' truth >changed
	zip_of changed
	orders run_date=2026-01-02 >/dev/null 2>&1
	same_orders changed
	[ "$(sql 'select count(*), count(distinct run_date) from orders')" = '600|2' ]
	[ "$(sql "select total_price from orders_current where id = 820982911946154508")" = 1.10 ]
	[ "$(sql 'select (select sum(orders) from order_summary_by_day) = 300
		and (select count(*) from fact_order) = 300
		and (select count(*) from dim_user) = (select count(distinct user_id) from user_fields)
		and (select count(*) from dim_location) = 4
		and (select count(*) from dim_date) = (select count(*) from order_summary_by_day)')" = t ]
}

@test "an order or an item without an id is rejected alone" {
	start_apid --orders 20
	curl -fsS "$API/_apid/truth/orders" |
		grep -v '"line_items":\[\]' |
		sed '2s/{"id":[0-9]*/{"id":null/; 3s/"line_items":\[{"id":[0-9]*/"line_items":[{"id":null/' >bad
	zip_of bad
	run --separate-stderr orders
	expect 1 '*orders: done in part, exit status 1' '*'
	[ "$(jq -c '[.stage, .record.order_number != null]' var/runs/orders/*/rejects.ndjson | sort)" = \
		$'["check",true]\n["item_check",false]' ]
	[ "$(sql 'select count(*) from orders')" -eq $(($(wc -l <bad) - 1)) ]
}

@test "what is wrong with the source is told" {
	run --separate-stderr orders
	expect 78 '*' '*there is no source: set ORDERS_URL*'
	echo no zip >orders.zip
	run --separate-stderr env ORDERS_URL="file://$PWD/orders.zip" \
		"$root/pipelines/run" orders
	expect 65 '*' '*is no good ZIP*'
	run --separate-stderr env ORDERS_URL="http://127.0.0.1:1/o.zip?signature=hidden" \
		ORDERS_RETRY=0 "$root/pipelines/run" orders
	expect 75 '*' '*could not fetch "http://127.0.0.1:1/o.zip"*'
	[[ $stderr != *hidden* ]]
	shop --fault '/admin/*:401'
	run --separate-stderr env SHOPIFY_TOKEN_FILE=none "$root/pipelines/run" orders
	expect 78 '*' '*SHOPIFY_TOKEN_FILE has to name a file*'
	run --separate-stderr orders
	expect 77 '*' '*401*'
	run --separate-stderr orders run_date=today
	expect 64 '*' '*run_date is "today"*'
}

@test "a ZIP over HTTP, by the older names of the settings" {
	start_apid --orders 50
	curl -fsS "$API/_apid/truth/orders" >truth
	zip_of truth
	unset ORDERS_URL
	stop_apid
	start_apid --serve "/dump.zip=$PWD/orders.zip"
	run --separate-stderr env -u PGHOST -u PGPORT -u PGDATABASE \
		_PGSQL_HOSTNAME="$PGHOST" _PGSQL_PORT="${PGPORT:-5432}" \
		_PGSQL_DATABASE=grover \
		_AWS_S3_URL_SOURCE="$API/dump.zip?X-Signature=hidden" \
		"$root/pipelines/run" orders
	expect 0 '*orders: done*' "*into database grover at $PGHOST*from $API/dump.zip*"
	[[ $stderr != *hidden* ]]
	same_orders truth
}

@test "interrupted, and twice at once: the next run gives the same tables" {
	shop --latency 100
	local pid
	"$root/pipelines/run" orders </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	until_asked 1
	run --separate-stderr orders
	expect 75 '' '*another run of "orders" is at work*'
	kill -TERM "$pid"
	wait "$pid" || [ $? -eq 143 ]
	curl -fsS -X POST "$API/_apid/reset"
	orders >/dev/null 2>&1
	same_orders truth
}

@test "kills at random points, then --resume: the walk goes on at its page" {
	start_apid --orders 3000 --latency 30
	export SHOPIFY_BASE_URL=$API SHOPIFY_TOKEN_FILE=$PWD/token
	echo secret-token-1 >token
	curl -fsS "$API/_apid/truth/orders" >truth
	disturb 30 orders run_date=2026-01-01
	run --separate-stderr orders --resume
	expect 0 '*orders: done*' '*'
	same_orders truth
	[ "$(sql 'select count(*), count(distinct run_date) from orders')" = '3000|1' ]
	# the page in hand of each walk that was killed
	told "orders: $(($(counts .requests) - 12)) of 12 pages were asked for again after $kills kills"
	[ "$(counts .requests)" -le $((12 + kills)) ]
	# nothing is kept of what is loaded
	[ "$(ls var/state/orders/source)" = $'loaded\nplace' ]
}

@test "a ZIP that is there whole is not fetched again" {
	start_apid --orders 50
	curl -fsS "$API/_apid/truth/orders" >truth
	zip_of truth
	stop_apid
	start_apid --serve "/dump.zip=$PWD/orders.zip"
	export ORDERS_URL=$API/dump.zip
	run --separate-stderr env PGHOST="$PWD" "$root/pipelines/run" orders
	expect 75 '*' '*go on with: *run orders --resume'
	run --separate-stderr env ORDERS_URL="$API/other.zip" "$root/pipelines/run" orders --resume
	expect 78 '*' "*what was fetched so far is from $API/dump.zip: *"
	run --separate-stderr orders --resume
	expect 0 '*orders: done*' '*'
	[ "$(counts .requests)" -eq 1 ]
	same_orders truth
}

@test "recorded orders load with every id and decimal exact" {
	need_data orders/shopify_api_fixture_orders.json
	jq -n '{}' >none.json
	zip -q orders.zip none.json
	zip -qj orders.zip "$data/orders/shopify_api_fixture_orders.json"
	run --separate-stderr env ORDERS_URL="file://$PWD/orders.zip" \
		"$root/pipelines/run" orders
	expect 0 '*orders: done*' '*1 are to be loaded*'
	[ "$(sql 'select id, total_price, total_tax, order_number, currency from orders')" = \
		'450789469|598.94|11.94|1001|USD' ]
	[ "$(sql 'select count(*) from order_line_items')" = \
		"$(jq '.orders[0].line_items | length' "$data/orders/shopify_api_fixture_orders.json")" ]
}
