#!/usr/bin/env bats
# pg-upsert: what JSON becomes in a column of each type; tables and columns
# that it makes itself.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load helper

setup_file() {
	start_pg schema
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

teardown_file() {
	stop_pg
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
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
		            codes.write("%d %d %s %s\n" % (n + 1, n, code, col[kind]))
		print("create table t (id int primary key, %s)" %
		    ", ".join("%s %s" % (col[k], k) for k in kinds))
	END
	sql "drop table if exists t; $(<sql)"
	run --separate-stderr pg-upsert -t t -k id -q -r rejects -s stats <in
	expect 1 '{"id":27,*' ''
	# jq 1.6 cannot read a lone surrogate.
	sed -i 's/"record":.*/"a":0}/' rejects
	jq -r '"\(.line) \(.key) \(.code) \(.reason)"' rejects | sort -n >got
	cut -d' ' -f1-3 codes >want
	cat got >&2
	cut -d' ' -f1-3 got | diff want - >&2
	stats '.done == 1 and .inserted == 1 and .in == .done + .rejected'
}
