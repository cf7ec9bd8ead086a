# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dataset, params, status, exit_status: run's
# Runs that go on with another one. Sourced by `run`.

# go_on: for --resume. The newest run, if it did not reach its end, gives the
# parameters that are not given anew; sets resumes, its name. The pipeline
# finds SLUICE_RESUME=1.
go_on() {
	local before is param
	before=$({ find "$SLUICE_VAR/runs/$dataset" -mindepth 2 -maxdepth 2 \
		-name params 2>/dev/null || :; } | LC_ALL=C sort | tail -n 1)
	before=${before%/params}
	[[ $before ]] || die 64 "there is no run of \"$dataset\" to go on with"
	resumes=${before##*/}
	is=killed
	[[ ! -e $before/summary.json ]] || is=$(jq -r .is "$before/summary.json")
	if [[ $is == done* ]]; then
		say "run: $dataset: nothing to go on with: the last run, $resumes," \
			"is $is"
		exit 0
	fi
	while IFS= read -r param; do
		[[ -v params[${param%%=*}] ]] || take_params "$param"
	done <"$before/params"
	export SLUICE_RESUME=1
}

# tell_next: as the run's last line the command that goes on with it.
tell_next() {
	local command
	((exit_status > 1 && exit_status != 64)) || return 0
	printf -v command '%q %q --resume' "$0" "$dataset"
	[[ -z $settings ]] || printf -v command 'CONFIG_PATH=%q %s' \
		"$settings" "$command"
	tell "go on with: $command"
}
