# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset, folder, pipelines, private: run's
# The steps of a run: each in a process group of its own, what it says
# taken down, signals passed on. Sourced by `run`.

signal='' # the one that interrupted the run
group=''  # the process group of the step at work
woken=''  # a signal came while waiting

# tell TEXT: a line of run's own.
tell() {
	printf '%s\n' "$*" | copy_lines stamped >&2
}

# Standard input to standard output and to the run's log; in the log, and on
# standard error where that is no terminal, with the time. A signal is for
# the step: its last words are still taken down, also when nobody reads.
copy_lines() {
	local line stamp TZ=UTC0
	trap '' INT TERM HUP PIPE
	while IFS= read -r line || [[ $line ]]; do
		printf -v stamp '%(%Y-%m-%dT%H:%M:%SZ)T' -1
		printf '%s %s\n' "$stamp" "$line" >>"$SLUICE_RUN/log"
		[[ $1 == plain || -t 1 ]] || line="$stamp $line"
		[[ -z $live || ! -t 1 ]] || line=$live$line
		printf '%s\n' "$line" 2>/dev/null || :
		line=''
	done
}

# What runs in the step's new session: the step, and a guard that waits for
# the end of a pipe which only `run` holds open. When `run` is gone, even
# killed, the guard ends what is left of the step.
# shellcheck disable=SC2016 # expanded there, not here
GUARDED='
	(read -r _ || kill -TERM 0) <&0 >/dev/null 2>&1 &
	exec "$@" </dev/null'

# step COMMAND...: runs it in a process group of its own, waits for all that
# write to its output, and returns its status.
step() {
	local out err life copier_out copier_err status=0
	exec {out}> >(close_inherited && copy_lines plain)
	copier_out=$!
	exec {err}> >(exec >&2 && close_inherited && copy_lines stamped)
	copier_err=$!
	exec {life}> >(
		exec >&"$out"
		exec 2>&"$err"
		close_inherited
		exec env --default-signal=INT,QUIT setsid \
			"$BASH" -c "$GUARDED" guard "$@"
	)
	group=$!
	exec {out}>&- {err}>&-
	[[ -z $signal ]] || forward TERM
	await "$group" || status=$?
	exec {life}>&-
	await "$copier_out" || :
	await "$copier_err" || :
	group=''
	return "$status"
}

# wait that a signal does not end.
await() {
	local status
	while :; do
		woken='' status=0
		wait "$1" || status=$?
		[[ $woken ]] || return "$status"
	done
}

# shellcheck disable=SC2317 # called by the traps
# The first signal asks everything in the group to finish, the second kills.
on_signal() {
	woken=1
	if [[ $signal ]]; then
		forward KILL
	else
		signal=$1
		forward TERM
	fi
}

forward() {
	[[ -z $group ]] || kill "-$1" -- "-$group" 2>/dev/null ||
		kill "-$1" "$group" 2>/dev/null || :
}

# The private cluster, the hooks before, the pipeline; what fails keeps the
# next from being run. `pipeline` is the pipeline's own status, empty if it was
# not run; only with 0 did it reach its end.
steps() {
	local file files
	if [[ $private ]]; then
		checked "$pipelines/local-postgres" start "$PGDATABASE" || return 0
	fi
	files=$(hooks_of pre)
	while IFS= read -r file; do
		[[ -z $file ]] || checked "$file" || return 0
	done <<<"$files"
	[[ -z $signal ]] || return 0
	pipeline=0
	start_watch "$SLUICE_RUN"
	step "$folder/pipeline" || pipeline=$?
	stop_watch
	[[ $signal || " 0 $FAILURES " == *" $pipeline "* ]] || tell_broken
	status=$(worst "$status" "$((pipeline == 1 ? 70 : pipeline))")
}

# The pipeline ended in a way that is none of its own. With 1 it would look
# done in part, though `set -e` ends it by that at most commands.
tell_broken() {
	local how="status $pipeline" what='see the lines above'
	((pipeline <= 128)) || how+=" (SIG$(kill -l "$pipeline" 2>/dev/null))"
	((pipeline != 1)) ||
		what+=' (one that is to be done in part says "lacking", and ends with 0)'
	tell "$dataset: the pipeline broke off with $how: $what; records may be" \
		"missing, what there is lies in $SLUICE_RUN"
}

# The hooks behind it are run in any case but an interruption, with the status
# until now in SLUICE_STATUS and the summary in the run's folder, which is
# made anew behind them.
post_steps() {
	local file files
	files=$(hooks_of post)
	[[ $files ]] || return 0
	while IFS= read -r file; do
		SLUICE_STATUS=$status checked "$file" || :
	done <<<"$files"
	summarize
}

# A step that has no business to fail. Behind the pipeline, where the records
# are there, one that ends with 1 makes the run one that is done in part.
checked() {
	local got=0 said
	[[ -z $signal ]] || return 1
	step "$@" || got=$?
	((got != 0)) || return 0
	said="\"$1\" failed with status $got"
	[[ $signal ]] || tell "$dataset: $said"
	if ((got == 1)) && [[ $pipeline ]]; then
		printf '%s\n' "$said" >>"$SLUICE_RUN/lacking"
	else
		status=$(worst "$status" "$((got == 1 ? 70 : got))")
	fi
	return 1
}
