#!/usr/bin/env bats
# The dataset wdn end to end: apid on one side, PostgreSQL on the other. What
# the tables hold has to be what apid says that it serves.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helpers set and use the rest

load ../helper
load datasets

dataset=wdn

setup_file() {
	start_pg postgres
}

teardown_file() {
	stop_pg
}

# A database and a state of its own for each test.
setup() {
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	export WDN_RETRY_DELAY=0.01
	fresh_database
}

fresh_database() {
	eval "$(SLUICE_VAR=$BATS_FILE_TMPDIR/var \
		"$root/pipelines/local-postgres" env test)"
	PGDATABASE=postgres sql 'drop database if exists test with (force)'
	PGDATABASE=postgres sql 'create database test'
	rm -rf "$SLUICE_VAR/state"
}

teardown() {
	stop_apid
}

serve() {
	start_apid --products 300 "$@"
	export WDN_BASE_URL=$API/api/v1
}

# products_of BRAND: how many apid serves.
products_of() {
	served products |
		jq -s --argjson id "$(id_of "$1")" 'map(select(.brand_id == $id)) | length'
}

id_of() {
	served brands |
		jq --arg name "$1" 'select(.name | ascii_downcase == $name).id'
}

# The columns of a table, as text, from a row in JSON.
columns() {
	case $1 in
	brands) echo "id name description website" ;;
	products) echo "id brand_id name description release_at:timestamptz brand_names" ;;
	retailers) echo "id name website" ;;
	offers) echo "id product_id retailer_id original_currency price_usd:numeric price_gbp:numeric price_eur:numeric" ;;
	esac
}

# same_as_truth: every row of the four tables, and every value to the last
# digit, is as apid tells it. Orphans and retailers that nobody asked for are
# not in the tables.
same_as_truth() {
	local table
	for table in brands products retailers offers; do
		sql 'drop table if exists truth; create table truth (j json)'
		served "$table" | sql "\\copy truth from pstdin
			(format csv, delimiter e'\\x01', quote e'\\x02')"
		same_table "$table" || return
	done
}

same_table() {
	local column type here='' there='' where=true differ
	for column in $(columns "$1"); do
		type=${column#*:}
		[ "$type" != "$column" ] || type=text
		column=${column%:*}
		here+=${here:+, }"$column::text"
		there+=${there:+, }"(j->>'$column')::$type::text"
	done
	case $1 in
	offers) where="(j->>'product_id')::int in (select id from products)" ;;
	retailers) where="(j->>'id')::int in (select retailer_id from offers)" ;;
	esac
	differ=$(sql "with here as (select $here from $1),
		there as (select $there from truth where $where)
		select (select count(*) from here) > 0,
		(select count(*) from (table here except table there) a),
		(select count(*) from (table there except table here) b)")
	[ "$differ" = 't|0|0' ] || {
		echo "$1: any rows | only here | only in the truth: $differ"
		return 1
	}
}

@test "first everything, then nothing, the report, FRESH=1" {
	serve
	run --separate-stderr run_dataset
	expect 0 '*retailer_name*segment*accounts: * hold*wdn: done, exit status 0' \
		'*Processed: 300/300, records with values: *'
	same_as_truth
	[ "$(counts '[.paths | to_entries[] | select(.key | test("offers")) | .value.requests] | max, length')" = $'1\n300' ]
	[ "$(counts .in_flight_max)" -le 5 ]

	# The same by integer arithmetic in jq, from the truth alone.
	local report
	report=$(psql -XAtq -f "$root/pipelines/wdn/report.sql")
	[ "$(wc -l <<<"$report")" -gt 20 ]
	for what in products offers retailers; do
		served "$what" >"$BATS_TEST_TMPDIR/$what"
	done
	jq -nr --slurpfile products "$BATS_TEST_TMPDIR/products" \
		--slurpfile offers "$BATS_TEST_TMPDIR/offers" \
		--slurpfile retailers "$BATS_TEST_TMPDIR/retailers" '
		def two: . as $n | "\($n / 100 | floor).\($n % 100 + 100 | tostring[1:])";
		($retailers | map({key: "\(.id)", value: .name}) | from_entries) as $name
		| ($products | map(select(.brand_names | tostring
			| test("nike|adidas|vans"; "i")) | {key: "\(.id)", value: true})
			| from_entries) as $wanted
		| $offers | map(select($wanted["\(.product_id)"] and .price_usd != null)
			| .cents = (.price_usd | tonumber * 100 | round))
		| group_by(.retailer_id)
		| map({name: $name["\(.[0].retailer_id)"], sum: (map(.cents) | add), n: length})
		| map(.average = .sum / .n | select(.average <= 20000)
			| .segment = if .average < 10000 then "Normal" else "High End" end)
		| . as $all
		| map(.rank = (. as $one | [$all[] | select(.segment == $one.segment
			and .average > $one.average)] | length + 1))
		| sort_by(.segment, .rank, .name)[]
		| "\(.name)|\(.segment)|\(.rank)|\((.sum * 2 + .n) / (.n * 2) | floor | two)"' \
		>"$BATS_TEST_TMPDIR/expected"
	diff <(printf '%s\n' "$report") "$BATS_TEST_TMPDIR/expected"

	forget_counts
	run --separate-stderr run_dataset
	expect 0 '*retailer_name*wdn: done, exit status 0' '*offers: 0 products are due*'
	[ "$(counts .requests)" -eq 0 ]
	TZ=Pacific/Auckland PGTZ=America/Los_Angeles ends 0
	[ "$(counts .requests)" -eq 0 ]

	# A day later, for three of them.
	sql "update fetches set at = at - interval '25 hours' where resource = 'offers' and id in (select id::text from products order by id limit 3)"
	ends 0
	[ "$(counts .requests)" -eq 3 ]

	forget_counts
	FRESH=1 ends 0
	[ "$(counts '[.paths | to_entries[] | select(.key | test("offers")) | .value.requests] | max, length')" = $'1\n300' ]
	[ "$(summary '.stages.store_offers | .inserted + .updated')" -eq 0 ]
	same_as_truth
}

@test "one brand by a parameter" {
	serve
	ends 0 brands=vans
	[ "$(sql 'select count(distinct brand_id) from products')" -eq 1 ]
	[ "$(sql 'select count(*) from products')" -eq "$(products_of vans)" ]
	[ "$(summary '.stages.offers.in')" -eq "$(products_of vans)" ]
}

@test "faults in 10 and in 30 of a hundred requests" {
	local chaos
	for chaos in 10 30; do
		fresh_database
		serve --chaos "$chaos" --seed "$chaos"
		WDN_RETRY_DELAY=0.005 ends 0
		same_as_truth
		[ "$(counts .faults)" -gt 5 ]
		[ "$(summary '[.stages[].retries] | add')" -gt 5 ]
		stop_apid
	done
}

# offers FILTER: of what apid counted for each product's offers, an array.
offers_asked() {
	counts "[.paths | to_entries[] | select(.key | test(\"offers\")) | .value.requests] | $1"
}

@test "kills at random points, then --resume: asked again is what was in flight" {
	start_apid --products 400 --latency 2
	export WDN_BASE_URL=$API/api/v1
	disturb 600
	local asked stored
	asked=$(offers_asked 'add // 0')
	stored=$(sql "select count(*) from fetches where resource = 'offers'" || echo 0)
	ends 0 --resume
	same_as_truth
	[ $(($(offers_asked add) - asked)) -eq $((400 - stored)) ]
	[ "$(offers_asked length)" -eq 400 ]
	told "wdn: $(($(offers_asked add) - 400)) of 400 offers were asked for again after $kills kills"
	[ "$(offers_asked add)" -le $((400 + 250 * kills)) ]
}

@test "interrupted: what was in hand is stored, the next run goes on" {
	start_apid --products 300 --latency 5
	export WDN_BASE_URL=$API/api/v1
	local pid
	start_run
	wait_for was_asked 150
	end_run TERM
	[ "$(summary '.is, .signal')" = $'interrupted\nTERM' ]
	ends 0
	same_as_truth
}

@test "two runs at once: the second ends with 75" {
	serve --latency 5
	second_is_refused 3
	same_as_truth
}

@test "the database is down at the start, and lost in the middle" {
	serve --latency 5
	survives_database 120
	same_as_truth
}

@test "the private cluster that a run starts does not hold its lock" {
	serve
	unset PGHOST PGPORT PGUSER PGDATABASE
	run --separate-stderr run_dataset brands=Nike
	local first=$status said=$stderr
	run --separate-stderr run_dataset brands=Nike
	"$root/pipelines/local-postgres" stop
	[ "$first" -eq 0 ]
	[[ $said == *"into database highsnobiety at $SLUICE_VAR/pg"* ]]
	expect 0 '*done*' '*'
}

@test "the server is down" {
	export WDN_RETRY=2 WDN_BASE_URL=http://127.0.0.1:1/api/v1
	run --separate-stderr run_dataset
	expect 75 '*wdn: failed, exit status 75' '*127.0.0.1*'
	[ "$(summary '.stages.brands.processes')" -eq 1 ]
}

@test "the server goes down among the offers" {
	serve --fault '*/offers:reset@nth=2' --fault '*/offers:status=503'
	export WDN_RETRY=1
	ends 75
	[ "$(sql 'select count(*) from products')" -eq 300 ]
	[ "$(sql "select count(*) from fetches where resource = 'offers'")" -eq 0 ]
	# five in a row end a chunk, 75 ends xargs: five chunks at most
	[ "$(counts .requests)" -lt 100 ]
	drop_faults
	ends 0
	same_as_truth
}

@test "a role that is not there, or may not log in, or may not write" {
	serve
	PGUSER=nobody_here ends 77
	[[ $stderr == *nobody_here* ]]
	PGDATABASE=postgres sql 'drop role if exists out; create role out nologin'
	PGUSER=out ends 77
	ends 0
	PGDATABASE=postgres sql 'drop role if exists reader; create role reader login'
	sql 'grant select on all tables in schema public to reader'
	FRESH=1 PGUSER=reader ends 77
	sql 'drop owned by reader'
}

@test "a role with no more rights than it needs" {
	psql -Xq -f "$root/pipelines/wdn/schema.sql"
	sql 'drop role if exists loader; create role loader login'
	sql 'grant select, insert, update on all tables in schema public to loader'
	serve
	PGUSER=loader ends 0
	same_as_truth
	sql 'drop owned by loader'
}

@test "a brand that is not found: the others go on" {
	serve
	run --separate-stderr run_dataset brands=Nosuch,Nike
	expect 1 '*accounts: * hold
lacking: no brand is called "Nosuch"
wdn: done in part, exit status 1' \
		'*lacking: no brand is called "Nosuch"*ALERT: *it lacks what was to be had: no brand is called "Nosuch"*'
	[ "$(sql 'select count(*) from products')" -eq "$(products_of nike)" ]
	[ "$(summary '.stages.offers.in')" -eq "$(products_of nike)" ]
}

@test "a brand whose products the server refuses: the others go on" {
	serve
	add_fault "/api/v1/brands/$(id_of nike)/*:json-status=404"
	ends 69
	local others=$((300 - $(products_of nike)))
	[ "$(sql 'select count(*) from products')" -eq "$others" ]
	[ "$(summary '.stages.offers.in')" -eq "$others" ]
	drop_faults
	ends 0
	same_as_truth
}

@test "a walk that misses records is not taken for a whole one" {
	serve --fault '/api/v1/brands/*:wrong-total=7'
	ends 65 brands=Nike
	[ "$(sql 'select count(*) from products')" -eq "$(products_of nike)" ]
	[ "$(sql "select count(*) from fetches where resource = 'products'")" -eq 0 ]
	drop_faults
	ends 0 brands=Nike
	[ "$(sql "select count(*) from fetches where resource = 'products'")" -eq 1 ]
}

@test "pages smaller than asked for" {
	serve --page-cap 17
	ends 0
	same_as_truth
}

@test "offers of a product that is not there cost themselves alone" {
	serve --orphans 3
	run --separate-stderr run_dataset
	expect 1 '*rejects: 3 in *rejects.ndjson*3 x store_offers: *' '*'
	same_as_truth
	[ "$(rejects '"\(.stage) \(.code)"' | uniq)" = '"store_offers 23503"' ]
	# once their products are there, they go in
	sql "insert into products (id, brand_id, name)
		select id, (select min(id) from brands), 'there now'
		from unnest('{$(rejects .record.product_id | sort -u | paste -sd,)}'::int[]) id"
	mend ''
	expect 0 '*store_offers *1 *3 *accounts: * hold*wdn: done*' \
		'*sends rejects of * in again: 3 of store_offers*'
	[ "$(sql "select count(*) from offers o join products p
		on p.id = o.product_id where p.name = 'there now'")" -eq 3 ]
	forget_counts
	ends 0
	[ "$(counts .requests)" -eq 0 ]
}

@test "one poisoned offer of each kind: each is rejected alone, the good one stored" {
	serve
	local product
	product=$(served products | jq -s '.[50].id')
	jq -n --argjson product "$product" '
		def offer($id; $more): {$id, type: "offers", attributes: ({
			product_id: $product, retailer_id: 1, original_currency: "EUR",
			price_usd: "1.10", price_gbp: null, price_eur: 2} + $more)};
		{data: [offer("good"; {}), offer("type"; {price_usd: "cheap"}),
			offer("range"; {retailer_id: 99999999999}),
			offer("nul"; {original_currency: "a\u0000"}),
			offer("orphan"; {product_id: 1}), offer(null; {}),
			(offer("none"; {}) | del(.id)), offer("column"; {colour: 1}),
			offer("object"; {price_eur: {a: 1}}), offer("clash"; {id: 1}),
			"no object"]}' >"$BATS_TEST_TMPDIR/bad"
	serve --serve "/api/v1/products/$product/offers=$BATS_TEST_TMPDIR/bad"
	ends 1
	[ "$(sql "select id, price_usd, price_eur from offers where product_id = $product")" = \
		'good|1.10|2' ]
	[ "$(rejects '[.stage, .code, (.record | .id? // "")]')" = \
		'["flat_offers",null,""]
["flat_offers",null,"clash"]
["store_offers","22003","range"]
["store_offers","22P02","object"]
["store_offers","22P02","type"]
["store_offers","22P05","nul"]
["store_offers","23502",""]
["store_offers","23502",""]
["store_offers","23503","orphan"]
["store_offers","42703","column"]' ]
}

@test "404 for offers and retailers: skipped, and remembered" {
	serve --missing-products 12 --missing-retailers 3
	ends 0
	same_as_truth
	[ "$(sql "select count(*) from fetches where status = 404 and resource = 'offers'")" -eq 12 ]
	forget_counts
	ends 0
	[ "$(counts .requests)" -eq 0 ]
}

@test "a time limit that hits is retried" {
	serve --fault '/api/v1/products/*1/offers:stall@first=1'
	WDN_MAX_TIME=0.3 ends 0
	[ "$(summary .stages.offers.retries)" -gt 5 ]
	same_as_truth
}

@test "an id that fails for good is rejected alone, and asked again next time" {
	serve
	local bad
	bad=$(served products | jq -s '.[100].id')
	add_fault "*/$bad/offers:status=500"
	export WDN_RETRY=1
	ends 1
	[ "$(summary '.rejects.count')" -eq 1 ]
	[ "$(sql "select count(*) from fetches where resource = 'offers'")" -eq 299 ]
	# still failing when it is asked for by its reject
	mend ''
	expect 1 '*offers  *1  *1 *' '*in again: 1 of offers*'
	[ "$(summary '.stages.offers.rejected')" -eq 1 ]
	drop_faults
	forget_counts
	ends 0
	[ "$(counts '.paths | keys[]')" = "/api/v1/products/$bad/offers" ]
	same_as_truth
}

# tables: all that was stored, but for the times of this run.
tables() {
	local table
	local -x PGTZ=UTC
	for table in brands products retailers offers; do
		sql "select to_jsonb(t) - 'updated_at' from $table t order by id"
	done
	sql 'select resource, id, status, records from fetches order by 1, 2'
}

@test "a run that was recorded, replayed without a server" {
	cd "$BATS_TEST_TMPDIR"
	serve --chaos 10 --missing-products 3
	SLUICE_CASSETTE=record:tape ends 0
	[[ $stderr == *"from $WDN_BASE_URL (record:$PWD/tape) into"* ]]
	same_as_truth
	tables >recorded
	local retries
	retries=$(summary '[.stages[].retries] | add')
	stop_apid
	fresh_database
	SLUICE_CASSETTE=replay:tape ends 0
	tables >replayed
	cmp recorded replayed
	[ "$(summary '[.stages[].retries] | add')" -eq "$retries" ]
	# what was fetched is remembered as of now
	SLUICE_CASSETTE=replay:tape ends 0
	[ "$(summary '.stages.offers.in // 0')" -eq 0 ]
}

@test "a run that was recorded once and for all" {
	export WDN_BASE_URL=http://api.test/api/v1
	SLUICE_CASSETTE=replay:$root/tests/fixtures/wdn ends 0
	tables >"$BATS_TEST_TMPDIR/stored"
	diff "$root/tests/fixtures/wdn/tables" "$BATS_TEST_TMPDIR/stored"
}

refused() {
	! psql -Xc ''
}

@test "a wrong password" {
	local hba=$BATS_FILE_TMPDIR/var/pg/data/pg_hba.conf
	sql "drop role if exists locked; create role locked superuser login password 'right'"
	sed -i '1i local all locked scram-sha-256' "$hba"
	sql 'select pg_reload_conf()'
	export PGUSER=locked PGPASSWORD=wrong
	wait_for refused
	serve
	ends 77 brands=Nike
	[[ $stderr == *'password authentication failed for user "locked"'* ]]
	PGPASSWORD=right ends 0 brands=Nike
	run --separate-stderr grep -rE 'wrong|right' "$SLUICE_VAR/runs"
	expect 1 '' ''
}

@test "a full disk ends the run, and is no loss: the next one goes on" {
	serve
	mkdir -p "$SLUICE_VAR/runs"
	unshare -m mount -t tmpfs none "$SLUICE_VAR/runs" 2>/dev/null ||
		skip "nothing can be mounted here"
	# A disk for the run's folder alone, which its receipts fill.
	# shellcheck disable=SC2016 # expanded by the bash within
	run --separate-stderr unshare -m bash -c \
		'mount -t tmpfs -o size=64k none "$1" && shift && "$@"' - \
		"$SLUICE_VAR/runs" "$root/pipelines/run" wdn 3>&-
	[ "$status" -ge 70 ] && [ "$status" -lt 128 ]
	[[ $stderr == *'No space left on device'* ]]
	ends 0
	same_as_truth
}
