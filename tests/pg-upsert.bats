#!/usr/bin/env bats
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

teardown() {
	exec 8>&- 9>&-
	# shellcheck disable=SC2046
	kill $(jobs -p) 2>/dev/null || true
}

# upsert OPTION...: of the records on stdin into t by id.
upsert() {
	run --separate-stderr pg-upsert -t t -k id "$@"
}

# prints FILE: the last run went well and printed what is in it.
prints() {
	[ "$status" -eq 0 ]
	[ "$output" = "$(<"$1")" ]
	[ -z "$stderr" ]
}

# stats EXPRESSION: of the last line of the stats.
stats() {
	tail -n 1 stats | jq -e "$1" >&2
}

# count_is N: rows in t.
count_is() {
	[ "$(sql 'select count(*) from t')" -eq "$1" ]
}

# ---- what is stored ----

@test "new rows are inserted, changed ones updated, all are printed" {
	table 'id int primary key, a text, b numeric'
	lines '{"id":1,"a":"x","b":19.90}' '{"id":2,"a":"\u00e9"}' >in
	upsert -s stats <in
	prints in
	lines '{"id":2,"a":"y","b":1e3}' '{"id":3}' '{"id":1,"a":"x","b":19.90}' >in
	upsert -s stats <in
	prints in
	[ "$(sql 'table t order by 1')" = '1|x|19.90
2|y|1000
3||' ]
	stats '.inserted == 1 and .updated == 1 and .unchanged == 1
		and .superseded == 0 and .in == 3 and .done == 3'
}

@test "no byte of a value changes" {
	table 'id text primary key, a text, n numeric, j json, b jsonb'
	lines '{"id":"9007199254740993","a":"\t\n\r\\ \" \/ \u001f\u007f \ud83d\ude00 \\N \\.","n":12345678901234567890.1230,"j":{ "b":1,"a":1.0,"b":"\u0041" },"b":"\\\""}' \
		'{"id":"\\.","a":"\\N","n":1e400,"j":"s","b":[1e2,null]}' >in
	upsert <in
	prints in
	[ "$(sql "select a = E'\\t\\n\\r\\\\ \" / \\x1f\\x7f 😀 \\\\N \\\\.', n, j
		from t where id = '9007199254740993'")" = \
		't|12345678901234567890.1230|{ "b":1,"a":1.0,"b":"\u0041" }' ]
	[ "$(sql "select b from t where id = '9007199254740993'")" = '"\\\""' ]
	[ "$(sql "select a, n = 1e400, j, b from t where id = E'\\\\.'")" = \
		'\N|t|"s"|[100, null]' ]
}

@test "the last record of a key counts, over batches and within" {
	table 'id int primary key, a text'
	lines '{"id":1,"a":"a"}' '{"id":2,"a":"b"}' '{"id":1,"a":"c"}' \
		'{"id":1,"a":"d"}' '{"id":2,"a":"e"}' >in
	upsert -s stats <in
	prints in
	[ "$(sql 'table t order by 1')" = '1|d
2|e' ]
	stats '.inserted == 2 and .superseded == 3 and .done == 5'
	sql 'truncate t'
	upsert -b 2 -s stats <in
	prints in
	[ "$(sql 'table t order by 1')" = '1|d
2|e' ]
	stats '.inserted + .updated + .unchanged + .superseded == 5'
}

@test "unchanged rows are not written: xmin, ctid and triggers stay quiet" {
	table 'id int primary key, a text, j json, n numeric(10,2), p point'
	lines '{"id":1,"a":"x","j":{"a": 1},"n":1.5,"p":"(1,2)"}' \
		'{"id":2,"a":null}' >in
	upsert <in
	before=$(sql 'select xmin, xmax, ctid from t order by id')
	sql "create function no() returns trigger language plpgsql as
		\$\$begin raise 'touched'; end\$\$;
		create trigger no before update on t for each row
		execute function no()"
	upsert -s stats <in
	sql 'drop function no cascade'
	prints in
	[ "$(sql 'select xmin, xmax, ctid from t order by id')" = "$before" ]
	stats '.unchanged == 2 and .updated == 0'
}

# blocks STATEMENTS: prepares t by them, stores many in it, and prints how many
# blocks of t were read for that.
blocks() {
	psql -Xq -v ON_ERROR_STOP=1 <<<"$1" || return
	sql "select pg_stat_reset_single_table_counters('t'::regclass)" \
		>/dev/null || return
	pg-upsert -t t -k id -b 6000 <many >out || return
	cmp many out >&2 || return
	wait_for reported || return
	sql "select heap_blks_hit + heap_blks_read from pg_statio_all_tables
		where relid = 't'::regclass"
}

# reported: the server's statistics know of the rows that were stored, and
# perhaps of the few that were there before.
reported() {
	[ "$(sql "select n_tup_ins from pg_stat_all_tables
		where relid = 't'::regclass")" -ge 6000 ]
}

# Half a million blocks would be read where each row looks for its like in
# what those before it have filled.
@test "a table believed to be empty or small is not read for each row" {
	local before n
	table 'id int primary key, a text'
	sql 'alter table t set (autovacuum_enabled = false)'
	seq 6000 | jq -c '{id: ., a: ("x" * 200)}' >many
	for before in 'truncate t; vacuum t' 'truncate t; analyze t' \
		'delete from t; vacuum t' \
		'truncate t; insert into t values (-1); analyze t' \
		"truncate t; vacuum t; insert into t
		select -n, 'x' from generate_series(1, 1000) n" \
		'delete from t where id <> -1000; vacuum t; analyze t'; do
		n=$(blocks "$before")
		echo "$before: $n" >&2
		[ "$n" -lt 60000 ]
	done
	# Out of order and with a key twice, the server sorts first.
	lines '{"id":6000,"a":"last"}' | cat many - | shuf >mixed
	mv mixed many
	n=$(blocks 'truncate t; vacuum t')
	[ "$n" -lt 60000 ]
}

@test "what only looks different to a comparison is stored as sent" {
	table 'id int primary key, n numeric, j json, i interval'
	upsert <<<'{"id":1,"n":1.0,"j":{"a":1},"i":"1 mon"}'
	upsert -s stats <<<'{"id":1,"n":1.00,"j":{"a": 1},"i":"30 days"}'
	stats '.updated == 1'
	[ "$(sql 'table t')" = '1|1.00|{"a": 1}|30 days' ]
}

@test "a missing member keeps the old value, or takes the default" {
	table 'id int primary key, a text default '\''new'\'', b int not null default 7,
		c int not null, check (b < 100 or c > 0)'
	upsert <<<'{"id":1,"c":1}'
	expect 0 '*' ''
	[ "$(sql 'table t')" = '1|new|7|1' ]
	upsert -s stats < <(lines '{"id":1,"a":"x"}' '{"id":1,"b":8}' \
		'{"id":2,"c":2}' '{"id":1,"a":null}' '{"id":2,"b":9}' \
		'{"id":3,"c":3,"a":"z"}')
	expect 0 '*' ''
	[ "$(sql 'table t order by 1')" = '1||8|1
2|new|9|2
3|z|7|3' ]
	stats '.inserted == 2 and .done == 6 and
		.inserted + .updated + .unchanged + .superseded == 6'
	# Enough for a row that exists, though no row could be made of it.
	upsert -s stats < <(lines '{"id":1,"b":200}' '{"id":2,"b":9}')
	expect 0 '*' ''
	stats '.updated == 1 and .unchanged == 1'
	upsert -q -r rejects <<<'{"id":4,"a":"no c"}'
	expect 1 '' ''
	jq -e '.code == "23502" and (.reason | contains("\"c\""))' rejects
}

@test "rows that exist may lack what is required, batch after batch" {
	table 'id int primary key, a text, c text not null'
	sql "insert into t select n, 'old', 'c' from generate_series(1, 30) n"
	seq 30 | jq -c '{id: ., a: "new"}' >in
	upsert -b 10 -s stats <in
	prints in
	[ "$(sql "select count(*) from t where a = 'new' and c = 'c'")" -eq 30 ]
	stats '.updated == 30 and .done == 30'
}

@test "--missing null writes null" {
	table 'id int primary key, a text default '\''d'\'', b int, g int
		generated always as (b * 2) stored'
	upsert <<<'{"id":1,"a":"x","b":2}'
	upsert --missing null < <(lines '{"id":1,"b":3}' '{"id":2}')
	expect 0 '*' ''
	[ "$(sql 'table t order by 1')" = '1||3|6
2|||' ]
}

@test "types: what JSON can become" {
	sql "drop type if exists mood, pair cascade; drop domain if exists few;
		create type mood as enum ('sad', 'ok');
		create type pair as (x int, y text);
		create domain few as int check (value < 10)"
	table "id uuid primary key, i2 smallint, i8 bigint, f double precision,
		b boolean, c char(3), v varchar(5), d date, tm time, ts timestamp,
		tz timestamptz, iv interval, ip inet, m mood, w few, p pair,
		ia int[], ta text[], ja jsonb[], ma mood[], bh bytea, bb bytea,
		t text, o text, idn int generated by default as identity"
	lines '{"id":"7052487b-c744-43ac-b943-1c4d1fbc0730","i2":-1,"i8":"9223372036854775807","f":1.5e3,"b":true,"c":"ab","v":"\u00e9\u00e9\u00e9\u00e9\u00e9","d":"2020-02-29","tm":"12:00:01","ts":"2020-11-27T09:00:00.000Z","tz":"2020-11-27T09:00:00.000+01:00","iv":"P1DT2H","ip":"10.0.0.1","m":"ok","w":9,"p":{"y":"a\"b","x":1},"ia":[[1,2],[3,null]],"ta":["a,\"b\"\\",null,"NULL",""],"ja":[{"a":"\"\\"},1],"ma":["sad"],"bh":"\\x00ff","bb":"AP8=","t":1.0,"o":{"a":[1]}}' >in
	upsert <in
	prints in
	[ "$(TZ=UTC psql -XAt -F '#' -c 'set timezone = "UTC"' -c 'select * from t' |
		tail -n 1)" = '7052487b-c744-43ac-b943-1c4d1fbc0730#-1#9223372036854775807#1500#t#ab #ééééé#2020-02-29#12:00:01#2020-11-27 09:00:00#2020-11-27 08:00:00+00#1 day 02:00:00#10.0.0.1#ok#9#(1,"a""b")#{{1,2},{3,NULL}}#{"a,\"b\"\\",NULL,"NULL",""}#{"{\"a\": \"\\\"\\\\\"}",1}#{sad}#\x00ff#\x00ff#1.0#{"a":[1]}#1' ]
	upsert -s stats <in
	stats '.unchanged == 1'
	upsert -s stats <<<'{"id":"7052487b-c744-43ac-b943-1c4d1fbc0730","w":8,"p":{"x":2}}'
	[ "$(sql 'select w, p from t')" = '8|(2,)' ]
}

@test "duplicate names: the last counts; names are exact" {
	table 'id int primary key, "A b" text, "q""x" text, "select" text'
	upsert <<<'{"id":1,"A b":"1","\u0041 b":"2","q\"x":"3","select":"4"}'
	expect 0 '*' ''
	[ "$(sql 'table t')" = '1|2|3|4' ]
	run --separate-stderr pg-upsert -t t -k ID <<<'{}'
	expect 78 '' '*no column "ID" (--key)*'
}

@test "composite keys, any unique index, names that need quotes" {
	sql 'create schema if not exists "S s";
		drop table if exists "S s"."T;--";
		create table "S s"."T;--" ("K 1" text collate "C", k2 int,
			v text, unique (k2, "K 1") include (v))'
	for v in 1 2; do
		run --separate-stderr pg-upsert -t '"S s"."T;--"' -k 'K 1' \
			-k k2 < <(lines "{\"K 1\":\"a\",\"k2\":1,\"v\":\"$v\"}" \
			"{\"K 1\":\"a\",\"k2\":2,\"v\":\"$v\"}")
		expect 0 '*' ''
	done
	[ "$(sql 'table "S s"."T;--" order by 2')" = 'a|1|2
a|2|2' ]
}

@test "a key of a type with an equality of its own" {
	sql 'create extension if not exists citext schema public' ||
		skip "no citext here"
	table 'id citext primary key, a text'
	upsert -s stats < <(lines '{"id":"a","a":"1"}' '{"id":"A","a":"2"}')
	expect 0 '*' ''
	[ "$(sql 'table t')" = 'A|2' ]
	upsert -s stats <<<'{"id":"a","a":"2"}'
	stats '.unchanged == 1'
}

@test "partitioned tables" {
	table 'id int primary key, a text) partition by range (id'
	sql 'create table t1 partition of t for values from (0) to (10);
		create table t2 partition of t for values from (10) to (20)'
	upsert < <(lines '{"id":1,"a":"x"}' '{"id":11,"a":"y"}')
	expect 0 '*' ''
	upsert -q -r rejects -s stats < <(lines '{"id":1,"a":"z"}' \
		'{"id":11,"a":"y"}' '{"id":12,"a":"n"}' '{"id":30,"a":"no"}')
	expect 1 '*' ''
	stats '.inserted == 1 and .updated == 1 and .unchanged == 1'
	[ "$(sql 'table t order by 1')" = '1|z
11|y
12|n' ]
}

# ---- modes and columns ----

@test "--mode insert-only never changes a row; the first record counts" {
	table 'id int primary key, a text'
	sql "insert into t values (1, 'old')"
	upsert --mode insert-only -s stats < <(lines '{"id":1,"a":"x"}' \
		'{"id":2,"a":"first"}' '{"id":2,"a":"second"}' '{"id":2}')
	expect 0 '*' ''
	[ "$(sql 'table t order by 1')" = '1|old
2|first' ]
	stats '.inserted == 1 and .updated == 0 and .done == 4 and
		.inserted + .updated + .unchanged + .superseded == 4'
}

@test "--mode append needs no key and keeps every record" {
	table 'id int, a text default '\''d'\'', at timestamptz'
	lines '{"id":1,"a":"x"}' '{"id":1,"a":"x"}' '{"id":2,"a":null}' >in
	run --separate-stderr pg-upsert -t t --mode append -s stats <in
	prints in
	stats '.inserted == 3'
	run --separate-stderr pg-upsert -t t --mode append --stamp at \
		< <(lines '{"id":3}' '{"a":"y"}')
	expect 0 '*' ''
	[ "$(sql 'select id, a, at is null from t order by 1, 2')" = '1|x|t
1|x|t
2||t
3|d|f
|y|f' ]
	run --separate-stderr pg-upsert -t t --mode append <<<'{}'
	expect 65 '' '*:1: it has no member that is a column*'
}

@test "--update names the only columns that change" {
	table 'id int primary key, a text, b text, c text'
	upsert <<<'{"id":1,"a":"1","b":"1","c":"1"}'
	upsert --update a,b --update c --update b -s stats \
		<<<'{"id":1,"a":"2","b":"2","c":"2"}'
	[ "$(sql 'table t')" = '1|2|2|2' ]
	upsert --update a -s stats < <(lines '{"id":1,"a":"3","b":"3"}' \
		'{"id":2,"a":"3","b":"3"}' '{"id":2,"b":"4"}')
	[ "$(sql 'table t order by 1')" = '1|3|2|2
2|3|3|' ]
	upsert --update nope <<<'{}'
	expect 78 '' '*no column "nope" (--update)*'
}

@test "--stamp moves when a row is new or changed, --seen always" {
	table 'id int primary key, a text, at timestamptz, seen timestamptz'
	lines '{"id":1,"a":"x"}' '{"id":2,"a":"x"}' >in
	upsert --stamp at --seen seen <in
	expect 0 '*' ''
	count_is 2
	sql "update t set at = '2000-01-01', seen = '2000-01-01'"
	upsert --stamp at --seen seen -s stats < <(lines '{"id":1,"a":"x"}' \
		'{"id":2,"a":"y"}')
	expect 0 '*' ''
	stats '.unchanged == 1 and .updated == 1'
	[ "$(sql "select id, at < '2001-01-01', seen < '2001-01-01' from t
		order by 1")" = '1|t|f
2|f|f' ]
	upsert --stamp at <<<'{"id":1,"at":"2001-01-01"}'
	expect 65 '' '*:1: column "at" is set by this tool'
}

@test "--unknown: members that are no column, and generated columns" {
	table 'id int primary key, g int generated always as (id + 1) stored,
		s int generated always as identity'
	upsert <<<'{"id":1,"x y":1}'
	expect 65 '' '*:1: member "x y" is no column of public.t'
	upsert <<<'{"id":1,"g":1}'
	expect 65 '' '*:1: column "g" is generated by the table'
	upsert <<<'{"id":1,"s":1}'
	expect 65 '' '*:1: column "s" is an identity*'
	upsert --unknown ignore <<<'{"id":1,"x y":1,"g":7,"s":9}'
	expect 0 '{"id":1,"x y":1,"g":7,"s":9}' ''
	[ "$(sql 'table t')" = '1|2|1' ]
}

# ---- bad rows ----

@test "without --rejects: what is before the first bad record is stored" {
	table 'id int primary key, a int check (a < 100), b varchar(3)'
	for bad in '{"id":3,"a":"x"}' '{"id":3,"a":200}' '{"id":3,"b":"long"}' \
		'{"id":3,"b":"\u0000"}' '{"id":3,"c":1}' '{"id":null}' '{"a":1}' \
		'[]' '{'; do
		sql 'truncate t'
		upsert -s stats < <(lines '{"id":1}' '{"id":2}' "$bad" '{"id":4}')
		expect 65 "$(lines '{"id":1}' '{"id":2}')" \
			'pg-upsert: <stdin>:3: *'
		[ "$(sql 'select id from t order by 1')" = "$(lines 1 2)" ]
		stats '.in == 3 and .done == 2 and .rejected == 1 and .exit == 65'
	done
}

@test "without --rejects the first bad record in the input's order counts" {
	table 'id int primary key, a int check (a < 100)'
	for later in '{"id":4,"a":"x"}' '{"id":4,"a":500}' '{"id":4,"no":1}'; do
		sql 'truncate t'
		upsert < <(lines '{"id":1}' '{"id":2,"a":200}' '{"id":3}' "$later")
		expect 65 '{"id":1}' 'pg-upsert: <stdin>:2: *'
		count_is 1
	done
	sql 'truncate t'
	upsert < <(lines '{"id":1}' '{"id":2,"a":200}' '{"id":3}' '{')
	[ "$status" -eq 65 ]
	[ "$output" = '{"id":1}' ]
	[[ $stderr == *'<stdin>:2: '* ]]
	count_is 1
}

@test "a reject has its SQLSTATE, column, reason, line and key" {
	table 'id int, k2 text, a int, b varchar(3), c jsonb, d date, n numeric,
		primary key (id, k2)'
	run --separate-stderr pg-upsert -q -t t -k id -k k2 -r rejects < <(lines \
		'{"id":1,"k2":"a\u0041"}' \
		'{"id":2,"k2":"a\u0041","a":"x"}' \
		'{"id":3,"k2":"","a":3000000000}' \
		'{"id":4,"k2":"","b":"long"}' \
		'{"id":5,"k2":"","b":"\u0000"}' \
		'{"id":6,"k2":"","b":"\ud800"}' \
		'{"id":7,"k2":"","c":"\u0000"}' \
		'{"id":8,"k2":"","c":"\ud800"}' \
		'{"id":9,"k2":"","d":"2021-02-29"}' \
		'{"id":10,"k2":"","a":{}}' \
		'{"id":11,"k2":null}' \
		'{"id":12,"k2":"","e":1}' '{"id":13,"k2":""}')
	expect 1 "$(lines '{"id":1,"k2":"a\\u0041"}' '{"id":13,"k2":""}')" ''
	# jq 1.6 cannot read a lone surrogate.
	sed -i 's/\\ud800/?/' rejects
	[ "$(jq -r '"\(.line) \(.code) \(.key)"' rejects | sort -n)" = \
		'2 22P02 2,aA
3 22003 3,
4 22001 4,
5 22P05 5,
6 22P02 6,
7 22P05 7,
8 22P02 8,
9 22008 9,
10 22P02 10,
11 23502 11,null
12 42703 12,' ]
	jq -es 'all(.tool == "pg-upsert" and (.record | type) == "object")' rejects
	[ "$(jq -rs '[.[] | .reason | capture("column \"(?<c>[^\"]*)").c?] |
		unique | join(" ")' rejects)" = 'a b c d k2' ]
	count_is 2
}

@test "constraints of every kind cost one record each" {
	table 'id int primary key, p int, u int unique, c int check (c < 10),
		n int not null default 0, r int4range, x int,
		exclude using gist (r with &&)'
	sql "drop table if exists parent cascade;
		create table parent (id int primary key);
		insert into parent values (1);
		alter table t add foreign key (p) references parent
			deferrable initially deferred;
		create or replace function raise_it() returns trigger
		language plpgsql as \$\$begin
			if new.x = 13 then raise 'unlucky %', new.x; end if;
			return new; end\$\$;
		create trigger raise_it before insert or update on t
		for each row execute function raise_it()"
	lines '{"id":1,"p":1,"u":1,"r":"[1,5)"}' '{"id":2,"p":2}' '{"id":3,"p":1}' \
		'{"id":4,"u":1}' '{"id":5,"c":11}' '{"id":6,"n":null}' \
		'{"id":7,"r":"[4,9)"}' '{"id":8,"x":13}' '{"id":9,"u":9}' >in
	upsert -q -r rejects -s stats <in
	expect 1 "$(sed -n '1p;3p;9p' in)" ''
	[ "$(jq -r '"\(.line) \(.code)"' rejects)" = '2 23503
4 23505
5 23514
6 23502
7 23P01
8 P0001' ]
	jq -es '.[0].reason | contains("Key (p)=(2) is not present")' rejects
	jq -es '.[5].reason == "unlucky 13"' rejects
	[ "$(sql 'select id from t order by 1')" = "$(lines 1 3 9)" ]
	stats '.in == 9 and .done == 3 and .rejected == 6 and .inserted == 3'
}

@test "a rejected record gives way to the one before it of the same key" {
	table 'id int primary key, a int check (a < 10)'
	upsert -q -r rejects < <(lines '{"id":1,"a":1}' '{"id":1,"a":2}' \
		'{"id":1,"a":99}')
	expect 1 '*' ''
	[ "$(sql 'table t')" = '1|2' ]
}

# asked: how many statements the server was asked for, and forgets them.
asked() {
	local log=$SLUICE_VAR/pg/log
	wait_for closed
	grep -o ' pg-upsert LOG:  \(statement\|execute [^:]*\): .*' "$log" |
		sed 's/^[^:]*: *[^:]*: //' | tr ';' '\n' | grep -c '[A-Z]'
	: >"$log"
}

closed() {
	[ "$(sql "select count(*) from pg_stat_activity
		where application_name = 'pg-upsert'")" = 0 ]
}

@test "one bad row among 10,000 costs at most 20 statements" {
	table 'id int primary key, a int check (a >= 0), b int unique,
		c int not null, d int references t'
	seq 10000 | sed 's/.*/{"id":&,"a":&,"b":&,"c":&,"d":0}/' >good
	log_all() {
		PGOPTIONS="$PGOPTIONS -c log_statement=all" \
			upsert -b 10000 "$@"
	}
	sql 'insert into t values (0, 0, -7, 0)'
	asked >/dev/null || true
	log_all <good
	clean=$(asked)
	[ "$clean" -ge 5 ]
	for bad in '"a":"x"' '"a":-1' '"b":-7' '"c":null' '"d":-1'; do
		for at in 1 4567 10000; do
			sql 'truncate t; insert into t values (0, 0, -7, 0)'
			sed "${at}s/${bad%%:*}:[0-9]*/$bad/" good >in
			rm -f rejects
			log_all -r rejects <in
			[ "$status" -eq 1 ]
			[ "$(jq .line rejects)" = "$at" ]
			count_is 10000
			n=$(asked)
			echo "$bad at $at: $n statements, $clean without"
			[ $((n - clean)) -le 20 ]
		done
	done
}

@test "a bad row that the server does not name is found by halves" {
	table 'id int primary key, a int'
	sql "create or replace function refuse() returns trigger language
		plpgsql as \$\$ begin if new.a < 0 then
		raise 'no (id)=(7) here'; end if; return new; end \$\$;
		create trigger refuse before insert on t for each row
		execute function refuse()"
	seq 10000 | sed 's/.*/{"id":&,"a":&}/; 4567s/4567}/-1}/' >in
	upsert -v -b 10000 -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(jq -c '[.line, .code]' rejects)" = '[4567,"P0001"]' ]
	count_is 9999
	[ "$(grep -c 'SQL: WITH' <<<"$stderr")" -le 18 ]
}

@test "what the server names misleads nobody: keys that look alike" {
	# The value of another column, cut and quoted texts, a row twice.
	table "\"a, b\" text, id int primary key, c text check (c <> 'x')"
	seq 300 | awk '{ c = $1 % 50 == 7 ? "x" : "y"
		printf "{\"a, b\":\"%d, %d)=(%d\",\"id\":%d,\"c\":\"%s\"}\n",
			$1 + 1, 300 - $1, $1 + 2, $1, c }' >in
	upsert -r rejects <in
	[ "$status" -eq 1 ]
	[ "$(jq -c .line rejects | paste -sd,)" = 7,57,107,157,207,257 ]
	count_is 294
}

@test "many bad rows, and nothing but bad rows, come to an end" {
	table 'id int primary key, a int check (a >= 0)'
	seq 10000 | awk '{
		a = $1 % 200 == 7 ? "\"x\"" : $1 % 200 == 99 ? -1 : $1
		printf "{\"id\":%d,\"a\":%s}\n", $1, a }' >in
	upsert -q -r rejects -s stats <in
	[ "$status" -eq 1 ]
	stats '.rejected == 100 and .done == 9900 and .inserted == 9900'
	count_is 9900
	for bad in '"x"' -1; do
		sql 'truncate t'
		seq 2000 | sed "s/.*/{\"id\":&,\"a\":$bad}/" >in
		upsert -q -r rejects -s stats <in
		expect 1 '' ''
		stats '.rejected == 2000 and .done == 0'
		count_is 0
	done
}

@test "bad rows in append mode" {
	table 'id int, a int check (a >= 0), p int references parent'
	lines '{"id":1,"a":1,"p":1}' '{"id":2,"a":"x","p":1}' \
		'{"id":3,"a":-1,"p":1}' '{"id":4,"a":4,"p":9}' \
		'{"id":5,"a":5,"p":1}' >in
	run --separate-stderr pg-upsert -q -t t --mode append -r rejects <in
	expect 1 "$(sed -n '1p;5p' in)" ''
	[ "$(jq -r '"\(.line) \(.code)"' rejects)" = '2 22P02
3 23514
4 23503' ]
	[ "$(sql 'select id from t order by 1')" = "$(lines 1 5)" ]
	run --separate-stderr pg-upsert -t t --mode append <in
	expect 65 "$(sed -n 1p in)" '*:2: *'
	[ "$(sql 'select id from t order by 1')" = "$(lines 1 1 5)" ]
}

# ---- what goes wrong around it ----

@test "usage errors" {
	run --separate-stderr pg-upsert -k id
	expect 64 '' '*--table is missing*'
	run --separate-stderr pg-upsert -t t
	expect 64 '' '*--key is missing*'
	upsert x
	expect 64 '' '*not as operands*'
	upsert --mode replace
	expect 64 '' '*it takes upsert, append or insert-only*'
	upsert --unknown x
	expect 64 '' '*it takes reject, ignore, add or json:COLUMN*'
	upsert --missing x
	expect 64 '' '*it takes keep or null*'
	upsert --mode append --update a
	expect 64 '' '*--update is for --mode upsert*'
}

@test "a table, a column, an index that is not there" {
	table 'id int, a text'
	run --separate-stderr pg-upsert -t nope.t -k id <<<'{}'
	expect 78 '' '*could not use table "nope.t"*: there is no such table'
	run --separate-stderr pg-upsert -t 'a.b.c.d' -k id <<<'{}'
	expect 78 '' '*could not use table "a.b.c.d"*'
	upsert <<<'{"id":1}'
	expect 78 '' '*nothing makes (id) unique*CREATE UNIQUE INDEX ON public.t (id) would'
	sql 'create unique index on t (id) where a is null;
		create unique index on t (id, a); create unique index on t ((id + 1))'
	upsert <<<'{"id":1}'
	expect 78 '' '*nothing makes (id) unique*'
	sql 'drop view if exists v; create view v as table t'
	run --separate-stderr pg-upsert -t v -k id <<<'{}'
	expect 78 '' '*no table'
	PGDATABASE=nope upsert <<<'{"id":1}'
	expect 78 '' '*database "nope" does not exist*'
}

@test "login and rights" {
	table 'id int primary key, a text'
	sql "drop role if exists nologin; create role nologin nologin"
	PGUSER=nologin upsert <<<'{"id":1}'
	expect 77 '' '*not permitted to log in*'
	sql "drop role if exists poor; create role poor login"
	PGUSER=poor upsert <<<'{"id":1}'
	expect 77 '' '*permission denied for table t*'
	count_is 0
	sql "grant select, insert, update on t to poor;
		revoke all on database upsert from public;
		grant connect, temporary on database upsert to poor"
	PGUSER=poor upsert --stamp a < <(lines '{"id":1}' '{"id":2}')
	expect 0 '*' ''
	PGUSER=poor upsert -s stats < <(lines '{"id":1,"a":"x"}' '{"id":3}')
	expect 0 '*' ''
	stats '.inserted == 1 and .updated == 1'
	sql 'drop owned by poor; drop role poor; grant all on database upsert to public'
}

@test "a wrong password: 77, and no message shows it" {
	hba=$(sql 'show hba_file')
	cp "$hba" hba
	{ echo 'local all guarded scram-sha-256'; cat hba; } >"$hba"
	sql "drop role if exists guarded;
		create role guarded login password 'right one'; " \
		-c 'select pg_reload_conf()'
	table 'id int primary key'
	sql 'grant all on t to guarded'
	for try in "-d user=guarded password=WrOngOne" \
		"-d postgresql://guarded:WrOng%4Fne@/upsert"; do
		run --separate-stderr pg-upsert -v -t t -k id \
			"${try%% *}" "${try#* }" <<<'{"id":1}'
		expect 77 '' '*authentication failed*'
		[[ $stderr != *WrOng* ]]
	done
	PGUSER=guarded PGPASSWORD='' upsert <<<'{"id":1}'
	expect 77 '' '*password*'
	run --separate-stderr pg-upsert -v -t t -k id \
		-d "user=guarded password='right one'" <<<'{"id":1}'
	expect 0 '{"id":1}' '*'
	[[ $stderr != *'right one'* ]]
	upsert -d "user=guarded password=se cret" <<<'{}'
	expect 64 '' '*--dbname is no connection string*'
	[[ $stderr != *cret* ]]
	cat hba >"$hba"
	sql 'select pg_reload_conf()'
}

@test "nobody there: gives up with 75 after its retries" {
	PGHOST=$BATS_TEST_TMPDIR upsert --retry 1 --retry-max-time 20 -s stats \
		<<<'{"id":1}'
	expect 75 '' '*trying again in *(1 of 1)*No such file or directory*'
	stats '.retries == 1 and .in == 0 and .exit == 75'
	PGHOST=$BATS_TEST_TMPDIR upsert --retry 0 <<<'{"id":1}'
	expect 75 '' '*could not use table "t"*'
}

@test "a read-only server and one without connections left: 75" {
	table 'id int primary key'
	PGOPTIONS='-c default_transaction_read_only=on' upsert --retry 0 \
		<<<'{"id":1}'
	expect 75 '' '*read-only transaction*25006*'
	sql 'drop role if exists busy; create role busy login connection limit 0'
	PGUSER=busy upsert --retry 0 <<<'{"id":1}'
	expect 75 '' '*too many connections*'
}

@test "/dev/full as standard output: 74, and what was committed is stored" {
	table 'id int primary key'
	run --separate-stderr bash -c \
		'pg-upsert -t t -k id <<<"{\"id\":1}" >/dev/full'
	expect 74 '' '*No space left on device*'
	count_is 1
}

@test "row security: what it refuses ends the run with 77" {
	table 'id int primary key, a text'
	sql "drop role if exists tenant; create role tenant login;
		grant select, insert, update on t to tenant;
		alter table t enable row level security;
		create policy mine on t using (a = current_user)"
	lines '{"id":1,"a":"tenant"}' '{"id":2,"a":"other"}' >in
	for mode in upsert append; do
		sql 'truncate t'
		rm -f rejects
		PGUSER=tenant upsert --mode "$mode" -q -r rejects <in
		expect 77 '' '*row-level security*'
		head -n 1 in >one
		PGUSER=tenant upsert --mode "$mode" <one
		prints one
		count_is 1
	done
}

@test "a hostile search path and hostile names change nothing" {
	table 'id int primary key, "a'\''); drop table t; --" text'
	sql "create schema if not exists evil;
		create or replace function evil.now() returns timestamptz
			language sql as \$\$select 'epoch'::timestamptz\$\$;
		create or replace function evil.count(int) returns bigint
			language sql as 'select 0::bigint'"
	PGOPTIONS='-c search_path=evil,public' \
		upsert <<<'{"id":1,"a'\''); drop table t; --":"'\''); drop table t; --"}'
	expect 0 '*' ''
	[ "$(sql 'table t')" = "1|'); drop table t; --" ]
	sql 'drop schema evil cascade'
}

# ---- life and death ----

# feeder COMMAND...: runs it in the background on a pipe that stays open as
# descriptor 9; sets pid.
feeder() {
	rm -f pipe
	mkfifo pipe
	"$@" <pipe >out 2>err 3>&- &
	pid=$!
	exec 9>pipe
}

# lock: takes t in another session, until the descriptor 8 is closed.
lock() {
	rm -f lock locked
	mkfifo lock
	psql -Xq <lock >locked 3>&- 9>&- &
	exec 8>lock
	lines 'begin;' 'lock table t;' '\echo locked' >&8
	wait_for test -s locked
}

waits_for_lock() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'pg-upsert' and wait_event_type = 'Lock'")" = 1 ]
}

@test "the next batch is read while the server works on one" {
	for mode in upsert append; do
		table 'id int primary key'
		records 15 | jq -c '{id}' >in
		feeder pg-upsert -t t -k id -b 10 --mode "$mode" --flush-after 100
		lock
		head -n 10 in >&9
		wait_for waits_for_lock
		tail -n 5 in >&9
		wait_for pipe_is_empty
		# Nothing is printed that is not committed.
		[ ! -s out ]
		exec 8>&-
		wait_for test -s out
		cmp out <(head -n 10 in)
		exec 9>&-
		wait "$pid"
		cmp out in
	done
}

@test "rows of a live pipeline are stored while it goes on" {
	table 'id int primary key'
	feeder pg-upsert -t t -k id --flush-after 0.1
	echo '{"id":1}' >&9
	wait_for count_is 1
	wait_for test -s out
	lines '{"id":2}' '{"id":3}' >&9
	wait_for count_is 3
	exec 9>&-
	wait "$pid"
	[ "$(<out)" = "$(lines '{"id":1}' '{"id":2}' '{"id":3}')" ]
}

@test "the first signal stores what was read, then it dies by it" {
	table 'id int primary key'
	feeder pg-upsert -t t -k id --flush-after 100 -s stats -v
	# The first row comes by --bytes, so it is known that it reads.
	lines '{"id":1}' '{"id":2}' >&9
	wait_for pipe_is_empty
	kill -TERM "$pid"
	rc=0
	wait "$pid" || rc=$?
	exec 9>&-
	[ "$rc" -eq 143 ]
	count_is 2
	[ "$(<out)" = "$(lines '{"id":1}' '{"id":2}')" ]
	stats '.exit == 143 and .done == 2'
}

# records N [FROM]: of the table (id, a, b).
records() {
	seq "${2:-1}" $((${2:-1} + $1 - 1)) |
		awk '{ printf "{\"id\":%d,\"a\":\"text %d\",\"b\":%d}\n",
			$1, $1 % 100, $1 * 2 }'
}

@test "kill -9 in the middle, then again: the same table" {
	table 'id int primary key, a text, b int'
	records 5000 >in
	feeder pg-upsert -t t -k id -b 100
	head -n 2550 in >&9
	wait_for some_rows
	kill -9 "$pid"
	wait "$pid" || true
	exec 9>&-
	[ "$(sql 'select count(*) % 100 from t')" -eq 0 ]
	# Nothing is printed that is not committed.
	[ "$(grep -c '}$' out)" -le "$(sql 'select count(*) from t')" ]
	upsert -b 100 -s stats <in
	prints in
	stats '.inserted + .unchanged == 5000 and .updated == 0'
	[ "$(sql "select count(*), sum(b), count(distinct a) from t")" = \
		'5000|25005000|100' ]
}

some_rows() {
	! count_is 0
}

@test "sessions that are cut in the middle are taken up again" {
	table 'id int primary key, a text, b int'
	records 20000 >in
	feeder pg-upsert -t t -k id -b 500 -s stats
	cat in >&9 &
	writer=$!
	for _ in 1 2 3; do
		sql "select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'pg-upsert'"
		wait_for some_rows
	done
	wait "$writer"
	sql "select pg_terminate_backend(pid) from pg_stat_activity
		where application_name = 'pg-upsert'"
	lines '{"id":20001}' >&9
	exec 9>&-
	wait "$pid"
	count_is 20001
	[ "$(head -n 20000 out | cmp - in)" = '' ]
	stats '.retries > 0 and .inserted == 20001'
}

@test "the server restarts in the middle; append stores nothing twice" {
	table 'id int, a text, b int'
	records 20000 >in
	feeder pg-upsert -t t --mode append -b 200 -s stats
	cat in >&9 &
	writer=$!
	wait_for some_rows
	SLUICE_VAR=$BATS_FILE_TMPDIR/var
	export SLUICE_VAR
	"$root/pipelines/local-postgres" stop >&2 3>&-
	"$root/pipelines/local-postgres" start upsert >&2 3>&- 9>&-
	wait "$writer"
	exec 9>&-
	wait "$pid"
	[ "$(sql 'select count(*), count(distinct id) from t')" = '20000|20000' ]
	cmp out in
	stats '.inserted == 20000 and .done == 20000'
}

# lossy SERVER WHEN &: a proxy in front of the server's socket, in this folder,
# that cuts each connection once, around the second COMMIT on it.
lossy() {
	exec python3 - "$1/.s.PGSQL.5432" "$PWD/.s.PGSQL.5432" "$2" <<-'END'
		import socket, sys, threading
		def close(*ends):
		    for s in ends:
		        try: s.shutdown(socket.SHUT_RDWR)
		        except OSError: pass
		def answers(server, client, state):
		    while data := server.recv(65536):
		        if state["cut"]:
		            break
		        client.sendall(data)
		    close(server, client)
		def serve(client):
		    server = socket.socket(socket.AF_UNIX)
		    server.connect(sys.argv[1])
		    state = {"cut": False}
		    threading.Thread(target=answers, daemon=True,
		        args=(server, client, state)).start()
		    commits = 0
		    while data := client.recv(65536):
		        commits += data.endswith(b"COMMIT\0")
		        state["cut"] = commits == 2
		        if state["cut"] and sys.argv[3] == "before":
		            break
		        server.sendall(data)
		    close(server, client)
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(sys.argv[2])
		listener.listen()
		while True:
		    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
	END
}

@test "a commit whose answer was lost is looked up, and counts once" {
	for when in before after; do
		table 'id int, a text, b int'
		records 1000 >in
		rm -f .s.PGSQL.5432
		lossy "$PGHOST" "$when" 3>&- &
		proxy=$!
		wait_for test -S .s.PGSQL.5432
		PGHOST=$PWD upsert --mode append -b 100 -s stats <in
		kill "$proxy"
		[ "$status" -eq 0 ]
		[ "$output" = "$(<in)" ]
		stats '.retries > 3 and .inserted == 1000'
		[ "$(sql 'select count(*), count(distinct id) from t')" = \
			'1000|1000' ]
	done
}

@test "two at once over the same keys, in opposite order" {
	table 'id int primary key, a text, b int'
	records 20000 >up
	tac up | sed 's/text/other/' >down
	rc=0
	pg-upsert -t t -k id -b 300 <up >out1 2>err1 3>&- &
	first=$!
	pg-upsert -t t -k id -b 700 <down >out2 2>err2 3>&- || rc=$?
	wait "$first"
	[ "$rc" -eq 0 ]
	cmp out1 up
	cmp out2 down
	count_is 20000
}

# ---- properties ----

# fold SEED: random records into in, what the table has to be then into want.
fold() {
	python3 - "$1" <<-'END'
		import json, random, sys
		r = random.Random(int(sys.argv[1]))
		keys = r.choice([3, 30, 1000])
		table = {}
		def text(v):
		    if v is None: return "\\N"
		    if v is True: return "t"
		    if v is False: return "f"
		    s = str(v)
		    return s.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
		with open("in", "w") as f:
		    for i in range(r.choice([1, 50, 400])):
		        rec = {"id": r.randrange(keys)}
		        if r.random() < 0.8:
		            rec["a"] = r.choice([None, "", "x\ty", "\\N", "é\n", "z%d" % i])
		        if r.random() < 0.8:
		            rec["b"] = r.choice([None, i, -i, 0])
		        if r.random() < 0.8:
		            rec["c"] = r.choice([None, True, False])
		        items = list(rec.items())
		        r.shuffle(items)
		        f.write(json.dumps(dict(items), ensure_ascii=r.random() < .5) + "\n")
		        row = table.setdefault(rec["id"], {"a": "d", "b": None, "c": True})
		        row.update(rec)
		with open("want", "w") as f:
		    for k in sorted(table):
		        t = table[k]
		        f.write("\t".join([str(k)] + [text(t[c]) for c in "abc"]) + "\n")
	END
}

@test "property: the table is the fold of the input; again changes nothing" {
	table "id int primary key, a text default 'd', b int, c bool default true"
	for seed in {1..25}; do
		sql 'truncate t'
		fold "$seed"
		batch=$((seed % 5 ? seed * seed % 97 + 1 : 1000))
		upsert -b "$batch" -s stats <in
		[ "$status" -eq 0 ]
		[ "$output" = "$(<in)" ]
		sql 'copy (table t order by id) to stdout' >got
		diff want got
		stats '.inserted + .updated + .unchanged + .superseded == .in'
		[ "$(tail -n 1 stats | jq .inserted)" -eq "$(wc -l <want)" ]
	done
}

@test "the recorded users, flattened: every value equal" {
	need_data users/random_data_api_users.ndjson
	flatten --sep _ <"$data/users/random_data_api_users.ndjson" >flat
	table "$(jq -rs 'map(keys_unsorted) | add | unique |
		map("\"\(.)\" text" + if . == "uid" then " primary key" else ""
		end) | join(", ")' flat)"
	run --separate-stderr pg-upsert -t t -k uid <flat
	prints flat
	count_is "$(wc -l <flat)"
	# Numbers by their text: a row as JSON has strings only.
	sql 'select row_to_json(t) from t' | jq -cS 'with_entries(select(.value))' |
		sort >got
	jq -cS . flat |
		python3 -c 'import json, sys
for line in sys.stdin:
    d = json.loads(line, parse_float=str, parse_int=str)
    d = {k: v if isinstance(v, str) else json.dumps(v)
        for k, v in d.items() if v is not None}
    print(json.dumps(d, sort_keys=True, ensure_ascii=False,
        separators=(",", ":")))' | sort >want
	cmp want got
}
