#!/usr/bin/env bats
# pg-upsert: what JSON becomes in a column of each type; tables and columns
# that it makes itself.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

setup_file() {
	start_pg schema
	[ -z "${no_pg-}" ] || return 0
	export PGOPTIONS='-c client_min_messages=warning -c timezone=UTC'
	psql -Xq -v ON_ERROR_STOP=1 <<-'END'
		create type mood as enum ('sad', 'ok', 'a,"b"');
		create type pair as (x int, y text);
		create type nest as (p pair, l pair[], d date);
		create domain few as int check (value < 10);
		create domain code as varchar(3) default 'abc';
		create domain solid as int not null default 1;
		create domain mooded as mood;
		create domain paired as pair check ((value).x > 0);
		create domain fews as int[] check (cardinality(value) < 4);
		create domain bits as bytea;
		create domain doc as jsonb check (value <> '{}');
	END
}

# prints FILE: the last run went well and printed what is in it.
prints() {
	printf 'status %s\n%s\n' "$status" "$stderr" >&2
	[ "$status" -eq 0 ]
	[ "$output" = "$(<"$1")" ]
	[ -z "$stderr" ]
}

# stats EXPRESSION: of the last line of the stats.
stats() {
	tail -n 1 stats | jq -e "$1" >&2
}

# Each line: a type, a value as JSON spells it, and the SQL that it has to be
# equal to; without one, what jsonb_populate_record makes of it.
types() {
	cat <<-'END'
		smallint | -32768
		smallint | "12"
		integer | 2147483647
		integer | " 7 "
		bigint | -9223372036854775808
		bigint | "9223372036854775807"
		numeric | 19.90
		numeric | 1e400
		numeric | "NaN"
		numeric | 12345678901234567890.123456789
		numeric(6,2) | 19.905
		real | 1.5
		real | "Infinity"
		double precision | -1.5e-300
		double precision | 0.1
		boolean | true
		boolean | false
		boolean | "off"
		boolean | 1
		text | ""
		text | "a\tb\\N\n\u00e9\ud83d\ude00"
		text | "\\."
		text | 1.0 | '1.0'
		text | 1e2 | '1e2'
		text | true
		text | {"b": 1,  "a": 1e1} | '{"b": 1,  "a": 1e1}'
		text | [1, "x"] | '[1, "x"]'
		varchar(3) | "\u00e9\u00e9\u00e9"
		varchar(3) | "ab   "
		char(3) | "ab"
		"char" | "x"
		name | "a name"
		date | "2020-02-29"
		date | "infinity"
		date | "20201231"
		time | "12:00:01.5"
		time(0) | "12:00:01.5"
		timetz | "12:00:01+02"
		timestamp | "2020-11-27T09:00:00.123456"
		timestamp | "2020-11-27 09:00:00"
		timestamp(0) | "2020-11-27T09:00:00.5"
		timestamptz | "2020-11-27T09:00:00.123Z"
		timestamptz | "2020-11-27T09:00:00+05:30"
		timestamptz | "-infinity"
		interval | "P1DT2H"
		interval | "1 mon -2 days"
		interval day to second(1) | "1 day 2.25 s"
		uuid | "7052487b-c744-43ac-b943-1c4d1fbc0730"
		uuid | "{7052487BC74443ACB9431C4D1FBC0730}"
		json | {"b": 1.0,  "a": "\u0041", "b": 2} | '{"b": 1.0,  "a": "\u0041", "b": 2}'::json
		json | "s" | '"s"'::json
		jsonb | {"b":1.0,"a":[1e2,null]}
		jsonb | "s"
		jsonb | 19.90
		jsonb | false
		bytea | "\\x00fF" | '\x00ff'
		bytea | "\u005cx00ff" | '\x00ff'
		bytea | "AP8=" | '\x00ff'
		bytea | "AP8" | '\x00ff'
		bytea | "-_8=" | '\xfbff'
		bytea | "+\/8=" | '\xfbff'
		bytea | "" | ''
		inet | "10.0.0.1/8"
		inet | "::1"
		cidr | "10.0.0.0/8"
		macaddr | "08:00:2b:01:02:03"
		macaddr8 | "08:00:2b:01:02:03:04:05"
		money | "$1,234.50"
		money | 19.9
		bit(3) | "101"
		varbit | "10"
		point | "(1,2)"
		box | "(1,2),(3,4)"
		polygon | "((0,0),(1,1),(1,0))"
		int4range | "[1,5)"
		int4range | [1,5] | '[1,5]'
		tstzrange | "[2020-01-01T00:00:00Z,)"
		int8multirange | "{[1,3),[5,9)}"
		tsvector | "a:1 b:2"
		pg_lsn | "16/B374D848"
		xml | "<a b=\"c\">&amp;</a>"
		oid | 4294967295
		mood | "ok"
		mood | "a,\"b\""
		few | 9
		code | "xyz"
		mooded | "sad"
		doc | {"a":1}
		bits | "AP8=" | '\x00ff'
		fews | [1,2,3]
		paired | {"y":"a","x":1}
		pair | {"y":"a\"b,c","x":1}
		pair | {"x":null}
		pair | {}
		pair | "(1,a)" | '(1,a)'
		pair | {"x":1,"y":19.90}
		pair | {"x":1,"y":1e2} | '(1,1e2)'
		nest | {"p":{"x":1,"y":"\\"},"l":[{"x":2},null,{"y":""}],"d":"2020-01-01"}
		int[] | []
		int[] | [1,null,3]
		int[] | [[1,2],[3,null]]
		int[] | [[[1],[2]],[[3],[4]]]
		int[] | "{1,2}"
		int[] | ["1"," 2 "]
		numeric(5,2)[] | [19.90,1e1]
		text[] | ["a,\"b\"\\","NULL","",null," s ","{}","\t\n"]
		text[] | ["\u00e9\ud83d\ude00"]
		text[] | [1.0,true,{"a":"\"\\"}] | array['1.0','true','{"a":"\"\\"}']
		text[] | ["a",["b","c"]] | array['a','["b","c"]']
		varchar(2)[] | ["ab",null]
		boolean[] | [true,false,null]
		date[] | ["2020-02-29"]
		timestamptz[] | ["2020-11-27T09:00:00Z"]
		uuid[] | ["7052487b-c744-43ac-b943-1c4d1fbc0730"]
		json[] | [{"b": 1,  "a":1},"s",1.0,null] | array['{"b": 1,  "a":1}','"s"','1.0',null]::json[]
		jsonb[] | [{"a":"\"\\"},"s",1,null,[1,[2]]]
		jsonb[] | [[1,"a"],[{},null]]
		bytea[] | ["AP8=","\\x0aFf",null,""] | array['\x00ff','\x0aff',null,'']::bytea[]
		mood[] | ["a,\"b\"","ok"]
		mooded[] | ["sad",null]
		few[] | [1,9,null]
		pair[] | [{"x":1,"y":"a,\"b\\"},null,{"y":""}]
		pair[] | []
		pair[] | "{\"(1,a)\"}" | '{"(1,a)"}'
		inet[] | ["10.0.0.1"]
		int4range[] | ["[1,5)",null]
	END
}

@test "types: each is what the server's own conversion makes of the JSON" {
	types >cases
	python3 - <<-'END'
		cases = [line.rstrip("\n").split(" | ") for line in open("cases")]
		kinds = list(dict.fromkeys(c[0] for c in cases))
		col = {k: "c%d" % i for i, k in enumerate(kinds)}
		columns = ", ".join("%s %s" % (col[k], k) for k in kinds)
		sql = ["create table t (id int primary key, %s)" % columns,
		    "create table want (like t)"]
		with open("in", "w") as f:
		    for n, (kind, raw, *want) in enumerate(cases):
		        f.write("{\"id\":%d,\"%s\":%s}\n" % (n, col[kind], raw))
		        value = want[0] if want else \
		            "(jsonb_populate_record(null::t, $q${\"%s\":%s}$q$)).%s" % \
		            (col[kind], raw, col[kind])
		        sql.append("insert into want (id, %s) values (%d, %s)" %
		            (col[kind], n, value))
		with open("sql", "w") as f:
		    f.write(";\n".join(sql) + ";\n")
	END
	psql -Xq -v ON_ERROR_STOP=1 -f sql
	run --separate-stderr pg-upsert -t t -k id -s stats <in
	prints in
	sql 'select t.id, t, want from t full join want using (id)
		where (t.* *<> want.*) is not false' >differ
	cat differ >&2
	[ ! -s differ ]
	# What was stored is what is there.
	run --separate-stderr pg-upsert -t t -k id -s stats <in
	prints in
	stats '.unchanged == .in'
}

# Each line: a type, a value that it cannot hold, and the SQLSTATE that says so.
misfits() {
	cat <<-'END'
		smallint | 32768 | 22003
		integer | 1.0 | 22P02
		integer | "" | 22P02
		integer | {} | 22P02
		bigint | 9223372036854775808 | 22003
		bigint | 1e3 | 22P02
		numeric | 1e200000 | 22003
		numeric | "x" | 22P02
		numeric(4,2) | 100 | 22003
		real | 1e40 | 22003
		double precision | 1e400 | 22003
		boolean | "maybe" | 22P02
		boolean | 2 | 22P02
		text | "a\u0000" | 22P05
		text | "\ud800x" | 22P02
		text | "\udc00\ud800" | 22P02
		varchar(3) | "abcd" | 22001
		char(3) | "abcd" | 22001
		date | "2021-02-29" | 22008
		date | "soon" | 22007
		date | 20210101.5 | 22007
		time | "25:00" | 22008
		timestamp | "2020-13-01T00:00:00" | 22008
		timestamptz | "2020-01-01T00:00:00+99" | 22009
		timestamptz | 1600000000 | 22008
		interval | "P1X" | 22007
		uuid | "7052487b" | 22P02
		json | "\u0000\ud800" | stored
		jsonb | "\u0000" | 22P05
		jsonb | ["\ud800"] | 22P02
		jsonb | 1e200000 | 22003
		bytea | "\\x0" | 22023
		bytea | "\\x0g" | 22023
		bytea | "AP8==x" | 22023
		bytea | "A" | 22023
		bytea | "\u0000" | 22023
		bytea | 1 | 22023
		inet | "10.0.0.256" | 22P02
		cidr | "10.0.0.1/8" | 22P02
		macaddr | "08:00" | 22P02
		bit(3) | "1" | 22026
		int4range | "[5,1)" | 22000
		xml | "<a>" | 2200N
		mood | "glad" | 22P02
		few | 10 | 23514
		code | "wxyz" | 22001
		solid | null | 23502
		doc | {} | 23514
		fews | [1,2,3,4] | 23514
		paired | {"x":0} | 23514
		pair | {"x":"a"} | 22P02
		pair | {"y":"\u0000"} | 22P05
		pair | [1,"a"] | 22P02
		pair | 1 | 22P02
		nest | {"d":"2021-02-29"} | 22008
		int[] | [1,[2]] | 22P02
		int[] | [[1],2] | 22P02
		int[] | [[1,2],[3]] | 22P02
		int[] | [[],[1]] | 22P02
		int[] | [[[[[[[1]]]]]]] | 54000
		int[] | 1 | 22P02
		int[] | {"a":1} | 22P02
		text[] | ["a\u0000"] | 22P05
		text[] | ["\ud800"] | 22P02
		varchar(2)[] | ["abc"] | 22001
		bytea[] | ["A"] | 22023
		bytea[] | [1] | 22023
		jsonb[] | ["\u0000"] | 22P05
		jsonb[] | [[1,2],[3]] | 22P02
		few[] | [1,10] | 23514
		pair[] | [{"x":"a"}] | 22P02
		pair[] | [1] | 22P02
		pair[] | {"x":1} | 22P02
	END
}

@test "types: what does not fit is rejected alone, by code, column and key" {
	misfits >cases
	python3 - >sql <<-'END'
		cases = [line.rstrip("\n").split(" | ") for line in open("cases")]
		kinds = list(dict.fromkeys(c[0] for c in cases))
		col = {k: "c%d" % i for i, k in enumerate(kinds)}
		with open("in", "w") as f, open("codes", "w") as codes:
		    for n, (kind, raw, code) in enumerate(cases):
		        f.write("{\"id\":%d,\"%s\":%s}\n" % (n, col[kind], raw))
		        if code != "stored":
		            codes.write("%d %d %s column \"%s\":\n" % (n + 1, n, code, col[kind]))
		print("create table t (id int primary key, %s)" %
		    ", ".join("%s %s" % (col[k], k) for k in kinds))
	END
	sql "drop table if exists t; $(<sql)"
	run --separate-stderr pg-upsert -t t -k id -q -r rejects -s stats <in
	expect 1 '{"id":27,*' ''
	# jq 1.6 cannot read a lone surrogate.
	sed -i 's/"record":.*/"a":0}/' rejects
	jq -r '"\(.line) \(.key) \(.code) \(.reason)"' rejects | sort -n >got
	cat got >&2
	cut -d' ' -f1-5 got | diff codes - >&2
	stats '.done == 1 and .inserted == 1 and .in == .done + .rejected'
}

# ---- --create ----

# columns TABLE: name and type of each, in a line.
columns() {
	sql "select string_agg(attname || ' ' || format_type(atttypid, atttypmod),
		', ' order by attnum) from pg_attribute
		where attrelid = '$1'::regclass and attnum > 0"
}

# Each line: a type, and what three records have in a column to get it; nothing
# where they lack it.
inferences() {
	cat <<-'END'
		text | null | | null
		text | | null |
		boolean | true | null | false
		bigint | 1 | -5 |
		bigint | 9223372036854775807 | -9223372036854775807 | 0
		numeric | 9223372036854775808 | 1 |
		numeric | -9223372036854775809 | 1 |
		numeric | 12345678901234567890123 | |
		numeric | 1 | 19.90 | 1e2
		numeric | 1E-7 | |
		numeric | 1.0 | |
		text | 1e20000 | |
		text | 1e-20000 | |
		text | "00123" | "1" |
		text | "1" | 1 | null
		text | true | 1 |
		text | true | "true" |
		text | "" | |
		date | "2020-02-29" | "0001-01-01" | "9999-12-31"
		text | "2021-02-29" | |
		text | "1900-02-29" | |
		date | "2000-02-29" | |
		text | "2020-04-31" | |
		text | "2020-00-01" | |
		text | "2020-1-1" | |
		text | "20200101" | |
		text | "0000-01-01" | |
		text | "2020-01-01 " | |
		text | "2020-01-01" | "x" |
		text | "2020-01-01" | 20200101 |
		text | "2020-01-01" | "2020-01-01T00:00:00" |
		text | "2020-01-01" | "2020-01-01T00:00:00Z" |
		text | "2020-01-01\u0020" | |
		timestamp | "2020-01-01T00:00:00" | "2020-01-01 23:59:59.123456" | "2020-01-01T10:00"
		timestamptz | "2020-01-01T00:00:00Z" | "2020-01-01 23:59:59.1+01" | "2020-01-01T10:00-0330"
		timestamptz | "2020-01-01T00:00:00.123+05:30" | null |
		text | "2020-01-01T00:00:00Z" | "2020-01-01T00:00:00" |
		text | "2020-01-01T00:00:00Z" | "" |
		text | "2020-01-01T00:00:00.1234567Z" | |
		text | "2020-01-01T00:00:00." | |
		text | "2020-01-01T24:00:00Z" | |
		text | "2020-01-01T00:00:60Z" | |
		text | "2020-01-01T00:60:00Z" | |
		text | "2020-01-01T00:00:00z" | |
		text | "2020-01-01T00:00:00+1" | |
		text | "2020-01-01T00:00:00+16:00" | |
		text | "2020-01-01T00:00:00 UTC" | |
		text | "2020-01-01T" | |
		text | "10:00:00" | |
		text | "now" | "infinity" |
		uuid | "7052487b-c744-43ac-b943-1c4d1fbc0730" | |
		text | "7052487B-c744-43ac-b943-1c4d1fbc0730" | |
		text | "7052487bc74443acb9431c4d1fbc0730" | |
		text | "7052487b-c744-43ac-b943-1c4d1fbc073" | |
		text | "7052487b-c744-43ac-b943-1c4d1fbc0730" | "" |
		text | "null" | |
		jsonb | {"a":1} | |
		jsonb | [] | null | [1]
		jsonb | [] | "s" | 1
		jsonb | 1 | {} |
	END
}

@test "--create: the types that a sample is given, by a table" {
	inferences >cases
	python3 - >want <<-'END'
		cases = [line.rstrip("\n").split(" |") for line in open("cases")]
		with open("in", "w") as f:
		    for r in range(3):
		        f.write("{\"id\":%d" % r)
		        for n, c in enumerate(cases):
		            if len(c) > r + 1 and c[r + 1].strip():
		                f.write(",\"c%d\":%s" % (n, c[r + 1].strip()))
		        f.write("}\n")
		for n, c in enumerate(cases):
		    print("c%d %s" % (n, c[0]))
	END
	sql 'drop table if exists made'
	run --separate-stderr pg-upsert -t made -k id --create <in
	prints in
	columns made | sed 's/, /\n/g
		s/timestamp with time zone/timestamptz/g
		s/timestamp without time zone/timestamp/g' |
		sed 1d | sort >got
	sort want | diff - got >&2
	# Text stays what it was, to the byte.
	[ "$(sql 'select c8, c13, c14 from made order by id')" = '1|00123|1
19.90|1|1
100||' ]
}

@test "--create: the sample is stored like the rest, once and in order" {
	seq 100 | jq -c '{id: ., k: "k\(. % 7)", v: (if . > 30 then . / 10 else . end)}' >in
	for n in 1 3 31 100 1000; do
		for batch in 1 10 1000; do
			sql 'drop table if exists made'
			run --separate-stderr pg-upsert -t made -k k -k id \
				--create --sample "$n" -b "$batch" \
				-q -r rejects -s stats <in
			[ "$(sql 'select count(*) from made')" -eq \
				"$(wc -l <<<"$output")" ]
			stats '.in == 100 and .done == .inserted and
				.in == .done + .rejected'
			# Before the first fraction was seen, whole numbers.
			if [ "$n" -le 30 ]; then
				[ "$status" -eq 1 ]
				stats '.rejected == 63'
				[[ $(columns made) == \
					'id bigint, k text, v bigint' ]]
			else
				[ "$status" -eq 0 ]
				[ "$output" = "$(<in)" ]
				[[ $(columns made) == \
					'id bigint, k text, v numeric' ]]
			fi
			rm -f rejects
		done
	done
	[ "$(sql "select pg_get_constraintdef(oid) from pg_constraint
		where conrelid = 'made'::regclass")" = 'PRIMARY KEY (k, id)' ]
	run --separate-stderr pg-upsert -t made -k k -k id --create -s stats <in
	prints in
	stats '.unchanged == 100'
}

@test "--create: the recorded users, flattened: every value equal" {
	need_data users/random_data_api_users.ndjson
	flatten --sep _ <"$data/users/random_data_api_users.ndjson" >in
	sql 'drop table if exists made'
	run --separate-stderr pg-upsert -t made -k uid --create --sample 10 <in
	prints in
	[[ $(columns made) == *'uid uuid,'*'date_of_birth date,'*'address_coordinates_lat numeric,'* ]]
	sql 'select row_to_json(made) from made' >got
	python3 - <<-'END'
		import json
		def rows(name):
		    return sorted(json.dumps({k: v for k, v in
		        json.loads(line, parse_float=str, parse_int=str).items()
		        if v is not None}, sort_keys=True) for line in open(name))
		assert rows("in") == rows("got")
	END
}

@test "--create: a bad record in the sample costs itself" {
	sql 'drop table if exists made'
	printf '%s\n' '{"id":1,"a":1}' '[]' '{"a":2}' '{' '{"id":5,"a":2.5}' >in
	run --separate-stderr pg-upsert -t made -k id --create -q -r rejects <in
	expect 1 "$(sed -n '1p;5p' in)" ''
	[ "$(jq .line rejects | sort)" = "$(lines 2 3 4)" ]
	[ "$(columns made)" = 'id bigint, a numeric' ]
	sql 'drop table made'
	run --separate-stderr pg-upsert -t made -k id --create <in
	expect 65 "$(sed -n 1p in)" '*<stdin>:2: not an object but an array'
	[ "$(sql 'select id from made')" = 1 ]
}

@test "--create: nothing to make a table from" {
	sql 'drop table if exists made'
	run --separate-stderr pg-upsert -t made -k id --create </dev/null
	expect 0 '' '*no record came to make table "made" from*'
	run --separate-stderr pg-upsert -t made -k id --create <<<'{"ID":1}'
	expect 65 '' '*could not make table "made"*no record so far has the key column "id"'
	run --separate-stderr pg-upsert -t made --create --mode append <<<'{}'
	expect 65 '' '*no record so far has a member that could be a column'
	run --separate-stderr pg-upsert -t made --create --mode append <<<'{"":1}'
	expect 65 '' '*no record so far has a member that could be a column'
	[ "$(sql "select to_regclass('made') is null")" = t ]
}

@test "--create: options that cannot work leave no table behind" {
	sql 'drop table if exists made, made_history'
	lines '{"id":1,"a":1}' >in
	for option in --newer=nope --newer=id --update=nope --stamp=id \
		--unknown=json:id --key=id --history=made \
		--columns='id int'; do
		run --separate-stderr pg-upsert -t made -k id --create \
			--stamp at "$option" --retry 0 <in
		expect 78 '' '*could not * table "made"*'
	done
	[ "$(sql "select to_regclass('made') is null")" = t ]
	run --separate-stderr pg-upsert -t made -k id --create --newer a \
		--update a --stamp at --history made_history <in
	expect 78 '' '*could not use table "made"*no column that could change'
	run --separate-stderr pg-upsert -t made -k id --create \
		--stamp at --history made_history <in
	prints in
	[ "$(sql 'select id, "column", new from made_history')" = '1|a|1' ]
	sql 'drop table made, made_history'
}

@test "--create: the first signal stores the sample" {
	sql 'drop table if exists made'
	mkfifo pipe
	pg-upsert -t made -k id --create --flush-after 0.01 <pipe >out 2>err \
		3>&- &
	pid=$!
	exec 9>pipe
	lines '{"id":1}' '{"id":2,"a":1.5}' >&9
	for _ in {1..600}; do
		! pipe_is_empty || break
		sleep 0.05
	done
	kill -TERM "$pid"
	rc=0
	wait "$pid" || rc=$?
	exec 9>&-
	[ "$rc" -eq 143 ]
	[ "$(<out)" = "$(lines '{"id":1}' '{"id":2,"a":1.5}')" ]
	[ "$(sql 'table made order by 1')" = '1|
2|1.5' ]
}

@test "--create: columns of the options; an append has no primary key" {
	sql 'drop table if exists made'
	lines '{"id":1,"at":"x","seen":1}' >in
	run --separate-stderr pg-upsert -t made -k id --create --stamp at \
		--seen seen --unknown json:rest <in
	prints in
	[ "$(columns made)" = 'id bigint, at timestamp with time zone, seen timestamp with time zone, rest jsonb' ]
	[ "$(sql 'select rest, at = seen from made')" = \
		'{"at": "x", "seen": 1}|t' ]
	sql 'drop table made'
	lines '{"id":1,"a":"x"}' '{"id":1,"a":"x"}' >in
	run --separate-stderr pg-upsert -t made -k id --create --mode append \
		--stamp at <in
	prints in
	[ "$(columns made)" = 'id bigint, a text, at timestamp with time zone' ]
	[ "$(sql 'select count(*) from made')" -eq 2 ]
}

@test "--create: a table that is there is used as it is" {
	sql 'drop table if exists made;
		create table made (id int primary key, a varchar(2))'
	for more in '--columns=id bigint, b text' --sample=1; do
		run --separate-stderr pg-upsert -v -t made -k id --create \
			"$more" <<<'{"id":1,"a":"xy"}'
		expect 0 '{"id":1,"a":"xy"}' '*'
		[[ $stderr != *'CREATE TABLE'* ]]
	done
	[ "$(columns made)" = 'id integer, a character varying(2)' ]
}

@test "--columns: as SQL writes them, the primary key from --key" {
	sql 'drop table if exists made'
	lines '{"id":1,"m":"ok"}' '{"id":2,"K K":"k","n":1.005}' >in
	run --separate-stderr pg-upsert -v -t made -k id --create --columns \
		"id bigint, \"K K\" varchar(9) default 'd', n numeric(9,2) check (n > 0), m mood" \
		<in
	expect 0 "$(<in)" '*SQL: CREATE TABLE IF NOT EXISTS "public"."made" (id bigint, *, m mood, PRIMARY KEY ("id"))*'
	[ "$(sql 'table made order by 1')" = '1|d||ok
2|k|1.01|' ]
	# Also where no record comes.
	sql 'drop table made'
	run --separate-stderr pg-upsert -t made -k id --create \
		--columns 'id int' </dev/null
	expect 0 '' ''
	[ "$(columns made)" = 'id integer' ]
	sql 'drop table made'
	for list in 'id int, id int' 'id nope' 'id int' 'a int' '' \
		'id int); drop table t; create table u (x int' \
		'id int primary key'; do
		run --separate-stderr pg-upsert -t made -k no -k id --create \
			--columns "$list" <<<'{"id":1}'
		expect 78 '' '*could not *"made"*'
	done
	[ "$(sql "select to_regclass('made') is null and
		to_regclass('u') is null and to_regclass('t') is not null")" = t ]
	run --separate-stderr pg-upsert -t made -k id --columns 'id int'
	expect 64 '' '*--columns is for --create*'
}

@test "--create: schemas, rights, names of tables" {
	sql 'drop schema if exists "S s" cascade; drop role if exists reader;
		create role reader login'
	name='"S s"."T;""--"'
	run --separate-stderr pg-upsert -t "$name" -k id --create <<<'{"id":1}'
	expect 78 '' '*could not make table *schema "S s" does not exist; CREATE SCHEMA "S s" would make it*'
	sql 'create schema "S s"; grant usage on schema "S s" to reader'
	PGUSER=reader run --separate-stderr pg-upsert -t "$name" -k id \
		--create <<<'{"id":1}'
	expect 77 '' '*could not make table *permission denied for schema S s*'
	run --separate-stderr pg-upsert -t "$name" -k id --create <<<'{"id":1}'
	expect 0 '{"id":1}' ''
	[ "$(sql "select count(*) from $name")" -eq 1 ]
	sql "grant select, insert, update on $name to reader"
	PGUSER=reader run --separate-stderr pg-upsert -t "$name" -k id \
		--create --unknown add <<<'{"id":1,"a":1}'
	expect 77 '' '*could not make columns in table *must be owner of table*'
	PGUSER=reader run --separate-stderr pg-upsert -t "$name" -k id \
		--create --unknown add <<<'{"id":2,"a":null}'
	expect 0 '{"id":2,"a":null}' ''
	sql 'drop owned by reader; drop role reader'
	PGOPTIONS='-c search_path=nowhere' run --separate-stderr \
		pg-upsert -t made -k id --create <<<'{"id":1}'
	expect 78 '' '*no schema of the search path exists*'
	PGOPTIONS='-c search_path="S\ s"' run --separate-stderr \
		pg-upsert -t made -k id --create <<<'{"id":1}'
	expect 0 '{"id":1}' ''
	[ "$(sql 'select id from "S s".made')" = 1 ]
	long=$(printf 'a%.0s' {1..64})
	for table in "$long" "public.$long" "$long.made"; do
		run --separate-stderr pg-upsert -t "$table" -k id --create \
			<<<'{"id":1}'
		expect 78 '' '*a name has at most 63 bytes'
	done
	for table in '' 'a..b' '"a' 'a b' '"a".'; do
		run --separate-stderr pg-upsert -t "$table" -k id --create \
			<<<'{"id":1}'
		expect 78 '' '*could not use table *'
	done
}

@test "--create: names that a column can have, and that it cannot" {
	name63=$(printf 'é%.0s' {1..31})a
	lines '{"id":1,"a\"b; drop table t; --":1,"\u0041 B":2,"a B":3,"'"$name63"'":4,"select":5,"\u000a":6,"😀":7}' >in
	sql 'drop table if exists made'
	run --separate-stderr pg-upsert -t made -k id --create <in
	prints in
	[ "$(sql 'select "a""b; drop table t; --", "A B", "a B", "'"$name63"'",
		"select", "😀" from made')" = '1|2|3|4|5|7' ]
	# Cut to 63 bytes, two of these would be one.
	i=0
	for name in '' '\u0000' 'a\ud800' "${name63}a" "${name63}b" ctid xmin \
		tableoid _sluice_n; do
		lines "{\"id\":$((++i)),\"$name\":1}"
	done >in
	sql 'drop table made'
	run --separate-stderr pg-upsert -t made -k id --create -q -r rejects <in
	expect 1 '' ''
	sed -i 's/"record":.*/"a":0}/' rejects
	[ "$(jq -r .code rejects | uniq -c | tr -s ' ')" = ' 9 42703' ]
	[ "$(jq -r '.reason | sub(".*, nor can it be: "; "")' rejects)" = \
		'its name is empty
its name has what is no character
its name has what is no character
its name has more than 63 bytes
its name has more than 63 bytes
its name is taken
its name is taken
its name is taken
its name is taken' ]
	[ "$(columns made)" = 'id bigint' ]
	run --separate-stderr pg-upsert -t made -k id --unknown add -q \
		-r rejects <in
	expect 1 '' ''
	run --separate-stderr pg-upsert -t made -k id --unknown ignore -q <in
	prints in
}

# many N FIRST: a record with so many members, of which the first is the id.
many() {
	python3 -c '
import sys
print("{\"id\":1," + ",".join("\"%s%d\":true" % (sys.argv[2], i)
    for i in range(1, int(sys.argv[1]))) + "}")' "$1" "$2"
}

@test "1597 columns can be filled; more are refused with a way out" {
	sql 'drop table if exists made'
	many 1598 a >in
	run --separate-stderr pg-upsert -t made -k id --create <in
	expect 78 '' '*could not make table "made"*more than 1597 members*--unknown json:COLUMN*'
	many 1597 a >in
	run --separate-stderr pg-upsert -t made -k id --create <in
	prints in
	run --separate-stderr pg-upsert -t made -k id --unknown add \
		<<<'{"id":2,"b1":1,"b2":2,"b3":3,"b4":4}'
	expect 78 '' '*could not make columns in table*1600 columns*--unknown json:COLUMN*'
	sql 'alter table made add b1 int'
	run --separate-stderr pg-upsert -t made -k id <<<'{"id":2}'
	expect 78 '' '*it has 1598 columns; up to 1597 can be filled'
}

# ---- --unknown ----

@test "--unknown add: columns of the types of a batch's values" {
	sql 'drop table if exists made; create table made (id int primary key,
		g int generated always as (id) stored)'
	lines '{"id":1}' '{"id":2,"a":1,"n":null}' '{"id":3,"a":1.5,"b":"2020-01-01"}' \
		'{"id":4,"o":{"x":1e1}}' >in
	run --separate-stderr pg-upsert -v -t made -k id --unknown add \
		-s stats <in
	expect 0 "$(<in)" '*ALTER TABLE public.made ADD COLUMN IF NOT EXISTS "a" numeric, ADD COLUMN IF NOT EXISTS "b" date, ADD COLUMN IF NOT EXISTS "o" jsonb*'
	[[ $stderr != *'ALTER'*'ALTER'* ]]
	stats '.inserted == 4'
	[ "$(columns made)" = 'id integer, g integer, a numeric, b date, o jsonb' ]
	[ "$(sql 'select id, a, b, o from made order by 1')" = '1|||
2|1||
3|1.5|2020-01-01|
4|||{"x": 10}' ]
	# A value that the column cannot hold is a bad record, as ever.
	run --separate-stderr pg-upsert -t made -k id --unknown add -q \
		-r rejects -b 2 -s stats < <(lines '{"id":5,"b":"x"}' \
		'{"id":6,"c":"\u0000"}' '{"id":7,"g":1}' '{"id":8,"c":"y","d":1}' \
		'{"id":10,"e":1}' '{"id":9,"d":"x"}')
	expect 1 "$(lines '{"id":8,"c":"y","d":1}' '{"id":10,"e":1}')" ''
	[ "$(jq -r '"\(.line) \(.code)"' rejects | sort)" = '1 22007
2 22P05
3 428C9
6 22P02' ]
	[ "$(sql 'select id, c, d, e from made where id > 4 order by 1')" = \
		'8|y|1|
10|||1' ]
	# Without rejects, what is before it is stored, and columns remain.
	run --separate-stderr pg-upsert -t made -k id --unknown add < <(lines \
		'{"id":11,"f":"a"}' '{"id":12,"f":"\ud800"}' '{"id":13,"f":"b"}')
	expect 65 '{"id":11,"f":"a"}' '*<stdin>:2: column "f": a lone surrogate*'
	[ "$(sql 'select max(id) from made where f is not null')" = 11 ]
}

@test "--unknown json: what is no column is kept in one" {
	sql 'drop table if exists made; create table made (id int primary key,
		a text, rest json, more jsonb default jsonb_build_object(),
		g int generated always as (id) stored)'
	lines '{"id":1,"x":19.90,"a":"b","y":{"z": "\u0041"},"g":7}' '{"id":2}' \
		'{"id":3,"rest":[1],"":null,"x":1,"x":2}' >in
	run --separate-stderr pg-upsert -t made -k id --unknown json:rest <in
	prints in
	[ "$(sql 'select id, a, rest from made order by 1')" = \
		'1|b|{"x":19.90,"y":{"z": "\u0041"},"g":7}
2||
3||{"rest":[1],"":null,"x":1,"x":2}' ]
	run --separate-stderr pg-upsert -t made -k id --unknown json:rest \
		-s stats <in
	prints in
	stats '.unchanged == 3'
	# As a member of that name would be: replaced, or kept where missing.
	run --separate-stderr pg-upsert -t made -k id --unknown json:more \
		< <(lines '{"id":1,"p":1}' '{"id":2,"p":1}' '{"id":1,"q":2}' \
		'{"id":2,"a":"c"}' '{"id":4}')
	expect 0 '*' ''
	[ "$(sql 'select id, a, more from made order by 1')" = '1|b|{"q": 2}
2|c|{"p": 1}
3||{}
4||{}' ]
	run --separate-stderr pg-upsert -t made -k id --unknown json:more \
		--missing null <<<'{"id":1}'
	[ "$(sql 'select more is null from made where id = 1')" = t ]
	run --separate-stderr pg-upsert -t made -k id --unknown json:more -q \
		-r rejects <<<'{"id":9,"x":"\u0000"}'
	expect 1 '' ''
	jq -e '.code == "22P05" and (.reason | contains("\"more\""))' rejects
	for c in nope a g id; do
		run --separate-stderr pg-upsert -t made -k id \
			--unknown "json:$c" <<<'{"id":1}'
		expect 78 '' "*\"$c\"*--unknown*"
	done
	for what in json json: adds ''; do
		run --separate-stderr pg-upsert -t made -k id --unknown "$what"
		expect 64 '' '*it takes reject, ignore, add or json:COLUMN*'
	done
}

# ---- two at once ----

@test "processes that make one table and its columns at once all succeed" {
	for i in {1..10}; do
		sql 'drop table if exists made'
		pids=()
		for p in 1 2 3; do
			jq -nc --argjson p "$p" 'range(30) | {id: (. * 3 + $p)} +
				if . > 10 then {a: ., "c\($p)": "x"} else {} end' \
				>"in$p"
			pg-upsert -t made -k id --create --sample 5 -b 10 \
				--unknown add <"in$p" >"out$p" 2>"err$p" 3>&- &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid" || { cat err?; return 1; }
		done
		cat err? >&2
		[ -z "$(cat err?)" ]
		for p in 1 2 3; do
			cmp "in$p" "out$p"
		done
		[ "$(sql 'select count(*), sum(id), count(a), count(c1), count(c3)
			from made')" = '90|4095|57|19|19' ]
	done
}

@test "who has read the catalog before another added a column goes on" {
	sql 'drop table if exists made; create table made (id int primary key)'
	mkfifo pipe
	pg-upsert -t made -k id --unknown add --flush-after 0.05 <pipe >out 2>err 3>&- &
	pid=$!
	exec 9>pipe
	lines '{"id":1}' >&9
	for _ in {1..200}; do
		[ "$(sql 'select count(*) from made')" -eq 0 ] || break
		sleep 0.05
	done
	sql 'alter table made add a int, add b text'
	lines '{"id":2,"a":7}' '{"id":3,"b":"x"}' >&9
	exec 9>&-
	wait "$pid"
	cat err >&2
	[ "$(sql 'table made order by 1')" = '1||
2|7|
3||x' ]
}

@test "--dry-run makes nothing" {
	sql 'drop table if exists made'
	lines '{"id":1}' '{"id":2,"a":1.5}' '{"id":2,"a":"x"}' >in
	run --separate-stderr pg-upsert -t made -k id --create --sample 2 \
		--dry-run -q -r rejects <in
	expect 1 '*
CREATE TABLE IF NOT EXISTS "public"."made" ("id" bigint, "a" numeric, PRIMARY KEY ("id"));
*-- rolled back: inserted 2, *rejected 1' ''
	run --separate-stderr pg-upsert -t made -k id --create --dry-run \
		--columns 'id int, a text' <in
	expect 0 '*CREATE TABLE IF NOT EXISTS "public"."made" (id int, a text, PRIMARY KEY ("id"));*inserted 2, *' ''
	[ "$(sql "select to_regclass('made') is null")" = t ]
	sql 'create table made (id int primary key)'
	run --separate-stderr pg-upsert -t made -k id --unknown add \
		--dry-run -b 2 <in
	expect 0 '*ALTER TABLE public.made ADD COLUMN IF NOT EXISTS "a" text;*inserted 2, *' ''
	[ "$(columns made)" = 'id integer' ]
}
