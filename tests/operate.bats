#!/usr/bin/env bats
# Runs that are operated: settings, hooks, going on with a run that was cut
# short, with small datasets made here.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper
load small

setup() {
	small_pipelines
	cd "$BATS_TEST_TMPDIR" || return
	unset ENV CONFIG_PATH
}

# hook FILE TEXT: an executable one.
hook() {
	mkdir -p "${1%/*}"
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

# go OPERAND...: pipelines/run.
go() {
	run --separate-stderr "$pipelines/run" "$@"
}

# ---- settings ----

@test "settings: a file of NAME=value lines, chosen by CONFIG_PATH and ENV" {
	dataset one <<<'echo "$ONE_URL,${TWO-unset},${THREE-unset}"'
	mkdir -p conf home/.config/sluice
	cat >conf/prod.env <<-'END'
		# who we ask
		ONE_URL=http://one.example/a=b#c

		TWO="$(touch made) `touch made` $HOME 'x'"
		  # indented
		THREE=
	END
	CONFIG_PATH=conf ENV=prod go one
	expect 0 'http://one.example/a=b#c,$(touch made) `touch made` $HOME '"'x',"$'\n*' \
		"*Z one: by the settings $PWD/conf/prod.env
*"
	[ ! -e made ]
	CONFIG_PATH=conf/prod.env TWO=mine go one
	expect 0 'http://one.example/a=b#c,mine,*' \
		'*prod.env (the environment has its own TWO)*'
	cp conf/prod.env home/.config/sluice/
	HOME=$PWD/home XDG_CONFIG_HOME='' ENV=prod go one
	expect 0 'http:*' "*by the settings $PWD/home/.config/sluice/prod.env*"
	ONE_URL=x ENV=/etc/shrc go one
	expect 0 'x,unset,unset*' '*Z one:
*'
}

@test "settings that are not there, or not good, are told by file and line" {
	dataset one <<<'echo ran'
	mkdir conf
	CONFIG_PATH=conf go one
	expect 78 '' 'run: ENV is "": it has to be the name of settings in "conf"*'
	CONFIG_PATH=conf ENV=../x go one
	expect 78 '' 'run: ENV is "../x"*'
	CONFIG_PATH=conf ENV=prod go one
	expect 78 '' 'run: could not read the settings "conf/prod.env"*'
	local bad
	export CONFIG_PATH=$PWD/conf/bad.env
	for bad in 'export A=1' 'A = 1' 'lower=1' 'no equation' $'A=1\r' 'A="1' \
		'LD_PRELOAD=x' 'BASH_ENV=x' 'SLUICE_RUN=x' 'SLUICE_STATE=x' \
		'UID=0' 'IFS=x' 'KEEP=1' 'GUARDED=x' '1A=1' 'A[$(touch made)]=1'; do
		printf 'GOOD=secret1\n%s\n' "$bad" >"$CONFIG_PATH"
		go one
		expect 78 '' "run: \"$CONFIG_PATH\", line 2: *"
	done
	printf 'A=secret1\nB=2\nA=secret2\n' >"$CONFIG_PATH"
	go one
	expect 78 '' "run: \"$CONFIG_PATH\", line 3: A was set in line 1 already"
	printf 'A=1\0' >"$CONFIG_PATH"
	go one
	expect 78 '' '*NUL bytes*'
	printf 'A=1\n' >"$CONFIG_PATH"
	chmod o+w "$CONFIG_PATH"
	go one
	expect 78 '' '*everybody may write*chmod o-w it'
	[ ! -e made ] && [ ! -e "$SLUICE_VAR/runs" ]
}

# ---- hooks ----

@test "hooks for all come first; hooks= chooses, among those that are there" {
	dataset one <<<'echo pipeline'
	hook "$pipelines/pre.d/20-all" 'echo pre all'
	hook "$pipelines/one/pre.d/10-own" 'echo pre own "${SLUICE_RUN##*/runs/}"'
	hook "$pipelines/post.d/tell" 'echo post all $SLUICE_STATUS'
	hook "$pipelines/one/post.d/tell" 'echo post own'
	go one
	expect 0 $'pre all\npre own one/2*Z\npipeline\npost all 0\npost own*' '*'
	go one hooks=tell,10-own
	expect 0 $'pre own *\npipeline\npost all 0\npost own*' '*one: with hooks=tell\\,10-own*'
	[[ $output != *'pre all'* ]]
	go one hooks=
	expect 0 $'pipeline\n\n*' '*'
	go one hooks=tell,none
	expect 64 '' 'run: the dataset "one" has no hook "none": it has 10-own 20-all tell'
	go one hooks=../one/pipeline
	expect 64 '' '*no hook "../one/pipeline"*'
}

# ---- going on ----

@test "--resume: the parameters of the run that was cut short, and its command" {
	dataset one <<-'END'
		param size 10
		param day "$(date -u +%FT%T.%N)"
		echo "$color $size $day ${SLUICE_RESUME-}" | tee -a "$SLUICE_STATE/said"
		exit "${fail:-0}"
	END
	lines color size day fail >"$pipelines/one/params"
	go one --resume
	expect 64 '' 'run: there is no run of "one" to go on with'
	go one color='a b' fail=75
	expect 75 'a b 10 *' "*Z go on with: $pipelines/run one --resume"
	go one --resume
	expect 75 'a b 10 * 1*' '*one: going on with 2*color=a\\ b*go on with: *'
	go one --resume fail=0
	expect 0 'a b 10 * 1*' '*'
	[[ $stderr != *'go on with'* ]]
	[ "$(cut -d' ' -f1-4 "$SLUICE_VAR/state/one/said" | uniq | wc -l)" -eq 1 ]
	[ "$(jq -c '.params | map(sub("day=.*"; "day"))' "$(run_of one | tail -n 1)/summary.json")" = \
		'["color=a b","day","fail=0","size=10"]' ]
	go one --resume
	expect 0 '' 'run: one: nothing to go on with: the last run, 2*, is done'
	# killed at once: whatever it left is gone on with
	go one color=x size=7 fail=75
	rm "$(run_of one | tail -n 1)/summary.json"
	mkdir "$SLUICE_VAR/runs/one/29991231T000000.000Z"
	go one --resume fail=0
	expect 0 'x 7 *' '*'
	FRESH=1 go one --resume
	expect 64 '' '*FRESH=1 forgets what such a run would go on with'
	go one size=$'1\n2'
	expect 64 '' '*"size" has a control character*'
}

# ---- rejects ----

# shop: a dataset whose stage b refuses what is odd, unless it is mended.
shop() {
	dataset one <<-'END'
		a() { stage a fields --set a=1; }
		b() { stage b validate --name even="${mended:-false} or .id % 2 == 0"; }
		c() { stage c fields --drop a; }
		all() { cat >>"$SLUICE_STATE/loaded"; }
		if [[ ${SLUICE_REPLAY-} ]]; then
			replay a b c all
			exit
		fi
		printf '{"id":%s,"n":19.90}\n' 1 2 3 9007199254740993 >"$SLUICE_RUN/list"
		echo 'cut {' >>"$SLUICE_RUN/list"
		flow a b c all <"$SLUICE_RUN/list"
	END
	printf 'mended\n' >"$pipelines/one/params"
	printf '%s\n' 'lines(list) = a.in # all' 'a.out = b.in' 'b.out = c.in' \
		>"$pipelines/one/accounts"
}

@test "--replay-rejects: each record from the stage that refused it, as it was" {
	shop
	go one
	expect 1 '*accounts: 6 hold*' \
		"*Z send the rejects in again with: $pipelines/run one --replay-rejects 2*Z"
	local first=${stderr##* } run
	[ "$(<"$SLUICE_VAR/state/one/loaded")" = '{"id":2,"n":19.90}' ]
	# nothing is mended: the same are rejected again
	go one --replay-rejects "$first"
	expect 1 '*accounts: 4 hold*' '*sends rejects of '"$first"' in again: 0 of a, 3 of b*1 of them are no records*left.ndjson*'
	[[ $stderr == *"--replay-rejects ${stderr##* }" && ${stderr##* } != "$first" ]]
	go one --replay-rejects "${stderr##* }" --stage b mended=true
	expect 0 '*b  *1  *3  *3 *accounts: 4 hold*one: done*' '*'
	sort "$SLUICE_VAR/state/one/loaded" >loaded
	lines '{"id":1,"n":19.90}' '{"id":2,"n":19.90}' '{"id":3,"n":19.90}' \
		'{"id":9007199254740993,"n":19.90}' | cmp - loaded
	run=$(run_of one | tail -n 1)
	[ "$(jq -c '[.replays != null, .params]' "$run/summary.json")" = '[true,["mended=true"]]' ]
	go one --resume
	expect 0 '' '*nothing to go on with*'
}

@test "what a pipeline notes as a parameter, run takes from it again" {
	local pipeline name
	for pipeline in "$root"/pipelines/*/pipeline; do
		while read -r _ name _; do
			echo "$pipeline: $name"
			grep -qE "^$name( |$)" "${pipeline%/pipeline}/params"
		done < <(grep '^param ' "$pipeline")
	done
}

@test "what cannot be replayed is told" {
	shop
	go one --replay-rejects 20260101T000000.000Z
	expect 66 '' 'run: there is no run "2026*'
	FRESH=1 go one --replay-rejects 20260101T000000.000Z
	expect 64 '' '*FRESH=1 forgets*'
	go one --replay-rejects
	expect 64 '' '*--replay-rejects wants a name behind it'
	go one --stage b
	expect 64 '' '*--stage is for --replay-rejects'
	go one mended=true
	local first
	first=$(basename "$(run_of one | tail -n 1)")
	go one --replay-rejects "$first" --stage c
	expect 66 '' '*has no rejects of the stage "c": it has those of a'
	: >"$SLUICE_VAR/runs/one/$first/rejects.ndjson"
	go one --replay-rejects "$first"
	expect 66 '' '*has no rejects'
	echo '{"stage":"x","record":{"id":1}}' >"$SLUICE_VAR/runs/one/$first/rejects.ndjson"
	go one --replay-rejects "$first"
	expect 70 '*' '*does not tell how rejects of the stage "x" are sent in again*go on with: * --replay-rejects '"$first"
	dataset two <<<'echo never'
	go two --replay-rejects "$first"
	expect 64 '' '*"two" does not tell how rejects are sent in again'
}

# ---- what one sees ----

@test "on a terminal the stages' figures so far; --status and --follow" {
	mkfifo gate
	dataset one <<-END
		stage a fake 30 20 1 2
		printf '{"stage":"b","resource":"r"}\n' >"\$SLUICE_RUN/receipts.b.1"
		printf '{"stage":"a","reason":"x","record":1}\n' >>"\$SLUICE_RUN/rejects.ndjson"
		echo "a line that is whole"
		stage b cat gate
		exit 75
	END
	sed -i "s,cat gate,cat $PWD/gate," "$pipelines/one/pipeline"
	dataset two <<<'echo two'
	"$pipelines/run" two >/dev/null 2>&1
	mkdir -p "$SLUICE_VAR/pace"
	python3 -c 'import struct, sys, time
boot = open("/proc/sys/kernel/random/boot_id").read().strip().encode()
now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
sys.stdout.buffer.write(struct.pack("40sqq", boot, now + 100 * 10**9, 0))' \
		>"$SLUICE_VAR/pace/http___h_80"
	go one --follow
	expect 1 '' 'run: no run of "one" is at work'
	TERM=xterm script -qec "$pipelines/run one" /dev/null </dev/null >seen 2>&1 3>&- &
	local pid=$! folder
	wait_for grep -q at_work seen
	folder=$(run_of one)
	go --status
	expect 0 "dataset * run * is  exit  seconds  requests  rejected
one *${folder##*/}  at work     -        -         1         1
two *Z     done     0  *  0         0" ''
	"$pipelines/run" --follow >followed 2>&1 3>&- &
	local follower=$! status=0
	wait_for grep -q 'a line that is whole' followed
	echo >gate
	wait "$pid" || [ $? -eq 75 ]
	wait "$follower" || status=$?
	[ "$status" -eq 75 ]
	[[ $(tail -n 1 followed) == *'go on with: '* ]]
	# cleared before each line, drawn below it
	grep -q $'^\r\e\\[Ja line that is whole\r$' seen
	grep -q $'^\r\e\\[Jstage  requests  in  out  rejected  retries' seen
	grep -qE $'^a +0 +30 +20 +1 +2' seen
	grep -qE $'^b +1 +0 +0 +0 +0 +at_work' seen
	grep -qE 'waiting for http___h_80: [0-9]+ s' seen
	# what is left of it at the end is what the run printed
	[[ $(tail -n 1 seen) != *at_work* ]]
	grep -q $'one: failed, exit status 75\r$' seen
	go one --status
	expect 0 "dataset*
one *${folder##*/}  failed    75  *" ''
	rm "$folder/summary.json"
	go one --status
	expect 0 "*${folder##*/}  killed     -        -         1         1" ''
}

@test "the hook alert: rejects, a limit, the time, a bad end, and who is told" {
	mkdir "$pipelines/post.d"
	cp "$root/pipelines/post.d/alert" "$pipelines/post.d"
	dataset one <<-'END'
		stage a fake 3 3 0
		[[ ${rejects-} != 1 ]] ||
			echo '{"stage":"a","reason":"no \"x\" here","record":1}' >"$SLUICE_RUN/rejects.ndjson"
		[[ ${limited-} != 1 ]] || sed -i 's/"exit":0/"attempts":9,"limited":2,"wait_ms":1234,&/' "$SLUICE_RUN/stats.ndjson"
		[[ ! ${lack-} ]] || for thing in $lack; do lacking "no $thing"; done
		exit "${fail:-0}"
	END
	lines rejects limited lack fail >"$pipelines/one/params"
	export ALERT_COMMAND="cat >>$PWD/told"
	local i
	for i in 1 2 3 4; do
		mkdir -p "$SLUICE_VAR/runs/one/2025010${i}T000000.000Z"
		echo '{"is":"done","seconds":0.0001}' >"$SLUICE_VAR/runs/one/2025010${i}T000000.000Z/summary.json"
	done
	go one
	expect 0 '*' '*'
	[[ $stderr != *ALERT* ]] && [ ! -e told ]
	go one rejects=1 limited=1
	expect 1 '*' '*Z ALERT: one, run 2*Z: 1 records were rejected, first a: no "x" here; the server refused 2 of 9 requests by a limit; 1.2 s were waited in all; it took * s, the median of 5 runs is 0 s*'
	[[ $(<told) == 'ALERT: one, run '* ]]
	ALERT_COMMAND='exit 3' go one fail=75
	expect 75 '*' '*ALERT: *it failed, exit status 75; *ALERT_COMMAND ended with status 3: nobody was told*'
	ALERT_COMMAND='exit 3' go one 'lack=bread tea'
	expect 1 '*lacking: "*/post.d/alert" failed with status 1*done in part*' \
		'*ALERT: one, run 2*Z: it lacks what was to be had: no bread and 1 more*'
	go one hooks= fail=75
	[[ $stderr != *ALERT* ]]
}

@test "--explain: the stages of a pipeline, which is read and not run" {
	dataset one <<-'END'
		touch "$SLUICE_STATE/ran"
		# What is bad goes. And more.
		check() {
			stage check validate --name 'a=.a | type == "x || y"' |
				stage "flat_$1" flatten # not this: stage none cat
		}
		store() { stage not_found cat; }
		if [[ ${SLUICE_REPLAY-} ]]; then
			stage replayed cat
		else
			stage read paginate -p api.json list id="$1" | check pages || exit
		fi
		sql <<-'SQL'
			stage in_sql cat
		SQL
		flow 'check more' 'check pages'
		stage part xargs -P4 ./chunk offers
	END
	lines '. ../lib.sh' 'what=$1' 'stage "$what" wdn-fetch -p api.json "$what" -- "$@"' >"$pipelines/one/chunk"
	echo '{"base_url":"http://me:secret@h/${V:-v1}","resources":{"list":{"path":"/l/{id}","page":{"by":"link"}},"offers":{"path":"/o/{id}"}}}' \
		>"$pipelines/one/api.json"
	lines 'size  how many' >"$pipelines/one/params"
	hook "$pipelines/one/pre.d/first" '# Looks at it. Then more.'
	sed -i '1a# Looks.' "$pipelines/one/pre.d/first"
	cp "$root"/pipelines/*.awk "$pipelines"
	go one --explain size=5
	expect 0 'one: from http://\*\*\*@h/v1*Parameters:
  size=5  how many*Hooks before it:
  first: Looks.*
  read: paginate *
      = Walks the pages of a list and prints their records.
        GET http://\*\*\*@h/v1/l/{id}, page after page, by link
  # What is bad goes.
  check: validate --name *x || y*
  flat_pages: flatten*
  flat_more: flatten*
  part: xargs -P4 ./chunk offers
      = several processes of it, each for its part
      offers: wdn-fetch -p api.json offers -- "$@"*
            GET http://\*\*\*@h/v1/o/{id}' ''
	[[ $output != *replayed* && $output != *in_sql* && $output != *none* &&
		$output != *not_found* && $output != *secret* ]]
	[ ! -e "$SLUICE_VAR/runs" ] && [ ! -e "$SLUICE_VAR/state/one/ran" ]
	# of the real ones it finds every stage that their accounts name
	local accounts name
	for accounts in "$root"/pipelines/*/accounts; do
		name=${accounts%/accounts}
		[ -x "$name/pipeline" ] && [ "${name##*/}" != template ] || continue
		run --separate-stderr "$root/pipelines/run" "${name##*/}" --explain
		[ "$status" -eq 0 ]
		diff <(grep -v '^#' "$accounts" | grep -oE '[a-z_]+\.(in|out)' |
			sed 's/\..*//' | sort -u) \
			<(sed -nE 's/^ +([a-z_]+): .*/\1/p' <<<"$output" | sort -u) |
			grep '^<' && return 1
	done
	[ ! -e "$SLUICE_VAR/pg" ]
}
