#!/usr/bin/env bats
# The dataset ornaments end to end: what three shops of apid show has to be in
# the tables, and how it changes in the history.
# shellcheck disable=SC2016 # prices have dollars
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; bats and the helper set the rest

load ../helper
load datasets

dataset=ornaments

setup_file() {
	start_pg ornaments
}

teardown_file() {
	SLUICE_VAR=$BATS_FILE_TMPDIR/var stop_pg
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	export ORNAMENTS_RETRY_DELAY=0.01 ORNAMENTS_RATE=100000/s
	fresh_tables
}

fresh_tables() {
	sql 'set client_min_messages = warning; drop schema public cascade;
		create schema public'
	rm -rf "$SLUICE_VAR/state"
}

teardown() {
	stop_apid
}

# One year; with two, the list of the odd one is elsewhere in one of the shops.
serve() {
	start_apid --ornament-years 1 "$@"
	export HALLMARK_BASE_URL=$API/hallmark HOOKED_BASE_URL=$API/hooked
	export ORNAMENT_SHOP_BASE_URL=$API/ornament-shop
	served ornaments >truth
}

# same_as FILE: the table has each product of the truth, and every value.
same_as() {
	jq -r --arg api "$API" '[.vendor, .sku, .name, .price, .brand,
		.availability, .release_year, $api + .path] | map("\(.)") |
		join("|")' "$1" | sort >expected
	sql 'select vendor, sku, name, price, brand, availability, release_year,
		link from products' | sort >got
	diff expected got
}

# reports_are FILE: the views are what python makes of the truth.
reports_are() {
	python3 "$BATS_TEST_DIRNAME/ornaments.py" "$1" >expected
	{
		sql 'select vendor, links, products, skus, available from by_vendor
			order by vendor'
		sql 'select * from by_year order by vendor, release_year'
		sql 'select sku, vendor, price, other_vendor, other_price, difference
			from price_differences order by sku collate "C", vendor,
			price::text collate "C", other_vendor'
	} >got
	diff expected got
}

# rejected: stage and reason of what the newest run rejected, sorted.
rejected() {
	rejects '"\(.stage): \(.reason)"' | jq -r .
}

@test "first everything, then nothing; the reports" {
	serve --ornament-years 2
	run --separate-stderr run_dataset
	expect 0 '*median*newest*difference*accounts: 27 hold*ornaments: done, exit status 0' \
		"*from $API/hallmark, $API/hooked, $API/ornament-shop into database ornaments*"
	same_as truth
	reports_are truth
	[ "$(wc -l <expected)" -gt 40 ]
	[ "$(sql 'select array_agg(id) = (select array_agg(id) from (select id
		from products order by created_at desc, id desc limit 5) a)
		from newest')" = t ]
	[ "$(counts '[.urls[].requests] | max')" -eq 1 ]
	forget_counts
	run --separate-stderr run_dataset
	expect 0 '*done*' '*hooked*: 0 years are to be listed*: 0 of * products are due*'
	[ "$(counts .requests)" -eq 0 ]
	# The years again after a week, lists after an hour, products a day.
	sql "update year_links set at = at - interval '8 days'
		where vendor ~ '^hooked';
		update fetches set at = at - interval '1 hour'
		where id ~ 'hallmark.*/2019';
		update products set last_synced_at = last_synced_at - interval '25 hours'
		where id = 7" >/dev/null
	ends 0
	{
		lines /hooked/keepsake-hallmark-ornaments-by-year.html \
			/hallmark/2019-Hallmark-Ornaments_c_19.html
		sql "select substr(link, length('$API') + 1) from products
			where id = 7"
	} | sort >expected
	counts '.paths | keys[]' | sort >got
	diff expected got
	forget_counts
	FRESH=1 ends 0
	[ "$(counts '.paths | length')" -ge "$(wc -l <truth)" ]
	[ "$(summary .stages.store.inserted)" -eq 0 ]
	same_as truth
	[ "$(sql 'select count(*) from history')" -eq $((2 * $(wc -l <truth))) ]
}

@test "history: each change is an entry, also a value that comes back" {
	serve
	ends 0
	local day gone
	# A change of everything that ever changes, and on day 6 back.
	for day in 1 6; do
		curl -fsS -X POST "$API/_apid/shops?day=$day"
		curl -fsS "$API/_apid/truth/ornaments" >"truth$day"
		ends 0 job=known interval=0
		[ "$day" = 1 ] || break
		# What the shops have no more is asked for once in the
		# interval, and keeps its last price.
		gone=$(($(wc -l <truth) - $(wc -l <truth1)))
		[ "$gone" -gt 0 ]
		[ "$(sql 'select count(*) from fetches where status = 404')" -eq "$gone" ]
		sql "update products set last_synced_at =
			last_synced_at - interval '2 days'" >/dev/null
		forget_counts
		ends 0 job=known
		[ "$(counts .requests)" -eq "$(wc -l <truth1)" ]
		[ "$(sql 'select count(*) from products')" -eq "$(wc -l <truth)" ]
	done
	same_as truth6
	cmp truth truth6
	python3 "$BATS_TEST_DIRNAME/ornaments.py" truth truth1 truth6 >expected
	sql "select substr(link, length('$API') + 1), field,
		string_agg(value, ',' order by at) from history
		join products on products.id = product
		group by link, field order by link collate \"C\", field" >got
	diff expected got
	[ "$(grep -cE '\|price\|(.*),.*,\1$' got)" -gt 5 ]
	[ "$(grep -cE '\|availability\|(.*),.*,\1$' got)" -gt 2 ]
}

@test "jobs: links, new ones, known ones, a vendor, a year, a product" {
	serve --ornament-years 2 --shops-day 1
	cp truth truth1
	ends 0 job=sync_links
	[ "$(sql 'select count(*) from links')" -eq "$(wc -l <truth1)" ]
	[ "$(sql 'select count(*) from products')" -eq 0 ]
	[ "$(summary '.stages | has("product")')" = false ]
	# From that list; no other is asked for.
	forget_counts
	ends 0 job=new vendor=ornament_shop_com year=2020
	[[ $output == *2020* && $output != *hookedonhallmark_com* ]]
	jq -c 'select(.release_year == 2020 and (.vendor | test("^orn")))' \
		truth1 >now
	same_as now
	[ "$(counts .requests)" -eq "$(wc -l <now)" ]
	ends 1 job=known year=2019
	[[ $output == *'lacking: no such product is known'*'done in part'* ]]
	[ "$(counts .requests)" -eq "$(wc -l <now)" ]
	# One that is synced is left alone, unless it is told otherwise.
	forget_counts
	ends 0 id=3 interval=0
	[ "$(counts '.paths | keys[]')" = \
		"$(sql "select substr(link, length('$API') + 1) from products
			where id = 3")" ]
	# What was synced since the run began that this one goes on with is not
	# due, whatever the interval.
	forget_counts
	ends 0 id=3 interval=0 as_of=2026-01-01
	[[ $stderr == *': 0 of 1 products are due'* ]]
	[ "$(counts .requests)" -eq 0 ]
	# A day later the shops have more.
	curl -fsS -X POST "$API/_apid/shops?day=2"
	curl -fsS "$API/_apid/truth/ornaments" >truth2
	sql "update fetches set at = at - interval '1 hour'" >/dev/null
	ends 0 job=sync_links
	[ "$(sql 'select count(*) from links')" -eq "$(wc -l <truth2)" ]
	[ "$(wc -l <truth2)" -gt "$(wc -l <truth1)" ]
}

@test "parameters that are no good are told" {
	local bad
	while IFS='|' read -r bad said; do
		ends 64 "$bad"
		[[ $stderr == *"$said"* ]]
	done <<-'END'
		job=everything|job is "everything": it has to be all, sync_links, new or known
		vendor=amazon|there is no vendor "amazon": there are hallmark_ornaments_com
		interval=1 week|interval is "1 week": it has to be a time, as 12h or 7d
	END
	ends 66 csv=none.csv
	[[ $stderr == *"could not read the file \"$PWD/none.csv\""* ]]
}

@test "faults in 10 of a hundred requests, and two pages that fail for good" {
	local bad
	serve
	mapfile -t bad < <(jq -rs 'group_by(.vendor)[][3].path' truth)
	stop_apid
	# And two of the pages fail for good: they go in when they are mended.
	serve --fault "${bad[0]}:status=410" --fault "${bad[2]}:json-status=400" \
		--chaos 10
	ends 1
	[ "$(counts .faults)" -gt 3 ]
	jq -c --arg a "${bad[0]}" --arg b "${bad[2]}" \
		'select(.path != $a and .path != $b)' truth >good
	same_as good
	drop_faults
	mend ''
	expect 0 '*accounts: * hold*' '*in again: 2 of product*'
	same_as truth
}

@test "twice at once, killed, and run again" {
	local pid
	serve --latency 10
	start_run
	wait_for was_asked 7
	run --separate-stderr run_dataset
	expect 75 '' '*another run of "ornaments" is at work*'
	kill_all "$pid"
	ends 0
	same_as truth
	[ "$(sql 'select count(*) from history')" -eq $((2 * $(wc -l <truth))) ]
}

@test "kills at random points, then --resume: all is there, and once" {
	serve --latency 5
	disturb 90
	local all base
	all=$(wc -l <truth)
	base=$(counts .requests)
	ends 0 --resume
	same_as truth
	[ "$(sql 'select count(*) from history')" -eq $((2 * all)) ]
	told "ornaments: $((base + $(counts .requests) - all)) requests beside those for $all products after $kills kills"
	# A kill costs what three chunks have in hand, of 50 products at most.
	[ "$(counts "[.urls[].requests] | max <= $kills + 1")" = true ]
	ends 0 --resume
	[[ $stderr == *'nothing to go on with'* ]]
}

@test "the database is down at the start, and goes away in the middle" {
	serve --latency 20
	survives_database 12
	same_as truth
	[ "$(sql 'select count(*) from history')" -eq $((2 * $(wc -l <truth))) ]
}

# spoil PATH SED: a page of a shop, changed, in `served`.
spoil() {
	local file=page${#served[@]}
	curl -fsS "$API$1" | sed "$2" >"$file"
	served+=(--serve "$1=$file")
}

@test "a page that looks different is rejected alone, by the selector" {
	local served=() bad folder
	serve
	mapfile -t bad < <(jq -rs 'group_by(.vendor)[] | map(.path)[1, 3, 5]' truth)
	spoil "${bad[0]}" 's/_3d_item/_3d_goods/'
	spoil "${bad[1]}" 's/"price":/"cost":/'
	spoil "${bad[2]}" 's/"availability":[01]/"availability":"yes"/'
	spoil "${bad[3]}" 's/id="price"/id="cost"/'
	spoil "${bad[4]}" 's/\$[0-9.,]*/2 for $5/'
	spoil "${bad[5]}" 's/id="availability"/id="stock"/'
	spoil "${bad[6]}" 's/SKU:/Number:/'
	spoil "${bad[7]}" 's/productView-title/title/'
	spoil "${bad[8]}" 's/Availability:/Delivery:/'
	stop_apid
	# The same as before, but at another port.
	serve "${served[@]}"
	ends 1
	rejected | sort -u | cut -c 1-78 >got
	diff - got <<-'END'
		page: field "name", //h1[class('productView-title')]: it is required, and noth
		page: field "price", (?s)_3d_item = \{.*?"price":([0-9.]+): it is required, an
		page: field "price", //*[@id='price']: "2 for $5" is not one number, with a de
		page: field "price", //*[@id='price']: it is required, and nothing is found
		page: field "sku", (?s)_3d_item = \{.*?"id":("(?:[^"\\]|\\.)*"): it is require
		page: field "sku", //dl[class('productView-info')]/dt[match(., '(?i)^\s*sku')]
		page: field "stock", (?s)_3d_item = \{.*?"availability":([01]): it is required
		page: field "stock", //*[@id='availability']: it is required, and nothing is f
		page: field "stock", //dl[class('productView-info')]/dt[match(., '(?i)^\s*avai
	END
	printf '%s\n' "${bad[@]}" | jq -Rsc --slurpfile all truth 'split("\n") as
		$bad | $all[] | select(.path | IN($bad[]) | not)' >good
	same_as good
	# Where selectors are mended, the pages need not be asked for again.
	cp -R "$root/pipelines" mended
	sed -i "s/@id='price'/@id='price' or @id='cost'/
		s/@id='availability'/@id='availability' or @id='stock'/g" \
		mended/ornaments/shops/hookedonhallmark_com/product
	forget_counts
	folder=$(newest_run)
	run --separate-stderr mended/run ornaments --replay-rejects "${folder##*/}"
	expect 1 '*page  *3  *9  *2  *0  *7 *accounts: * hold*' '*in again: 9 of page*'
	printf '%s\n' "${bad[@]:3:3}" | jq -Rsc --slurpfile all truth 'split("\n") as
		$bad | $all[] | select(.path | IN($bad[0, 2]))' >>good
	same_as good
	[ "$(counts .requests)" -eq 0 ]
	# The others are due again.
	stop_apid
	local port=${API##*:}
	serve --port "$port"
	ends 0
	[ "$(counts .requests)" -eq 7 ]
	same_as truth
}

@test "a list that is empty, or looks different, is an error" {
	local served=()
	serve --ornament-years 2
	spoil /hallmark/Hallmark-Ornaments-By-Year_c_200.html 's/subcat/years/'
	spoil /ornament-shop/2019-hallmark-ornaments-g1-y19.html \
		'0,/card-title/s//card-name/'
	stop_apid
	serve --ornament-years 2 "${served[@]}" --fault '/hooked/2020*:empty-page=1' \
		--fault '/hooked/view-all-2019*:badjson'
	ends 65 || { echo "$output $stderr"; return 1; }
	[[ $stderr == *'the years at hallmark_ornaments_com could not be read'* ]]
	[[ $stderr == *"the list of 2020 at hookedonhallmark_com is not whole: $API/hooked/2020"* ]]
	[[ $stderr == *"the list of 2019 at ornament_shop_com is not whole"* ]]
	rejected | sort >got
	diff - got <<-'END'
		items: --rows //*[class('product-item')] | //*[class('sub-categories')][not(//*[class('product-item')])]//a[contains(@href, 'view-all')] found 0 in the page, and --min-rows is 1
		items: row 1 of 6: field "name", .//*[class('card-title')]//a: it is required, and nothing is found
		items: row 5 of 5: field "name", .//*[class('name')]//a | self::a: it is required, and nothing is found
		years: --rows //*[class('subcat')]//a[match(@href, '[0-9][^/]*$')] found 0 in the page, and --min-rows is 1
	END
	# The other lists count, and the bad ones are due again.
	jq -c 'select(.release_year == 2020 and (.vendor | test("^orn")))' \
		truth >some
	[ "$(sql "select count(*) from products
		where release_year = 2020 and vendor ~ '^orn'")" = "$(wc -l <some)" ]
	[ "$(sql "select count(*) from fetches where resource = 'listing'")" = 1 ]
	stop_apid
	serve --ornament-years 2 --port "${API##*:}"
	mend ''
	expect 0 '*accounts: * hold*' '*in again: 3 of items, 1 of years*2 years are to be listed*'
	[ "$(sql 'select count(*) from links')" -eq "$(wc -l <truth)" ]
}

@test "a list that ends early, as its pager looks different, is an error" {
	local served=()
	serve
	ends 0 job=sync_links
	spoil /ornament-shop/2020-hallmark-ornaments-g1-y20.html \
		's/pagination-item--next/next/'
	stop_apid
	serve --port "${API##*:}" "${served[@]}"
	sql "delete from fetches; update links set seen_at = seen_at - interval '1 h'"
	ends 65 job=sync_links
	[[ $stderr == *'the list of 2020 at ornament_shop_com has only 6 of the 11 products that it had within the last week: '* ]]
	[ "$(sql "select count(*) from fetches where resource = 'listing'")" = 2 ]
}

@test "a list that is whole is one, however slow the machine is" {
	serve
	ends 0 job=sync_links vendor=ornament_shop_com
	sql "delete from fetches; update links set seen_at = seen_at - interval '1 h'"
	mkdir slow
	cat >slow/psql <<-END
		#!/bin/sh
		case \$* in *seen.sql*) sleep 3 ;; esac
		exec $(command -v psql) "\$@"
	END
	chmod +x slow/psql
	PATH=$PWD/slow:$PATH ends 0 job=sync_links vendor=ornament_shop_com year=2020
}

@test "a shop that is down, or looks different, does not keep the others" {
	serve --fault '/hooked/*:status=503' --ornament-years 3 \
		--fault '/hallmark/*_p_*:text' \
		--fault '/ornament-shop/2019-hallmark*:status=404'
	# One is down, one looks different: all of it is not asked for. One
	# has lost a list.
	ORNAMENTS_RETRY=0 ends 69
	jq -c 'select(.release_year != 2019 and (.vendor | test("^orn")))' \
		truth >others
	same_as others
	[ "$(rejected | sed 's/:.*//' | sort | uniq -c | tr -s ' ')" = \
		$' 1 index\n 26 page' ]
	[ "$(sort "$(newest_run)/exits" | uniq -c | tr -s ' ')" = \
		$' 5 listing 0\n 1 listing 65\n 1 product 0\n 1 product 65' ]
	drop_faults
	ends 0
	same_as truth
}

@test "rows of a file go into the same table, each for itself" {
	cat >rows.csv <<-'END'
		Code,Name,Price,Brand,Availability,Link
		QX1,"1998 Santa's  ""Star"", #1",$1 234.50,Hallmark,In Stock.,http://h/1
		QX2,1999 Ice,"$1,234.50",Hallmark,Out of Stock.,http://h/2
		Code,Name,Price,Brand,Availability,Link
		QX2,1999 Ice,"$1,234.50",Hallmark,Out of Stock.,http://h/2
		QX3,Snow,Call,Hallmark,In Stock.,http://h/3
		,2000 None,$1,Hallmark,In Stock.,http://h/4
		QX5,2000 Old,$1.2.3,Hallmark,In Stock.,http://h/5
	END
	touch -d 2020-11-01T12:00:00Z rows.csv
	ends 1 csv=rows.csv
	[ "$(sql 'select sku, name, price, brand, availability, release_year, link,
		extract(year from last_synced_at) from products order by link')" = "$(lines \
		'QX1|1998 Santa'"'"'s "Star", #1|1234.50|hallmark|available|1998|http://h/1|2020' \
		'QX2|1999 Ice|1234.50|hallmark|unavailable|1999|http://h/2|2020')" ]
	[ "$(jq -r '"\(.stage) \(.code) \(.record.link)"' "$(newest_run)/rejects.ndjson")" = "$(lines \
		'store 23502 http://h/3' 'store 23502 http://h/4' 'store 22P02 http://h/5')" ]
	[ "$(summary .stages.check.dropped)" -eq 2 ]
	mend 's/:"1\.2\.3"/:"12.3"/'
	expect 1 '*accounts: * hold*' '*in again: 3 of store*'
	[ "$(sql "select price from products where sku = 'QX5'")" = 12.3 ]
	# An older file changes nothing, a newer one what it says.
	sed 's/1 234.50/99.00/' rows.csv >more.csv
	touch -d 2020-10-01 more.csv
	ends 1 csv=more.csv
	[ "$(sql "select price from products where sku = 'QX1'")" = 1234.50 ]
	touch more.csv
	ends 1 csv=more.csv vendor=hallmark_ornaments_com
	[ "$(sql "select string_agg(value, ' ' order by at) from history
		join products p on p.id = product
		where sku = 'QX1' and field = 'price'")" = '1234.50 99.00' ]
	echo 'a,b' >bad.csv
	ends 65 csv=bad.csv
	[[ $stderr == *"bad.csv\" has to be CSV with six columns"* ]]
}

@test "the recorded rows load, every value equal" {
	need_data ornaments/hmo_combined_info.csv
	ends 0 csv="$data/ornaments/hmo_combined_info.csv"
	python3 -c '
import csv, re, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
for code, name, price, brand, there, link in {row[5]: row for row in rows
        if row != rows[0]}.values():
    print("hallmark_ornaments_com", code, " ".join(name.split()),
        re.sub("[^0-9.]", "", price), brand.lower(),
        "available" if there == "In Stock." else "unavailable", name[:4], link,
        sep="|")' "$data/ornaments/hmo_combined_info.csv" | sort >expected
	sql 'select vendor, sku, name, price, brand, availability, release_year,
		link from products' | sort >got
	diff expected got
	[ "$(wc -l <got)" -eq 6628 ]
	[ "$(summary '.stages | "\(.check.dropped) \(.store.superseded)"')" = '4 60' ]
}
