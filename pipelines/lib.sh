# shellcheck shell=bash
# What a pipeline is written with; see sluice(7). Source it from bash with
# `set -euo pipefail`. `run` sets SLUICE_RUN, SLUICE_STATE and SLUICE_VAR.
# None of these functions counts on `set -e`, which is off inside whatever is
# called before `||`, in `if` and after `!`.

# die STATUS TEXT...: one message, and the end.
die() {
	local status=$1
	shift
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit "$status"
}

# say TEXT...: what the run is doing now, for the terminal and the log.
say() {
	printf '%s\n' "$*" >&2
}

# lacking TEXT...: one thing that this run could not get: says so, and makes
# the run one that is done in part. The pipeline still ends with 0, as any that
# reaches its end.
lacking() {
	say "lacking: $*"
	[[ -z ${SLUICE_RUN-} ]] ||
		printf '%s\n' "${*//$'\n'/ }" >>"$SLUICE_RUN/lacking"
}

# The statuses of what failed and has said why; the least first.
FAILURES='75 65 69 66 74 73 77 78 64 71 70'

# broke_off STATUS LINE COMMAND STATUSES: for the trap on ERR. Where `set -e`
# ends this shell it names the command, of a pipe the last, by its place in who
# called the functions here, unless somebody else has: who ended with a status
# of ours, bash for 126 and 127. INT, TERM and HUP are somebody's wish, and in
# the middle of a pipe a broken one is the consequence of what broke behind it.
broke_off() {
	local line=$2 command=\"${3%%$'\n'*}\" i
	[[ $- == *e* && " $FAILURES 126 127 129 130 143 " != *" $1 "* ]] ||
		return 0
	(($1 != 141 || BASH_SUBSHELL == 0)) || return 0
	for ((i = 1; i < ${#BASH_SOURCE[@]} - 1; i++)); do
		[[ ${BASH_SOURCE[i]} == "${BASH_SOURCE[0]}" ]] || break
		line=${BASH_LINENO[i]}
	done
	[[ $command != \"return* ]] || command='what is called there'
	[[ $4 != *' '* ]] || command="a pipe to $command"
	say "${BASH_SOURCE[i]##*/}: line $line: $command ended with status ${4// /, }"
}

# In a run; who tries something by hand sees it.
[[ -z ${SLUICE_RUN-} ]] || {
	set -E
	trap 'broke_off $? "$LINENO" "$BASH_COMMAND" "${PIPESTATUS[*]}"' ERR
}

# param NAME VALUE: the parameter's value where the run was given none. It is
# noted, so that a run that goes on with this one has the same.
param() {
	[[ ! ${!1-} ]] || set -- "$1" "${!1}"
	printf -v "$1" %s "$2"
	grep -q "^$1=" "$SLUICE_RUN/params" 2>/dev/null ||
		printf '%s=%s\n' "$1" "$2" >>"$SLUICE_RUN/params"
}

# need PROGRAM...: ends with 78 where one is missing.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null ||
			die 78 "the program \"$program\" is not there: run \"make\"" \
				"(Sluice's own tools) or \"make deps\" (the others)"
	done
}

# Where state lives: SLUICE_VAR, made absolute and exported.
find_var() {
	local top
	top=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
	if [[ -z ${SLUICE_VAR-} ]]; then
		if [[ -d $top/tools/lib ]]; then
			SLUICE_VAR=$top/var
		elif [[ ${STATE_DIRECTORY-} ]]; then
			SLUICE_VAR=$STATE_DIRECTORY
		else
			SLUICE_VAR=${XDG_STATE_HOME:-${HOME:?set it or SLUICE_VAR}/.local/state}/sluice
		fi
	fi
	(umask 077 && mkdir -p "$SLUICE_VAR") ||
		die 73 "could not make the folder \"$SLUICE_VAR\": set SLUICE_VAR" \
			"to one that can be written"
	SLUICE_VAR=$(realpath "$SLUICE_VAR")
	export SLUICE_VAR
}

# close_inherited: closes every descriptor above 2 of this (sub)shell. What
# lives longer than its caller must not keep the caller's locks and pipes.
close_inherited() {
	local fd
	for fd in "/proc/$BASHPID/fd/"*; do
		fd=${fd##*/}
		((fd <= 2)) || eval "exec $fd>&-"
	done
}

# worst STATUS...: prints the one that matters most. What is no status of
# ours becomes one: killed by a signal is 75 (run again), a command that
# cannot be run is 78, anything else a bug. A broken pipe is the consequence
# of somebody else's failure and counts only where none is known.
worst() {
	local order=" 0 1 141 $FAILURES " got=0 status
	for status; do
		case $status in
		126 | 127) status=78 ;;
		*) if [[ $order != *" $status "* ]]; then
			((status > 128)) && status=75 || status=70
		fi ;;
		esac
		local before_got=${order%% "$got" *}
		local before_status=${order%% "$status" *}
		((${#before_status} <= ${#before_got})) || got=$status
	done
	printf '%s\n' "$got"
}

# stage NAME COMMAND...: runs the command as that stage of the pipeline. 0 and
# 1 (some records were rejected, and `run` will say so) both go on; for 1 a
# tool has to stand, by its stats, since many programs end with it when they
# die. xargs tells only that some child failed: the worst of the children is
# asked of their stats, and of the chunk scripts.
stage() {
	local name=$1 status=0
	shift
	note_stage "$name" began
	SLUICE_STAGE=$name "$@" || status=$?
	note_stage "$name" ended
	case $status in
	123 | 124 | 125) status=$(stage_worst "$name" "$status") ;;
	1) stage_has_1 "$name" || {
		say "${0##*/}: the stage \"$name\" failed: \"$1\" ended with" \
			"status 1, and no stats tell of rejects"
		status=70
	} ;;
	esac
	((status == 1)) && status=0
	return "$status"
}

# By hand there are no stats.
stage_has_1() {
	[[ -z ${SLUICE_RUN-} ]] ||
		jq -en --arg stage "$1" 'any(inputs; .stage == $stage and .exit == 1)' \
			"$SLUICE_RUN/stats.ndjson" >/dev/null 2>&1
}

# For who watches the run; there is none where a stage is tried by hand.
note_stage() {
	[[ -z ${SLUICE_RUN-} ]] || printf '%s\n' "$*" >>"$SLUICE_RUN/stages"
}

stage_worst() {
	local seen
	seen=$({
		jq -r --arg stage "$1" \
			'select(.stage == $stage).exit' "$SLUICE_RUN/stats.ndjson"
		awk -v stage="$1" '$1 == stage { print $2 }' "$SLUICE_RUN/exits"
	} 2>/dev/null) || :
	# shellcheck disable=SC2086 # one status a word
	seen=$(worst $seen)
	case $2.$seen in
	125.0 | 125.1) seen=75 ;; # a child was killed and could tell nobody
	*.0) seen=70 ;;
	esac
	printf '%s\n' "$seen"
}

# flow FUNCTION...: each of them reads what the one before prints. It may have
# an argument behind it: 'flat offers'.
# shellcheck disable=SC2086 # that argument is a word of its own
flow() {
	if (($# == 1)); then
		$1
	else
		$1 | flow "${@:2}"
	fi
}

# replay FUNCTION...: the part of the pipeline that these functions are, for a
# run that replays rejects: those of each stage go through its function and the
# ones behind it. The stage of 'flat offers' is flat_offers.
replay() {
	local name
	while (($# > 0)); do
		name=${1// /_}
		printf '%s\n' "$name" >>"$SLUICE_RUN/replayed"
		[[ ! -s $SLUICE_RUN/replay.$name ]] ||
			flow "$@" <"$SLUICE_RUN/replay.$name" || return
		shift
	done
}

# chunk_ended RECEIPTS [STATUS...]: for `trap 'chunk_ended "$receipts"' EXIT`
# in a script that xargs starts. Keeps the receipts and tells the stage how the
# chunk ended; as for a pipeline, 1 is no end of its own. A trouble that the
# next chunk would meet as well, also one of these statuses, becomes 255, at
# which xargs starts no more.
chunk_ended() {
	local status=$?
	((status != 1)) || status=70
	keep_receipts "$1"
	printf '%s %s\n' "${SLUICE_STAGE-}" "$status" >>"$SLUICE_RUN/exits"
	[[ " 69 75 77 78 ${*:2} " != *" $status "* ]] || exit 255
}

# bear STATUS: goes on where a part of the run failed for a reason of its own (a
# server refused it, its answers were bad), and keeps the worst in `failed`, by
# which the pipeline ends. What the next part would meet as well ends it here.
bear() {
	case $1 in
	0 | 65 | 69) failed=$(worst "$failed" "$1") ;;
	*) exit "$1" ;;
	esac
}

# all_of PID...: waits for all of them; the worst of their statuses.
all_of() {
	local pid status all=0
	for pid; do
		status=0
		wait "$pid" || status=$?
		all=$(worst "$all" "$status")
	done
	return "$all"
}

# sql [PSQL'S ARGUMENTS]: bare rows on standard output; psql's exit status
# turned into one of ours.
sql() {
	local status=0 errors
	errors=$(mktemp "${SLUICE_RUN:-${TMPDIR:-/tmp}}/sql.XXXXXX") || return 73
	LC_ALL=C.UTF-8 psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose \
		-P pager=off "$@" 2>"$errors" || status=$?
	grep -v '^LOCATION:' "$errors" >&2 || :
	((status == 0)) || status=$(sql_status "$status" "$errors")
	rm -f "$errors"
	return "$status"
}

# schema FILE: makes the tables and views of the file, by SLUICE_OWNER, a login
# that is a member of sluice_owner, where that is set (see roles.sql). Else by
# who loads; one that may not do that goes on where all of them are there.
schema() {
	local may names
	if [[ ${SLUICE_OWNER-} ]]; then
		(
			unset PGPASSWORD # the other's
			export PGOPTIONS="${PGOPTIONS-} -c role=sluice_owner"
			sql -U "$SLUICE_OWNER" -f "$1"
		)
		return
	fi
	names=$(sed -nE 's/^create (table if not exists|(or replace )?view) ([^ (]+).*/\3/p' \
		"$1" | paste -sd ' ')
	may=$(sql -v names="$names" <<-'END'
		with named as (
			select name, to_regclass(name) as oid
			from unnest(string_to_array(:'names', ' ')) as name
		)
		select case when has_schema_privilege(current_schema(), 'create')
			and not exists (select from named join pg_class using (oid)
				where not pg_has_role(relowner, 'usage'))
			then 'make'
			else 'go on' || coalesce((select string_agg(' ' || name, '')
				from named where oid is null), '') end;
	END
	) || return
	case $may in
	make) sql -f "$1" ;;
	'go on') ;;
	*) die 77 "what is to be loaded is not there, and this login may not" \
		"make it:${may#go on}: have a member of sluice_owner run, once," \
		"psql -c 'set role sluice_owner' -f $(realpath "$1")" ;;
	esac
}

# report FILE [PSQL'S ARGUMENTS]: prints, as tables, the rows that the statements
# in the file ask for, and keeps them in the run's folder.
report() {
	sql -P tuples_only=off -P format=aligned -P footer=off "${@:2}" -f "$1" |
		tee "$SLUICE_RUN/report"
}

# 2 is a connection that failed, whose reason is told in words only; 3 (in a
# script) and 1 (of -c) an error in a statement, told by its SQLSTATE.
sql_status() {
	case $1 in
	2) if grep -Eq 'authentication failed|no password supplied|no pg_hba|role ".*" does not exist|not permitted to log in|permission denied' "$2"; then
		echo 77
	elif grep -Eq 'database ".*" does not exist' "$2"; then
		echo 69
	else
		echo 75
	fi ;;
	1 | 3) if grep -Eq '(ERROR|FATAL): +(28...|42501):' "$2"; then
		echo 77
	elif grep -Eq '(ERROR|FATAL): +(08...|40...|53...|55P03|57...):' "$2"; then
		echo 75
	else
		echo 69
	fi ;;
	127) echo 78 ;;
	*) echo 70 ;;
	esac
}

# fetched RESOURCE ID: whether it was fetched and stored within the last day.
# Ends the pipeline where the database cannot tell.
fetched() {
	local answer
	answer=$(sql -v resource="$1" -v id="$2" <<-'END'
		select exists (
			select from fetches
			where resource = :'resource' and id = :'id'
			and at > now() - interval '1 day');
	END
	) || exit
	[[ $answer == t ]]
}

# remember RECEIPTS: what these receipts tell was fetched; to be called once
# its records are committed. An answer that failed is not remembered, and of
# a walk only its complete end.
remember() {
	jq -c 'select((.status == 200 or .status == 404) and .error == null
		and (.page == null or .complete == true))' "$1" |
		stage receipts pg-upsert -t fetches -k resource -k id \
			--unknown ignore >/dev/null
}

# told_rows: what the stages that load tables have done to their rows, a line
# each, so that a run also says what it need not do.
told_rows() {
	jq -rn 'reduce (inputs | select(.tool == "pg-upsert"
			and .stage != "receipts")) as $one ({};
		.[$one.stage] |= (.new += $one.inserted | .changed += $one.updated
			| .same += $one.unchanged))
		| to_entries[] | "\(.key): \(.value.new) rows are new,"
			+ " \(.value.changed) changed, \(.value.same) as they were"' \
		"$SLUICE_RUN/stats.ndjson" >&2
}

# keep_receipts FILE: appends it to those of the run and removes it.
keep_receipts() {
	[[ ! -e $1 ]] ||
		{ cat "$1" >>"$SLUICE_RUN/receipts.ndjson" && rm -f "$1"; }
}

# progress RESOURCE RECEIPTS DUE: adds this chunk's to what the run has
# processed of that resource, and says how much of the file DUE that is.
progress() {
	local count=$SLUICE_RUN/progress.$1 lock asked=0 with=0
	exec {lock}>>"$count"
	flock "$lock"
	read -r asked with <"$count" || :
	((asked += $(wc -l <"$2"), 1))
	((with += $(grep -c '"records":[1-9]' "$2" || :), 1))
	printf '%s %s\n' "$asked" "$with" >"$count"
	say "$1: Processed: $asked/$(wc -l <"$3"), records with values: $with"
	exec {lock}>&-
}
