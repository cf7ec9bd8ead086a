# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset, pipelines, status: run's
# The run's figures for Prometheus' textfile collector. Sourced by `run`.

# write_metrics: SLUICE_METRICS/sluice_DATASET.prom, complete or not at all;
# readable for whoever collects. What has to outlive a run, as how many there
# were, is read off the file of the run before. A run does not fail for it.
write_metrics() {
	local folder=${SLUICE_METRICS:-$SLUICE_VAR/metrics} file new
	file=$folder/sluice_$dataset.prom
	new=$folder/.sluice_$dataset.$$
	(umask 022 && mkdir -p "$folder" && metrics_text "$file" >"$new" &&
		mv "$new" "$file") 2>>"$SLUICE_RUN/log" || {
		rm -f "$new"
		tell "$dataset: could not write the metrics \"$file\""
	}
}

metrics_text() {
	local old=$1 requests=$SLUICE_RUN/requests.json result
	[[ -e $old ]] || old=/dev/null
	jq -nR -f "$pipelines/page/requests.jq" \
		"$SLUICE_RUN/receipts.ndjson" >"$requests"
	# shellcheck disable=SC2016 # jq's variables
	jq -nr -f "$pipelines/page/metrics.jq" --rawfile old "$old" \
		--slurpfile summaries "$SLUICE_RUN/summary.json" \
		--slurpfile requests "$requests" --argjson ended "$EPOCHREALTIME" ||
		result=$?
	rm -f "$requests"
	return "${result-0}"
}
