#!/usr/bin/env bats
# paginate: walks over pages, and what ends or breaks them.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	cat >api.json <<-'END'
		{"base_url": "${API}/api/v1",
		 "http": {"retry": "${RETRY:-10}", "retry_delay": 0.01},
		 "resources": {
		  "search": {"path": "/searches/brand_search?q={q}",
		   "records": ".data",
		   "page": {"by": "page", "size_param": "page_size", "size": 5,
		            "total": ".meta.page.total_count"}},
		  "products": {"path": "/brands/{id}/products",
		   "records": ".data",
		   "page": {"by": "page", "size_param": "page_size", "size": 20,
		            "total": ".meta.page.total_count"}}}}
	END
}

teardown() {
	stop_apid
}

# brand NAME: its id.
brand() {
	curl -fsS "$API/_apid/truth/brands" | jq -r "select(.name == \"$1\") | .id"
}

# truth BRAND: the ids of its products, in order.
truth() {
	curl -fsS "$API/_apid/truth/products" |
		jq -r "select(.brand_id == $1) | .id"
}

# of_receipts: page, status, records and completeness of each.
of_receipts() {
	jq -r '[.page, .status, .records, .complete] | map(tostring) | join(" ")' \
		receipts
}

# pages NAME TEXT...: options that serve the texts as /NAME?p=1, 2 ...;
# param is another name than p.
pages() {
	local name=$1 text n=0
	serve=()
	for text in "${@:2}"; do
		n=$((n + 1))
		printf '%s' "$text" >"$name$n.json"
		serve+=(--serve "/$name?${param:-p}=$n=$name$n.json")
	done
}

@test "a walk by page brings every record once, in order" {
	start_apid --products 300
	id=$(brand Nike)
	run --separate-stderr paginate -s stats --receipts receipts -o out \
		--with brand_id=.id products "id=$id"
	expect 0 '' ''
	truth "$id" | cmp - <(jq -r .id out)
	[ "$(jq -r .brand_id out | uniq)" = "$id" ]
	n=$(wc -l <out) pages=$((($(wc -l <out) + 19) / 20))
	[ "$pages" -gt 1 ]
	# no page after the last: the total was reached
	[ "$(counts .requests)" -eq "$pages" ]
	[ "$(of_stats '[.in,.done,.out,.complete]|tojson')" = \
		"[$pages,$pages,$n,true]" ]
	[ "$(jq -s 'map(.records) | add' receipts)" -eq "$n" ]
	[ "$(jq -rs 'map(.complete) | index(true)' receipts)" -eq $((pages - 1)) ]
	[ "$(jq -r '.resource + .id' receipts | uniq)" = "products$id" ]
}

@test "operands fill the template, the others become parameters" {
	start_apid
	run --separate-stderr paginate search 'q=a&b' 'x y=1' z=
	expect 0 '' ''
	[ "$(asked '.[0].url')" = \
		'/api/v1/searches/brand_search?q=a%26b&x%20y=1&z=&page_size=5&page=1' ]
	run --separate-stderr paginate search
	expect 64 '' '*the record has no member "q"*'
	run --separate-stderr paginate search nike
	expect 64 '' '*bad operand "nike": wanted name=value*'
}

@test "options, and the profile where they are silent" {
	start_apid
	run --separate-stderr paginate --page-size 7 --page-param p --first-page 0 \
		--size-param n --max-pages 1 search q=nike
	[ "$status" -eq 0 ]
	[ "$(asked '.[0].url')" = '/api/v1/searches/brand_search?q=nike&n=7&p=0' ]
	run --separate-stderr paginate -u "$API/animals/v1/animals" --by page \
		--records .items --total-pages .total_pages --max-pages 3
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 30 ]
}

@test "a server that gives smaller pages than asked loses nothing" {
	start_apid --products 300 --page-cap 7
	id=$(brand Nike)
	run --separate-stderr paginate -o out products "id=$id"
	expect 0 '' ''
	truth "$id" | cmp - <(jq -r .id out)
}

@test "without a total it walks to the empty page" {
	start_apid --products 300
	id=$(brand Nike)
	run --separate-stderr paginate -o out -s stats --by page --size-param page_size \
		--page-size 20 --records .data -u "$API/api/v1/brands/$id/products"
	expect 0 '' ''
	truth "$id" | cmp - <(jq -r .id out)
	[ "$(of_stats '[.in, .complete] | tojson')" = \
		"[$((($(wc -l <out) + 19) / 20 + 1)),true]" ]
}

@test "chaos of 30 %: every record once" {
	start_apid --products 300 --chaos 30
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 3 -s stats -o out products "id=$id"
	expect 0 '' ''
	truth "$id" | cmp - <(jq -r .id out)
	[ "$(of_stats '.retries > 0')" = true ]
}

@test "a total that is too high: what there is is printed, 65" {
	start_apid --products 300 --fault '*/products:wrong-total=20'
	id=$(brand Nike)
	n=$(truth "$id" | wc -l)
	run --separate-stderr paginate -o out -s stats --receipts receipts products "id=$id"
	expect 65 '' "paginate: the walk broke off at page *: the total of $((n + 20)) was not reached: got $n records"
	[ ! -e out ]
	[ "$(of_stats .complete)" = false ]
	[ "$(jq -s 'any(.complete)' receipts)" = false ]
	run --separate-stderr paginate products "id=$id"
	[ "$status" -eq 65 ]
	[ "${#lines[@]}" -eq "$n" ]
}

@test "a total that is too low is not believed once it is passed" {
	start_apid --products 300 --fault '*/products:wrong-total=-3'
	id=$(brand Nike)
	run --separate-stderr paginate -o out products "id=$id"
	expect 0 '' ''
	truth "$id" | cmp - <(jq -r .id out)
}

@test "a page that repeats the one before breaks the walk off" {
	start_apid --products 300 --fault '*/products:repeat-page=3'
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 -s stats --receipts receipts \
		products "id=$id"
	[ "$status" -eq 65 ]
	[[ $stderr == *'the walk broke off at page 3, "http'*'": its content came before' ]]
	[ "${#lines[@]}" -eq 10 ]
	[ "$(of_receipts)" = '1 200 5 false
2 200 5 false
3 200 0 false' ]
	[ "$(of_stats '[.in,.done,.out,.exit]|tojson')" = '[2,2,10,65]' ]
}

@test "an empty page before the total is reached breaks the walk off" {
	start_apid --products 300 --fault '*/products:empty-page=3'
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 products "id=$id"
	[ "$status" -eq 65 ]
	[[ $stderr == *'at page 3, "http'*' was not reached: got 10 records' ]]
	[ "${#lines[@]}" -eq 10 ]
}

@test "a page that fails: those before it are printed, it is named" {
	start_apid --products 300 --fault '*?*page=3:status=500'
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 --retry 2 -s stats \
		--receipts receipts products "id=$id"
	[ "$status" -eq 75 ]
	[[ $stderr == 'paginate: could not fetch page 3, "http'*'page=3": status 500: Sorry! (after 3 attempts)' ]]
	[ "${#lines[@]}" -eq 10 ]
	[ "$(of_stats '[.in,.done,.retries,.complete,.exit]|tojson')" = '[2,2,2,false,75]' ]
	[ "$(of_receipts | tail -n 1)" = '3 500 0 false' ]
	for try in '404 69 status' '401 77 status' '418 69 status'; do
		read -r code exit _ <<<"$try"
		curl -fsS -X DELETE "$API/_apid/fault"
		curl -fsS "$API/_apid/fault" --data-binary "*?*page=2:status=$code"
		run --separate-stderr paginate --page-size 5 products "id=$id"
		[ "$status" -eq "$exit" ]
		[[ $stderr == *"could not fetch page 2, "*": status $code"* ]]
		[ "${#lines[@]}" -eq 5 ]
	done
}

@test "a page that is no JSON, or has no records there: 65" {
	start_apid --products 300 --fault '*?*page=2:badjson'
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 products "id=$id"
	[ "$status" -eq 65 ]
	[[ $stderr == *'page 2, '*'the answer is no JSON'* ]]
	run --separate-stderr paginate --records .date products "id=$id"
	expect 65 '' '*page 1, *.date leads nowhere in the answer*'
}

@test "--max-pages ends it, with 0 and an incomplete walk" {
	start_apid --products 300
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 --max-pages 2 -s stats \
		--receipts receipts products "id=$id"
	[ "$status" -eq 0 ]
	[[ $stderr == *'stopped after page 2: --max-pages' ]]
	[ "${#lines[@]}" -eq 10 ]
	[ "$(of_stats .complete)" = false ]
	[ "$(jq -s 'any(.complete)' receipts)" = false ]
}

@test "nothing found is a complete walk of one empty page" {
	start_apid
	run --separate-stderr paginate -s stats --receipts receipts search q=nobody
	expect 0 '' ''
	[ "$(of_receipts)" = '1 200 0 true' ]
	[ "$(of_stats '[.in,.out,.complete]|tojson')" = '[1,0,true]' ]
}

@test "by next: relative and absolute URLs, empty pages, the end" {
	pages list '{"d":[1],"next":"?p=2"}' '{"d":[],"next":"/list?p=3"}' \
		'{"d":[3],"next":null}'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by next --next .next --records .d \
		--receipts receipts -u "$API/list?p=1"
	expect 0 '1
3' ''
	[ "$(of_receipts)" = '1 200 1 false
2 200 0 false
3 200 1 true' ]
}

@test "by next: a loop is found, however long" {
	pages list '{"d":[1],"next":"?p=2"}' '{"d":[2],"next":"?p=3"}' \
		'{"d":[3],"next":"?p=2"}'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by next --next .next --records .d \
		-u "$API/list?p=1"
	expect 65 '1
2
3' '*broke off at page 3, "*": it leads to "*/list[?]p=2", which was asked for before'
}

@test "by next: credentials stay with the first page's origin" {
	pages list '{"d":[2],"next":null}' '{"d":[3],"next":null}'
	start_apid "${serve[@]}"
	there=$API
	there_pid=$apid_pid
	pages list "{\"d\":[1],\"next\":\"$there/list?p=2\"}"
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid "${serve[@]}"
	run --separate-stderr paginate --by next --next .next --records .d \
		-H 'Authorization: Bearer abcdef' -u "$API/list?p=1"
	expect 0 '1
3' ''
	[ "$(asked '.[0].headers.authorization')" = true ]
	[ "$(API=$there asked '.[0].headers.authorization')" = false ]
	kill "$there_pid"
}

@test "by cursor: a parameter, and --more" {
	printf '{"d":[1],"c":"x&y","m":true}' >p1
	printf '{"d":[2],"c":9007199254740993,"m":true}' >p2
	printf '{"d":[3],"c":"again","m":false}' >p3
	start_apid --serve '/list?a=1=p1' --serve '/list?a=1&cursor=x%26y=p2' \
		--serve '/list?a=1&cursor=9007199254740993=p3'
	run --separate-stderr paginate --by cursor --cursor .c --more .m \
		--records .d -u "$API/list" a=1
	expect 0 '1
2
3' ''
}

@test "by offset: counted by what came, not by what was asked" {
	printf '{"d":[1,2],"n":3}' >p1
	printf '{"d":[3],"n":3}' >p2
	start_apid --serve '/list?limit=5&offset=0=p1' \
		--serve '/list?limit=5&offset=2=p2'
	run --separate-stderr paginate --by offset --size-param limit \
		--page-size 5 --total .n --records .d -u "$API/list"
	expect 0 '1
2
3' ''
}

@test "--envelope: one record a page" {
	pages list '{"next":"?p=2"}' '{"next":""}'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by next --next .next --envelope \
		-u "$API/list?p=1"
	expect 0 '{"url":"*/list?p=1","status":200,"headers":{*},"body":"{*}"}
{"url":"*/list?p=2",*}' ''
	[ "${#lines[@]}" -eq 2 ]
}

# html_pages TEXT...: the same, as /shop/list.html?p=1, 2 ...
html_pages() {
	local text n=0
	serve=()
	for text; do
		n=$((n + 1))
		printf '%s' "$text" >"page$n.html"
		serve+=(--serve "/shop/list.html?p=$n=page$n.html")
	done
}

@test "by html: from a whole URL, by {+name}" {
	html_pages '<p>1<a rel=next href=?p=2>on' '<p>2'
	start_apid "${serve[@]}"
	cat >api.json <<-'END'
		{"base_url": "${API}", "headers": {"Authorization": "Bearer abcdef"},
		 "resources": {"list": {"path": "{+link}",
		  "page": {"by": "html"}}}}
	END
	run --separate-stderr paginate list "link=$API/shop/list.html" p=1
	expect 0 '*list.html?p=1"*list.html?p=2"*' ''
	[ "$(asked 'map(.headers.authorization) | tojson')" = '[true,true]' ]
	run --separate-stderr paginate list \
		"link=${API/127.0.0.1/localhost}/shop/list.html" p=1
	expect 0 '*list.html?p=1"*list.html?p=2"*' ''
	[ "$(asked 'map(.headers.authorization) | tojson')" = \
		'[true,true,false,false]' ]
}

@test "by html: links that say that they lead on, an envelope a page" {
	html_pages '<p>1<a rel="nofollow NEXT" href=?p=2>on' \
		'<head><base href=/shop/><link rel=next href="list.html?p=3#x">' \
		'<p>3<a rel=prev href="?p=2">back'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by html -s stats --receipts receipts \
		-u "$API/shop/list.html?p=1"
	expect 0 '{"url":"*/shop/list.html?p=1","status":200,*on"}
{"url":"*/shop/list.html?p=2","status":200,*"}
{"url":"*/shop/list.html?p=3","status":200,*back"}' ''
	[ "$(of_stats '[.in,.out,.complete]|tojson')" = '[3,3,true]' ]
	[ "$(of_receipts | tail -n 1)" = '3 200 1 true' ]
}

@test "by html: a link that an XPath finds, classes and all" {
	html_pages '<div class="x paging"><a href="?p=9">Previous Page</a> 1
		<a href="list.html?p=2">Next Page</a></div><a href=?p=8>Next</a>' \
		'<div class=paging><a href="?p=1">Previous Page</a></div>'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by html \
		--next "//*[class('paging')]//a[contains(., 'Next')]" \
		-u "$API/shop/list.html?p=1"
	expect 0 '{*}
{"url":"*p=2",*}' ''
	[ "${#lines[@]}" -eq 2 ]
}

@test "by html: a loop, a link that is none, an XPath that is none" {
	html_pages '<a rel=next href=?p=2>' '<a rel=next href=list.html?p=1>'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by html -u "$API/shop/list.html?p=1"
	[ "$status" -eq 65 ]
	[[ $stderr == *'broke off at page 2, '*'it leads to "'*'/list.html?p=1", which was asked for before' ]]
	run --separate-stderr paginate --by html --next '//a' -o out \
		-u "$API/shop/list.html?p=3"
	expect 69 '' '*could not fetch page 1, *: status 404*'
	run --separate-stderr paginate --by html --next '//a' --skip-status 404 \
		-u "$API/shop/list.html?p=3"
	expect 0 '' ''
	stop_apid
	html_pages '<a rel=next name=x>' '<a rel=next href="http://">'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by html --next '//a' \
		-u "$API/shop/list.html?p=1"
	expect 65 '{*}' '*at page 1, *: <a> has neither href nor src, and leads nowhere'
	run --separate-stderr paginate --by html -u "$API/shop/list.html?p=2"
	expect 65 '{*}' '*at page 1, *: no URL: "http://"*'
	run --separate-stderr paginate --by html --next '//a[' -u "$API/"
	expect 64 '' '*"//a\[" is no XPath: *'
	run --separate-stderr paginate --by html --records .a -u "$API/"
	expect 64 '' '*a walk by html prints envelopes: there is no use for --records*'
}

# linked: the products that a walk's pages link to, once each.
linked() {
	jq -r .body | grep -o 'href="[^"/]*_p_[^"]*' | cut -c7- |
		awk '!seen[$0]++'
}

@test "by html: the shops' listings, by the links of their themes" {
	local page
	start_apid --chaos 5
	page=$(curl -fsS --retry 9 --retry-all-errors \
		"$API/hooked/2018-keepsake-ornaments.html")
	[[ $page == *paging* ]]
	run --separate-stderr paginate --by html --retry-delay 0.01 --next \
		"//*[class('paging')]//a[contains(., 'Next')]" \
		-u "$API/hooked/2018-keepsake-ornaments.html"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	linked <<<"$output" | cmp - <(curl -fsS "$API/_apid/truth/ornaments" |
		jq -r 'select(.vendor == "hookedonhallmark_com" and
			.release_year == 2018) | .path | sub(".*/"; "")')
	run --separate-stderr paginate --by html --retry-delay 0.01 --next \
		"//li[class('pagination-item--next')]/a" \
		-u "$API/ornament-shop/2018-hallmark-ornaments-g1-y18.html"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "a shop's orders, whose next page only Link tells" {
	local shop='X-Shopify-Access-Token: shpat_of_the_tests'
	start_apid --chaos 5
	run --separate-stderr paginate --by link --records .orders -o out \
		--retry-delay 0.01 -H "$shop" -s stats --resume \
		-u "$API/admin/api/2024-01/orders.json" status=any limit=50
	expect 0 '' ''
	grep -o '^{"id":[0-9]*' out |
		cmp - <(curl -fsS "$API/_apid/truth/orders" | grep -o '^{"id":[0-9]*')
	[ "$(of_stats .complete)" = true ]
}

@test "by html: recorded pages of a shop" {
	local from=$data/public/html
	need_data public/html/121.html
	sed 's|http://taylormorriseyewear.com||' "$from/121.html" >1.html
	# the third of the list, shown as the second
	sed 's|http://taylormorriseyewear.com||; s|limit=15&amp;p=4|x|' \
		"$from/122.html" >2.html
	start_apid --serve '/shop/list=1.html' \
		--serve '/shop/collection?limit=15&p=2=2.html'
	run --separate-stderr paginate --by html --max-pages 2 --next \
		"//*[class('pages')]//li[class('current')]/following::a[1]" \
		-u "$API/shop/list"
	expect 0 '{*}' 'paginate: stopped after page 2: --max-pages'
	[ "$(jq -r .url <<<"$output")" = "$API/shop/list
$API/shop/collection?limit=15&p=2" ]
}

@test "--envelope: pages are empty where their records are" {
	param=page pages list '{"d":[1,2]}' '{"d":[3]}' '{"d":[]}'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by page --envelope --records .d \
		-u "$API/list"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	run --separate-stderr paginate --by page --envelope --records .e \
		-u "$API/list"
	expect 65 '' '*page 1, *: status 200, but .e leads nowhere in the answer*'
}

@test "an end that the page itself denies breaks the walk off" {
	param=page pages list '{"d":[1],"p":3,"m":true}' '{"d":[],"p":3,"m":true}'
	start_apid "${serve[@]}"
	run --separate-stderr paginate --by page --records .d --total-pages .p \
		-u "$API/list"
	expect 65 1 '*at page 2, *: it says that there are 3 pages, but this one is empty'
	run --separate-stderr paginate --by page --records .d --more .m \
		-u "$API/list"
	expect 65 1 '*at page 2, *: it says that there is more, but this one is empty'
	run --separate-stderr paginate --by next --next .n --records .d \
		--more .m -u "$API/list?page=1"
	expect 65 1 '*at page 1, *: it says that there is more, but it leads to no other'
}

# list SHAPE OPTION...: walks that list of apid's, which query makes restless.
list() {
	run --separate-stderr paginate --records .items -s stats \
		--receipts receipts -u "$API/list/v1/$1${query:+?$query}" \
		"${@:2}"
}

# ids FROM TO: what a walk over these prints.
ids() {
	seq "$1" "$2" | sed 's/.*/{"id":&}/'
}

# queries: what was asked, without the path.
queries() {
	asked 'map(.url | sub("^[^?]*"; "")) | join(" ")'
}

@test "by auto: what the first answer shows, told as options" {
	local shape found
	start_apid
	while read -r shape found; do
		list "$shape" --by auto
		expect 0 "$(ids 0 24)" "paginate: --by auto found $found"
		[ "$(of_stats .complete)" = true ]
		rm stats
	done <<-'END'
		page --by page --total '.total' --total-pages '.total_pages'
		offset --by offset --offset-param offset --total '.total'
		cursor --by cursor --cursor '.next_cursor' --cursor-param cursor
		next --by next --next '.next'
		link --by link
	END
	query='page=3' list page --by auto
	expect 0 "$(ids 20 24)" '*--by page*'
	query='offset=10' list offset --by auto --total .none
	expect 0 "$(ids 10 19)" '*nothing that leads on*'
	query='offset=20' list next --by auto
	expect 0 "$(ids 20 24)" "*--by next --next '.next'"
	query='n=7' list page --by auto
	expect 0 "$(ids 0 6)" '*--by page*'
	[ "$(counts '.urls["/list/v1/page?n=7"].requests')" = 1 ]
}

@test "by auto: the lists of the datasets, several pages at once" {
	start_apid --products 300 --animals 30 --chaos 3
	id=$(brand Nike)
	run --separate-stderr paginate --by auto --records .items -o out \
		--parallel-max 5 --retry-delay 0.01 -u "$API/animals/v1/animals"
	expect 0 '' "paginate: --by auto found --by page --total-pages '.total_pages'"
	curl -fsS "$API/_apid/truth/animals" | jq .id | cmp - <(jq .id out)
	run --separate-stderr paginate --by auto --records .data -o out \
		--parallel-max 5 --retry-delay 0.01 \
		-u "$API/api/v1/brands/$id/products"
	expect 0 '' "*found --by page --total '.meta.page.total_count' --total-pages '.meta.page.total_pages'"
	truth "$id" | cmp - <(jq -r .id out)
}

@test "by auto: a web page is walked by its links, in envelopes" {
	start_apid
	run --separate-stderr paginate --by auto -u "$API/list/v1/html"
	expect 0 '{*}' 'paginate: --by auto found --by html'
	[ "${#lines[@]}" -eq 3 ]
	run --separate-stderr paginate --by auto --records .d -u "$API/list/v1/html"
	expect 65 '' '*could not fetch page 1, *the answer is no JSON*'
}

@test "by auto: nothing that leads on is one page, which is said" {
	start_apid
	run --separate-stderr paginate --by auto -s stats -u "$API/echo/"
	expect 0 '{*}' 'paginate: --by auto found nothing that leads on: this is taken for the only page'
	[ "$(of_stats .complete)" = true ]
}

@test "by auto: every name that it knows is in the page, and the other way" {
	local name known
	known=$(sed -n '/^static const .* nexts/,/^#define COUNT/p' \
		"$root/tools/lib/walkauto.c" | grep -oE '"(\.|header:)[^,}]*[^\\]"' |
		sed 's/^"//; s/"$//; s/\\"/"/g' | sort -u)
	[ "$(wc -l <<<"$known")" -gt 80 ]
	sed -n '/^\.\\" names$/,/^\.\\" names end$/p' "$root/man/paginate.1" |
		grep -E '^[.]Li ' | sed 's/^[.]Li //; s/ ,$//; s/^\\&//; s/\\(dq/"/g' |
		sort -u | diff - <(cat <<<"$known")
}

@test "first page 0, or in the middle" {
	start_apid
	query=base=0 list page --by page --first-page 0 --total-pages .total_pages
	expect 0 "$(ids 0 24)" ''
	[ "$(queries)" = '?base=0&page=0 ?base=0&page=1 ?base=0&page=2' ]
	list page --by page --first-page 3 --total .total
	expect 0 "$(ids 20 24)" ''
	query='page=9' list page --by page --total .total
	expect 0 "$(ids 0 24)" ''
}

@test "--empty-pages: a hole that may be, and one that is too deep" {
	start_apid
	query=hole=2 list page --by page --total .total
	expect 65 "$(ids 0 9)" '*broke off at page 2, *the total of 25 was not reached: got 10 records'
	query=hole=2 list page --by page
	expect 0 "$(ids 0 9)" ''
	query=hole=2 list page --by page --empty-pages 1
	expect 0 "$(ids 0 9; ids 20 24)" ''
	# the empty page after the last one, and one more that may be
	[ "$(of_receipts | tail -n 3)" = '3 200 5 false
4 200 0 false
5 200 0 true' ]
	query='hole=2&n=50&holes=2' list page --by page --empty-pages 1
	expect 0 "$(ids 0 9)" ''
	query='hole=2' list offset --by offset --empty-pages 2 --total .none
	expect 0 "$(ids 0 9; ids 20 24)" ''
	query='hole=1' list offset --by offset --empty-pages 2 --page-size 10 \
		--size-param limit
	expect 0 "$(ids 10 24)" ''
}

@test "--empty-pages: where the server tells the way it only bounds it" {
	start_apid
	query='hole=2&holes=5&n=80' list cursor --by cursor --cursor .next_cursor
	expect 0 "$(ids 0 9; ids 60 79)" ''
	query='hole=2&holes=5&n=80' list cursor --by cursor \
		--cursor .next_cursor --empty-pages 5
	expect 0 "$(ids 0 9; ids 60 79)" ''
	query='hole=2&holes=5&n=80' list next --by next --next .next --empty-pages 4
	expect 65 "$(ids 0 9)" '*broke off at page 6, *: 5 pages in a row were empty, and it leads on'
	query='hole=2&holes=90000&n=1000000' list next --by next --next .next
	expect 65 "$(ids 0 9)" '*broke off at page 1002, *: 1001 pages in a row were empty, and it leads on'
}

@test "a page cap: what came is counted, not what was asked for" {
	start_apid
	query=cap=4 list page --by page --page-size 500 --size-param limit \
		--total .total
	expect 0 "$(ids 0 24)" ''
	[ "$(of_stats .in)" = 7 ]
	query=cap=4 list offset --by offset --page-size 500 --size-param limit
	expect 0 "$(ids 0 24)" ''
}

@test "a total that grows while walking: the last one counts" {
	start_apid
	query=grow=5 list page --by page --total .total
	expect 0 "$(ids 0 39)" ''
	query=grow=5 list offset --by offset --total .total
	expect 0 "$(ids 0 39)" ''
}

@test "records that move: said and counted, and with a key not counted twice" {
	local moved='*: 2 records came more than once, as happens where a list changes*'
	start_apid
	query=shift=2 list page --by page --total .total
	expect 0 "$(ids 0 9; ids 8 24)" "$moved"
	[ "$(of_stats '[.out, .repeated, .complete] | tojson')" = '[27,2,true]' ]
	rm stats
	# two that moved in at the front were never seen
	query=shift=2 list page --by page --total .total -k .id
	expect 65 "$(ids 0 9; ids 8 24)" '*the total of 27 was not reached: got 25 records, and 2 of them again*'
	[ "$(of_stats '[.out, .repeated, .complete] | tojson')" = '[27,2,false]' ]
	query=shift=2 list cursor --by cursor --cursor .next_cursor -k .id
	expect 0 "$(ids 0 9; ids 8 24)" "$moved"
	run --separate-stderr paginate --by html -k .id -u "$API/"
	expect 64 '' '*envelopes have no key*'
}

@test "a cursor in the query, a header or the body" {
	start_apid
	query='cursor=c10' list cursor --by cursor --cursor .next_cursor
	expect 0 "$(ids 10 24)" ''
	[ "$(queries)" = '?cursor=c10 ?cursor=c20' ]
	list cursor --by cursor --cursor header:X-Next --cursor-header X-Cursor
	expect 0 "$(ids 0 24)" ''
	list cursor --by cursor --cursor .next_cursor --cursor-body .after.cursor \
		--data '{"limit":10,"after":{"x":1e400}}'
	expect 0 "$(ids 0 24)" ''
	[ "$(asked '.[-1] | .method, .url, .body_bytes' | xargs)" = \
		'POST /list/v1/cursor 47' ]
	run --separate-stderr paginate --by cursor --cursor .c --cursor-body .a \
		-u "$API/"
	expect 64 '' '*the parameter ".a" cannot be in the body: there is no body: --data*'
	run --separate-stderr paginate --by cursor --cursor .c --cursor-body .a \
		--cursor-param b --data '{}' -u "$API/"
	expect 64 '' '*a cursor goes to one place: cursor_param, cursor_header or cursor_body*'
	run --separate-stderr paginate --by cursor --cursor .c --cursor-body .a.b \
		--data '{"a":[]}' -u "$API/"
	expect 64 '' '*".a.b" cannot be in the body: it leads into an array*'
}

@test "walks by POST: numbers and sizes in the body, as it is otherwise" {
	start_apid
	list page --by page --page-param .page --size-param .limit \
		--page-size 10 --total .total --data '{"q":.q,"id":17}' q=a
	expect 0 "$(ids 0 24)" ''
	[ "$(asked 'map(.method) | unique[]')" = POST ]
	list offset --by offset --offset-param .offset --total .total --data '{"limit":7}'
	expect 0 "$(ids 0 24)" ''
	# the next URL is posted to, with the body
	list next --by next --next .next --data '{"n":12}'
	expect 0 "$(ids 0 11)" ''
	[ "$(asked 'map(.method) | unique[]')" = POST ]
	run --separate-stderr paginate --by page --page-param .p --max-pages 2 \
		--data '{"id":9007199254740993,"p":1}' -u "$API/echo/"
	[ "$(jq -r .body <<<"${lines[1]}")" = '{"id":9007199254740993,"p":2}' ]
	[ "$(jq -r '.headers["content-type"]' <<<"${lines[1]}")" = application/json ]
	# what only reads may be asked again
	curl -fsS "$API/_apid/fault" --data-binary 'POST /list/*:status=503@first=1'
	list page --by page --retry-delay 0.01 --data '{"limit":20}'
	expect 0 "$(ids 0 24)" ''
	[ "$(of_stats .retries | tail -n 1)" -gt 0 ]
}

@test "a walk by POST out of a profile" {
	cat >api.json <<-'END'
		{"base_url": "${API}", "resources": {"found": {
		 "path": "/list/v1/cursor", "records": ".items", "body": "{q: .q}",
		 "page": {"by": "cursor", "cursor": ".next_cursor",
		          "cursor_body": ".cursor", "size": 20,
		          "size_param": ".limit", "empty_pages": 3}}}}
	END
	start_apid
	run --separate-stderr paginate found q=x
	expect 0 "$(ids 0 24)" ''
	[ "$(asked 'map(.method + " " + .url) | unique[]')" = \
		'POST /list/v1/cursor' ]
}

@test "--parallel-max: the same, in order, with so many in flight" {
	local query
	start_apid --latency 4 --chaos 4
	for query in 'n=95&hole=3' 'n=95&short=4' 'n=95&grow=2' 'n=95&shift=3' \
		'cap=7&n=80'; do
		for shape in page offset; do
			way=(--by "$shape" --total .total --size-param limit
				--page-size 10 --retry-delay 0.01)
			list "$shape" "${way[@]}"
			expected=("$status" "$output" "${stderr//http*\/list/}")
			list "$shape" --parallel-max 4 "${way[@]}"
			[ "$status" -eq "${expected[0]}" ]
			[ "$output" = "${expected[1]}" ]
			[ "${stderr//http*\/list/}" = "${expected[2]}" ]
		done
	done
	[ "$(counts .in_flight_max)" -ge 4 ]
}

@test "--parallel-max: no page more than there are, and never too many" {
	start_apid --latency 10
	query=n=195 list page --by page --total-pages .total_pages --parallel-max 3
	expect 0 "$(ids 0 194)" ''
	[ "$(counts .requests)" -eq 20 ]
	[ "$(counts .in_flight_max)" -eq 3 ]
	curl -fsS "$API/_apid/reset" -X POST
	query=n=195 list page --by page --total .total --parallel-max 3 --max-pages 5
	expect 0 "$(ids 0 49)" '*stopped after page 5*'
	[ "$(counts .requests)" -eq 5 ]
	list cursor --by cursor --cursor .next_cursor --parallel-max 3
	expect 0 "$(ids 0 24)" 'paginate: --parallel-max: it is not known how many pages there are, so one comes after the other'
}

@test "--parallel-max: a guard, a failed page, --resume" {
	start_apid --products 600 --fault '*/products:repeat-page=3'
	id=$(brand Nike)
	run --separate-stderr paginate --page-size 5 --parallel-max 4 products "id=$id"
	[ "$status" -eq 65 ]
	[[ $stderr == *'the walk broke off at page 3, "http'*'": its content came before' ]]
	[ "${#lines[@]}" -eq 10 ]
	curl -fsS -X DELETE "$API/_apid/fault"
	curl -fsS "$API/_apid/fault" --data-binary '*?*page=4:status=404'
	run --separate-stderr paginate --page-size 5 --parallel-max 4 --resume \
		-o out products "id=$id"
	expect 69 '' 'paginate: could not fetch page 4, *: status 404*'
	[ "$(wc -l <out.part)" -eq 15 ]
	curl -fsS -X DELETE "$API/_apid/fault"
	run --separate-stderr paginate --page-size 5 --parallel-max 4 --resume \
		-o out products "id=$id"
	[ "$status" -eq 0 ]
	truth "$id" | cmp - <(jq -r .id out)
}

# states N: whether that many pages are put down in out.state.
states() {
	[ -e out.state ] && [ "$(wc -l <out.state)" -gt "$1" ]
}

@test "--resume: killed at several pages, it is as if it had not been" {
	local kills=0 by at code
	start_apid
	for by in page cursor auto html; do
		way=(--by "$by" --records .items)
		case $by in
		cursor) way+=(--cursor .next_cursor) ;;
		html) way=(--by html) ;;
		page) way+=(--total .total -k .id) ;;
		esac
		shape=${by/auto/next}
		paginate -q -o whole "${way[@]}" -u "$API/list/v1/$shape?n=95"
		curl -fsS "$API/_apid/reset" -X POST
		kills=0 pages=0
		for at in 1 5; do
			curl -fsS "$API/_apid/fault" \
				--data-binary "/list/*:delay=60000@after=$at"
			paginate -q --resume -o out "${way[@]}" \
				-u "$API/list/v1/$shape?n=95" 3>&- &
			pid=$!
			pages=$((pages + at))
			wait_for states "$pages"
			kill -9 "$pid"
			wait "$pid" || code=$?
			[ "$code" -eq 137 ]
			[ ! -e out ]
			curl -fsS -X DELETE "$API/_apid/fault"
			kills=$((kills + 1))
		done
		# a line that was cut off, and records behind what is known
		printf '{"length":99' >>out.state
		printf '{"id":"x' >>out.part
		run --separate-stderr paginate --resume -o out -s stats \
			"${way[@]}" -u "$API/list/v1/$shape?n=95"
		expect 0 '' 'paginate: going on with the walk begun at 20*Z: * records of * pages are there'
		if [ "$by" = html ]; then
			jq -r .body out | cmp - <(jq -r .body whole)
		else
			cmp out whole
		fi
		[ ! -e out.state ] && [ ! -e out.part ]
		[ "$(of_stats '.complete and .resumed >= 6 and .in >= 10')" = true ]
		[ "$(of_stats .out)" -eq "$(wc -l <out)" ]
		[ "$(counts .requests)" -le $(((95 + 9) / 10 + 1 + kills)) ]
		rm -f out whole stats
	done
}

@test "--resume: after a page that failed, or a signal" {
	start_apid --fault '*?*offset=20*:status=500@first=1' --latency 5
	run --separate-stderr paginate --by next --next .next --records .items \
		--retry 0 --resume -o out -s stats -u "$API/list/v1/next"
	[ "$status" -eq 75 ]
	[ ! -e out ]
	[ "$(wc -l <out.part)" -eq 20 ]
	run --separate-stderr paginate --by next --next .next --records .items \
		--retry 3 --resume -o out -u "$API/list/v1/next"
	expect 0 '' '*going on with*: 20 records of 2 pages are there'
	ids 0 24 | cmp - out
	[ "$(counts .requests)" -eq 4 ]
	paginate -q --by page --records .items --resume -o out \
		-u "$API/list/v1/page?n=500" 3>&- &
	pid=$!
	wait_for states 2
	kill "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
	run --separate-stderr paginate --by page --records .items --resume \
		-o out -u "$API/list/v1/page?n=500"
	[ "$status" -eq 0 ]
	ids 0 499 | cmp - out
}

@test "--resume: the state of another walk is refused" {
	start_apid --fault '*?*page=3*:status=404'
	page() {
		run --separate-stderr paginate --by page --records .items \
			--resume -o out -u "$API/list/v1/page" "$@"
	}
	page limit=5
	[ "$status" -eq 69 ]
	cp out.state before
	page limit=6
	expect 78 '' 'paginate: could not resume: "out.state" is of another walk: its "url" is not "http*limit=6"; end that one with its own options, or remove the file'
	page --with a=.limit limit=5
	expect 78 '' '*its "with a" is not ".limit"; end*'
	page --total .total limit=5
	expect 78 '' '*its "total" is not ".total"; end*'
	cmp before out.state
	# what only says how to ask may differ
	curl -fsS -X DELETE "$API/_apid/fault"
	page --retry 1 --max-pages 9 limit=5
	expect 0 '' '*10 records of 2 pages*'
	ids 0 24 | cmp - out
}

@test "--resume: what is not as it was left is refused" {
	start_apid --fault '*?*page=3*:status=404'
	page() {
		run --separate-stderr paginate --by page --records .items \
			--resume -o "$1" -u "$API/list/v1/page" "${@:2}"
	}
	page out
	[ "$status" -eq 69 ]
	truncate -s 10 out.part
	page out
	expect 65 '' '*"out.part" is shorter than the * bytes that "out.state" tells: remove both to begin again'
	echo '{"a":1}' >out.state
	page out
	expect 78 '' '*"out.state" is no state of a walk: remove it to begin again'
	rm out.state
	page out
	[ "$status" -eq 69 ]
	[ "$(wc -l <out.part)" -eq 20 ]
	exec 9<>out.state
	flock 9
	page out
	expect 75 '' '*another process is at it: "out.state" is locked'
	exec 9>&-
	page -
	expect 64 '' '*--resume needs a file to go on with: --output*'
	page /dev/null
	expect 73 '' '*could not keep a part of "/dev/null": it is no ordinary file'
	rm -f /dev/null.state
	page /nonexistent/out
	expect 73 '' '*could not open file "/nonexistent/out.state"*'
}

@test "--resume: credentials stay with the first page's origin" {
	pages list '{"d":[2],"next":"?p=2"}' '{"d":[3],"next":null}'
	start_apid "${serve[@]}"
	there=$API
	there_pid=$apid_pid
	pages list "{\"d\":[1],\"next\":\"$there/list?p=1\"}"
	mkdir second
	BATS_TEST_TMPDIR=$PWD/second start_apid "${serve[@]}"
	curl -fsS "$there/_apid/fault" --data-binary '*?*p=2:status=404'
	for code in 69 0; do
		run --separate-stderr paginate -q --by next --next .next \
			--records .d -H 'Authorization: Bearer abcdef' \
			--resume -o out -u "$API/list?p=1"
		[ "$status" -eq "$code" ]
		curl -fsS -X DELETE "$there/_apid/fault"
	done
	[ "$(xargs <out)" = '1 2 3' ]
	[ "$(API=$there asked 'map(.headers.authorization) | unique[]')" = false ]
	kill "$there_pid"
}

@test "--resume: a walk that ended, but was not published, is" {
	start_apid
	paginate -q --by page --records .items --resume -o out --max-pages 2 \
		-u "$API/list/v1/page"
	ids 0 19 | cmp - out
	run --separate-stderr paginate --by page --records .items --resume \
		-o out -u "$API/list/v1/page"
	expect 0 '' ''
	ids 0 24 | cmp - out
	# killed between the last page and the end
	paginate -q --by page --records .items --retry 0 --resume -o two \
		-u "$API/list/v1/page" 3>&- &
	wait $!
	mv two two.part
	printf '{"began":"then","walk":%s}\n{"length":%s,"lines":25,"end":true}\n' \
		"$(jq -nc --arg u "$API/list/v1/page" \
			'{url: $u, by: "page", operands: {}, envelope: false, records: ".items"}')" \
		"$(stat -c %s two.part)" >two.state
	run --separate-stderr paginate --by page --records .items --resume \
		-o two -s stats -u "$API/list/v1/page"
	expect 0 '' '*ending the walk begun at then: 25 records of 1 pages are there'
	ids 0 24 | cmp - two
	[ ! -e two.state ]
	[ "$(of_stats .complete)" = true ]
}

@test "a live pipeline: a page does not wait for the next one" {
	pages list '{"d":[1],"next":"?p=2"}' '{"d":[2],"next":""}'
	start_apid "${serve[@]}" --fault '/list?p=2:delay=60000'
	paginate --by next --next .next --records .d -s stats -u "$API/list?p=1" \
		>out 3>&- &
	pid=$!
	wait_for test -s out
	[ "$(<out)" = 1 ]
	# The first one asks it to end; two at once would be one.
	for ((i = 0; i < 500; i++)); do
		kill "$pid" 2>/dev/null || break
		sleep 0.02
	done
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
}

@test "SIGTERM while waiting for another attempt: it dies by it, stats written" {
	start_apid --fault '/api/*:retry-after=30'
	paginate -q -s stats search q=nike >out 2>err 3>&- &
	pid=$!
	wait_for was_asked
	kill "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 143 ]
	[ "$(of_stats '[.in,.complete,.exit]|tojson')" = '[0,false,143]' ]
}

@test "what is wrong with the command line or the profile is said" {
	export API=http://127.0.0.1:1
	run --separate-stderr paginate -u "$API/"
	expect 64 '' '*nothing says how to walk; wanted: auto, page, offset, cursor, next, link, html*'
	run --separate-stderr paginate --by luck -u "$API/"
	expect 64 '' '*by: "luck" is not known; wanted: auto, page*'
	run --separate-stderr paginate --by next -u "$API/"
	expect 64 '' '*a walk by next needs to be told where it is: next*'
	run --separate-stderr paginate --by cursor -u "$API/"
	expect 64 '' '*a walk by cursor needs to be told*'
	run --separate-stderr paginate --by page --page-size 5 -u "$API/"
	expect 64 '' '*a size needs the name of its parameter*'
	run --separate-stderr paginate --by page --total '.a[' -u "$API/"
	expect 64 '' '*total: *'
	run --separate-stderr paginate serch q=1
	expect 64 '' '*has no resource "serch"; it has: search, products*'
	echo '{"resources":{"o":{"path":"http://h/","page":{"by":"pages"}}}}' >bad.json
	run --separate-stderr paginate -p bad.json o
	expect 78 '' '*bad.json: key "resources.o.page": by: "pages" is not known*'
}
