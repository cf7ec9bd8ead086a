# A run for Prometheus, in its text format 0.0.4, names by its conventions:
# base units, gauges of the last run, a counter of all. $summaries[0] is the
# summary.json, $requests[0] what requests.jq makes of the receipts, $ended the
# time, $old the file of the run before, or nothing.

def labels: to_entries | map("\(.key)=\"\(.value | tostring
	| gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n"))\"")
	| join(",") | "{\(.)}";
# One metric: a stream of [labels, value], to its lines; none, no metric.
def metric($name; $type; $help; values): [values | select(.[1] != null)]
	| if . == [] then empty else
		"# HELP \($name) \($help)", "# TYPE \($name) \($type)",
		(.[] | "\($name)\(.[2] // "")\(.[0] | labels) \(.[1])") end;

$summaries[0] as $summary
| $requests[0] as $requests
| {dataset: $summary.dataset} as $dataset
| ($old | split("\n")) as $before
| ([$before[] | capture("^sluice_runs_total{.*is=\"(?<is>[a-z ]*)\"} (?<n>[0-9]+)$")
	| {(.is): (.n | tonumber)}] | add // {} | .[$summary.is] += 1) as $runs
| (if $summary.exit <= 1 then $ended else ([$before[]
	| capture("^sluice_run_success_timestamp_seconds{.*} (?<at>[0-9.e+]+)$")
	| .at | tonumber] | first) end) as $succeeded
| def of_requests($name; $help; which):
	metric($name; "summary"; $help; $requests.resources[]
		| ($dataset + {resource}) as $of | which
		| [$of + {quantile: "0.5"}, .p50 / 1000],
		[$of + {quantile: "0.95"}, .p95 / 1000],
		[$of, .sum / 1000, "_sum"], [$of, .count, "_count"]);
metric("sluice_run_start_timestamp_seconds"; "gauge";
	"When the last run began."; [$dataset, ($summary.started | fromdate)]),
metric("sluice_run_end_timestamp_seconds"; "gauge";
	"When the last run ended."; [$dataset, $ended]),
metric("sluice_run_success_timestamp_seconds"; "gauge";
	"When the last run ended that had exit status 0 or 1.";
	[$dataset, $succeeded]),
metric("sluice_run_duration_seconds"; "gauge";
	"What the last run took."; [$dataset, $summary.seconds]),
metric("sluice_run_exit_status"; "gauge";
	"The last run's exit status, see sluice(7)."; [$dataset, $summary.exit]),
metric("sluice_run_accounts_hold"; "gauge";
	"1: what each stage of the last run printed, the next has read.";
	[$dataset, ($summary.accounts
		| if length == 1 and (.[0] | test("^[0-9]+ hold$")) then 1
		else 0 end)]),
metric("sluice_run_records"; "gauge";
	"Records of the last run, by stage and what became of them.";
	$summary.stages | to_entries[] | .key as $stage | .value
	| ("in", "out", "dropped", "rejected", "inserted", "updated",
		"unchanged", "deleted") as $is
	| select(has($is)) | [$dataset + {stage: $stage, is: $is}, .[$is]]),
metric("sluice_run_requests"; "gauge";
	"Requests of the last run, by resource and end.";
	$requests.resources[]
	| [$dataset + {resource, is: "answered"}, .count - .failed],
	[$dataset + {resource, is: "failed"}, .failed]),
metric("sluice_run_retries"; "gauge";
	"Attempts of the last run beyond the first.";
	$requests.resources[] | [$dataset + {resource}, .retries]),
metric("sluice_run_wait_seconds"; "gauge";
	"How long the last run waited because a server asked for it.";
	$requests.resources[] | [$dataset + {resource}, .wait_s]),
of_requests("sluice_run_request_seconds";
	"Of the last run: from a request to the end of its answer.";
	.count as $count | .total + {count: $count}),
of_requests("sluice_run_first_byte_seconds";
	"Of the last run: from a request to the first byte of its answer.";
	.count as $count | .ttfb + {count: $count}),
metric("sluice_runs_total"; "counter"; "Runs, by how they ended.";
	$runs | to_entries[] | [$dataset + {is: .key}, .value])
