#!/usr/bin/env bats
# Bash completion, called as readline calls it: the words of the line, which
# are cut at = and : too, and the one where the cursor stands.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir folder
	touch records.ndjson 'two words' token
	# shellcheck source=tools/completion.bash
	. "$root/tools/completion.bash"
}

# completes WORD...: what can stand for the last one, a line each.
completes() {
	local function
	function=$(complete -p "$1")
	function=${function#*-F }
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	"${function%% *}" "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}" || :
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "completion: every option of every tool, and none that is not there" {
	local tool
	for tool in $(make -s --no-print-directory -C "$root" list-tools); do
		echo "tool: $tool"
		completes "$tool" -- | LC_ALL=C sort >got
		"$tool" --help | grep -oE -- '^ +(-., )?--[a-z-]+' |
			sed 's/.*--/--/' | LC_ALL=C sort >wanted
		[ -s wanted ]
		diff wanted got
	done
}

@test "completion: a value that is a file, a folder or one of some words" {
	[ "$(completes flatten --rejects rec)" = records.ndjson ]
	[ "$(completes flatten -r rec)" = records.ndjson ]
	[ "$(completes flatten --rejects = rec)" = records.ndjson ]
	[ "$(completes flatten -o two)" = 'two words' ]
	[ "$(completes verify-ids --audit '')" = folder ]
	[ "$(completes wdn-fetch --header @to)" = @token ]
	[ "$(completes pg-upsert --mode '')" = $'upsert\nappend\ninsert-only' ]
	[ "$(completes pg-upsert --mode = a)" = append ]
	[ "$(completes pg-upsert --unknown j)" = json: ]
	[ "$(completes wdn-fetch --cassette '')" = $'record:\nreplay:' ]
	[ "$(completes wdn-fetch --cassette replay :)" = folder ]
	[ "$(completes wdn-fetch --cassette replay : f)" = folder ]
	# No guess at what only the user knows.
	[ -z "$(completes dedupe --memory '')" ]
	[ -z "$(completes dedupe -k .)" ]
}

@test "completion: the resources of the profile on the line" {
	local profile=$root/pipelines/wdn/api.json
	[ "$(completes wdn-fetch -p "$profile" off)" = offers ]
	[ "$(completes paginate --profile = "$profile" b)" = brand_search ]
	[ -z "$(completes wdn-fetch '')" ]
	cp "$profile" api.json
	[ "$(completes wdn-fetch off)" = offers ]
}

@test "completion: a dataset and its parameters" {
	PATH=$BATS_TEST_TMPDIR:$PATH
	ln -s "$root/pipelines/run" sluice-run
	[ "$(completes sluice-run wd)" = wdn ]
	[ "$(completes sluice-run wdn br)" = brands= ]
	[ "$(completes sluice-run wdn --res)" = --resume ]
	[ "$(completes sluice-run --stat)" = --status ]
	[ -z "$(completes sluice-run none x)" ]
}
