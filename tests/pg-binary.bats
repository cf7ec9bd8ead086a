#!/usr/bin/env bats
# pg-upsert sends rows in COPY's binary format where it can: the table has to
# be the same as if the server had read them as text.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

# copies_are BINARY TEXT: how many there were, as -v told on standard error.
copies_are() {
	local all
	all=$(grep -c 'FROM STDIN' <<<"$stderr") || true
	[ "$(grep -c 'FROM STDIN (FORMAT binary)' <<<"$stderr")" = "$1" ]
	[ "$all" = $(($1 + $2)) ]
}

# random N: records with a value of every type that has a binary form, in the
# spellings that have one, and some nulls.
random() {
	python3 - "$1" <<-'END'
		import json, random, sys
		r = random.Random(17)
		def whole(bits):
		    n = r.choice([r.getrandbits(bits), r.randrange(100)])
		    return r.choice([n, -n, str(n), '-%03d' % n])
		def decimal(before, after):
		    s = str(r.getrandbits(r.randrange(1, before)))
		    n = r.randrange(after)
		    if n: s += '.' + ''.join(r.choice('0079') for i in range(n))
		    return r.choice(['', '-']) + s
		def date():
		    y = r.choice([r.randrange(1, 10000), r.randrange(1990, 2030)])
		    m = r.randrange(1, 13)
		    return '%04d-%02d-%02d' % (y, m, r.randrange(1, 29))
		def time(zones):
		    return (date() + r.choice('T ') + '%02d:%02d:%02d' %
		        (r.randrange(24), r.randrange(60), r.randrange(60)) +
		        r.choice(['', '.5', '.120', '.999999', '.1234']) +
		        r.choice(zones))
		def text(most):
		    return ''.join(r.choice('ab \\"/\n\t\u00e9\u20ac\U0001f600')
		        for i in range(r.randrange(most)))
		zones = ['Z', '+00', '-07:00', '+0530', '+14:00', '-00:30']
		for i in range(int(sys.argv[1])):
		    v = {'b': r.choice([True, False]), 'i2': whole(15),
		        'i4': whole(31), 'i8': whole(63),
		        'f4': r.choice([r.random(), 1.5, r.randrange(99), '1E+3']),
		        'f8': r.choice([r.random() * 10 ** r.randrange(-30, 30),
		            str(r.random()), -2]),
		        'n': '#' + decimal(120, 20), 's': decimal(80, 9),
		        'n2': '#' + decimal(20, 5), 't': text(30),
		        'v': r.choice([text(9), 17, 1.5, True, [1, text(3)]]),
		        'c': r.choice(['', 'abc', 'abc  ']), 'e': r.choice(['sad', 'ok']),
		        'j': {'k': [text(5), 1.50, None]}, 'jb': {'k': text(9), 'n': [1e3]},
		        'u': '%08x-%04X-4aBc-8def-%012x' % (r.getrandbits(32),
		            r.getrandbits(16), r.getrandbits(48)),
		        'd': date(), 'ts': time(zones + ['']), 'ts3': time(zones),
		        'tz': time(zones), 'few': r.randrange(10)}
		    for k in v:
		        if r.random() < 0.05: v[k] = None
		    v['id'] = i
		    s = json.dumps(v, ensure_ascii=r.random() < 0.5)
		    # A number's text, which Python would change.
		    for k in ['n', 'n2']:
		        if v[k]: s = s.replace('"%s"' % v[k], v[k][1:])
		    print(s)
	END
}

@test "property: what goes in binary is what would go as text" {
	sql "drop type if exists mood cascade; drop domain if exists few cascade;
		create type mood as enum ('sad', 'ok');
		create domain few as int check (value < 10)"
	local columns='b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8,
		n numeric, s numeric, n2 numeric(12,2), t text, v varchar(40),
		c char(5), e mood, j json, jb jsonb, u uuid, d date, ts timestamp,
		ts3 timestamp(3), tz timestamptz, few few'
	random 3000 >in
	# An address has no binary form, so all of its row goes as text.
	table "id int primary key, $columns, x inet"
	sed 's/}$/,"x":"::1"}/' in >with
	run --separate-stderr pg-upsert -v -t t -k id -b 500 <with
	[ "$status" -eq 0 ]
	copies_are 0 6
	sql 'alter table t drop column x; alter table t rename to h'
	for mode in upsert append; do
		sql "drop table if exists t; create table t (id int primary key, $columns)"
		run --separate-stderr pg-upsert -v -t t -k id -b 500 --mode $mode <in
		[ "$status" -eq 0 ]
		[ "$output" = "$(<in)" ]
		copies_are 6 0
		[ "$(sql 'select count(*), count(*) filter (where row(t.*)::record
			operator(pg_catalog.*<>) row(h.*)::record)
			from t full join h using (id)')" = '3000|0' ]
	done
}

@test "a value without a binary form takes its batch along, not the others" {
	table 'id int primary key, at timestamptz, n numeric'
	seq 200 | jq -c '{id: ., at: "2020-01-01T00:00:00Z", n: 1.5}' >plain
	# No zone, an exponent, and a word; in the middle of a batch.
	sed -e '15s/00Z"/00"/' -e '95s/1.5/1e3/' -e '175s/"2020.*Z"/"infinity"/' \
		plain >in
	PGTZ=UTC run --separate-stderr pg-upsert -v -t t -k id -b 10 <in
	[ "$status" -eq 0 ]
	[ "$output" = "$(<in)" ]
	copies_are 17 3
	[ "$(PGTZ=UTC sql "select count(*), sum(n), count(*) filter (where at =
		'2020-01-01Z'), max(at) from t")" = '200|1298.5|199|infinity' ]
	# Where it is the rule, trying is given up, more and more.
	table 'id int primary key, at timestamptz, n numeric'
	jq -c '.n = (.n | tostring + "e0")' plain >in
	run --separate-stderr pg-upsert -v -t t -k id -b 10 <in
	copies_are 0 20
	[ "$(sql 'select count(*), sum(n) from t')" = '200|300.0' ]
}

@test "what is wrong is told as it is of text" {
	sql "drop domain if exists few cascade;
		create domain few as int check (value < 10)"
	lines '{"id":1,"d":"2020-02-29"}' '{"id":2,"d":"2021-02-29"}' \
		'{"id":3,"v":"abc"}' '{"id":4,"v":"abcd"}' '{"id":5,"i":32768}' \
		'{"id":6,"n":999.994}' '{"id":7,"n":999.995}' '{"id":8,"few":10}' \
		'{"id":9,"j":"\u0000"}' '{"id":10,"v":"\u0000"}' \
		'{"id":11,"d":"2020-01-01"}' >some
	for mode in upsert append; do
		# Members are the same in each: it could all go in binary.
		for x in null '"::1"'; do
			jq -c --argjson x "$x" '{d: null, v: null, i: null,
				n: null, few: null, j: null, x: $x} + .' some >in
			table 'id int primary key, d date, v varchar(3),
				i smallint, n numeric(5,2), few few, j jsonb, x inet'
			rm -f bad
			run --separate-stderr pg-upsert -v -t t -k id -b 4 \
				--mode $mode -r bad <in
			[ "$status" -eq 1 ]
			[ "$(sql 'select string_agg(id::text, null order by id)
				from t')" = 13611 ]
			jq -r '"\(.record.id) \(.code) \(.reason)"' bad |
				sort -n >"bad-${x//[^a-z]/}"
		done
		cmp bad-null bad-
		cat bad- >&2
		[ "$(awk '{ print $1, $2, $4 }' bad- | tr '\n' ,)" = '2 22008 "d":,4 22001 "v":,5 22003 "i":,7 22003 "n":,8 23514 "few":,9 22P05 "j":,10 22P05 "v":,' ]
	done
}

@test "members that come and go in the middle of a batch" {
	table 'id int primary key, a int default 7, b text'
	lines '{"id":1,"a":1}' '{"id":2,"a":2}' '{"id":3,"b":"x","a":3}' \
		'{"b":"y","id":4}' '{"id":1,"b":"z"}' >in
	run --separate-stderr pg-upsert -t t -k id <in
	expect 0 '*' ''
	[ "$(sql 'select * from t order by 1')" = '1|1|z
2|2|
3|3|x
4|7|y' ]
}
