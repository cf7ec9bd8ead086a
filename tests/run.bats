#!/usr/bin/env bats
# pipelines/run and pipelines/lib.sh, with small datasets made here.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper
load small

setup() {
	small_pipelines
	go=()
}

teardown() {
	local pid
	for pid in "${go[@]}"; do
		kill -KILL -- "$pid" 2>/dev/null || :
	done
}

# lib STATEMENT: with lib.sh, in a run folder.
lib() {
	export SLUICE_RUN=$BATS_TEST_TMPDIR
	bash -c "set -euo pipefail; . '$pipelines/lib.sh'; $1"
}

gone() {
	! [ -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

@test "usage names the datasets" {
	dataset one <<<''
	dataset two <<<''
	run --separate-stderr "$pipelines/run"
	expect 64 '' 'usage: *datasets: one two*'
	run --separate-stderr "$pipelines/run" --help
	expect 0 'usage: *datasets: one two*' ''
	run --separate-stderr "$pipelines/run" three
	expect 64 '' 'run: there is no dataset "three": there are one two'
	run --separate-stderr "$pipelines/run" ../one
	expect 64 '' 'run: there is no dataset *'
}

@test "sluice-run(1) has every option that run has" {
	local option
	dataset one <<<''
	for option in $("$pipelines/run" --help | grep -oE -- '--[a-z-]+' | sort -u) \
		--help; do
		echo "option: $option"
		grep -qE "^\.It .*Fl $(printf %s "$option" | sed 's/^-//')( |$)" \
			"$root/man/sluice-run.1"
	done
}

@test "only declared parameters, exported to the pipeline" {
	dataset one <<<'echo "${color-none} ${size-none}"'
	printf '# comment\ncolor  what color\nsize\n' >"$pipelines/one/params"
	run --separate-stderr "$pipelines/run" one 'color=a b=c'
	expect 0 'a b=c none*' '*one: with color=a\\ b=c*'
	run --separate-stderr "$pipelines/run" one colour=red
	expect 64 '' '*no parameter "colour": it has color size'
	run --separate-stderr "$pipelines/run" one PATH=/
	expect 64 '' '*no parameter "PATH"*'
	run --separate-stderr "$pipelines/run" one color
	expect 64 '' '*no parameter "color"*'
	rm "$pipelines/one/params"
	run --separate-stderr "$pipelines/run" one color=red
	expect 64 '' '*no parameter "color": it has none'
}

@test "a run: its folder, log, summary and table" {
	dataset one <<-'END'
		say "saying this"
		stage a fake 3 3 0
		stage b fake 2 2 0
		stage b fake 1 0 0
		echo "the report"
	END
	echo 'a.out = b.in' >"$pipelines/one/accounts"
	run --separate-stderr "$pipelines/run" one
	expect 0 'the report*accounts: 3 hold*one: done, exit status 0' \
		'*Z one:*Z saying this*'
	[[ ${lines[1]} =~ ^stage\ +processes\ +in\ +out\ +dropped\ +rejected\ +retries\ +seconds\ +exit$ ]]
	[[ ${lines[3]} =~ ^b\ +2\ +3\ +2\ +0\ +0\ +4\ +0.5\ +0$ ]]
	local folder
	folder=$(run_of one)
	[[ ${folder##*/} =~ ^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$ ]]
	grep -q '^....-..-..T..:..:..Z saying this$' "$folder/log"
	grep -q '^....-..-..T..:..:..Z the report$' "$folder/log"
	[ "$(stat -c %a "$SLUICE_VAR")" = 700 ]
	[ "$(jq -c '[.is, .exit, .signal, .stages.b.in, .stages.b.inserted,
		.stages.b.processes, .accounts]' "$folder/summary.json")" = \
		'["done",0,null,3,2,2,["3 hold"]]' ]
}

@test "who starts a run can name it" {
	dataset one <<<'echo "${SLUICE_RUN##*/} ${SLUICE_RUN_ID-unset}"'
	SLUICE_RUN_ID=20260131T235959.000Z run --separate-stderr "$pipelines/run" one
	expect 0 '20260131T235959.000Z unset*' '*'
	SLUICE_RUN_ID=20260131T235959.000Z run --separate-stderr "$pipelines/run" one
	expect 73 '' '*could not make the folder */20260131T235959.000Z"'
	SLUICE_RUN_ID=../one run --separate-stderr "$pipelines/run" one
	expect 64 '' '*SLUICE_RUN_ID is "../one": it has to be a time*'
}

@test "accounts that do not hold end with 70 and name the equation" {
	dataset one <<-'END'
		stage a fake 3 3 0
		stage b fake 2 2 0
		seq 2 >"$SLUICE_RUN/list"
	END
	cat >"$pipelines/one/accounts" <<-'END'
		# a comment
		lines(list) = b.in
		a.out = b.in + 1
		a.out = b.in
		a.out + b.out + unknown.out = 5
		lines(none) = 3
		a.colour = 3
		nonsense
	END
	run --separate-stderr "$pipelines/run" one
	expect 70 '*accounts: a.out = b.in: 3 is not 2*one: failed*70' '*'
	[[ $output == *'accounts: lines(none) = 3: there is no file "none"'* ]]
	[[ $output == *'accounts: a.colour = 3: the stage "a" counts no "colour"'* ]]
	[[ $output == *'accounts: nonsense: not an equation'* ]]
	[[ $output == *'accounts: 5 hold'* ]]
}

@test "a stage whose own sums do not add up" {
	dataset one <<<'stage a fake 3 3 0; sed -i s/done.:3/done\":2/ "$SLUICE_RUN/stats.ndjson"'
	run --separate-stderr "$pipelines/run" one
	expect 70 '*accounts: a.in = a.done + a.dropped + a.rejected: 3 is not 2*' '*'
}

@test "accounts of a pipeline that failed are not asked" {
	dataset one <<<'stage a fake 3 3 0; stage b fake 1 1 75'
	echo 'a.out = b.in' >"$pipelines/one/accounts"
	run --separate-stderr "$pipelines/run" one
	expect 75 '*accounts: not checked*failed, exit status 75' '*'
}

@test "records that were rejected: 1, the file and the reasons" {
	dataset one <<-'END'
		stage a fake 3 1 1 2
		stage b fake 1 1 0
		for id in 17 18; do
			printf '{"stage":"a","tool":"fake","reason":"no \\"%s\\" here","record":{}}\n' $id
		done >>"$SLUICE_RUN/rejects.ndjson"
		echo "went on"
	END
	run --separate-stderr "$pipelines/run" one
	expect 1 'went on*rejects: 2 in *rejects.ndjson*2 x a: no "17" here*done in part, exit status 1' '*'
}

# broke_off STATUS HOW STDERR: the run of `one` ended with STATUS, since its
# pipeline broke off, and said so everywhere.
broke_off() {
	local folder
	run --separate-stderr "$pipelines/run" one
	folder=$(run_of one | tail -n 1)
	expect "$1" \
		"*accounts: not checked, the pipeline did not reach its end*one: failed, exit status $1" \
		"$3*one: the pipeline broke off with status $2: see the lines above*; records may be missing, what there is lies in $folder*go on with: *"
	[[ $output != *never* ]]
	jq -e '.is == "failed" and .exit == $exit' --argjson exit "$1" \
		"$folder/summary.json"
	grep -qxF "sluice_run_exit_status{dataset=\"one\"} $1" \
		"$SLUICE_VAR/metrics/sluice_one.prom"
	run ! grep -q success_timestamp "$SLUICE_VAR/metrics/sluice_one.prom"
}

@test "a pipeline that dies is never done in part, whatever it dies of" {
	dataset one <<<'stage a fake 3 3 0; echo "$colour"; echo never'
	broke_off 70 1 '*pipeline: line 9: colour: unbound variable*'
	dataset one <<<'grep -q x "$0.none"; echo never'
	broke_off 70 2 '*No such file*pipeline: line 9: "grep -q x "$0.none"" ended with status 2*'
	# Rejects are no excuse.
	dataset one <<-'END'
		find_it() {
			grep -q nothing /dev/null
			echo never
		}
		stage a fake 3 2 1 1
		echo '{"stage":"a","reason":"bad","record":{}}' >>"$SLUICE_RUN/rejects.ndjson"
		lacking "a thing"
		find_it
	END
	broke_off 70 1 '*pipeline: line 10: "grep -q nothing /dev/null" ended with status 1*'
	dataset one <<-'END'
		read_it() { stage a fake 3 2 1 1; }
		check_it() { test -e /none; }
		flow read_it check_it
		echo never
	END
	broke_off 70 1 '*pipeline: line 10: "test -e /none" ended with status 1*pipeline: line 11: a pipe to "flow *" ended with status 0, 1*'
	dataset one <<<'no-such-command; echo never'
	broke_off 78 127 '*no-such-command: command not found*'
	dataset one <<<'stage a fake 3 2 1 1; yes | head -n 1 >/dev/null; echo never'
	broke_off 70 '141 (SIGPIPE)' '*line 9: a pipe to "head -n 1 > /dev/null" ended with status 141, 0*'
	dataset one <<<'stage a fake 3 2 1 1; kill -9 $$'
	broke_off 75 '137 (SIGKILL)' ''
	dataset one <<<'stage a fake 3 2 1 1; [[ -e /none ]] && echo never'
	broke_off 70 1 ''
	[[ $(<"$(run_of one | tail -n 1)/log") == *'says "lacking", and ends with 0'* ]]
	run --separate-stderr "$pipelines/run" one --status
	[ "$(grep -c ' failed ' <<<"$output")" -eq 8 ]
}

@test "what a shell in the background dies of is named, too" {
	dataset one <<-'END'
		part() { cat /none; echo never; }
		part &
		all_of $!
	END
	broke_off 70 1 '*pipeline: line 9: "cat /none" ended with status 1*line 11: *'
	dataset one <<<'value=$(false; echo kept); false || echo "$value"; ! true; if false; then :; fi'
	run --separate-stderr "$pipelines/run" one
	expect 0 'kept*one: done, exit status 0' '*'
	[[ $stderr != *'ended with'* ]]
	# Nor is anything but what failed where a tool has said why.
	dataset one <<-'END'
		write_it() { yes; }
		read_it() { stage a fake 0 0 75; }
		flow write_it read_it
	END
	run --separate-stderr "$pipelines/run" one
	expect 75 '*one: failed, exit status 75' '*'
	[[ $stderr != *'ended with'* && $stderr != *'broke off'* ]]
}

@test "lacking: the pipeline's own word for done in part" {
	dataset one <<-'END'
		stage a fake 3 3 0
		for thing in ${things-}; do
			lacking "no thing is called \"$thing\""
		done
		echo "went on"
		exit "${failed:-0}"
	END
	lines things failed >"$pipelines/one/params"
	echo 'a.out = 3' >"$pipelines/one/accounts"
	run --separate-stderr "$pipelines/run" one things=x
	expect 1 'went on*accounts: 2 hold*lacking: no thing is called "x"*one: done in part, exit status 1' \
		'*Z lacking: no thing is called "x"'
	jq -e '.is == "done in part" and .exit == 1 and .rejects.count == 0
		and .lacking == ["no thing is called \"x\""]' \
		"$(run_of one)/summary.json"
	run --separate-stderr "$pipelines/run" one --resume
	expect 0 '' '*nothing to go on with*is done in part'
	run --separate-stderr "$pipelines/run" one 'things=a b c d e'
	expect 1 '*lacking: *"c"*lacking: and 2 more in */lacking*done in part*' '*'
	run --separate-stderr "$pipelines/run" one things=x failed=65
	expect 65 '*lacking: no thing*one: failed, exit status 65' '*go on with: *'
	run --separate-stderr "$pipelines/run" one
	expect 0 '*one: done, exit status 0' '*'
	[[ $output$stderr != *lacking* ]]
	jq -e '.lacking == []' "$(run_of one | tail -n 1)/summary.json"
}

@test "bear: some failures let the others go on" {
	run --separate-stderr lib 'failed=0; bear 0; bear 65; bear 69; bear 65; echo $failed'
	expect 0 69 ''
	run --separate-stderr lib 'failed=0; bear 69; bear 75; echo never'
	expect 75 '' ''
	run --separate-stderr lib 'failed=0; bear 1; echo never'
	expect 1 '' ''
}

@test "the worst status wins" {
	dataset one <<<'stage a fake 1 1 77 || stage b fake 1 1 75 || :; exit 65'
	run --separate-stderr "$pipelines/run" one
	expect 77 '*exit status 77' '*'
	dataset two <<<'exit 3'
	run --separate-stderr "$pipelines/run" two
	expect 70 '*' '*'
	dataset three <<<'no-such-command'
	run --separate-stderr "$pipelines/run" three
	expect 78 '*' '*no-such-command*'
	dataset four <<<'kill -9 $$'
	run --separate-stderr "$pipelines/run" four
	expect 75 '*' '*'
}

@test "worst: the order, and what is no status of ours" {
	run --separate-stderr lib 'worst; worst 0 1; worst 75 1 65; worst 141 0; worst 141 1; worst 141 75; worst 70 71 78 64; worst 0 137; worst 127; worst 2'
	expect 0 $'0\n1\n65\n141\n141\n75\n70\n75\n78\n70' ''
}

@test "stage: 0 and 1 go on, the rest is returned" {
	lines '{"stage":"a","exit":1}' >"$BATS_TEST_TMPDIR/stats.ndjson"
	run --separate-stderr lib 'stage a true; stage a bash -c "exit 1"; echo on; s=0; stage a bash -c "exit 65" || s=$?; echo $s'
	expect 0 $'on\n65' ''
	run --separate-stderr lib 'stage a bash -c "echo \$SLUICE_STAGE"'
	expect 0 a ''
	run --separate-stderr lib 'stage a bash -c "exit 1" | stage b cat; stage c bash -c "exit 69" | stage d cat; echo never'
	expect 69 '' ''
}

@test "stage: a program that dies with 1 is none that rejected records" {
	lines '{"stage":"b","exit":1}' '{"stage":"a","exit":0}' \
		>"$BATS_TEST_TMPDIR/stats.ndjson"
	run --separate-stderr lib 'stage a python3 -c "raise SystemExit(1)"; echo on'
	expect 70 '' 'bash: the stage "a" failed: "python3" ended with status 1, and no stats tell of rejects'
	run --separate-stderr lib 'unset SLUICE_RUN; stage a bash -c "exit 1"; echo "by hand"'
	expect 0 'by hand' ''
}

@test "stage: xargs' status is the worst of its children's" {
	local stats=$BATS_TEST_TMPDIR/stats.ndjson
	lines '{"stage":"a","exit":1}' '{"stage":"b","exit":70}' >"$stats"
	run --separate-stderr lib 'seq 3 | stage a xargs -n1 bash -c "exit 1"; echo on'
	expect 0 on ''
	lines '{"stage":"a","exit":65}' '{"stage":"a","exit":75}' >>"$stats"
	run --separate-stderr lib 'seq 3 | stage a xargs -n1 bash -c "exit 1"'
	expect 65 '' ''
	run --separate-stderr lib 'seq 3 | stage c xargs -n1 bash -c "exit 2"'
	expect 70 '' ''
	run --separate-stderr lib 'seq 3 | stage c xargs -n1 bash -c "kill -9 \$\$"'
	expect 75 '' 'xargs: *'
	run -127 --separate-stderr lib 'seq 3 | stage c xargs no-such-command'
	expect 127 '' 'xargs: *'
}

@test "a chunk that meets a trouble of all stops xargs" {
	cat >"$BATS_TEST_TMPDIR/chunk" <<-END
		set -euo pipefail
		. '$pipelines/lib.sh'
		trap 'chunk_ended "\$SLUICE_RUN/receipts.\$1"' EXIT
		echo "\$1" >"\$SLUICE_RUN/receipts.\$1"
		exit "\$2"
	END
	run --separate-stderr lib 'seq 4 | stage a xargs -I{} bash "$SLUICE_RUN/chunk" {} 77'
	expect 77 '' 'xargs: *'
	[ "$(<"$BATS_TEST_TMPDIR/receipts.ndjson")" = 1 ]
	run --separate-stderr lib 'seq 3 | stage b xargs -I{} bash "$SLUICE_RUN/chunk" {} 65'
	expect 65 '' ''
	[ "$(<"$BATS_TEST_TMPDIR/receipts.ndjson")" = $'1\n1\n2\n3' ]
	run --separate-stderr lib 'seq 3 | stage c xargs -I{} bash "$SLUICE_RUN/chunk" {} 1'
	expect 70 '' ''
}

@test "all_of waits for all and returns the worst" {
	run --separate-stderr lib '(exit 75) & a=$!; (exit 65) & b=$!; (sleep 0.2; echo ended) & c=$!; all_of $a $b $c'
	expect 65 ended ''
	run --separate-stderr lib 'true & all_of $!'
	expect 0 '' ''
}

@test "need and die" {
	run --separate-stderr lib 'need bash no-such-tool'
	expect 78 '' '*"no-such-tool" is not there: run "make"*'
	run --separate-stderr lib 'die 73 could not "x"'
	expect 73 '' '*: could not x'
}

@test "hooks run before and after, and tell their failure" {
	dataset one <<<'echo pipeline; exit ${x:-0}'
	echo x >"$pipelines/one/params"
	mkdir "$pipelines/one/pre.d" "$pipelines/one/post.d"
	printf '#!/bin/sh\necho pre\n' >"$pipelines/one/pre.d/10"
	printf '#!/bin/sh\necho post $SLUICE_STATUS; jq -r .is "$SLUICE_RUN/summary.json"\n' \
		>"$pipelines/one/post.d/10"
	printf 'not a hook\n' >"$pipelines/one/pre.d/README"
	chmod +x "$pipelines"/one/p*.d/10
	run --separate-stderr "$pipelines/run" one
	expect 0 $'pre\npipeline\npost 0\ndone*' '*'
	run --separate-stderr "$pipelines/run" one x=75
	expect 75 $'pre\npipeline\npost 75\nfailed*' '*'
	printf '#!/bin/sh\nexit 65\n' >"$pipelines/one/pre.d/20"
	chmod +x "$pipelines/one/pre.d/20"
	run --separate-stderr "$pipelines/run" one
	expect 65 $'pre\npost 65\nfailed*' '*pre.d/20" failed with status 65*'
	# Nothing was done, be it only in part.
	printf '#!/bin/sh\nexit 1\n' >"$pipelines/one/pre.d/20"
	run --separate-stderr "$pipelines/run" one
	expect 70 $'pre\npost 70\nfailed*' '*pre.d/20" failed with status 1*'
	rm "$pipelines/one/pre.d/20"
	printf '#!/bin/sh\nexit 1\n' >"$pipelines/one/post.d/20"
	chmod +x "$pipelines/one/post.d/20"
	run --separate-stderr "$pipelines/run" one
	expect 1 $'pre\npipeline\npost 0\ndone\n*lacking: */post.d/20" failed with status 1\none: done in part*' '*'
	printf '#!/bin/sh\nexit 9\n' >"$pipelines/one/post.d/20"
	run --separate-stderr "$pipelines/run" one
	expect 70 '*exit status 70' '*post.d/20" failed with status 9*'
}

@test "the 30 newest runs are kept" {
	dataset one <<<''
	local i
	for i in {10..50}; do
		mkdir -p "$SLUICE_VAR/runs/one/202501${i}T000000.000Z"
	done
	run --separate-stderr "$pipelines/run" one
	expect 0 '*' '*'
	[ "$(run_of one | wc -l)" -eq 30 ]
	[ "$(run_of one | head -n 1)" = "$SLUICE_VAR/runs/one/20250122T000000.000Z" ]
	[ -e "$(run_of one | tail -n 1)/summary.json" ]
}

@test "FRESH=1 forgets the dataset's state, and nothing else" {
	dataset one <<<'touch "$SLUICE_STATE/seen"; ls "$SLUICE_STATE"'
	mkdir -p "$SLUICE_VAR/state/one/audit" "$SLUICE_VAR/state/two"
	touch "$SLUICE_VAR/state/one/audit/x"
	run --separate-stderr "$pipelines/run" one
	expect 0 $'audit\nlock\nseen\n*' '*'
	FRESH=1 run --separate-stderr "$pipelines/run" one
	expect 0 $'lock\nseen*' '*'
	[ -d "$SLUICE_VAR/state/two" ]
}

@test "a second run at the same time ends with 75 and says who holds it" {
	mkfifo "$BATS_TEST_TMPDIR/gate"
	dataset one <<<'echo started >"$SLUICE_STATE/started"; read -r _ <'"$BATS_TEST_TMPDIR/gate"
	"$pipelines/run" one >/dev/null 2>&1 3>&- &
	local first=$!
	go+=("$first")
	wait_for test -s "$SLUICE_VAR/state/one/started"
	run --separate-stderr "$pipelines/run" one
	expect 75 '' "run: another run of \"one\" is at work: process $first since 2*, run 2*; try again later"
	[[ $stderr == *", run $(basename "$(run_of one)"); "* ]]
	[ "$(run_of one | wc -l)" -eq 1 ]
	echo go >"$BATS_TEST_TMPDIR/gate"
	wait "$first"
	run --separate-stderr flock -n "$SLUICE_VAR/state/one/lock" true
	expect 0 '' ''
}

@test "nothing that a run starts inherits its lock" {
	dataset one <<-'END'
		for fd in /proc/$$/fd/*; do
			case $(readlink "$fd") in */lock) echo "inherited $fd" ;; esac
		done
		setsid bash -c 'echo $$ >"$1"; exec sleep 60' daemon \
			"$SLUICE_STATE/daemon" >/dev/null 2>&1 &
		# Before it has left the group it would end with the run.
		until [[ -s $SLUICE_STATE/daemon ]]; do sleep 0.01; done
	END
	run --separate-stderr "$pipelines/run" one
	go+=("$(<"$SLUICE_VAR/state/one/daemon")")
	expect 0 '*done*' '*'
	[[ $output != *inherited* ]]
	kill -0 "${go[-1]}"
	run --separate-stderr flock -n "$SLUICE_VAR/state/one/lock" true
	expect 0 '' ''
}

@test "a signal goes to the whole group, is waited for, and kills the run" {
	dataset one <<-'END'
		bash -c 'trap "echo finished >\$SLUICE_STATE/finished; exit" TERM
			echo $$ >$SLUICE_STATE/child
			while :; do sleep 0.05; done' | cat
	END
	local name
	for name in TERM INT; do
		rm -f "$SLUICE_VAR/state/one/child" "$SLUICE_VAR/state/one/finished"
		env --default-signal=INT "$pipelines/run" one \
			>"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
		local pid=$! status=0
		go+=("$pid")
		wait_for test -s "$SLUICE_VAR/state/one/child"
		kill "-$name" "$pid"
		wait "$pid" || status=$?
		[ "$status" -eq $((128 + $(kill -l "$name"))) ]
		[ -e "$SLUICE_VAR/state/one/finished" ]
		[ "$(jq -c '[.is, .signal, .exit]' "$(run_of one | tail -n 1)/summary.json")" = \
			"[\"interrupted\",\"$name\",$status]" ]
	done
}

@test "a second signal kills what does not end" {
	dataset one <<-'END'
		bash -c 'trap "echo heard >\$SLUICE_STATE/heard" TERM
			echo $$ >$SLUICE_STATE/child
			while :; do sleep 0.05; done'
	END
	"$pipelines/run" one >/dev/null 2>&1 3>&- &
	local pid=$! status=0
	go+=("$pid")
	wait_for test -s "$SLUICE_VAR/state/one/child"
	kill -TERM "$pid"
	wait_for test -s "$SLUICE_VAR/state/one/heard"
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	gone "$(<"$SLUICE_VAR/state/one/child")"
}

@test "what a killed run has started ends, and the lock is free" {
	dataset one <<-'END'
		bash -c 'echo $$ >$SLUICE_STATE/child; exec sleep 60' &
		wait
	END
	"$pipelines/run" one >/dev/null 2>&1 3>&- &
	local pid=$!
	wait_for test -s "$SLUICE_VAR/state/one/child"
	kill -KILL "$pid"
	wait_for gone "$(<"$SLUICE_VAR/state/one/child")"
	wait_for flock -n "$SLUICE_VAR/state/one/lock" true
}

@test "the first line: where from and where to, without the passwords" {
	dataset one <<<'echo "$PGDATABASE"'
	echo things >"$pipelines/one/database"
	echo '{"base_url":"${ONE_URL:-http://one.example/api}"}' >"$pipelines/one/api.json"
	export PGHOST=db.example PGPASSWORD=secret1
	run --separate-stderr "$pipelines/run" one
	expect 0 'things*' \
		'*one: from http://one.example/api into database things at db.example*'
	ONE_URL='http://me:secret2@two.example/?key=secret3' PGDATABASE=other \
		run --separate-stderr "$pipelines/run" one
	expect 0 'other*' \
		'*from http://\*\*\*@two.example/?\*\*\* into database other at db.example*'
	[[ $stderr != *secret* ]]
	run --separate-stderr grep -r secret "$SLUICE_VAR"
	expect 1 '' ''
}

@test "without a PG target the private cluster is started" {
	dataset one <<<'sql -c "select current_database()"'
	echo things >"$pipelines/one/database"
	run --separate-stderr "$pipelines/run" one
	[ "$status" -eq 0 ] || echo "$output$stderr"
	local first=$output said=$stderr
	run --separate-stderr "$pipelines/run" one
	"$pipelines/local-postgres" stop
	expect 0 'things*' '*'
	[[ $first == things* ]]
	[[ $said == *"one: into database things at $SLUICE_VAR/pg"* ]]
}

@test "a database that cannot be reached is 75, with a summary" {
	dataset one <<<'sql -c "select 1"'
	echo things >"$pipelines/one/database"
	PGHOST=$BATS_TEST_TMPDIR run --separate-stderr "$pipelines/run" one
	expect 75 '*failed, exit status 75' '*connection*failed*'
}
