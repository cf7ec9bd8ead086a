#!/usr/bin/env bats
# What pg-upsert does with rows that exist: versions, deletions, history.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

teardown() {
	exec 9>&-
	# shellcheck disable=SC2046
	kill $(jobs -p) 2>/dev/null || true
}

# upsert OPTION...: of the records on stdin into t by id.
upsert() {
	run --separate-stderr pg-upsert -t t -k id -s stats "$@"
}

# counts_are NAME N...: in the last line of the stats; all others are 0.
counts_are() {
	local want=' '
	while [ $# -gt 0 ]; do
		want+="$1=$2 "
		shift 2
	done
	[ "$(tail -n 1 stats | jq -r '[to_entries[] | select((.key |
		IN("inserted", "updated", "unchanged", "deleted", "older",
		"superseded")) and .value > 0) | "\(.key)=\(.value)"] |
		join(" ") | " \(.) "')" = "$want" ]
	adds_up
}

# adds_up: what became of the records done is told of each.
adds_up() {
	tail -n 1 stats | jq -e '.done == .inserted + .updated + .unchanged +
		.deleted + .older + .superseded and
		.in == .done + .rejected' >&2
}

# history_is_whole: each entry's old is the new of the one before of its key
# and column, and the last ones are the values of t.
history_is_whole() {
	[ "$(sql "select count(*) from (select old, lag(new) over (partition by
		id, \"column\" order by at) was from h) x
		where old is distinct from was")" -eq 0 ]
	sql "copy (select coalesce(t.id, h.id), h.a, h.b from t full join (
		select id, max(new) filter (where \"column\" = 'a') a,
		max(new) filter (where \"column\" = 'b') b from (select distinct
		on (id, \"column\") * from h order by id, \"column\", at desc) x
		group by id having count(new) > 0) h using (id)
		where t.id is null and h.id is null or row(t.a, t.b::text)
		is distinct from row(h.a, h.b)) to stdout" >differ
	[ ! -s differ ]
}

# ---- versions ----

@test "--newer: an older record never overwrites a newer row" {
	table 'id int primary key, v timestamptz, a text'
	upsert --newer v < <(lines '{"id":1,"v":"2020-01-02","a":"x"}' \
		'{"id":2,"v":"2020-01-02","a":"x"}' '{"id":3,"a":"x"}' \
		'{"id":4,"v":"2020-01-02","a":"x"}' '{"id":5,"v":null,"a":"x"}')
	expect 0 '*' ''
	counts_are inserted 5
	# Older, as new, newer; null is older than all, and as new as null.
	upsert --newer v < <(lines '{"id":1,"v":"2020-01-01","a":"y"}' \
		'{"id":2,"v":"2020-01-02T00:00:00Z","a":"y"}' \
		'{"id":3,"v":"2020-01-01","a":"y"}' '{"id":4,"a":"y"}' \
		'{"id":5,"a":"y"}')
	expect 0 '*' ''
	counts_are updated 3 older 2
	[ "$(sql 'select id, a from t order by 1')" = '1|x
2|y
3|y
4|x
5|y' ]
	# What is older or the same is not touched at all.
	before=$(sql 'select xmin, xmax, ctid from t order by id')
	upsert --newer v < <(lines '{"id":1,"v":"2020-01-01","a":"z"}' \
		'{"id":2,"v":"2020-01-02","a":"y"}')
	counts_are unchanged 1 older 1
	[ "$(sql 'select xmin, xmax, ctid from t order by id')" = "$before" ]
}

@test "--newer within a batch: the newest of a key, of ties the last" {
	table 'id int primary key, v numeric, a text, b text'
	upsert --newer v < <(lines '{"id":1,"v":2,"a":"x"}' \
		'{"id":1,"v":10,"a":"newest"}' '{"id":1,"v":9,"a":"y"}' \
		'{"id":2,"v":1,"a":"x"}' '{"id":2,"v":1.0,"a":"last"}' \
		'{"id":3,"v":1,"a":"x"}' '{"id":3,"v":null,"a":"y"}')
	expect 0 '*' ''
	counts_are inserted 3 superseded 4
	[ "$(sql 'select * from t order by 1')" = '1|10|newest|
2|1.0|last|
3|1|x|' ]
	# Records of other shapes are taken one after the other.
	upsert --newer v < <(lines '{"id":1,"v":12,"b":"b"}' \
		'{"id":1,"v":11,"a":"no"}' '{"id":1,"b":"no"}' \
		'{"id":1,"v":12,"a":"yes"}')
	counts_are updated 2 older 2
	[ "$(sql 'select * from t where id = 1')" = '1|12|yes|b' ]
}

@test "--newer sets its column whatever --update names; a default is no time" {
	table 'id int primary key, v timestamptz default now(), a text, b text'
	upsert --newer v --update a \
		<<<'{"id":1,"v":"2020-01-01","a":"x","b":"x"}'
	upsert --newer v --update a --stamp b < <(lines \
		'{"id":1,"v":"2020-01-03","a":"y"}')
	counts_are updated 1
	[ "$(sql 'select v::date, a, b is not null from t')" = '2020-01-03|y|t' ]
	upsert --newer v < <(lines '{"id":1,"a":"z"}' '{"id":2,"a":"z"}')
	counts_are inserted 1 older 1
	[ "$(sql 'select v is null from t where id = 2')" = t ]
}

@test "--newer: --seen is set all the same; required columns may be missing" {
	table 'id int primary key, v int, a text not null, seen date,
		check (v > 0 or a > 0::text)'
	sql "insert into t values (1, 5, 'x'), (2, 5, 'x')"
	upsert --newer v --seen seen < <(lines '{"id":1,"v":4}' '{"id":2,"v":6}')
	expect 0 '*' ''
	counts_are updated 1 older 1
	[ "$(sql 'select id, v, a, seen is not null from t order by 1')" = \
		'1|5|x|t
2|6|x|t' ]
}

@test "--newer takes what has an order: enums, domains, text; json does not" {
	sql "drop type if exists step cascade; drop domain if exists rev;
		create type step as enum ('new', 'paid', 'sent');
		create domain rev as int check (value >= 0)"
	table 'id int primary key, s step, r rev, c text, j json, g int
		generated always as (id) stored'
	upsert --newer s < <(lines '{"id":1,"s":"paid"}' '{"id":1,"s":"new"}' \
		'{"id":2,"s":"new"}' '{"id":2,"s":"sent"}')
	counts_are inserted 2 superseded 2
	[ "$(sql 'select id, s from t order by 1')" = '1|paid
2|sent' ]
	for column in r c; do
		upsert --newer "$column" <<<'{"id":1,"r":1,"c":"b"}'
		upsert --newer "$column" <<<'{"id":1,"r":0,"c":"a"}'
		counts_are older 1
	done
	upsert --newer j <<<'{}'
	expect 78 '' '*type of its column "j", json, has no order*'
	upsert --newer g <<<'{}'
	expect 78 '' '*column "g" is generated by the table*--newer*'
	upsert --newer id <<<'{}'
	expect 78 '' '*column "id" is in the key*--newer*'
	upsert --newer nope <<<'{}'
	expect 78 '' '*no column "nope" (--newer)'
	for mode in append insert-only; do
		upsert --newer c --mode "$mode" <<<'{}'
		expect 64 '' '*--newer is for --mode upsert*'
		upsert --history h --mode "$mode" <<<'{}'
		expect 64 '' '*--history is for --mode upsert*'
		upsert --delete-where .x --mode "$mode" <<<'{}'
		expect 64 '' '*--delete-where is for --mode upsert*'
	done
}

# ---- deletions ----

@test "--delete-where: tombstones, counted, printed like the others" {
	table 'id int primary key, a text not null'
	sql "insert into t select n, 'x' from generate_series(1, 5) n"
	lines '{"id":1,"gone":true}' '{"id":2,"a":"y"}' '{"id":9,"gone":true}' \
		'{"gone":true,"id":3,"a":null,"more":[1]}' >in
	upsert --delete-where .gone <in
	expect 0 '*' ''
	[ "$output" = "$(<in)" ]
	counts_are updated 1 unchanged 1 deleted 2
	[ "$(sql 'select * from t order by 1')" = '2|y
4|x
5|x' ]
	# Any expression of jq's.
	upsert --delete-where '.id % 2 == 0 and .a == null' < <(lines \
		'{"id":4}' '{"id":2,"a":"z"}' '{"id":6}')
	expect 0 '*' ''
	counts_are updated 1 unchanged 1 deleted 1
}

@test "--delete-where: the order within a batch decides" {
	table "id int primary key, a text default 'd', b text"
	sql "insert into t values (2, 'old', 'old'), (4, 'old', 'old')"
	upsert --delete-where .x < <(lines '{"id":1,"a":"n"}' '{"id":1,"x":1}' \
		'{"id":2,"x":1}' '{"id":2,"b":"n"}' '{"id":3,"x":1}' \
		'{"id":3,"x":1}' '{"id":4,"b":"n"}' '{"id":4,"x":1}' \
		'{"id":4,"x":1}' '{"id":4,"b":"m"}')
	expect 0 '*' ''
	# Made anew, so what the record lacks takes its default.
	[ "$(sql 'select * from t order by 1')" = '2|d|n
4|d|m' ]
	counts_are inserted 3 updated 1 unchanged 1 deleted 3 superseded 2
}

@test "--delete-where with --newer: an older tombstone deletes nothing" {
	table 'id int primary key, v int'
	upsert --newer v --delete-where .x < <(lines '{"id":1,"v":5}' \
		'{"id":2,"v":5}' '{"id":3,"v":5}' '{"id":4,"v":5}' \
		'{"id":1,"v":4,"x":1}' '{"id":2,"v":5,"x":1}' \
		'{"id":3,"v":6,"x":1}' '{"id":4,"x":1}' '{"id":3,"v":2}')
	expect 0 '*' ''
	[ "$(sql 'select * from t order by 1')" = '1|5
3|2
4|5' ]
	counts_are inserted 5 deleted 2 older 2
}

@test "--delete-where: what cannot be asked, and tombstones without a key" {
	table 'id int primary key, a text'
	upsert --delete-where '.a | test("x")' -r rejects < <(lines \
		'{"id":1,"a":"y"}' '{"id":2,"a":7}' '{"a":"x"}' '{"id":1,"a":"x"}')
	expect 1 '*' '*2 of 4 records were rejected*'
	[ "$(jq -r '"\(.line) \(.code) \(.reason)"' rejects)" = \
		'2 null --delete-where .a | test("x") failed: number (7) cannot be matched, as it is not a string
3 23502 key column "id" is missing' ]
	counts_are inserted 1 deleted 1
	upsert --delete-where '.a |' <<<'{}'
	expect 64 '' '*--delete-where*'
}

@test "a row that must not be deleted costs its record only" {
	table 'id int primary key, a text'
	sql 'create table child (id int references t); insert into t values
		(1), (2), (3); insert into child values (2)'
	upsert -q --delete-where .x -r rejects --history h < <(lines \
		'{"id":1,"x":1}' '{"id":2,"x":1}' '{"id":3,"x":1}')
	expect 1 '*' ''
	[ "$(jq -r '"\(.line) \(.code)"' rejects)" = '2 23503' ]
	counts_are deleted 2
	[ "$(sql 'select id from t')" = 2 ]
	sql 'drop table child'
}

# ---- history ----

@test "--history: values that change, new rows, deleted ones" {
	table 'id int primary key, price numeric(10,2), ok bool default true,
		at timestamptz, seen timestamptz, g int generated always as (id) stored'
	upsert --history h --stamp at --seen seen --delete-where .x < <(lines \
		'{"id":1,"price":10}' '{"id":2,"price":null,"ok":false}')
	upsert --history h --stamp at --seen seen --delete-where .x < <(lines \
		'{"id":1,"price":12.5}' '{"id":2,"ok":false}')
	counts_are updated 1 unchanged 1
	upsert --history h --stamp at --seen seen --delete-where .x < <(lines \
		'{"id":1,"price":12.50,"ok":false}' '{"id":2,"x":1}' '{"id":1,"x":1}')
	counts_are updated 1 deleted 2
	[ "$(sql 'select id, "column", old, new from h order by at, "column"')" = \
		'1|ok||true
1|price||10.00
2|ok||false
1|price|10.00|12.50
1|ok|true|false
2|ok|false|
1|ok|false|
1|price|12.50|' ]
	# One change has one time, all of a key's differ.
	[ "$(sql 'select count(distinct at) from h')" -eq 6 ]
	[ "$(sql 'select sum(new::numeric) from h where "column" = '\''price'\')" = \
		22.50 ]
}

@test "--history tells what is stored, by triggers too, of what --update names" {
	table 'id int primary key, a text, b text, c text'
	sql "create or replace function up() returns trigger language plpgsql as
		\$\$begin new.a = upper(new.a); return new; end\$\$;
		create trigger up before insert or update on t for each row
		execute function up()"
	for a in x y; do
		upsert --history h --update a,b \
			<<<"{\"id\":1,\"a\":\"$a\",\"b\":\"b\",\"c\":\"$a\"}"
		expect 0 '*' ''
	done
	[ "$(sql 'table t')" = '1|Y|b|x' ]
	[ "$(sql 'select "column", old, new from h order by at, 1')" = 'a||X
b||b
a|X|Y' ]
	upsert --history h --update a <<<'{"id":1}'
	counts_are unchanged 1
	[ "$(sql 'select count(*) from h')" -eq 3 ]
}

@test "--history: composite keys, odd names, partitions, exact types" {
	sql 'drop table if exists "T ""t", "H; --" cascade;
		create table "T ""t" ("K 1" text collate "C", k2 numeric,
		"it'\''s ""x"" \" json, a int[], d timestamptz, f float8,
		primary key (k2, "K 1")) partition by list (k2);
		create table p1 partition of "T ""t" for values in (1.0, 2)'
	for v in '{"a": 1}' '{"a":  1}'; do
		run --separate-stderr pg-upsert -t '"T ""t"' -k 'K 1' -k k2 \
			--history '"H; --"' --delete-where .x < <(lines \
			"{\"K 1\":\"é\",\"k2\":1.00,\"it's \\\"x\\\" \\\\\":$v,\"a\":[1,null],\"d\":\"2020-01-01T00:00:00+01:00\",\"f\":0.1}" \
			'{"K 1":"","k2":2,"x":1}')
		expect 0 '*' ''
	done
	[ "$(sql 'select * from "H; --" order by at, "column" desc')" = "$(
		sql 'select * from "H; --" order by at, "column" desc')" ]
	[ "$(sql "select \"K 1\", k2, \"column\", old, new from \"H; --\"
		order by at, \"column\"")" = 'é|1.00|a||{1,NULL}
é|1.00|d||2019-12-31 23:00:00+00
é|1.00|f||0.1
é|1.00|it'\''s "x" \||{"a": 1}
é|1.00|it'\''s "x" \|{"a": 1}|{"a":  1}' ]
	sql 'drop table "T ""t", "H; --"'
}

@test "--history: its table is created once, or taken as it is" {
	table 'id int primary key, a text'
	sql 'create schema if not exists other'
	for ((i = 0; i < 6; i++)); do
		pg-upsert -t t -k id --history other.h <<<"{\"id\":$i}" \
			>out 2>"err$i" 3>&- &
		pids[i]=$!
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { cat err*; return 1; }
	done
	[ "$(sql 'select count(*) from t')" -eq 6 ]
	sql 'drop schema other cascade'
	sql 'create table h (n bigint generated always as identity, id bigint,
		"column" text, old text, new text, at timestamptz, run text
		default current_user)'
	upsert --history h <<<'{"id":1,"a":"x"}'
	expect 0 '*' ''
	[ "$(sql 'select n, id, "column", new, run = current_user from h')" = \
		'1|1|a|x|t' ]
	sql 'alter table h drop column old'
	upsert --history h <<<'{"id":1,"a":"y"}'
	expect 78 '' '*--history h: it has no column "old"; it needs*'
	upsert --history t <<<'{"id":1,"a":"y"}'
	expect 78 '' '*--history t: it is the same table'
	upsert --history "no.such" <<<'{"id":1,"a":"y"}'
	expect 78 '' '*--history no.such: schema "no" does not exist*'
	upsert --history "a.b.c" <<<'{"id":1,"a":"y"}'
	expect 78 '' '*--history a.b.c: cross-database references*'
	upsert --history "$(printf 'h%.0s' {1..64})" <<<'{"id":1,"a":"y"}'
	expect 78 '' '*a name has at most 63 bytes*'
	upsert --history 'h"' <<<'{"id":1,"a":"y"}'
	expect 78 '' '*--history h": *'
	table 'at int primary key, a text'
	run --separate-stderr pg-upsert -t t -k at --history h <<<'{"at":1}'
	expect 78 '' '*--history h: it has a column "at" of its own, and so has*'
	table 'id int primary key'
	upsert --history h <<<'{"id":1}'
	expect 78 '' '*--history h: there is no column that could change'
}

@test "a batch that is not stored leaves no history" {
	table 'id int primary key, a int check (a < 10)'
	upsert -q --history h -r rejects < <(lines '{"id":1,"a":1}' \
		'{"id":2,"a":20}' '{"id":1,"a":30}')
	expect 1 '*' ''
	[ "$(sql 'select id, "column", new from h')" = '1|a|1' ]
	upsert --history h < <(lines '{"id":3,"a":1}' '{"id":1,"a":50}')
	expect 65 '*' '*'
	[ "$(sql 'select id, "column", new from h order by at')" = '1|a|1
3|a|1' ]
}

# ---- at the same time ----

@test "several at once: no row is lost, a deadlock is met once at most" {
	PGOPTIONS+=' -c deadlock_timeout=20ms'
	table 'id text primary key, v int, a text, b int'
	for n in 1 2 3; do
		python3 - "$n" >"in$n" <<-'END'
			import json, random, sys
			r = random.Random(int(sys.argv[1]))
			for i in range(300):
			    rec = {"id": "k%d" % r.randrange(40)}
			    for c in "vab":
			        if r.random() < 0.7: rec[c] = r.randrange(1000)
			    if r.random() < 0.2: rec["x"] = True
			    print(json.dumps(rec))
		END
		pg-upsert -t t -k id -b 50 --unknown ignore --delete-where .x \
			--history h -s stats <"in$n" >"out$n" 2>"err$n" 3>&- &
		pids[n]=$!
	done
	for n in 1 2 3; do
		wait "${pids[n]}" || { cat "err$n"; return 1; }
		cmp "in$n" "out$n"
	done
	# Who met one goes on alone.
	[[ $(cat err?) != *'(2 of 10)'* ]]
	history_is_whole
}

# ---- who may do what, and what may be in a name ----

@test "rights: what each mode needs, and what is lacking is named" {
	table 'id int primary key, a text, v int'
	sql "drop role if exists poor; create role poor login;
		revoke create on schema public from public;
		grant select, insert, update on t to poor"
	export PGUSER=poor
	lines '{"id":1,"a":"x","v":1}' '{"id":1,"x":1}' >in
	upsert --newer v <in
	expect 65 '*' '*:2: member "x" is no column*'
	upsert --delete-where .x <in
	expect 77 '' '*permission denied for table t: role "poor" has no right to DELETE'
	upsert --history h <in
	expect 77 '' '*--history h: permission denied for schema public*'
	PGUSER=sluice sql 'create table h (id int, "column" text,
		old text, new text, at timestamptz)'
	upsert --history h <in
	expect 77 '' '*--history h: permission denied for table h: role "poor" has no right to INSERT'
	PGUSER=sluice sql 'grant insert on h to poor; grant delete on t to poor'
	upsert --history h --delete-where .x <in
	expect 0 '*' ''
	counts_are unchanged 1 deleted 1
	# By columns, as far as those go.
	PGUSER=sluice sql 'revoke all on t from poor; grant select,
		insert (id, a), update (a) on t to poor'
	upsert --history h --update a < <(lines '{"id":2,"a":"x"}')
	expect 0 '*' ''
	upsert --history h --update a < <(lines '{"id":2,"a":"y"}')
	counts_are updated 1
	upsert <<<'{"id":2,"v":7}'
	expect 77 '' '*permission denied for table t*'
	for mode in append insert-only; do
		PGUSER=sluice sql 'revoke all on t from poor'
		upsert --mode "$mode" <<<'{"id":3}'
		expect 77 '' '*"poor" has no right to INSERT*'
		PGUSER=sluice sql 'grant insert on t to poor'
		[ "$mode" = append ] ||
			PGUSER=sluice sql 'grant select on t to poor'
		upsert --mode "$mode" <<<"{\"id\":${#mode}}"
		expect 0 '*' ''
	done
	PGUSER=sluice sql 'revoke temporary on database modes from public'
	upsert --mode insert-only <<<'{"id":4}'
	expect 77 '' '*permission denied to create temporary tables*'
	PGUSER=sluice sql 'drop owned by poor; drop role poor;
		grant temporary on database modes to public'
}

@test "passwords of a service and a password file, and PGPASSWORD, stay hidden" {
	hba=$(sql 'show hba_file')
	cp "$hba" hba
	{ echo 'local all guarded scram-sha-256'; cat hba; } >"$hba"
	table 'id int primary key'
	sql "drop role if exists guarded; create role guarded login password
		'right one'; grant all on t to guarded" \
		-c 'select pg_reload_conf()' >/dev/null
	printf '[shop]\nuser=guarded\npassword=WrOngOne\n' >service
	echo "*:*:*:guarded:WrOngOne" >pass
	chmod 600 pass
	for try in PGSERVICEFILE=service PGPASSWORD=WrOngOne PGPASSFILE=pass; do
		export PGUSER=guarded "${try?}"
		[[ $try != *service ]] || export PGSERVICE=shop
		upsert -v -r rejects <<<'{"id":1}'
		expect 77 '' '*authentication failed*'
		[[ $stderr != *WrOng* ]]
		unset PGSERVICE PGSERVICEFILE PGPASSWORD PGPASSFILE
	done
	printf '[shop]\nuser=guarded\npassword=right one\n' >service
	PGSERVICEFILE=service PGSERVICE=shop upsert -v -r rejects \
		< <(lines '{"id":1}' '{"id":"right one"}')
	expect 1 '{"id":1}' '*'
	[[ $stderr != *'right one'* && $(<rejects) != *'right one'* ]]
	PGUSER=sluice
	cat hba >"$hba"
	sql 'select pg_reload_conf()' >/dev/null
}

@test "hostile names: tables, columns, constraints, labels, 63 bytes of them" {
	long=$(printf 'é%.0s' {1..31})
	for name in 'x"; drop table victim; --' "it's a.b %s%n" "$long" \
		$'$1 \\ tab\tand\nline'; do
		q=\"${name//\"/\"\"}\"
		json=$(jq -n --arg n "$name" '$n')
		sql "drop schema if exists $q cascade; drop table if exists victim;
			create table victim (); create schema $q;
			create type $q.e as enum ('${name//\'/\'\'}', 'y');
			create table $q.$q ($q text, k int, e $q.e, w text,
			constraint $q check (e::text <> 'y' or k > 0), primary key ($q, k))"
		for e in "$json" '"y"'; do
			run --separate-stderr pg-upsert -t "$q.$q" -k "$name" -k k \
				--newer e --history "$q.h" --delete-where .gone \
				-s stats -q -r rejects < <(lines \
				"{$json:$json,\"k\":1,\"e\":$e,\"w\":$json}" \
				"{$json:$json,\"k\":0,\"e\":\"y\"}")
			[ "$status" -eq 1 ] || { echo "$name: $stderr"; return 1; }
			[ "${#lines[@]}" -eq 1 ]
		done
		[ "$(sql "select $q = e::text, e, k from $q.$q")" = 'f|y|1' ]
		[ "$(sql "select count(*) from $q.h where $q = '${name//\'/\'\'}'
			and \"column\" = 'w' and old is null and new = $q")" -eq 1 ]
		jq -es 'all(.code == "23514")' rejects
		rm rejects
		sql "table victim; drop schema $q cascade"
	done
}

@test "a search path full of traps changes nothing" {
	table 'id int primary key, v int, a text, b text'
	sql "drop schema if exists trap cascade; create schema trap;
		create function trap.boom() returns bool language plpgsql as
			\$\$begin raise 'trapped'; end\$\$;
		create function trap.eq(int, int) returns bool language sql as
			'select trap.boom()';
		create function trap.eqt(text, text) returns bool language sql as
			'select trap.boom()';
		create operator trap.= (leftarg = int, rightarg = int,
			function = trap.eq);
		create operator trap.< (leftarg = int, rightarg = int,
			function = trap.eq);
		create operator trap.= (leftarg = text, rightarg = text,
			function = trap.eqt);
		create operator trap.|| (leftarg = text, rightarg = text,
			function = trap.eqt);
		create function trap.count(int) returns bigint language sql as
			'select trap.boom()::int::bigint';
		create function trap.to_regclass(text) returns regclass
			language sql as 'select trap.boom()::text::regclass';
		create function trap.current_schema() returns name
			language sql as 'select trap.boom()::text::name';
		create function trap.parse_ident(text) returns text[]
			language sql as 'select array[trap.boom()::text]';
		create function trap.clock_timestamp() returns timestamptz
			language sql as 'select trap.boom()::text::timestamptz';
		create function trap.now() returns timestamptz
			language sql as 'select trap.boom()::text::timestamptz';
		create function trap.quote_ident(text) returns text
			language sql as 'select trap.boom()::text';
		create table trap.pg_class (); create table trap.pg_attribute ();
		create table trap._sluice_rows (); create domain trap.text as int
			check (trap.boom()); create domain trap.timestamptz as int"
	PGOPTIONS+=' -c search_path=trap,pg_catalog,public'
	upsert --newer v --history public.h --delete-where .x --stamp a \
		--unknown ignore < <(lines '{"id":1,"v":1}' '{"id":1,"v":2}' \
		'{"id":2,"v":1}' '{"id":2,"x":1,"v":2}')
	expect 0 '*' ''
	counts_are inserted 2 deleted 1 superseded 1
	PGOPTIONS='-c client_min_messages=warning' sql 'drop schema trap cascade'
}

# ---- dry run ----

@test "--dry-run: true counts over batches, and nothing stays" {
	table 'id int primary key, a text, b int check (b < 9), n int unique'
	sql "insert into t values (5, 'x', 1), (6, 'x', 1)"
	before=$(sql 'select xmin, * from t order by id')
	lines '{"id":1,"a":"x"}' '{"id":2,"a":"x"}' '{"id":1,"a":"y"}' \
		'{"id":3,"b":10}' '{"id":5,"a":"x"}' '{"id":2,"x":1}' \
		'{"id":6,"a":"new"}' >in
	upsert --dry-run -b 2 --history h --delete-where .x -r rejects <in
	expect 1 '*CREATE TABLE "public"."h"*WITH s AS*ROLLBACK;
-- rolled back: inserted 2, updated 2, unchanged 1, deleted 1, older 0, superseded 0, rejected 1' \
		'*1 of 7 records were rejected*'
	counts_are inserted 2 updated 2 unchanged 1 deleted 1
	[ "$(jq .line rejects)" = 4 ]
	[ "$(sql 'select xmin, * from t order by id')" = "$before" ]
	[ "$(sql "select to_regclass('h')")" = '' ]
	# Nor what is made on the way.
	run --separate-stderr pg-upsert -t made -k id --create --history h \
		--unknown add --sample 1 -b 1 --dry-run \
		< <(lines '{"id":1}' '{"id":1,"c":2}')
	expect 0 '*CREATE TABLE*"made"*ADD COLUMN*inserted 1, updated 1,*' ''
	[ "$(sql "select to_regclass('h'), to_regclass('made')")" = '|' ]
	# The same counts when it is done.
	upsert -q -b 2 --history h --delete-where .x -r rejects <in
	counts_are inserted 2 updated 2 unchanged 1 deleted 1
}

@test "--dry-run: each statement once, whatever the mode" {
	table 'id int primary key, a text'
	for mode in upsert insert-only append; do
		seq 1 100 | jq -c '{id: ., a: "x"}' >in
		upsert -b 10 --dry-run --mode "$mode" <in
		expect 0 '*-- rolled back: inserted 100, *' ''
		[ -z "$(sort <<<"$output" | uniq -d)" ]
		[ "$(sql 'select count(*) from t')" -eq 0 ]
	done
	upsert --dry-run <<<'{"id":"x"}'
	expect 65 '*-- rolled back: inserted 0, *, rejected 1' '*:1: *'
	upsert --dry-run </dev/null
	expect 0 '*-- rolled back: inserted 0, *' ''
}

# rehearsing: a dry run has done a batch and waits for the next.
rehearsing() {
	[ "$(sql "select count(*) from pg_stat_activity where state =
		'idle in transaction' and query like 'RELEASE SAVEPOINT part'")" -eq 1 ]
}

@test "--dry-run: what a new try would have to repeat is lost, so 75" {
	table 'id int primary key, a text'
	mkfifo pipe
	pg-upsert -t t -k id --dry-run --flush-after 0.01 <pipe >out 2>err 3>&- &
	pid=$!
	exec 9>pipe
	echo '{"id":1}' >&9
	wait_for rehearsing
	sql "select pg_terminate_backend(pid) from pg_stat_activity
		where application_name = 'pg-upsert'" >/dev/null
	echo '{"id":2}' >&9
	exec 9>&-
	rc=0
	wait "$pid" || rc=$?
	[ "$rc" -eq 75 ]
	[[ $(<err) == *'could not store line'* ]]
	[ "$(tail -n 1 out)" = '-- rolled back: inserted 1, updated 0, unchanged 0, deleted 0, older 0, superseded 0, rejected 0' ]
}

# ---- properties ----

# fold SEED OPTION...: random records into in; what t has to be after them, and
# after them twice, into want1 and want2.
fold() {
	python3 - "$@" <<-'END'
		import json, random, sys
		r = random.Random(int(sys.argv[1]))
		newer, deletes = "newer" in sys.argv, "deletes" in sys.argv
		first, null = "insert-only" in sys.argv, "null" in sys.argv
		keys = [2, 20, 100][int(sys.argv[1]) % 3]
		records = []
		for i in range(r.choice([30, 90, 150])):
		    rec = {"id": r.randrange(keys)}
		    if r.random() < 0.9: rec["v"] = r.choice([None] + list(range(9)))
		    if r.random() < 0.8: rec["a"] = r.choice([None, "", "x", "z%d" % i])
		    if r.random() < 0.8: rec["b"] = r.choice([None, i, 0])
		    if deletes and r.random() < 0.3: rec["x"] = True
		    records.append(rec)
		def rank(row): return -1 if row.get("v") is None else row["v"]
		def apply(table, rec):
		    rec, row = dict(rec), table.get(rec["id"])
		    gone = rec.pop("x", False)
		    if row is not None and (first or newer and rank(rec) < rank(row)):
		        return
		    if gone:
		        table.pop(rec["id"], None)
		        return
		    if newer: rec.setdefault("v", None)
		    if null: rec = {**dict.fromkeys("vab"), **rec}
		    if row is None:
		        row = table[rec["id"]] = {"id": rec["id"], "v": 5, "a": "d", "b": None}
		    row.update(rec)
		def text(v):
		    return "\\N" if v is None else str(v)
		table = {}
		with open("in", "w") as f:
		    for rec in records: f.write(json.dumps(rec) + "\n")
		for n in "12":
		    for rec in records: apply(table, rec)
		    with open("want" + n, "w") as f:
		        for k in sorted(table):
		            f.write("\t".join(text(table[k][c]) for c in ["id", "v", "a", "b"]) + "\n")
	END
}

# property NAME OPTION...: what the options are called in the model, and are.
property() {
	local name=$1 seed n
	shift
	for seed in 1 2 13; do
		table "id int primary key, v int default 5, a text default 'd', b int"
		# shellcheck disable=SC2086 # words
		fold "$seed" $name
		for n in 1 2; do
			upsert -b $((seed * seed * 7)) --unknown ignore "$@" <in
			[ "$status" -eq 0 ]
			[ "$output" = "$(<in)" ]
			sql 'copy (table t order by id) to stdout' >got
			diff "want$n" got
			adds_up
			[[ $name != *history* ]] || history_is_whole
		done
	done
}

@test "property: with versions, the table is the fold of the input" {
	property newer --newer v
}

@test "property: with deletions" {
	property deletes --delete-where .x
}

@test "property: with versions, deletions and their history" {
	property 'newer deletes history' --newer v --delete-where .x --history h
}

@test "property: with history, and null for what a record lacks" {
	property 'history null' --history h --missing null
}

@test "property: with deletions, and null for what a record lacks" {
	property 'deletes null newer' --delete-where .x --missing null --newer v
}

@test "property: where rows stay as they are" {
	property insert-only --mode insert-only
}
