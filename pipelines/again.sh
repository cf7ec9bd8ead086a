# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dataset, params, status, exit_status: run's
# Runs that go on with another one. Sourced by `run`.

# go_on: for --resume. The newest run, if it did not reach its end, gives the
# parameters that are not given anew; sets resumes, its name. The pipeline
# finds SLUICE_RESUME=1.
go_on() {
	local before is
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
	replays=$(jq -r '.replays // ""' "$before/run.json")
	[[ -z $replays ]] ||
		die 64 "the last run, $resumes, sent rejects of $replays in again:" \
			"go on with --replay-rejects $replays"
	take_params_of "$before"
	export SLUICE_RESUME=1
}

# take_params_of RUN: its parameters, where they are not given anew.
take_params_of() {
	local param
	while IFS= read -r param; do
		[[ -v params[${param%%=*}] ]] || take_params "$param"
	done <"$1/params"
}

# find_replayed: for --replay-rejects: the run that was named, and its
# parameters; sets replays, its name.
find_replayed() {
	local before
	replays=${replayed_run##*/}
	before=$SLUICE_VAR/runs/$dataset/$replays
	[[ $replays && -e $before/rejects.ndjson ]] ||
		die 66 "there is no run \"$replays\" of \"$dataset\": see" \
			"--status"
	[[ -s $before/rejects.ndjson ]] ||
		die 66 "the run \"$replays\" has no rejects"
	[[ $(jq -rR 'fromjson? | .stage' "$before/rejects.ndjson" |
		grep -cxF -e "${replayed_stage:-}") != 0 || -z $replayed_stage ]] ||
		die 66 "the run \"$replays\" has no rejects of the stage" \
			"\"$replayed_stage\": it has those of $(jq -rR \
				'fromjson? | .stage' "$before/rejects.ndjson" |
				LC_ALL=C sort -u | paste -sd ' ')"
	[[ ! -e $before/params ]] || take_params_of "$before"
}

# take_rejects: what was rejected, as it was, into the files replay.STAGE of
# this run's folder; what was no JSON is left in left.ndjson.
take_rejects() {
	local from=$SLUICE_VAR/runs/$dataset/$replays/rejects.ndjson name names
	local left=$SLUICE_RUN/left.ndjson n counts=''
	local good=$SLUICE_RUN/rejects.good
	names=$(jq -rR 'fromjson? | .stage | strings' "$from" |
		grep -xE '[A-Za-z0-9_-]+' | LC_ALL=C sort -u)
	records_of '' <"$from" >"$good"
	for name in $names; do
		[[ ${replayed_stage:-$name} == "$name" ]] || continue
		records_of "$name" <"$good" >"$SLUICE_RUN/replay.$name"
		n=$(wc -l <"$SLUICE_RUN/replay.$name")
		counts+=", $n of $name"
	done
	rm -f "$good"
	n=0
	[[ ! -e $left ]] || n=$(wc -l <"$left")
	tell "$dataset: sends rejects of $replays in again: ${counts#, }"
	((n == 0)) || {
		tell "$n of them are no records and cannot be: see \"$left\""
		printf '%s rejects that are no records\n' "$n" >>"$SLUICE_RUN/lacking"
	}
	export SLUICE_REPLAY=$replays
}

# records_of STAGE: of lines of rejects, the records; of no stage, the lines
# that are JSON.
records_of() (
	left=$SLUICE_RUN/left.ndjson
	unset SLUICE_RUN SLUICE_STAGE
	if [[ $1 ]]; then
		validate -q --drop ".stage == \"$1\"" |
			records -q --path .record -r "$left" || (($? == 1))
	else
		validate -q -r "$left" true || (($? == 1))
	fi
)

# check_replayed: every stage's rejects were sent in again.
check_replayed() {
	local file name
	[[ $pipeline == 0 ]] || return 0
	for file in "$SLUICE_RUN"/replay.*; do
		name=${file##*/replay.}
		[[ -s $file ]] || continue
		grep -qsxF -e "$name" "$SLUICE_RUN/replayed" || {
			tell "$dataset: the pipeline does not tell how rejects of the" \
				"stage \"$name\" are sent in again"
			status=$(worst "$status" 65)
		}
	done
}

# replay_accounts: the dataset's equations where rejects come in, too. Those
# about lists do not hold: nothing was listed.
replay_accounts() {
	local file names=''
	for file in "$SLUICE_RUN"/replay.*; do
		[[ ! -s $file ]] || names+=" ${file##*/replay.}"
	done
	awk -v names="$names" '
		BEGIN { n = split(names, name, " ")
			for (i = 1; i <= n; i++) extra[name[i]] = 1 }
		{ sub(/#.*/, "") }
		!/=/ || /lines\(/ { next }
		{ split($0, side, "="); to = side[2]; gsub(/[ \t]/, "", to)
			stage = to; sub(/\.in$/, "", stage)
			if (to != stage && stage in extra) {
				$0 = side[1] " + lines(replay." stage ") = " to
				delete extra[stage] }
			print }
		END { for (stage in extra)
			print "lines(replay." stage ") = " stage ".in" }' "$1"
}

# tell_next: as the run's last lines the commands that send its rejects in
# again and go on with it.
tell_next() {
	local command
	printf -v command '%q %q' "$0" "$dataset"
	[[ -z $settings ]] || printf -v command 'CONFIG_PATH=%q %s' \
		"$settings" "$command"
	[[ ! -s $SLUICE_RUN/rejects.ndjson ]] || ! can_replay ||
		tell "send the rejects in again with: $command" \
			"--replay-rejects ${SLUICE_RUN##*/}"
	((exit_status > 1 && exit_status != 64)) || return 0
	[[ $mode != replay ]] || command+=" --replay-rejects $replays"
	[[ $mode == replay ]] || command+=" --resume"
	tell "go on with: $command"
}

can_replay() {
	grep -q SLUICE_REPLAY "$folder/pipeline"
}
