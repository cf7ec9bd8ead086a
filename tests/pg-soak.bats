#!/usr/bin/env bats
# Many rows with a bad one in every thousand, in the server's and in the
# table's eyes: they alone are lost, in little memory. 20,000 rows here, a
# million with `make soak`: SOAK_ROWS.
# shellcheck disable=SC2154 # run --separate-stderr sets stderr

load pg

@test "a bad row in every thousand: exactly these are lost, in 64 MB" {
	local rows=${SOAK_ROWS:-20000} kb
	sql 'create table t (id int primary key, a int check (a >= 0), b text)'
	# Of the bad ones, every second has the wrong type.
	seq "$rows" | awk '{
		a = $1 % 2000 == 500 ? "\"x\"" : $1 % 2000 == 1500 ? -1 : $1
		printf "{\"id\":%d,\"a\":%s,\"b\":\"text that fills the row %d\"}\n",
		    $1, a, $1 }' >in
	run --separate-stderr command time -f %M -o kb \
		pg-upsert -q -t t -k id -r rejects -s stats -o out <in
	[ "$status" -eq 1 ]
	jq -e ".rejected == $((rows / 1000)) and .in == $rows and
		.inserted == .done and .done == .in - .rejected" stats
	[ "$(sql 'select count(*) from t')" -eq $((rows - rows / 1000)) ]
	[ "$(sql 'select count(*) from t where a <> id or id % 1000 = 500')" = 0 ]
	jq -es 'all(.line % 1000 == 500) and
		all(.code == if .line % 2000 == 500 then "22P02" else "23514" end)' \
		rejects
	[ "$(wc -l <out)" -eq $((rows - rows / 1000)) ]
	kb=$(tail -n 1 kb)
	[ -z "${SOAK_SAY-}" ] || echo "# $rows rows, $kb KB" >&3
	sanitized || [ "$kb" -lt 65536 ]
}
