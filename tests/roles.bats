#!/usr/bin/env bats
# pipelines/roles.sql: what each role may and may not do, the datasets as the
# role that loads, and the way of somebody who has a server.
# shellcheck disable=SC2030,SC2031,SC2154 # each test is a subshell; bats and the helper set what is read here

load helper

setup_file() {
	export SLUICE_VAR=$BATS_FILE_TMPDIR/var
	start_pg shop
	sql "create schema other; create table other.secret (id int);
		create role stranger login" \
		-c 'set role sluice_owner' \
		-c "create table things (id bigint generated always as identity
			primary key, name text); insert into things (name) values ('a')" \
		-c "create view names as select name from things" \
		-c "create table sluice.notes (name text)"
}

teardown_file() {
	stop_pg
}

# may LOGIN STATEMENT, may_not LOGIN STATEMENT...: each in a transaction that
# is rolled back; no is 42501.
may() {
	local login=$1
	shift
	PGUSER=$login run sql begin "${@/#/-c}" -c rollback
	[ "$status" -eq 0 ] || {
		echo "$login may not: $*: $output"
		return 1
	}
}

may_not() {
	local login=$1 statement
	shift
	for statement; do
		PGUSER=$login run sql '\set VERBOSITY verbose' -c begin \
			-c "$statement" -c rollback
		[[ $status -ne 0 && $output == *' 42501: '* ]] || {
			echo "$login may: $statement: $output"
			return 1
		}
	done
}

@test "sluice_service loads, and cannot do anything else" {
	may sluice_loader "insert into things (name) values ('b')" \
		"update things set name = 'c'" 'delete from things' \
		'select * from names' "insert into sluice.notes values ('n')" \
		'create temporary table t (id int)'
	may_not sluice_loader 'create table mine (id int)' \
		'create schema mine' 'create table sluice.mine (id int)' \
		'create view mine as select 1' \
		'create function mine() returns int language sql return 1' \
		'drop table things' 'drop view names' 'drop schema sluice cascade' \
		'alter table things add column x int' 'truncate things' \
		'create index on things (name)' \
		'create trigger t before insert on things execute function f()' \
		'alter table things owner to sluice_service' \
		'select * from other.secret' 'create table other.mine (id int)' \
		'set role sluice_owner' 'create role mine' \
		"copy things to program 'id'" "copy things to '/dev/null'" \
		'select * from pg_authid' \
		'alter role sluice_loader superuser' \
		'grant sluice_owner to sluice_loader'
}

@test "sluice_reader reads, and cannot write" {
	may sluice_viewer 'select * from things' 'select * from names' \
		'select * from sluice.notes'
	may_not sluice_viewer "insert into things (name) values ('b')" \
		"update things set name = 'c'" 'delete from things' \
		'truncate things' "select nextval('things_id_seq')" \
		'select * from things for update' 'drop table things' \
		"insert into sluice.notes values ('n')" \
		'create table mine (id int)' 'select * from other.secret' \
		'set role sluice_service' 'set role sluice_owner'
}

@test "sluice_owner makes and changes tables, the others may at once" {
	may sluice_admin 'set role sluice_owner' \
		'create table later (id int)' 'alter table things add x int' \
		'set role none' 'drop table things cascade'
	may_not sluice_admin 'create role mine' \
		'select * from other.secret' 'select * from pg_authid' \
		'alter table other.secret add x int'
	PGUSER=sluice_admin sql 'set role sluice_owner' \
		-c 'create table later (id serial)' -c 'create view last as table later'
	may sluice_loader 'insert into later default values' 'table last'
	may sluice_viewer 'table later' 'table last'
	may_not sluice_viewer 'insert into later default values'
}

@test "who is in none of the roles" {
	may_not stranger 'create table mine (id int)' 'select * from things' \
		'table sluice.notes' "insert into things (name) values ('b')"
}

@test "a login that is called as the schema has its tables in public" {
	run sql 'create table whose (id int)' -c "select 'whose'::regclass" \
		-c "select relnamespace::regnamespace from pg_class where relname = 'whose'" \
		-c 'drop table whose'
	[ "$output" = $'whose\npublic' ]
}

@test "again, and by an owner of the database who is no superuser" {
	sql 'create role boss login createrole; create role old login' \
		-c 'create database elsewhere owner boss'
	export PGDATABASE=elsewhere
	PGUSER=boss sql 'create table before (id serial primary key)' \
		-c 'create view seen as table before'
	sql 'create table not_his (id int)'
	for _ in 1 2; do
		PGUSER=boss run --separate-stderr psql -X \
			-f "$root/pipelines/roles.sql"
		expect 0 '' ''
	done
	[ "$(sql "select string_agg(relname || ' ' || relowner::regrole, ' '
			order by relname) from pg_class
		where relnamespace = 'public'::regnamespace and relkind <> 'i'")" = \
		'before sluice_owner before_id_seq sluice_owner not_his sluice seen sluice_owner' ]
	PGUSER=boss sql 'create role loader login in role sluice_service'
	may loader 'insert into before default values' 'table seen'
	may_not loader 'create table mine (id int)'
	may_not stranger 'create table mine (id int)' 'table before'
}

@test "a private cluster that was there before gets the roles" {
	sql 'create database early' -c '\c early' -c 'create schema sluice' \
		-c 'create table sluice.runs (id int)' -c 'create table t (id int)'
	unset "${!PG@}"
	run --separate-stderr "$root/pipelines/local-postgres" start early
	expect 0 '' ''
	eval "$("$root/pipelines/local-postgres" env early)"
	may sluice_loader 'insert into t values (1)' \
		'insert into sluice.runs values (1)'
	may sluice_admin 'drop table t' 'drop table sluice.runs'
}

@test "no users without a password, unless they are asked for" {
	[ "$(sed '/^\\if/,/^\\endif/d; /^--/d' "$root/pipelines/roles.sql" |
		grep -c login)" -eq 0 ]
}

# schema STATEMENT: the function of lib.sh on a file of that.
schema_of() {
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/schema.sql"
	bash -c 'set -euo pipefail; . "$1/pipelines/lib.sh"; schema "$2"' \
		pipeline "$root" "$BATS_TEST_TMPDIR/schema.sql"
}

@test "schema: by the owner, by who loads, or by nobody" {
	# a login that may not, and all is there
	PGUSER=sluice_loader run --separate-stderr schema_of \
		'create table if not exists things (id int);'
	expect 0 '' ''
	# something is missing
	PGUSER=sluice_loader run --separate-stderr schema_of \
		$'create table if not exists things (\ncreate or replace view new_view as\ncreate table if not exists sluice.new_table (id int);'
	expect 77 '' "*may not make it: new_view sluice.new_table: have a member of sluice_owner run, once, psql -c 'set role sluice_owner' -f */schema.sql"
	# the owner's login makes it, with a password of its own
	PGUSER=sluice_loader PGPASSWORD=x SLUICE_OWNER=sluice_admin \
		run --separate-stderr schema_of \
		'create table if not exists new_table (id int);'
	expect 0 '' '*'
	[ "$(sql "select relowner::regrole from pg_class where relname = 'new_table'")" = sluice_owner ]
	PGUSER=sluice_loader run --separate-stderr schema_of \
		'create table if not exists new_table (id int);'
	expect 0 '' ''
	# an owner who is none
	SLUICE_OWNER=sluice_loader run --separate-stderr schema_of 'select 1;'
	expect 77 '' '*permission denied to set role "sluice_owner"*'
	# somebody with one login for all
	PGDATABASE=postgres sql 'create database simple'
	PGDATABASE=simple run --separate-stderr schema_of \
		$'create table if not exists t (id int);\nalter table t add column if not exists x int;'
	expect 0 '' '*'
	PGDATABASE=simple sql 'insert into t (x) values (1)'
}

@test "each dataset loads the private cluster as sluice_loader" {
	unset "${!PG@}"
	start_apid --products 60 --orders 20
	export USERS_BASE_URL=$API/api/v2 WDN_BASE_URL=$API/api/v1
	export SHOPIFY_BASE_URL=$API SHOPIFY_TOKEN_FILE=$BATS_TEST_TMPDIR/token
	echo shpat_test >"$SHOPIFY_TOKEN_FILE"
	run --separate-stderr "$root/pipelines/run" users count=3
	expect 0 '*' '*'
	FRESH=1 run --separate-stderr "$root/pipelines/run" wdn brands=Jordan
	expect 0 '*' '*'
	run --separate-stderr "$root/pipelines/run" orders
	expect 0 '*' '*'
	local database
	for database in grover highsnobiety; do
		PGDATABASE=$database run --separate-stderr \
			"$root/pipelines/local-postgres" psql -XAtc "
			select distinct relowner::regrole from pg_class
			where relkind in ('r', 'v')
			and relnamespace in ('public'::regnamespace, 'sluice'::regnamespace)"
		expect 0 sluice_owner ''
	done
	PGUSER=sluice_viewer run --separate-stderr "$root/pipelines/local-postgres" \
		psql -d grover -c 'select 1'
	expect 0 '*' ''
}
