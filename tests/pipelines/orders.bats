#!/usr/bin/env bats
# The dataset orders end to end: from a ZIP and from the Admin API, what the
# tables hold has to be what apid's shop has.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helpers set and use the rest

load ../helper
load datasets

dataset=orders

setup_file() {
	start_pg grover
}

teardown_file() {
	stop_pg
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var ORDERS_RETRY_DELAY=0.01
	sql 'drop schema public cascade; create schema public' 2>/dev/null
	sql 'alter database grover reset all' 2>/dev/null || :
}

teardown() {
	stop_apid
	[ -z "${store-}" ] || { kill "$store" && wait "$store"; } || :
}

# A shop that is asked, as fast as that goes.
shop() {
	start_apid --orders 300 "$@"
	export SHOPIFY_BASE_URL=$API SHOPIFY_TOKEN_FILE=$PWD/token
	echo secret-token-1 >token
	served orders >truth
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

# hold_orders: nothing is stored in this table until release_orders.
hold_orders() {
	psql -Xq -f "$root/pipelines/orders/schema.sql"
	mkfifo hold
	psql -Xq <hold >/dev/null 3>&- &
	holder=$!
	exec 8>hold
	echo 'begin; lock table orders in exclusive mode;' >&8
	wait_for held
}

held() {
	[ "$(sql "select count(*) from pg_locks where mode = 'ExclusiveLock'
		and relation = 'orders'::regclass")" = 1 ]
}

release_orders() {
	echo 'commit;' >&8
	exec 8>&-
	wait "$holder"
}

@test "the Admin API: every page, every value; faults, and a wait as it is asked" {
	shop --chaos 10 --fault '/admin/*:status=503@times=1' \
		--fault '/admin/*:retry-after=0.1@times=1'
	run --separate-stderr run_dataset
	expect 0 '*total_price*accounts: 22 hold*orders: done, exit status 0' \
		'*300 are to be loaded*'
	same_orders truth
	[[ $output != *secret-token* && $stderr != *secret-token* ]]
	run grep -r secret-token var
	[ "$status" -eq 1 ]
}

@test "a ZIP: the same; a second run changes nothing, another day is history" {
	start_apid --orders 300
	served orders >truth
	zip_of truth
	run --separate-stderr run_dataset run_date=2026-01-01
	expect 0 '*orders: done*' "*orders: from file://$PWD/orders.zip*300 are to be loaded for 2026-01-01*"
	same_orders truth
	run --separate-stderr run_dataset run_date=2026-01-01
	expect 0 '*orders: done*' '*'
	[ "$(jq -s 'map(select(.tool == "pg-upsert")) | [map(.inserted), map(.updated)] | flatten | add' \
		"$(printf '%s\n' var/runs/orders/* | tail -n 1)/stats.ndjson")" -eq 0 ]
	sed '1s/"total_price":"[^"]*"/"total_price":"1.10"/' truth >changed
	zip_of changed
	ends 0 run_date=2026-01-02
	same_orders changed
	[ "$(sql 'select count(*), count(distinct run_date) from orders')" = '600|2' ]
	[ "$(sql "select total_price from orders_current where id = 820982911946154508")" = 1.10 ]
	[ "$(sql 'select (select sum(orders) from order_summary_by_day) = 300
		and (select count(*) from fact_order) = 300
		and (select count(*) from dim_user) = (select count(distinct user_id) from user_fields)
		and (select count(*) from dim_location) = 4
		and (select count(*) from dim_date) = (select count(*) from order_summary_by_day)')" = t ]
}

@test "what is wrong with the source is told" {
	run --separate-stderr run_dataset
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
	run --separate-stderr run_dataset
	expect 77 '*' '*401*'
	run --separate-stderr run_dataset run_date=today
	expect 64 '*' '*run_date is "today"*'
}

@test "a ZIP over HTTP, by the older names of the settings" {
	start_apid --orders 50
	served orders >truth
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

@test "a ZIP that breaks off is gone on with; one that was loaded is not fetched again" {
	start_apid --orders 300
	served orders >truth
	zip_of truth
	stop_apid
	start_apid --serve "/dump.zip=$PWD/orders.zip" \
		--fault '/dump.zip:cut@times=1' --fault '/dump.zip:status=503@times=1' \
		--fault '/dump.zip:reset-body@times=1'
	export ORDERS_URL=$API/dump.zip ORDERS_RETRY_DELAY=0
	ends 0 run_date=2026-01-01
	[[ $stderr == *'it broke off, goes on'* ]]
	same_orders truth
	[ "$(curl -fsS "$API/_apid/requests" | jq -s 'map(.status)' -c)" = '[200,503,206,206]' ]
	drop_faults
	forget_counts
	run --separate-stderr run_dataset run_date=2026-01-01
	expect 0 '*total_price*orders: done*' '*this was loaded for 2026-01-01 already*'
	[ "$(curl -fsS "$API/_apid/requests" | jq .status)" = 304 ]
	# another day has its own history; FRESH=1 asks for all of it
	ends 0 run_date=2026-01-02
	[ "$(summary .stages.store_orders.inserted)" = 300 ]
	FRESH=1 ends 0 run_date=2026-01-02
	[ "$(summary .stages.store_orders.unchanged)" = 300 ]
	add_fault '/dump.zip:403'
	ends 69 run_date=2026-01-03
}

@test "an object store: the request is signed, and no key is seen" {
	start_apid --orders 50
	served orders >truth
	zip_of truth
	python3 "$root/tests/servers/store.py" store.port orders.zip \
		</dev/null >/dev/null 2>&1 3>&- &
	store=$!
	wait_for test -s store.port
	echo USER:SECRET/key >key
	ORDERS_URL=http://127.0.0.1:$(<store.port)/bucket/dump.zip
	export ORDERS_URL ORDERS_KEY_FILE=$PWD/key ORDERS_SIGV4=aws:amz:eu-central-1:s3
	ends 0
	same_orders truth
	ends 0
	[[ $stderr == *'nothing to do'* ]]
	run --separate-stderr grep -r SECRET var
	expect 1 '' ''
	echo USER:another >key
	ends 69 run_date=2026-01-01
	[[ $stderr == *'the server refused'*403* || $stderr == *403*'the server refused'* ]]
	ORDERS_KEY_FILE='' ends 78
	[[ $stderr == *'ORDERS_KEY_FILE has to name a file'* ]]
}

@test "one poisoned order and item of each kind: each is rejected alone" {
	start_apid --orders 60
	served orders >truth
	python3 - <<-'END'
		import json
		orders = [json.loads(line) for line in open("truth")]
		def bad(order, **members):
		    order.update(members)
		bad(orders[1], id="x"), bad(orders[2], total_price="12,50")
		bad(orders[3], created_at="soon"), bad(orders[4], currency="EURO")
		bad(orders[5], total_weight=3000000000), bad(orders[6], note="a\0")
		bad(orders[7], test="perhaps"), bad(orders[8], user_id="nobody")
		items = [o for o in orders[10:] if len(o["line_items"]) > 1]
		items[0]["line_items"][0]["id"] = None
		items[1]["line_items"][0]["quantity"] = "two"
		items[2]["line_items"][0] = "no object"
		items[3]["line_items"] = {"no": "array"}
		items[4]["line_items"][0]["variant_id"] = 1 << 70
		with open("bad", "w") as f:
		    for order in orders + ["no object"]:
		        f.write(json.dumps(order) + "\n")
	END
	zip_of bad
	ends 1
	[ "$(rejects '[.stage, .code]')" = '["check","id"]
["check","id"]
["item_check","id"]
["items",null]
["items",null]
["store_fields","22P02"]
["store_fields","22P02"]
["store_items","22003"]
["store_items","22P02"]
["store_orders","22001"]
["store_orders","22003"]
["store_orders","22007"]
["store_orders","22P02"]
["store_orders","22P02"]
["store_orders","22P02"]
["store_orders","22P05"]' ]
	[ "$(sql 'select count(*) from orders')" = 52 ]
	# what has no id is found by its order's number
	[ "$(rejects 'select(.record.id? == null and .stage == "item_check")
		| .record.order_number')" = "$(jq -s '[.[10:][] | select(.line_items
		| length > 1)][0].order_number' truth)" ]
	# two orders and an item that are mended go in: an order to all tables
	local items
	items=$(sql 'select count(*) from order_line_items')
	mend 's/"record":{"id":"x"/"record":{"id":7/; s/"record":{"id":null/"record":{"id":8/; s/"total_price":"12,50"/"total_price":"12.50"/'
	expect 1 '*accounts: * hold
*' '*in again: 2 of check, 1 of item_check, 2 of items, *'
	[ "$(sql 'select count(*) from orders')" = 54 ]
	[ "$(sql 'select count(*) from order_line_items')" -ge $((items + 1)) ]
	[ "$(sql 'select total_price from orders where total_price = 12.50')" = 12.50 ]
}

@test "the three loads go on beside each other" {
	shop
	local pid
	hold_orders
	start_run
	wait_for loaded order_line_items 1
	wait_for loaded users 1
	kill -0 "$pid"
	release_orders
	wait "$pid"
	same_orders truth
}

loaded() {
	[ "$(sql "select count(*) from $1" 2>/dev/null || echo 0)" -ge "$2" ]
}

@test "the report and the views are what python counts" {
	shop
	ends 0
	[ "$(psql -XAtq -f "$root/pipelines/orders/report.sql")" = \
		"$(python3 "$BATS_TEST_DIRNAME/orders.py" --report truth)" ]
	[ "$(sql "select order_id, day, coalesce(user_id::text, ''), items, quantity,
		total_price, total_discounts, total_tax, financial_status,
		coalesce(fulfillment_status, '') from order_summary order by order_id")" = \
		"$(python3 "$BATS_TEST_DIRNAME/orders.py" --summary truth)" ]
	[ "$(sql "select day, orders, items, quantity, total_price, total_discounts,
		total_tax, paid from order_summary_by_day order by day")" = \
		"$(python3 "$BATS_TEST_DIRNAME/orders.py" --days truth)" ]
	[ "$(sql "select (select row(count(*), sum(total_price), sum(items),
			sum(quantity))::text from fact_order) = (select row(count(*),
			sum(total_price), sum(items), sum(quantity))::text from order_summary)
		and not exists (select from fact_order f
			left join dim_user using (user_id)
			left join dim_location l using (location_id)
			left join dim_app a on a.app_id = f.app_id
				and a.device_id is not distinct from f.device_id
			left join dim_date d using (day)
			where l.location_id is null or a.app_id is null or d.day is null)")" = t ]
}

@test "the database is down at the start, and lost in the middle" {
	shop --latency 100
	survives_database 2
	same_orders truth
}

@test "two runs at once: the second ends with 75" {
	shop --latency 100
	second_is_refused 1
	same_orders truth
}

@test "kills at random points, then --resume: the walk goes on at its page" {
	start_apid --orders 3000 --latency 30
	export SHOPIFY_BASE_URL=$API SHOPIFY_TOKEN_FILE=$PWD/token
	echo secret-token-1 >token
	served orders >truth
	disturb 30 run_date=2026-01-01
	ends 0 --resume
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
	served orders >truth
	zip_of truth
	stop_apid
	start_apid --serve "/dump.zip=$PWD/orders.zip"
	export ORDERS_URL=$API/dump.zip
	local pid
	hold_orders
	start_run
	wait_for test -e "$SLUICE_VAR/state/orders/source/orders.zip"
	kill_all "$pid"
	release_orders
	run --separate-stderr env ORDERS_URL="$API/other.zip" "$root/pipelines/run" orders --resume
	expect 78 '*' "*what was fetched so far is from $API/dump.zip: *"
	ends 0 --resume
	[ "$(counts .requests)" -eq 1 ]
	same_orders truth
}

@test "Shopify's own order: an id beyond 2^53, each decimal, each item" {
	need_data orders/shopify_api_fixture_order.json
	jq -n '{}' >none.json
	zip -q orders.zip none.json
	# By text, as jq would round the id; it is not in every edition.
	python3 - "$data/orders/shopify_api_fixture_order.json" <<-'END'
		import json, re, sys
		text = open(sys.argv[1]).read().strip()
		text = re.sub(r'"id": 450789469\b', '"id": 820982911946154508', text)
		text = re.sub(r'^{\s*"order":', '{"orders": [', text)[:-1] + "]}"
		open("one.json", "w").write(text)
		print(json.dumps(json.loads(text)["orders"][0]), file=open("truth", "w"))
	END
	zip -q orders.zip one.json
	export ORDERS_URL=file://$PWD/orders.zip
	ends 0
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
