# The rows of pg-upsert, in a private cluster. The limit is what psql does
# with a file that is ready for COPY: what the server can take at all.
# shellcheck shell=bash
# Variables are shared with run; commands are text that another bash reads.
# shellcheck disable=SC2154,SC2034,SC2016

bench_columns=(sku name brand color price currency stock rating active
	released_at updated_at url description)

sql() {
	psql -XqAt -v ON_ERROR_STOP=1 "$@"
}

# start_database ROW: skips the row, by name, where that cannot be.
start_database() {
	needs pg-upsert || return 1
	export SLUICE_VAR=$work/var
	[[ -z ${database_runs-} ]] || return 0
	database_runs=1
	"$root/pipelines/local-postgres" start bench >&2
	eval "$("$root/pipelines/local-postgres" env bench)"
	sql <<-'END'
		set client_min_messages to warning;
		drop table if exists bench;
		create table bench (id bigint primary key, sku text, name text,
			brand text, color text, price numeric, currency text,
			stock integer, rating numeric, active boolean,
			released_at timestamptz, updated_at timestamptz, url text,
			description text);
		alter table bench set (autovacuum_enabled = false);
	END
}

stop_database() {
	[[ -n ${database_runs-} ]] || return 0
	SLUICE_VAR=$work/var "$root/pipelines/local-postgres" stop >&2 || true
	rm -rf "${work:?}/var"
}

# Records with distinct ids, the same as text for COPY, and two tables of what
# is there before: all of it, and every second row with another price.
make_tables() {
	local n=$((mb * 10000 / 3)) size rows
	((n >= 2000)) || n=2000
	for size in full:"$n" small:"$((n / 10))"; do
		rows=${size#*:}
		size=${size%:*}
		generate ids "$rows" >"$data/$size/in"
		"${python[@]}" "$here/peers_pg.py" tsv "$data/$size/in" \
			>"$data/$size/tsv"
		echo "$((rows / 1000)).$(printf %03d $((rows % 1000)))" \
			>"$data/$size/amount"
		sql <<-END
			set client_min_messages to warning;
			drop table if exists ${size}_all, ${size}_half;
			create table ${size}_all (like bench);
			\\copy ${size}_all from '$data/$size/tsv'
			create table ${size}_half (like bench);
			insert into ${size}_half select * from ${size}_all
				where id % 2 = 0;
			update ${size}_half set price = price + 1;
		END
	done
}

# The table as it is before a run; there is the row's: all, half, or nothing.
fill_table() {
	local size=${d##*/}
	sql -c 'truncate bench'
	[[ $there == nothing ]] ||
		sql -c "insert into bench select * from ${size}_$there" \
			-c 'vacuum (freeze, analyze) bench'
	sql -c checkpoint
	size_before=$(table_size)
	cpu_before=$(server_cpu)
}

table_size() {
	sql -c "select pg_table_size('bench')"
}

# Seconds of CPU of the server's processes that have ended, so far: those of
# a run's connection are among them once it is gone.
server_cpu() {
	local pid
	read -r pid <"$SLUICE_VAR/pg/data/postmaster.pid"
	while [[ $(pgrep -c -P "$pid" -f 'postgres: .* bench ') -gt 0 ]]; do
		sleep 0.01
	done
	awk -v hz="$(getconf CLK_TCK)" '{ print ($16 + $17) / hz }' \
		"/proc/$pid/stat"
}

server_note() {
	local grown=$((($(table_size) - size_before) / 1000000))
	note=$(awk -v a="$cpu_before" -v b="$(server_cpu)" -v grown="$grown" \
		'BEGIN { printf "server %.1f s CPU, table grows %d MB", b - a, grown }')
}

# Whether the table now holds what was sent: by value, and decimals with all
# of their digits.
by_table() {
	sql -c "select case
		when count(*) filter (where a is distinct from b) > 0 then 'no: '
			|| count(*) filter (where a is distinct from b)
			|| ' rows differ'
		when count(*) filter (where a::text is distinct from b::text) > 0
			then 'no: 19.90'
		else 'yes' end
		from bench b full join small_all a using (id)"
}

load_row() {
	there=$1
	unit='k rows/s' before=fill_table after=server_note judge=by_table
	# A slow server would put the whole row on a tenth: only the slow peers.
	limit=$((limit * 3))
	make_tables
}

end_row() {
	contest
	limit=$((limit / 3))
}

# \copy into a temporary table and one INSERT, in one transaction.
limit_upsert() {
	local c set=
	for c in "${bench_columns[@]}"; do
		set+="$c = excluded.$c, "
	done
	peer 'psql \copy, ON CONFLICT (the limit)' psql \
		'psql -Xq1 -v ON_ERROR_STOP=1 -c "create temp table new (like bench)" \
		-c "\copy new from '\''$d/tsv'\''" -c "insert into bench
		select * from new on conflict (id) do update set '"${set%, }"'"'
}

python_upserts() {
	peer 'psycopg2 COPY' psycopg2 '"$python3" "$here/peers_pg.py" copy "$d/in"'
	peer 'psycopg2 execute_values' psycopg2 \
		'"$python3" "$here/peers_pg.py" values "$d/in"'
}

row_upsert() {
	start_database upsert || return 0
	title='upsert, half of the rows are there with another price'
	load_row half
	ours pg-upsert 'pg-upsert -t bench -k id <"$d/in"'
	limit_upsert
	python_upserts
	end_row
}

row_load() {
	start_database load || return 0
	title='load into an empty table'
	load_row nothing
	ours 'pg-upsert --mode append' \
		'pg-upsert -t bench --mode append <"$d/in"'
	ours pg-upsert 'pg-upsert -t bench -k id <"$d/in"'
	peer 'psql \copy (the limit)' psql \
		'psql -Xq -v ON_ERROR_STOP=1 -c "\copy bench from '\''$d/tsv'\''"'
	# It reads no JSON either: the text that is ready for COPY.
	peer pgloader pgloader \
		'pgloader --quiet --root-dir "${d%/*}/pgloader" --type copy \
		--field '"$(IFS=, && echo "id,${bench_columns[*]}")"' "$d/tsv" \
		"postgresql://$PGUSER@unix:$PGHOST:5432/$PGDATABASE?public.bench" \
		>&2'
	python_upserts
	end_row
}

row_again() {
	start_database again || return 0
	title='the same rows again, nothing changed'
	load_row all
	ours pg-upsert 'pg-upsert -t bench -k id <"$d/in"'
	limit_upsert
	python_upserts
	end_row
}
