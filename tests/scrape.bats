#!/usr/bin/env bats
# shellcheck disable=SC2154 # root and data are the helper's
# shellcheck disable=SC2016 # prices have dollars

load helper

shops=$root/tests/fixtures/shops

# page HTML [URL [TYPE]]: an envelope around the text.
page() {
	jq -cn --arg body "$1" --arg url "${2-http://h/shop/list.html}" \
		--arg type "${3-text/html}" '{url: $url, status: 200,
		headers: {"content-type": $type}, body: $body}'
}

# file PATH URL: an envelope around a file.
file() {
	jq -cRs --arg url "$2" '{url: $url, status: 200, headers: {}, body: .}' \
		"$1"
}

# bytes TEXT [TYPE]: one around bytes that are not UTF-8; backslash escapes.
bytes() {
	printf '{"url":"http://h/","headers":{"content-type":"%s"},' "${2-}"
	printf '"body_base64":"%s"}\n' "$(printf '%b' "$1" | base64 -w0)"
}

# gives ENVELOPE RECORDS OPERAND...
gives() {
	run --separate-stderr scrape "${@:3}" <<<"$1"
	[ -z "$stderr" ] || echo "stderr: $stderr"
	[ "$output" = "$2" ] || { echo "$output"; echo "not $2"; false; }
	[ "$status" -eq 0 ] && [ -z "$stderr" ]
}

# bad ENVELOPE REASON OPERAND...: a bad page.
bad() {
	run --separate-stderr scrape "${@:3}" <<<"$1"
	expect 65 '' "scrape: <stdin>:1: $2"
}

# wrong MESSAGE OPERAND...: a usage error.
wrong() {
	run --separate-stderr scrape "${@:2}" </dev/null
	expect 64 '' "scrape: $1"$'\n''scrape: try `scrape --help`'
}

@test "a page is a record, its fields are texts" {
	local p
	p=$(page '<h1> A &amp;
		B</h1><p class="x y">1.50</p><p>é</p><i></i>')
	gives "$p" '{"h":"A & B","p":"1.50"}' h=//h1 p=//p
	gives "$p" '{"p":"é","n":"2","no":null,"i":"","y":"1.50"}' \
		'p=//p[2]' 'n=count(//p)' no=//b i=//i "y=//*[class('y')]"
	gives "$p" '{"p":["1.50","é"],"b":[],"c":["x y"]}' \
		'p[]=//p' 'b[]=//b' 'c[]=//@class'
	gives "$p" '{"s":null,"t":"2","f":"false"}' 's=string(//b)' \
		't=string(count(//p))' 'f=//p = "x"'
	gives "$p" $'{"h":" A &\\n\\t\\tB"}' h:raw=//h1
	gives "$p" '{"a\"b":"1.50"}' 'a"b=//p'
	# Two pages, two records.
	gives "$p"$'\n'"$p" $'{"p":"1.50"}\n{"p":"1.50"}' p=//p
}

@test "--rows: a record for each, its fields seen from there" {
	local p
	p=$(page '<h1>T</h1><ul><li><b>1</b><i>x</i><li><b>2</b></ul><b>3</b>')
	gives "$p" $'{"b":"1","i":"x","all":"1","h":"T"}\n{"b":"2","i":null,"all":"1","h":"T"}' \
		--rows //li b=b i=.//i all=//b h=//h1
	gives "$p" $'{"v":"1","s":"T"}\n{"v":"2","s":"T"}\n{"v":"3","s":"T"}' \
		--rows //b v=. 's~<h1>(.)'
	# Absolute paths are the same for each row; what only begins so is not.
	gives "$p" $'{"a":"1","u":"1","e":"true","m":"1"}\n{"a":"1","u":"2","e":"true","m":"2"}' \
		--rows //li 'a=//b[. != "|"]' 'u=//i[. = "|"]|b' 'e=//b =b' 'm=//b*b'
	bad "$p" '--rows //p found 0 in the page, and --min-rows is 1' \
		--rows //p v=.
	bad "$p" '--rows //li found 2 in the page, and --min-rows is 3' \
		--rows //li v=. --min-rows 3
	gives "$p" '' --rows //p v=. --min-rows 0
	# One bad row, and nothing of the page is printed.
	bad "$p" 'row 2 of 3: field "v", self::b\[. != 2\]: it is required*' \
		--rows //b 'v=self::b[. != 2]' --required v
}

@test "regular expressions look in the source" {
	local p
	p=$(page '<script>
		var a = 1, b = "x&amp;  y";</script><i title=é>1 2</i>')
	gives "$p" '{"a":"1","b":"x&amp; y","r":"x&amp;  y","n":null}' \
		'a~a = ([0-9]+)' 'b~b = "(.*?)"' 'r:raw~b = "(.*?)"' 'n~c = 1'
	gives "$p" '{"a":"a = 1","all":["a = 1","b = \"x&amp; y\""],"t":"é"}' \
		'a~\w+ = \d' 'all[]~\w+ = [^,;]+(?=,)|b = ".*?"' 't~title=(.)'
	gives "$p" '{"first":"1","d":"2"}' "first=match(//i, '[0-9]')" \
		"d=match(//i, ' (.)')"
	p=$(page "<p>$(printf 'a%.0s' {1..60})!</p>")
	bad "$p" 'field "x", <p>(a|a)+$: could not look for *: match limit*' \
		'x~<p>(a|a)+$'
}

@test ":json parses, :decimal reads prices, :link is absolute" {
	local p
	p=$(page '<script>var x = {"id":9007199254740993,"p":19.90,
		"s":"};"}; y = [1,</script><b>$1,234.50</b><b>Call</b><em>2 for
		$5</em><a href="../a b?x=1&amp;y">l</a><img src=i.png>
		<a href="mailto:a@b">m</a><a>n</a><u>1.234,50 €</u>
		<script type="application/ld+json">{"@type": "Product"}</script>')
	gives "$p" '{"x":{"id":9007199254740993,"p":19.90,"s":"};"},"y":{"id":9007199254740993,"p":19.90,"s":"};"},"ld":{"@type":"Product"}}' \
		'x:json~x = (\{)' 'y:json~(?s)x = (.*?);' \
		"ld:json=//script[@type='application/ld+json']"
	gives "$p" '{"n":2,"t":true,"none":null}' 'n:json=count(//b)' \
		't:json=boolean(//b)' 'none:json=//p'
	bad "$p" 'field "y", y = (\\*: "\[1,<*" is not JSON: *' 'y:json~y = (\[)'
	bad "$p" 'field "b", //b: "$1,234.50" is not JSON: * at byte 1' b:json=//b
	gives "$p" '{"b":[1234.50,null],"u":1234.50,"s":1234.50}' \
		'b[]:decimal=//b' u:decimal-comma=//u 's:decimal~<b>(.*?)<'
	bad "$p" 'field "e", //em: "2 for $5" is not one number, with a dec*' \
		e:decimal=//em
	bad "$p" 'field "u", //u: "1.234,50 €" is not one number*point' \
		u:decimal=//u
	gives "$p" '{"a":"http://h/a%20b?x=1&y","i":"http://h/shop/i.png","m":"mailto:a@b","h":"http://h/a%20b?x=1&y"}' \
		a:link=//a i:link=//img 'm:link=//a[2]' h:link=//a/@href
	bad "$p" 'field "a", //a: <a> has neither href nor src*' 'a[]:link=//a'
	gives '{"body":"<a href=x><base href=http://o/d/>"}' \
		'{"a":"http://o/d/x"}' a:link=//a
	gives '{"body":"<a href=HTTPS://o/x>"}' '{"a":"https://o/x"}' a:link=//a
	bad '{"body":"<a href=x>"}' \
		'*no URL: "x": *; the page'"'"'s own URL is not known' a:link=//a
}

@test "--required: what lacks one is a bad page, by selector" {
	local p
	p=$(page '<h1></h1><b>x</b>')
	gives "$p" '{"b":"x","h":"","i":null}' b=//b h=//h1 i=//i --required b
	bad "$p" 'field "i", //i: it is required, and nothing is found' \
		b=//b i=//i --required b,i
	bad "$p" 'field "h", //h1: it is required, and what is found is empty' \
		b=//b h=//h1 --required b --required h
	bad "$p" 'field "i", //i: it is required, and nothing is found' \
		'i[]=//i' --required i
	bad "$p" 'field "b", //b: it is required, and there is no value*' \
		b:decimal=//b --required b
	bad "$p" 'field "r", y: it is required, and nothing is found' \
		r~y --required r
}

@test "--with takes from the envelope, before the fields" {
	local p
	p=$(page '<b>1</b><b>2</b>' http://h/p)
	gives "$p" $'{"url":"http://h/p","s":200,"b":"1"}\n{"url":"http://h/p","s":200,"b":"2"}' \
		--rows //b b=. --with url=.url --with s=.status
	bad "$p" '--with y: .year leads nowhere' b=//b --with y=.year
}

@test "character sets: header, meta, byte order mark, a guess" {
	gives "$(bytes '<p>\xe9</p>' 'text/html; charset=ISO-8859-1')" \
		'{"p":"é"}' p=//p
	gives "$(bytes '<meta charset=koi8-r><p>\xd1</p>')" '{"p":"я"}' p=//p
	gives "$(bytes '\xff\xfe<\0b\0>\0\x16\x4e')" '{"p":"世"}' p=//b
	gives "$(bytes '<p>\x80</p>')" '{"p":"€"}' p=//p
	gives "$(page '<p>é</p>' http://h/ 'text/html; charset=utf-8')" \
		'{"p":"é"}' p=//p
	# Bytes in an envelope that happen to be UTF-8, too.
	gives "$(page '<p>\u001b$B' http://h/ 'text/html; charset=nonsense')" \
		'{"p":"\\u001b$B"}' p=//p
	# --body is characters already.
	gives '{"h":"<meta charset=koi8-r><p>é</p>","u":"http://o/"}' \
		'{"p":"é","b":"http://o/x"}' --body .h --url .u p=//p \
		'b:link=concat("x","")'
}

@test "what is no good page is rejected, and why" {
	local p
	p=$(page '<b>x</b>')
	bad '{"url":"http://h/","status":404,"body":"<b>x</b>"}' \
		"the page's status is 404, not 2xx: --any-status would take it" b=//b
	gives '{"status":404,"body":"<b>x</b>"}' '{"b":"x"}' --any-status b=//b
	gives '{"status":204,"body":"<b>x</b>"}' '{"b":"x"}' b=//b
	gives '{"status":null,"body":"<b>x</b>"}' '{"b":"x"}' b=//b
	bad '{"status":"200 OK","body":"x"}' 'the page*is "200 OK", not 2xx*' b=//b
	bad '{}' 'there is no page: .body is null or missing, and so is*' b=//b
	bad '{"h":null}' 'there is no page: .h is null or missing' \
		b=//b --body .h
	bad '{"body":7}' '.body is a number, not a string' b=//b
	bad '{"body":"x","url":[]}' '.url is an array, not a string' b=//b
	bad '{"body_base64":"&"}' '.body_base64 is not base64' b=//b
	bad '{"body":""}' 'the page is empty' b=//b
	bad '[1]' '*url*array*' b=//b
	bad "$p" 'the page is longer than the 7 bytes of --max-body: it has 8' \
		b=//b --max-body 7
	gives "$p" '{"b":"x"}' b=//b --max-body 8
	bad "$p" '*could not work out "//b\[f(1)\]": *' 'b=//b[f(1)]'
	p=$(page "$(printf '<div>%.0s' {1..4100})")
	bad "$p" 'the page has elements within each other, more than 4000' b=//b
}

@test "rejects have the status and the URL, and the page" {
	{
		page '<b>1</b>'
		echo '{"url":"http://h/2","status":503,"body":"<b>2</b>"}'
		page '<i>3</i>' http://h/3
		page '<b>4</b>'
	} >"$BATS_TEST_TMPDIR/in"
	cd "$BATS_TEST_TMPDIR" || return
	run --separate-stderr scrape -r bad -s stats b=//b --required b <in
	expect 1 $'{"b":"1"}\n{"b":"4"}' 'scrape: 2 of 4 records were rejected*'
	[ "$(jq -c '[.line, .code, .key, .record.url]' bad)" = "$(lines \
		'[2,"503","http://h/2","http://h/2"]' \
		'[3,null,"http://h/3","http://h/3"]')" ]
	jq -e '.in == 4 and .done == 2 and .rejected == 2 and .out == 2' stats
	# What was rejected can be tried again.
	run --separate-stderr bash -c \
		"records --path .record <bad | scrape --any-status b=//b"
	expect 0 $'{"b":"2"}\n{"b":null}' ''
}

@test "usage errors name what is wrong" {
	wrong "no field: say what to take*'name=//h1'"
	wrong 'bad field "x": wanted NAME=XPATH or NAME~REGEX' x
	wrong 'bad field "=//b": it has no name' =//b
	wrong 'bad field "\[\]=//b": it has no name' '[]=//b'
	wrong 'bad field "b:number=//b": "number" is no kind of value: text, *' \
		b:number=//b
	wrong 'bad field "b=//b\[": "//b\[" is no XPath: *' 'b=//b['
	wrong 'bad field "b=": "" is no XPath: *' 'b='
	wrong 'bad field "b~(": "(" is no regular expression: * at byte 2' 'b~('
	wrong 'bad field "b": could not work out "f(1)": *' 'b=f(1)'
	wrong 'bad field "b": *"(" is no regular*' 'b=match(., "(")'
	wrong 'two fields are called "b"' b=//b 'b[]=//b'
	wrong 'two fields are called "b"' b=//b --with b=.url
	wrong '--required: no field is called "c"' b=//b --required b,c
	wrong '--rows: "//\[" is no XPath: *' b=. --rows '//['
	wrong '--rows: "count(//b)" is a value, no part of a page' b=. \
		--rows 'count(//b)'
	run --separate-stderr scrape b=. --with x
	expect 64 '' 'scrape: bad value "x" for --with: wanted: NAME=EXPR'
	run --separate-stderr scrape b=. --max-body 65M
	expect 64 '' 'scrape: bad value "65M" for --max-body: *'
}

@test "shops: year links" {
	gives "$(file "$shops/hallmark-index.html" http://h/)" "$(lines \
		'{"year":1998,"link":"http://h/1998-Hallmark-Ornaments_c_263.html"}' \
		'{"year":1973,"link":"http://h/1973-Hallmark-Ornaments_c_238.html"}' \
		'{"year":2020,"link":"https://www.hallmarkornaments.com/2020-Hallmark-Ornaments_c_412.html"}')" \
		--rows "//*[class('subcat')]//a" \
		"year:json=match(@href, '[0-9]+')" link:link=.
	gives "$(file "$shops/hooked-index.html" http://h/)" "$(lines \
		'{"year":"1998","link":"http://h/1998-hallmark-keepsake-ornaments.html"}' \
		'{"year":"1999","link":"http://h/1999-hallmark-keepsake-ornaments.html"}')" \
		--rows "//*[class('columns-5')]//li/a" \
		"year=match(concat(img/@alt, .), '\S+')" link:link=.
	gives "$(file "$shops/bigcommerce-index.html" http://h/)" "$(lines \
		'{"year":"1998","link":"https://www.ornament-shop.com/1998-hallmark-ornaments-g1-y98.html"}' \
		'{"year":"1999","link":"https://www.ornament-shop.com/1999-hallmark-ornaments-g1-y99.html"}')" \
		--rows "//*[class('navList-item')]//a" \
		"year=match(@href, '^https?://[^/]*/(\d+)-')" link:link=.
}

@test "shops: listings" {
	gives "$(file "$shops/hallmark-list.html" http://h/1998_c_263.html)" "$(lines \
		'{"id":13679,"name":"2000 1924 Toledo Fire Engine, Kiddie Car Classic #7","price":20.95,"link":"http://h/2000-1924-Toledo-Fire-Engine_p_13679.html","img":"http://h/assets/images/13679.jpg"}' \
		'{"id":15811,"name":"1975 Betsey Clark (Adorable) & Friends'"'"' \"Café\"","price":1234.50,"link":"http://h/1975-Betsey-Clark-Adorable_p_15811.html","img":"http://h/assets/images/15811.jpg"}' \
		'{"id":26843,"name":"1935 Steelcraft by Murray","price":null,"link":"http://h/1935-Steelcraft_p_26843.html","img":"http://h/assets/images/26843.jpg"}')" \
		--rows "//*[@id='productCategoryBlock']//*[class('product-item')]" \
		id:json=@data-catalogid "name=.//*[class('name')]//a" \
		"price:decimal=.//*[class('price')]" \
		"link:link=.//*[class('name')]//a" img:link=.//img \
		--required name,link
	gives "$(file "$shops/hooked-list.html" http://h/s/1998.html)" "$(lines \
		'{"name":"Snow Buddies #1","link":"http://h/s/snow-buddies_p_4711.html","next":"http://h/s/view_category.asp?cat=263&sortby=0&page=3"}' \
		'{"name":"Santa'"'"'s Sleigh","link":"http://h/s/santas-sleigh_p_4712.html","next":"http://h/s/view_category.asp?cat=263&sortby=0&page=3"}')" \
		--rows "//*[class('product-item')]" "name=.//*[class('name')]//a" \
		"link:link=.//*[class('name')]//a" \
		"next:link=//*[class('paging')]//a[match(., '(?i)next')]"
	gives "$(file "$shops/bigcommerce-list.html" http://h/y/)" "$(lines \
		'{"name":"Snow Buddies","link":"https://www.ornament-shop.com/snow-buddies/","img":"https://cdn.ornament-shop.com/1.jpg","lazy":"data:image/gif;base64,R0lGOD"}' \
		'{"name":"Star of Wonder","link":"http://h/hallmark-keepsake-3/","img":null,"lazy":null}')" \
		--rows "//*[class('card')]" "name=*[class('card-title')]/a" \
		"link:link=*[class('card-figure')]/a" \
		'img:link=.//img/@data-src' 'lazy:link=.//img/@src'
	gives "$(file "$shops/bigcommerce-list.html" http://h/y/)" \
		'{"next":"http://h/y/?page=2"}' \
		"next:link=//*[class('pagination-item--next')]/a"
}

@test "shops: products" {
	gives "$(file "$shops/hallmark-product.html" http://h/)" \
		'{"item":{"catalogid":25615,"id":"QX1571NB","name":"1975 Betsey Clark (Adorable) NB","price":28.95,"availability":0,"currency":"USD"}}' \
		'item:json~_3d_item = (\{)' --required item
	gives "$(file "$shops/hooked-product.html" http://h/)" \
		'{"sku":"QX6691","name":"Snow Buddies #1","price":15.95,"available":true}' \
		"sku=//*[@id='product_id']" "name=//h1[class('page_headers')]" \
		"price:decimal=//*[@id='price']" \
		"available:json=boolean(match(//*[@id='availability'], '(?i)in stock - ships next business day'))"
	gives "$(file "$shops/bigcommerce-product.html" http://h/)" \
		'{"name":"Star of Wonder","price":24.00,"brand":"Hallmark","sku":"QX-4105","available":true}' \
		"name=//h1[class('productView-title')]" \
		"price:decimal=//dl[class('productView-info')]/dt[contains(., 'Price')]/following-sibling::dd[1]" \
		"brand=//dl[class('productView-info')]/dt[contains(., 'Brand')]/following-sibling::dd[1]" \
		"sku=//dl[class('productView-info')]/dt[contains(., 'SKU')]/following-sibling::dd[1]" \
		"available:json=boolean(match(//dt[contains(., 'Availability')]/following-sibling::dd[1], '(?i)\bnew\b|in stock'))"
	# Another shop's page has none of it.
	bad "$(file "$shops/bigcommerce-product.html" http://h/)" \
		'field "item", _3d_item = (\\{): it is required*' \
		'item:json~_3d_item = (\{)' --required item
}

# products LISTING PAGE OPERAND...: of a shop of apid's, by the templates of
# two URLs: what scrape makes of each page, the price as text.
products() {
	lines 2018 2019 2020 |
		wdn-fetch --envelope -u "$API/$1" |
		scrape --rows "//*[class('name') or class('card-title')]/a" \
			"id=match(@href, '([^/]+)/?$')" --required id |
		wdn-fetch --envelope -u "$API/$2" |
		scrape --with url=.url "${@:3}" |
		sed -E 's/"price":([0-9.]+)/"price":"\1"/'
}

# equal VENDOR: what the server says that they should have been.
equal() {
	curl -fsS "$API/_apid/truth/ornaments" | jq -cS --arg v "$1" \
		--arg a "$API" 'select(.vendor == $v) | {url: ($a + .path), sku,
		name, price, available: (.availability == "available")}' |
		sort >truth
	[ "$(wc -l <truth)" -gt 20 ]
	diff <(jq -cS . got | sort) truth
}

@test "shops: every product of every listing, as the server has it" {
	local dd="//dl/dt[. = '%s:']/following-sibling::dd[1]"
	start_apid --ornament-years 3
	cd "$BATS_TEST_TMPDIR" || return
	products 'hallmark/{id}-Hallmark?viewall=1' 'hallmark/{id}' \
		'item:json~_3d_item = (\{)' | fields --hoist item \
		--rename id=sku --drop catalogid,currency |
		jq -c '.available = (.availability == 1) | del(.availability)' \
			>got
	equal hallmark_ornaments_com
	products 'hooked/view-all-{id}?viewall=1' 'hooked/{id}' \
		"sku=//*[@id='product_id']" 'name=//h1' \
		"price:decimal=//*[@id='price']" \
		"available:json=boolean(match(//*[@id='availability'], '(?i)^in stock'))" \
		>got
	equal hookedonhallmark_com
	# shellcheck disable=SC2059 # the formats are the paths
	products 'ornament-shop/{id}-x?viewall=1' 'ornament-shop/{id}/' \
		"sku=$(printf "$dd" SKU)" "name=//h1[class('productView-title')]" \
		"price:decimal=$(printf "$dd" Price)" \
		"available:json=boolean(match($(printf "$dd" Availability), '(?i)new|in stock'))" \
		>got
	equal ornament_shop_com
	stop_apid
}

@test "shops: pages one after the other, and one that is empty now" {
	local rows="//*[class('product-item')]"
	local next="//*[class('paging')]//a[match(., '(?i)next')]"
	start_apid --ornament-years 2 --fault '/hooked/2020*:empty-page=1'
	paginate --by html --next "$next" -u "$API/hallmark/2020-x" |
		scrape --rows "$rows" id:json=@data-catalogid \
			>"$BATS_TEST_TMPDIR/ids"
	[ "$(cat "$BATS_TEST_TMPDIR/ids")" = \
		"$(curl -fsS "$API/_apid/truth/ornaments" | jq -r 'select(
			.release_year == 2020 and (.path | test("hallmark/"))) |
			.path | capture("_p_(?<n>[0-9]+)") |
			"{\"id\":\(.n)}"')" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/ids")" -gt 6 ]
	run --separate-stderr bash -c "wdn-fetch --envelope \
		-u '$API/hooked/2020-x' | scrape --rows \"$rows\" n=."
	expect 65 '' "scrape: <stdin>:1: --rows * found 0 in the page*"
	run --separate-stderr bash -c "wdn-fetch --envelope \
		-u '$API/hooked/2019-x' | scrape \
		\"all:link=//*[class('sub-categories')]//a[match(@href, 'view-all')]\""
	expect 0 "{\"all\":\"$API/hooked/view-all-2019-ornaments.html\"}" ''
	stop_apid
}

# listing N: of a real shop.
listing() {
	file "$data/public/html/$1.html" \
		http://taylormorriseyewear.com/shop/collection |
		scrape "${@:2}"
}

@test "real pages: what a person reads in them" {
	need_data public/html/121.html
	local u=http://taylormorriseyewear.com/shop rows name price
	rows="//*[class('products-grid')]/*[class('item')]"
	name=".//*[class('product-name')]//a"
	price=".//*[class('price')]"
	cd "$BATS_TEST_TMPDIR" || return
	listing 121 --rows "$rows" "name=$name" "price:decimal=$price" \
		"text=$price" "link:link=$name" --required name,price,link >first
	listing 122 --rows "$rows" "name=$name" "price:decimal=$price" \
		"text=$price" "link:link=$name" --required name,price,link >third
	[ "$(cat first third | wc -l)" -eq 30 ]
	[ "$(head -n 1 first)" = '{"name":"RollRight","price":170.00,"text":"£170.00","link":"'$u'/rollright-rochester"}' ]
	[ "$(tail -n 1 first)" = '{"name":"Vredefort","price":150.00,"text":"£150.00","link":"'$u'/vredefort-c9"}' ]
	[ "$(tail -n 1 third)" = '{"name":"Chelsea CatsEye","price":170.00,"text":"£170.00","link":"'$u'/chelsea-cats-eye-c5"}' ]
	[ "$(cat first third | jq -r .link | sort -u | wc -l)" -eq 30 ]
	[ "$(listing 121 'next:link=//a[class("next")]' title=//title)" = \
		'{"next":"'$u'/collection?limit=15&p=2","title":"Collection"}' ]
	[ "$(listing 122 'next:link=//a[class("next")]' \
		'previous:link=//a[class("previous")]')" = \
		'{"next":"'$u'/collection?limit=15&p=4","previous":"'$u'/collection?limit=15&p=2"}' ]
	[ "$(listing 123 --rows "//*[class('homeproduct3')]" \
		'name=a/text()[normalize-space()]' "price:decimal=$price" \
		link:link=a)" = "$(lines \
		'{"name":"ROLLRIGHT","price":262.75,"link":"'$u'/rollright-c10"}' \
		'{"name":"VREDEFORT","price":231.84,"link":"'$u'/vredefort-c6"}' \
		'{"name":"SARATOGA II","price":231.84,"link":"'$u'/saratoga-ii-c6"}')" ]
	# The shop's root is no listing.
	run --separate-stderr listing 123 --rows "$rows" "name=$name"
	expect 65 '' '*--rows *found 0 in the page, and --min-rows is 1'
}

@test "real pages: products in microdata" {
	need_data public/html/product.html
	local p item
	item() {
		echo "//*[@itemprop='$1']"
	}
	for p in product product_microdata; do
		item=$(file "$data/public/html/$p.html" http://h/p/ | scrape \
			"brand=$(item brand)" "name=$(item name)" \
			"image:link=$(item image)" \
			"text=$(item description)" "mpn=$(item mpn)" \
			"rating:decimal=$(item ratingValue)" \
			"reviews:json=$(item reviewCount)" \
			"price:decimal=$(item price)" \
			'regular:decimal~Regular price: (\S+)' \
			"currency=$(item priceCurrency)/@content" \
			"until=$(item priceValidUntil)/@datetime" \
			"seller=$(item seller)" \
			"available=match($(item availability)/@href, '\w+\s*$')")
		[ "$item" = '{"brand":"ACME","name":"Executive Anvil","image":"http://h/p/anvil_executive.jpg","text":"Sleeker than ACME'"'"'s Classic Anvil, the Executive Anvil is perfect for the business traveler looking for something to drop from a height.","mpn":"925872","rating":4.4,"reviews":89,"price":119.99,"regular":179.99,"currency":"USD","until":"2020-11-05","seller":"Executive Objects","available":"InStock"}' ] ||
			{ echo "$item"; false; }
	done
}

@test "memory does not grow with the number of pages" {
	local kb
	sanitized && skip "a sanitizer keeps what was freed"
	page "<p>$(printf 'x%.0s' {1..5000})</p><script>var i = {}</script>" \
		>"$BATS_TEST_TMPDIR/one"
	for _ in {1..2000}; do echo "$BATS_TEST_TMPDIR/one"; done |
		xargs cat >"$BATS_TEST_TMPDIR/many"
	command time -f %M -o "$BATS_TEST_TMPDIR/kb" scrape 'p=//p' \
		"m=match(//p, 'x+')" 'i:json~i = (\{)' 'l[]:link=//a' \
		<"$BATS_TEST_TMPDIR/many" >"$BATS_TEST_TMPDIR/out"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq 2000 ]
	kb=$(tail -n 1 "$BATS_TEST_TMPDIR/kb")
	[ "$kb" -lt 40000 ] || { echo "$kb KB"; false; }
}
