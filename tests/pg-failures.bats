#!/usr/bin/env bats
# What can happen to a connection and to a server, each on purpose: nothing
# that is committed is printed twice, nothing is printed that is not.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

teardown() {
	exec 8>&-
	# shellcheck disable=SC2046
	kill $(jobs -p) 2>/dev/null || true
	umount -l disk 2>/dev/null || true
}

# records N: of the table (id, a, b).
records() {
	seq "$1" | awk '{ printf "{\"id\":%d,\"a\":\"text %d\",\"b\":%d}\n",
		$1, $1 % 100, $1 * 2 }'
}

count_is() {
	[ "$(sql 'select count(*) from t')" -eq "$1" ]
}

@test "a socket that takes little at a time is waited for" {
	! sanitized || skip "a sanitizer does not like to be preloaded behind"
	table 'id int primary key, a text, b int'
	records 20000 >in
	for mode in upsert append; do
		sql 'truncate t'
		FAIL_CALL=send LD_PRELOAD=$root/bin/failat.so \
			run --separate-stderr timeout -k 1 30 \
			pg-upsert -t t -k id --mode "$mode" -b 7000 <in
		expect 0 '*' ''
		[ "$output" = "$(<in)" ]
		count_is 20000
	done
}

# stats EXPRESSION: of the last line of the stats.
stats() {
	tail -n 1 stats | jq -e "$1" >&2
}

# start OPTION...: runs pg-upsert on the file in, in the background; sets pid.
start() {
	pg-upsert -t t -s stats "$@" <"${input:-in}" >out 2>err 3>&- 8>&- &
	pid=$!
}

# loaded: waits for it; it went well, printed all and said what it tried again.
loaded() {
	local status=0
	wait "$pid" || status=$?
	cat err >&2
	[ "$status" -eq 0 ]
	cmp out in
	stats '.retries > 0 and .in == .done and .exit == 0'
}

# says TEXT: it is on standard error by now.
says() {
	grep -q -- "$1" err
}

# session: psql in the background that does what comes on descriptor 8.
session() {
	rm -f todo said
	mkfifo todo
	psql -XqAt <todo >said 3>&- &
	exec 8>todo
}

# do_sql STATEMENTS: in that session; returns when they are done.
do_sql() {
	local n
	n=$(grep -cs 'it is' said) || true
	lines "$1" '\echo it is done' >&8
	wait_for is_done $((n + 1))
}

is_done() {
	[ "$(grep -c 'it is' said)" -ge "$1" ]
}

waits_for_lock() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'pg-upsert' and wait_event_type = 'Lock'")" = 1 ]
}

# ---- the connection ----

# cutter PLACE... &: a relay in front of the server's socket, in this folder.
# Of each connection it lets one transaction pass; the next it cuts: the first
# connection at the first place, and so on; `answer` is that of COMMIT.
cutter() {
	exec python3 - "$PGHOST/.s.PGSQL.5432" "$PWD/.s.PGSQL.5432" "$@" <<-'END'
		import socket, sys, threading
		places = sys.argv[3:]
		def close(*ends):
		    for s in ends:
		        try: s.shutdown(socket.SHUT_RDWR)
		        except OSError: pass
		def messages(read):
		    n = int.from_bytes(read(4), "big")
		    yield b"", n.to_bytes(4, "big") + read(n - 4)
		    while kind := read(1):
		        n = read(4)
		        yield kind, n + read(int.from_bytes(n, "big") - 4)
		def place(kind, body):
		    if kind == b"Q" and b"COMMIT" in body[4:11]: return "commit"
		    if kind == b"Q" and b"BEGIN" in body[4:11]: return "begin"
		    if kind == b"Q" and b"INSERT" in body: return "merge"
		    return {b"d": "rows", b"c": "end"}.get(kind)
		def answers(server, client, state):
		    while data := server.recv(65536):
		        if state["mute"]: break
		        client.sendall(data)
		    close(server, client)
		def serve(client, cut):
		    server = socket.socket(socket.AF_UNIX)
		    server.connect(sys.argv[1])
		    state = {"mute": False}
		    threading.Thread(target=answers, daemon=True,
		        args=(server, client, state)).start()
		    begun = 0
		    for kind, body in messages(client.makefile("rb").read):
		        at = place(kind, body)
		        begun += at == "begin"
		        if begun == 2 and at == cut:
		            break
		        state["mute"] |= begun == 2 and at == "commit" and cut == "answer"
		        server.sendall(kind + body)
		    close(server, client)
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(sys.argv[2])
		listener.listen()
		while True:
		    cut = places.pop(0) if places else ""
		    threading.Thread(target=serve, daemon=True,
		        args=(listener.accept()[0], cut)).start()
	END
}

# cut_in_two MODE SESSIONS PLACE...: a thousand records in ten batches over
# connections that are cut at these places.
cut_in_two() {
	local mode=$1 sessions=$2
	shift 2
	rm -f .s.PGSQL.5432
	table 'id int, a text, b int'
	[ "$mode" = append ] || sql 'create unique index on t (id)'
	cutter "$@" 3>&- &
	relay=$!
	wait_for test -S .s.PGSQL.5432
	PGHOST=$PWD start -k id -b 100 --mode "$mode" --sessions "$sessions"
	loaded
	kill "$relay"
	# A session may take the one behind with it before that is cut.
	((sessions == 1)) && cuts=$# || cuts=1
	stats ".retries >= $cuts and .inserted == 1000"
	[ "$(sql 'select count(*), count(distinct id) from t')" = '1000|1000' ]
}

@test "a connection that is cut, wherever in a transaction" {
	records 1000 >in
	cut_in_two upsert 1 begin rows end merge commit answer
	cut_in_two upsert 2 begin rows end merge commit answer
	cut_in_two upsert 2 answer commit answer merge end rows begin rows
	# An append has nothing to merge, and would be doubled.
	cut_in_two append 2 begin rows end commit answer
}

@test "sessions that are ended while they wait" {
	table 'id int primary key, a text, b int'
	records 30 >in
	session
	do_sql 'begin; lock table t;'
	start -k id -b 10
	for _ in 1 2; do
		wait_for waits_for_lock
		sql "select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = 'pg-upsert'"
		wait_for says 57P01
	done
	exec 8>&-
	loaded
	count_is 30
}

# ---- two sessions ----

# is_ahead: a batch lies in the second session, and waits there.
is_ahead() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'pg-upsert' and wait_event = 'ClientRead'
		and query like '%COPY pg_temp.%'")" = 1 ]
}

# printed N: so many records are on standard output by now.
printed() {
	[ "$(wc -l <out)" -eq "$1" ]
}

sessions_are() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'pg-upsert'")" = "$1" ]
}

# stored: what was begun ends well, once the table is free.
stored() {
	lines 'rollback;' >&8
	wait "$pid"
	cmp out in
	count_is "$(wc -l <in)"
}

@test "a batch is taken in while the one before waits, and stored after it" {
	table 'id int primary key, a text, b int, n serial'
	# Of two with one key the last counts.
	{ lines '{"id":7,"a":"x","b":0}' && records 999; } >in
	session
	do_sql 'begin; lock table t;'
	start -k id -b 100
	wait_for waits_for_lock
	wait_for is_ahead
	sessions_are 2
	lines 'rollback;' >&8
	wait "$pid"
	cmp out in
	[ "$(sql 'select count(*), sum(b) from t where id = n')" = '999|999000' ]
	stats '.retries == 0 and .inserted == 999 and .superseded == 1'
}

# looks: a batch is compared with the table ahead of its turn; it has its
# answer, or waits for a lock.
looks() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'pg-upsert' and (wait_event = 'ClientRead'
		or wait_event_type = 'Lock') and query like '%NOT EXISTS%'")" = 1 ]
}

@test "what a batch was found to be the same as may be changed before it" {
	table 'id int primary key, a text, b int'
	records 300 >in
	pg-upsert -t t -k id <in >out
	# The fourth batch changes a row that the fifth finds as it was.
	{ cat in && sed -n '150s/}/,"a":"other"}/p' in && sed -n '202,300p' in &&
		sed -n '101,200p' in; } >again
	session
	do_sql 'begin; select 1 from t where id = 150 for update;'
	input=again start -k id -b 100
	wait_for waits_for_lock
	wait_for looks
	lines 'rollback;' >&8
	wait "$pid"
	cmp out again
	[ "$(sql 'select a from t where id = 150')" = 'text 50' ]
	stats '.updated == 2 and .unchanged == 498 and .inserted == 0'
}

@test "what changes nothing is only compared, ahead of its turn" {
	table 'id int primary key, a text, b int, seen timestamptz'
	records 400 >in
	pg-upsert -t t -k id <in >out
	sql 'create table was as select xmin::text x, id from t'
	for seen in '' --seen=seen; do
		rm -f fifo
		mkfifo fifo
		session
		input=fifo start -v -k id -b 100 ${seen:+"$seen"}
		exec 7>fifo
		head -n 200 in >&7
		wait_for printed 200
		do_sql 'begin; lock table t;'
		tail -n 200 in >&7
		exec 7>&-
		wait_for looks
		lines 'rollback;' >&8
		exec 8>&-
		wait "$pid"
		cmp out in
		stats '.unchanged == 400'
		# The first, the second and the third are merged.
		[ "$(grep -c 'INSERT INTO' err)" = 3 ]
		[ -n "$seen" ] || [ "$(sql 'select count(*) from t join was
			using (id) where t.xmin::text = x')" = 400 ]
	done
	[ "$(sql 'select count(seen) from t')" = 400 ]
	sql 'drop table was'
}

@test "one session: by choice, and where there is no second" {
	sql "drop role if exists narrow; create role narrow login
		connection limit 1; revoke all on schema public from narrow"
	records 300 >in
	session
	for option in --sessions=1 -vv; do
		table 'id int primary key, a text, b int'
		sql 'grant all on t to narrow'
		do_sql 'begin; lock table t;'
		PGUSER=narrow start -k id -b 100 "$option"
		wait_for waits_for_lock
		[ "$option" != -vv ] || wait_for says \
			'goes on with one session: .*too many connections'
		sessions_are 1
		stored
	done
	sql 'drop table t; drop role narrow'
}

# A relay that serves its first connection only, and keeps the others waiting.
first_only() {
	exec python3 - "$PGHOST/.s.PGSQL.5432" "$PWD/.s.PGSQL.5432" <<-'END'
		import socket, sys, threading
		def copy(a, b):
		    while data := a.recv(65536): b.sendall(data)
		    b.shutdown(socket.SHUT_WR)
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(sys.argv[2])
		listener.listen()
		client = listener.accept()[0]
		server = socket.socket(socket.AF_UNIX)
		server.connect(sys.argv[1])
		threading.Thread(target=copy, args=(client, server)).start()
		copy(server, client)
	END
}

@test "a second session that is not let in is not waited for" {
	table 'id int primary key, a text, b int'
	records 300 >in
	session
	do_sql 'begin; lock table t;'
	first_only 3>&- 8>&- &
	wait_for test -S .s.PGSQL.5432
	PGHOST=$PWD start -k id -b 100 -vv
	wait_for says 'goes on with one session'
	stored
}

@test "a batch in the second session stays behind a bad record" {
	records 300 >in
	session
	for option in '' -rbad; do
		table 'id int primary key, a text, b int check (b <> 100)'
		do_sql 'begin; lock table t;'
		start -k id -b 100 $option
		wait_for is_ahead
		lines 'rollback;' >&8
		status=0
		wait "$pid" || status=$?
		if [ -z "$option" ]; then
			[ "$status" -eq 65 ]
			count_is 49
			cmp out <(head -n 49 in)
		else
			[ "$status" -eq 1 ]
			count_is 299
			cmp out <(sed 50d in)
		fi
	done
}

other_waits() {
	[ "$(sql "select count(*) from pg_stat_activity where
		application_name = 'psql' and wait_event = 'advisory'")" = 1 ]
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

@test "a bad record, while another loader waits to be alone" {
	table 'id int primary key, a text, b int check (b <> 100)'
	records 300 >in
	session
	do_sql 'begin; lock table t;'
	start -k id -b 100 -r bad
	wait_for is_ahead
	# The lock of all loaders of the table, as pgload_begin has it.
	sql "select pg_advisory_lock(8317151705678479360 + 't'::regclass::oid::int8)
		" >/dev/null 2>err2 3>&- 8>&- &
	other=$!
	wait_for other_waits
	lines 'rollback;' >&8
	wait_for has_ended "$pid"
	wait "$pid" || [ $? -eq 1 ]
	wait "$other"
	count_is 299
}

@test "a second session that ends while it waits: its batch is sent again" {
	table 'id int primary key, a text, b int'
	records 300 >in
	session
	do_sql 'begin; lock table t;'
	start -k id -b 100
	wait_for is_ahead
	sql "select pg_terminate_backend(pid) from pg_stat_activity where
		application_name = 'pg-upsert' and wait_event = 'ClientRead'"
	wait_for sessions_are 1
	lines 'rollback;' >&8
	loaded
	says 'server warns: terminating connection'
	says 'could not store lines 101 to 200 .*server closed'
	stats '.retries == 1'
	count_is 300
}

# ---- the server ----

@test "a server that crashes and recovers, in the middle of an append" {
	table 'id int, a text, b int'
	records 2000 >in
	pg-upsert -t t --mode append -q < <(head -n 500 in) >before
	tail -n +501 in >rest
	mv rest in
	session
	do_sql 'begin; lock table t;'
	start --mode append -b 500
	wait_for waits_for_lock
	# It takes all sessions down, and starts up again.
	kill -9 "$(sql "select pid from pg_stat_activity
		where application_name = 'pg-upsert' limit 1")"
	loaded
	[ "$(sql 'select count(*), count(distinct id) from t')" = '2000|2000' ]
}

more_than() {
	[ "$(sql 'select count(*) from t' 2>/dev/null || echo 0)" -ge "$1" ]
}

# server_folder: where the data are.
server_folder() {
	sql 'show data_directory'
}

restart() {
	"$root/pipelines/local-postgres" stop >&2 3>&- 8>&-
	"$root/pipelines/local-postgres" start failures >&2 3>&- 8>&-
}

@test "kill -9 of the client and of the server: again gives the same table" {
	table 'id int primary key, a text, b int'
	records 20000 >in
	start -k id -b 300
	wait_for more_than 1
	kill -9 "$pid"
	wait "$pid" || true
	# What was printed is there.
	sed '$!b;/}$/!d' out | jq .id | sort >printed
	sql 'select id from t' | sort >stored
	[ -z "$(comm -23 printed stored)" ]
	rm -f stats
	mkfifo pipe
	input=pipe start -k id -b 300
	{ head -n 10000 in && wait_for test -e killed && tail -n +10001 in; } \
		>pipe 3>&- &
	wait_for more_than 9000
	read -r postmaster <"$(server_folder)/postmaster.pid"
	kill -QUIT "$postmaster"
	: >killed
	wait_for says 'trying again'
	restart
	loaded
	stats '.inserted + .unchanged == 20000 and .updated == 0'
	[ "$(sql 'select count(*), sum(b) from t')" = '20000|400020000' ]
}

@test "a standby refuses, until it is promoted" {
	table 'id int primary key, a text, b int'
	records 30 >in
	folder=$(server_folder)
	touch "$folder/standby.signal"
	restart
	run --separate-stderr pg-upsert -t t -k id --retry 0 <in
	expect 75 '' '*25006*'
	start -k id
	wait_for says 'trying again'
	sql 'select pg_promote()'
	loaded
	count_is 30
}

@test "no connection left: it waits for one" {
	table 'id int primary key, a text, b int'
	records 30 >in
	sql 'drop role if exists crowd' -c 'create role crowd login' \
		-c 'grant all on t to crowd' -c 'alter role crowd connection limit 1'
	PGUSER=crowd session
	do_sql 'select 1;'
	PGUSER=crowd start -k id
	wait_for says '53300.*trying again\|trying again.*53300'
	exec 8>&-
	loaded
	count_is 30
}

# ---- errors that may pass ----

# raises CODE [TIMES]: the first rows of t, whoever stores them, raise it. A
# sequence goes on where a transaction is rolled back.
raises() {
	sql "drop sequence if exists raised; create sequence raised" \
		-c "create or replace function raise_it() returns trigger
		language plpgsql as \$\$begin
			if nextval('public.raised') <= ${2:-1} then
				raise 'on purpose' using errcode = '$1';
			end if;
			return new; end\$\$;
		create trigger raise_it before insert on t for each statement
		execute function raise_it()"
}

@test "what may pass is tried again; an append stores nothing twice" {
	records 30 >in
	for mode in upsert append; do
		for code in 40001 40P01 55P03 57014 53100 53200 58030 25P03; do
			table 'id int, a text, b int'
			[ "$mode" = append ] || sql 'create unique index on t (id)'
			raises "$code"
			rm -f stats
			start -k id --mode "$mode" -b 10
			loaded
			says "$code"
			stats '.retries == 1 and .inserted == 30'
			count_is 30
		done
	done
}

@test "what does not pass is said at once, with its status" {
	records 3 >in
	for what in 42501:77 42P01:78 0A000:78 57P04:78; do
		table 'id int primary key, a text, b int'
		raises "${what%:*}" 1000
		run --separate-stderr pg-upsert -t t -k id <in
		expect "${what#*:}" '' "*could not store lines 1 to 3 in table*on purpose*${what%:*}*"
		count_is 0
	done
	# It never passes: the retries are used up.
	raises 53100 1000 2>&1 || true
	table 'id int primary key, a text, b int'
	raises 53100 1000
	run --separate-stderr pg-upsert -t t -k id --retry 2 <in
	expect 75 '' '*trying again in*(1 of 2)*(2 of 2)*53100*'
}

@test "a real deadlock: the victim tries again" {
	table 'id int primary key, a text, b int'
	records 4 >in
	sql "insert into t values (1, 'old', 0), (2, 'old', 0)"
	session
	do_sql "set deadlock_timeout = '1min'; begin;
		update t set b = -2 where id = 2;"
	# Its one look for a deadlock comes once the other waits, too.
	PGOPTIONS='-c deadlock_timeout=3s' start -k id -b 2
	wait_for waits_for_lock
	# The victim shuts out other loaders: not its own second session.
	wait_for is_ahead
	echo 'update t set b = -1 where id = 1; commit;' >&8
	loaded
	says 40P01
	[ "$(sql 'table t order by 1')" = '1|text 1|2
2|text 2|4
3|text 3|6
4|text 4|8' ]
}

@test "statement_timeout and lock_timeout: tried again when they strike" {
	records 3 >in
	for setting in statement_timeout:57014 lock_timeout:55P03; do
		table 'id int primary key, a text, b int'
		session
		do_sql 'begin; lock table t;'
		rm -f stats
		PGOPTIONS="-c ${setting%:*}=500ms" start -k id
		wait_for says "${setting#*:}"
		exec 8>&-
		loaded
		count_is 3
	done
}

@test "serializable by default: it still stores under concurrent writers" {
	table 'id int primary key, a text, b int'
	records 2000 >in
	export PGOPTIONS='-c default_transaction_isolation=serializable'
	start -k id -b 100
	pg-upsert -t t -k id -b 70 <in >out2 2>err2 3>&-
	wait "$pid"
	cmp out in
	cmp out2 in
	count_is 2000
}

@test "a disk that is full on the server: tried again until there is room" {
	local disk=$BATS_TEST_TMPDIR/disk
	mkdir "$disk"
	mount -t tmpfs -o size=1m tmpfs "$disk" 2>/dev/null ||
		skip 'may not mount a tmpfs here'
	records 20000 >in
	mkdir -m 700 "$disk/space"
	sql "create tablespace small location '$disk/space'" || {
		umount -l "$disk"
		skip 'the server may not use the folder'
	}
	sql 'drop table if exists t' -c 'create table t (id int primary key using
		index tablespace small, a text, b int) tablespace small'
	start -k id -b 10000
	wait_for says 53100
	mount -o remount,size=50m "$disk"
	loaded
	count_is 20000
	sql 'drop table t' -c 'drop tablespace small'
	umount "$disk"
}
