# The rows of whole jobs: a dataset's run beside the job that it replaces, both
# against apid, which answers late and makes faults.
# shellcheck shell=bash
# Variables are shared with run; commands are text that another bash reads.
# shellcheck disable=SC2154,SC2034,SC2016

disturbed=${BENCH_FAULTS:-2} # percent of the requests

# start_job OPTION...: apid, each answer 50 ms late; sets and exports url.
start_job() {
	start_distant --latency 50 "$@"
	url=${url%/animals/v1/animals}
	unit='requests/s' after=count_requests
	# It takes long, and the faults are the same each time.
	all_runs=$runs runs=1
	echo 1 >"$data/full/amount"
	echo 1 >"$data/small/amount"
}

end_job() {
	contest
	runs=$all_runs
	stop_apid
}

# A new state on every side.
forget_job() {
	curl -fsS -o /dev/null -X POST "$url/_apid/reset"
	curl -fsS -o /dev/null -X DELETE "$url/_apid/home"
	rm -rf "$work/job"
	[[ $row != job-wdn ]] || {
		sql -c 'set client_min_messages to warning' -c 'drop table if
			exists fetches, offers, retailers, products, brands'
		sql -f "$root/pipelines/wdn/schema.sql" >/dev/null
	}
}

count_requests() {
	amount=$(curl -fsS "$url/_apid/counts" | jq .requests)
	note="$amount requests, $("lost_by_$row")"
}

# Of the offers whose product is there: how many are not, and how many have
# another price, if only by a digit.
lost_by_job-wdn() {
	curl -fsS "$url/_apid/truth/offers" >"$work/offers"
	sql -c 'create temp table truth (j json)' \
		-c "\\copy truth from '$work/offers' (format csv,
			delimiter e'\\x01', quote e'\\x02')" \
		-c "select format('%s of %s rows lost, %s prices changed',
			count(*) filter (where o.id is null), count(*),
			count(*) filter (where o.id is not null and
				price_usd::text is distinct from j->>'price_usd'))
			from truth join products p on p.id = (j->>'product_id')::int
			left join offers o on o.id = j->>'id'"
}

lost_by_job-animals() {
	curl -fsS "$url/_apid/home" | jq -r --argjson n "$animals" '
		.counts | "\($n - length) of \($n) rows lost, "
			+ "\(map(select(. > 1)) | length) delivered twice"'
}

# Nothing lost, nothing twice.
by_job() {
	local said
	said=$("lost_by_$row")
	[[ $said =~ ^0\ of\ [0-9]+\ rows\ lost,\ 0\  ]] && echo yes ||
		echo "no: $said"
}

row_job-wdn() {
	local n=1000
	needs wdn-fetch paginate fields pg-upsert apid || return 0
	start_database job-wdn || return 0
	((mb >= 100)) || n=100
	title="the job wdn: $n products, 50 ms, $disturbed % faults, 5 in flight"
	start_job --products "$n" --orphans 3 --chaos "$disturbed"
	before=forget_job judge=by_job accept='0 1'
	export job_var=$work/job
	ours 'pipelines/run wdn' 'SLUICE_VAR=$job_var \
		WDN_BASE_URL=$url/api/v1 "$root/pipelines/run" wdn'
	peer 'the job before, in Python' psycopg2 \
		'"$python3" "$here/job_old.py" wdn "$url/api/v1"'
	end_job
}

row_job-animals() {
	local pages=100
	needs wdn-fetch paginate validate batch-post verify-ids apid || return 0
	((mb >= 100)) || pages=4
	animals=$((pages * 10))
	title="the job animals: $animals, 50 ms, $disturbed % faults, 40 in flight"
	start_job --animals "$pages" --fault "/animals/*:sorry=$disturbed"
	before=forget_job judge=by_job
	export job_var=$work/job
	ours 'pipelines/run animals' 'SLUICE_VAR=$job_var \
		ANIMALS_BASE_URL=$url "$root/pipelines/run" animals'
	peer 'the job before, in Python' python3 \
		'"$python3" "$here/job_old.py" animals "$url"'
	end_job
}
