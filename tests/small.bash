# shellcheck shell=bash
# What the tests of pipelines/run share: pipelines of one's own, without the
# real datasets.

# small_pipelines: sets pipelines, and a state of its own.
small_pipelines() {
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	pipelines=$BATS_TEST_TMPDIR/pipelines
	mkdir "$pipelines"
	cp -R "$root"/pipelines/{run,*.sh,*.sql,local-postgres,report,page} "$pipelines"
}

# dataset NAME: its pipeline is standard input. fake IN OUT EXIT is a tool.
dataset() {
	mkdir -p "$pipelines/$1"
	{
		cat <<-'END'
			#!/usr/bin/env bash
			set -euo pipefail
			. "$(dirname "$0")/../lib.sh"
			fake() {
				printf '{"stage":"%s","tool":"fake","in":%s,"out":%s,"done":%s,"dropped":0,"rejected":%s,"bytes":9,"seconds":0.25,"retries":2,"exit":%s,"inserted":%s}\n' \
					"$SLUICE_STAGE" "$1" "$2" $(($1 - ${4-0})) "${4-0}" "$3" "$2" >>"$SLUICE_RUN/stats.ndjson"
				return "$3"
			}
		END
		cat
	} >"$pipelines/$1/pipeline"
	chmod +x "$pipelines/$1/pipeline"
}

# run_of DATASET: its runs' folders.
run_of() {
	printf '%s\n' "$SLUICE_VAR/runs/$1"/*
}
