# The rows of the filters: NDJSON in, NDJSON out.
# shellcheck shell=bash
# Variables are shared with run; commands are text that another bash reads.
# shellcheck disable=SC2154,SC2034,SC2016

# make_data BYTES KIND [OPTION...]: the files `in` of the row, so many bytes a
# record, in the two sizes, and a sample for the check.
make_data() {
	local n=$((mb * 1000000 / $1))
	((n >= 2000)) || n=2000
	generate "${@:3}" "$2" "$n" >"$data/full/in"
	generate "${@:3}" "$2" "$((n / 10))" >"$data/small/in"
	count_mb in
	mkdir -p "$data/sample"
	generate "${@:3}" "$2" 2000 >"$data/sample/in"
}

# count_mb FILE ...: the amount of work is the size of these.
count_mb() {
	local size
	for size in full small; do
		(cd "$data/$size" && stat -c %s "$@") |
			awk '{ n += $1 } END { print n / 1e6 }' \
				>"$data/$size/amount"
	done
}

# make_facts NUMBER TEXT KIND [OPTION...]: one record for each fact, the value
# in its member NUMBER or TEXT; its id is 2^53 + 1 anyhow.
make_facts() {
	local fact edit
	facts=(id decimal exponent escape)
	for fact in "${facts[@]}"; do
		case $fact in
		id) edit= ;;
		decimal) edit="s/(\"$1\": ?)[0-9.]+/\\119.90/g" ;;
		exponent) edit="s/(\"$1\": ?)[0-9.]+/\\11e400/g" ;;
		escape) edit="s/(\"$2\": ?\")[^\"]*/\\1a\\\\u0026b/g" ;;
		esac
		mkdir -p "$data/$fact"
		generate "${@:4}" "$3" 1 | sed -E "$edit" >"$data/$fact/in"
	done
}

# check WORK FILE ...: our first command's output on the sample is what an
# independent program works out.
check() {
	local status=0
	export d=$data/sample
	bash -c "${commands[0]}" >"$data/sample/out" 2>"$work/stderr" ||
		status=$?
	[[ " $accept " == *" $status "* ]] ||
		die 70 "$row: \"${commands[0]}\" exited $status on the sample:" \
			"$(tail -n 1 "$work/stderr")"
	"${python[@]}" "$here/check.py" "$1" "${@:2}" "$data/sample/out" ||
		die 70 "$row: ours is wrong on the sample"
}

# python_peer WORK FILE ..., duckdb_peer SQL: as peer, their commands made. In
# SQL, $d is the folder.
python_peer() {
	peer 'python json' python3 '"$python3" "$here/peers.py" '"$1"
}

duckdb_peer() {
	local threads
	for threads in 1 2; do
		peer "DuckDB, $threads thread$([[ $threads == 1 ]] || echo s)" \
			duckdb "DUCKDB_THREADS=$threads node \"\$here/duckdb.mjs\" \"$1\""
	done
}

# What DuckDB is told of a product, and how it prints a document as it came.
product_columns="{id: 'BIGINT', sku: 'VARCHAR', name: 'VARCHAR',
	brand: 'VARCHAR', color: 'VARCHAR', price: 'DOUBLE', currency: 'VARCHAR',
	stock: 'BIGINT', rating: 'DOUBLE', active: 'BOOLEAN',
	released_at: 'VARCHAR', updated_at: 'VARCHAR', url: 'VARCHAR',
	description: 'VARCHAR'}"
as_text="(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\t')"

row_flatten() {
	needs flatten || return 0
	title='flatten nested users, 1 KB each'
	make_data 1028 users
	make_facts balance username users
	ours flatten 'flatten <"$d/in"'
	check flatten "$data/sample/in"
	duckdb_peer "$(flatten_sql)"
	python_peer 'flatten "$d/in"'
	peer Miller mlr 'mlr --ijsonl --ojsonl flatten "$d/in"'
	peer jq jq 'jq -c "$flatten_jq" "$d/in"'
	peer gojq gojq 'gojq -c "$flatten_jq" "$d/in"'
	peer 'cat | cat (no work)' cat 'cat "$d/in" | cat'
	contest
}

export flatten_jq='def flat($p): to_entries[] | ($p + .key) as $name | .value |
	if type == "object" and . != {} then flat($name + ".")
	else {($name): .} end;
	[flat("")] | add'

flatten_sql() {
	local name group columns='' select='' text=VARCHAR
	for name in id:BIGINT uid password first_name last_name username email \
		avatar gender phone_number date_of_birth balance:DOUBLE \
		verified:BOOLEAN referrer:BIGINT; do
		[[ $name == *:* ]] || name=$name:$text
		columns+="${name%:*}: '${name#*:}', "
		select+="${name%:*}, "
	done
	for name in employment.{title,key_skill,since} \
		address.{city,street_name,street_address,zip_code,state,country} \
		address.coordinates.{lat,lng} credit_card.{cc_number,limit} \
		subscription.{plan,status,payment_method,price,renewed_at}; do
		group=${name//./\\\".\\\"}
		select+="\\\"$group\\\" AS \\\"$name\\\", "
	done
	columns+="employment: 'STRUCT(title $text, key_skill $text, since $text)',
		address: 'STRUCT(city $text, street_name $text,
			street_address $text, zip_code $text, state $text,
			country $text, coordinates STRUCT(lat DOUBLE, lng DOUBLE))',
		credit_card: 'STRUCT(cc_number $text, \\\"limit\\\" DOUBLE)',
		subscription: 'STRUCT(plan $text, status $text,
			payment_method $text, price DOUBLE, renewed_at $text)',
		about: '$text'"
	printf '%s' "COPY (SELECT $select about FROM read_json('\$d/in'," \
		" format = 'newline_delimited', columns = {$columns}))" \
		" TO '/dev/stdout' (FORMAT json)"
}

row_explode() {
	needs explode || return 0
	title='explode the line items of orders, 2.7 KB each'
	make_data 2730 orders
	make_facts tax_rate sku orders
	ours explode 'explode .line_items --meta order_id=.id <"$d/in"'
	check explode "$data/sample/in"
	duckdb_peer "COPY (SELECT item.*, order_id FROM (
		SELECT unnest(line_items) AS item, id AS order_id
		FROM read_json('\$d/in', format = 'newline_delimited',
		columns = {id: 'BIGINT', line_items: 'STRUCT(id BIGINT,
		variant_id BIGINT, product_id BIGINT, title VARCHAR,
		quantity BIGINT, sku VARCHAR, vendor VARCHAR, price VARCHAR,
		grams BIGINT, tax_rate DOUBLE, taxable BOOLEAN,
		requires_shipping BOOLEAN, fulfillment_service VARCHAR,
		total_discount VARCHAR,
		properties STRUCT(name VARCHAR, \\\"value\\\" VARCHAR)[])[]'})))
		TO '/dev/stdout' (FORMAT json)"
	python_peer 'explode "$d/in"'
	peer Miller mlr 'mlr --ijsonl --ojsonl put -q "$explode_mlr" "$d/in"'
	peer jq jq 'jq -c "$explode_jq" "$d/in"'
	peer gojq gojq 'gojq -c "$explode_jq" "$d/in"'
	contest
}

export explode_jq='.id as $id | .line_items[] | .order_id = $id'
export explode_mlr='for (i, item in $line_items) {
	emit1 mapsum(item, {"order_id": $id}) }'

row_dedupe() {
	needs dedupe || return 0
	title='dedupe products by .id, 390 bytes each, 30 % of them repeated'
	make_data 300 products
	make_facts price sku products
	ours dedupe 'dedupe -k .id <"$d/in"'
	check dedupe "$data/sample/in"
	duckdb_peer "COPY (SELECT DISTINCT ON ((json ->> 'id')::BIGINT) json
		FROM read_ndjson_objects('\$d/in')) TO '/dev/stdout' $as_text"
	peer 'awk, text match' awk \
		'awk "{ match(\$0, /\"id\":[0-9]+/); k = substr(\$0, RSTART, RLENGTH) }
		!(k in seen) { seen[k]; print }" "$d/in"'
	python_peer 'dedupe "$d/in"'
	peer Miller mlr 'mlr --ijsonl --ojsonl head -n 1 -g id "$d/in"'
	contest
}

row_array() {
	title='one array of products to records'
	array_of ''
}

row_pretty() {
	title='the same array, pretty-printed'
	array_of --pretty
}

# array_of OPTION: the array as the generator makes it with that option.
array_of() {
	needs records || return 0
	local options=()
	[[ -z $1 ]] || options=("$1")
	make_data 391 array "${options[@]}"
	make_facts price sku array "${options[@]}"
	ours records 'records <"$d/in"'
	check array "$data/sample/in"
	duckdb_peer "COPY (SELECT $([[ $1 ]] && echo "* FROM read_json('\$d/in',
		format = 'array', columns = $product_columns)" || echo "json FROM
		read_json_objects('\$d/in', format = 'array')")) TO '/dev/stdout'
		$([[ $1 ]] && echo '(FORMAT json)' || echo "$as_text")"
	python_peer 'array "$d/in"'
	peer Miller mlr 'mlr --ijson --ojsonl cat "$d/in"'
	peer jq jq 'jq -c ".[]" "$d/in"'
	peer gojq gojq 'gojq -c ".[]" "$d/in"'
	[[ $1 ]] || peer 'sed (no parser)' sed \
		'sed "s/},{/}\n{/g; s/^\[//; s/\]\$//" "$d/in"'
	contest
}

row_verify() {
	local n=$((mb * 10000 / 3)) size rows
	needs verify-ids || return 0
	title='verify two sets of ids, from records of 390 bytes'
	accept='0 1'
	((n >= 2000)) || n=2000
	mkdir -p "$data/sample" "$data/id"
	for size in full:"$n" small:"$((n / 10))" sample:2000; do
		rows=${size#*:}
		size=$data/${size%:*}
		generate --expected ids "$rows" >"$size/expected"
		generate --delivered ids "$rows" >"$size/delivered"
	done
	count_mb expected delivered
	# What is expected is 2^53 + 1; what is delivered is the id after it.
	facts=(id)
	generate ids 2 | sed -n 1p >"$data/id/expected"
	generate ids 2 | sed -n 2p >"$data/id/delivered"
	ours verify-ids \
		'verify-ids -k .id --expected "$d/expected" <"$d/delivered"'
	check verify "$data/sample/expected" "$data/sample/delivered"
	duckdb_peer "COPY (SELECT coalesce(e.id, d.id) AS id,
		CASE WHEN d.id IS NULL THEN 'missing' ELSE 'extra' END AS \\\"is\\\"
		FROM $(ids_sql expected) e FULL JOIN $(ids_sql delivered) d
		ON e.id = d.id WHERE e.id IS NULL OR d.id IS NULL)
		TO '/dev/stdout' (FORMAT json)"
	peer 'grep, sort, comm' comm "$(compare \
		'grep -o "^{\"id\":[0-9]*"')"
	peer 'jq, sort, comm' jq "$(compare 'jq .id')"
	python_peer 'verify "$d/expected" "$d/delivered"'
	contest
}

# compare COMMAND: sort and comm over the ids that COMMAND prints.
compare() {
	printf '%s <"$d/%s" | sort >"$d/%s.ids" & ' "$1" expected expected
	printf '%s <"$d/%s" | sort >"$d/%s.ids"; ' "$1" delivered delivered
	printf 'wait; comm -3 "$d/expected.ids" "$d/delivered.ids"'
}

ids_sql() {
	printf '%s' "(SELECT id FROM read_json('\$d/$1'," \
		" columns = {id: 'BIGINT'}, format = 'newline_delimited'))"
}
