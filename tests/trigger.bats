#!/usr/bin/env bats
# pipelines/trigger with the real program webhook, called with curl.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper
load small
# shellcheck source-path=SCRIPTDIR source=../pipelines/state.sh
. "$BATS_TEST_DIRNAME/../pipelines/state.sh"

# Keys of each kind; a secret tells whose it is.
ops='ops-4f1d2c0b9a8e7f6d5c4b3a29180716253'
shop='shop-4f1d2c0b9a8e7f6d5c4b3a2918071625'
board='board-4f1d2c0b9a8e7f6d5c4b3a291807162'

setup_file() {
	command -v webhook >/dev/null || skip "the program webhook is not there"
}

setup() {
	small_pipelines
	cp -R "$root/pipelines/trigger" "$pipelines"
	mkdir "$SLUICE_VAR"
	keys=$BATS_TEST_TMPDIR/keys
	export SLUICE_TRIGGER_KEYS=$keys
	lines '# who may what' '' "ops start,read $ops" \
		"shop start:one,start:shop $shop" "board read $board" >"$keys"
	chmod 600 "$keys"
	gated one
	gated two
	mkfifo "$BATS_TEST_TMPDIR/gate"
}

teardown() {
	[ -z "${server-}" ] || kill "$server" 2>/dev/null || :
	local lock pid
	for lock in "$SLUICE_VAR"/state/*/lock; do
		read -r _ pid _ 2>/dev/null <"$lock" || continue
		! holds "$pid" "$lock" || kill -KILL "$pid"
	done
}

# gated NAME: a dataset that says its parameters, waits where gate=1, and has a report.
gated() {
	mkdir "$pipelines/$1"
	printf 'color  which\ngate  1: wait\n' >"$pipelines/$1/params"
	cat >"$pipelines/$1/pipeline" <<-END
		#!/usr/bin/env bash
		set -euo pipefail
		printf %s "\${color-}" >"\$SLUICE_RUN/color"
		env >"\$SLUICE_RUN/environment"
		[[ \${gate-} != 1 ]] || read -r _ <"$BATS_TEST_TMPDIR/gate"
		echo "all is well" >"\$SLUICE_RUN/report"
	END
	chmod +x "$pipelines/$1/pipeline"
}

# On a free port; sets server and url.
start_server() {
	local port
	port=$(free_ports 1)
	url=http://127.0.0.1:$port
	"$pipelines/trigger/serve" -port "$port" \
		>"$BATS_TEST_TMPDIR/serve.log" 2>&1 3>&- &
	server=$!
	wait_for curl -so "$BATS_TEST_TMPDIR/ok" "$url"
}

# call METHOD SECRET PATH [OPTION OF curl ...]: the answer, then its status.
call() {
	curl -sS -w '%{http_code}' -X "$1" -H "Authorization: Bearer $2" \
		"$url/hooks/$3" "${@:4}"
}

# field FILTER: of the answer of the last `run call`.
field() {
	jq -r "$1" <<<"${output%???}"
}

# signed KEY SECRET BODY: what is posted, signed by the key.
signed() {
	curl -sS -w '%{http_code}' "$url/hooks/run/$1" -d "$3" \
		-H "X-Hub-Signature-256: sha256=$(printf %s "$3" |
			openssl dgst -sha256 -hmac "$2" -r | cut -d ' ' -f 1)"
}

now() {
	date -u -d "${1-now}" +%FT%TZ
}

folders() {
	find "$SLUICE_VAR/runs" -mindepth 2 -maxdepth 2 2>/dev/null | wc -l
}

# ended ID: waited for.
ended() {
	wait_for idle "${1%%/*}"
}

idle() {
	! running "$1" >/dev/null
}

@test "keys that are missing, open to all, or wrong" {
	rm "$keys"
	run --separate-stderr "$pipelines/trigger/serve"
	expect 66 '' "serve: could not read the keys \"$keys\": make it, *openssl rand*"
	lines "ops start $ops" >"$keys"
	chmod 644 "$keys"
	run --separate-stderr "$pipelines/trigger/serve"
	expect 78 '' "serve: everybody may read the keys *chmod 600*"
	chmod 600 "$keys"
	local line
	for line in "ops start short" "ops write $ops" "ops $ops" "o/p start $ops" \
		"ops start:../x $ops" "ops start $ops more" "ops start $ops\$(x)"; do
		lines '# first' "$line" >"$keys"
		run --separate-stderr "$pipelines/trigger/serve"
		expect 78 '' $'line 2: *\nserve: the keys *are not good*'
		[[ $stderr != *"$ops"* ]]
	done
	lines "ops start $ops" "ops read $shop" >"$keys"
	run --separate-stderr "$pipelines/trigger/serve"
	expect 78 '' $'ops: the name is there twice\n*'
	: >"$keys"
	run --separate-stderr "$pipelines/trigger/serve"
	expect 78 '' $'it has no key\n*'
}

@test "options that would show the secrets, or other hooks" {
	run --separate-stderr "$pipelines/trigger/serve" -debug
	expect 64 '' '*-debug would write secrets to the log*'
	run --separate-stderr "$pipelines/trigger/serve" -hooks=x
	expect 64 '' '*-hooks=x is serve*'
	run --separate-stderr "$pipelines/trigger/serve" --help
	expect 0 'usage: serve *' ''
}

@test "who has no key, or not the right, gets 401; a wrong method 405" {
	start_server
	local secret
	for secret in '' "${ops%?}" "${ops}x" "${ops^^}" "$board"; do
		run call POST "$secret" "run?dataset=one"
		[[ $output == *401 ]]
	done
	for secret in '' "${board%?}" "$shop"; do
		run call GET "$secret" runs
		[[ $output == *401 ]]
	done
	run curl -s -w '%{http_code}' -X POST "$url/hooks/run?dataset=one&Authorization=Bearer+$ops"
	[[ $output == *401 ]]
	run call POST "$shop" "run?dataset=two"
	[[ $output == *401 ]]
	run call POST "$shop" "run"
	[[ $output == *401 ]]
	run call POST "$shop" "run?dataset=two&dataset=one"
	[[ $output == *401 ]]
	for method in GET PUT; do
		run call "$method" "$ops" "run?dataset=one"
		[[ $output == *405 ]]
	done
	run call POST "$ops" runs
	[[ $output == *405 ]]
	run call GET "$ops" "runs/one"
	[[ $output == *404 ]]
	[ "$(folders)" -eq 0 ]
	run call POST "$shop" "run?dataset=one"
	[[ $output == *202 ]]
}

@test "a run is started, found at once, told to be running, and done" {
	start_server
	run call POST "$ops" "run?dataset=one&gate=1&color=red"
	[[ $output == *202 ]]
	[ "$(field .status)" = started ]
	local id
	id=$(field .run)
	[[ $id =~ ^one/[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$ ]]
	[ -d "$SLUICE_VAR/runs/$id" ]
	run call GET "$board" "runs?id=$id"
	[[ $output == *200 ]]
	[ "$(field '[.run, .status, .dataset] | @tsv')" = "$id"$'\trunning\tone' ]
	run call POST "$ops" "run?dataset=one"
	[[ $output == *202 ]]
	[ "$(field '[.status, .run] | @tsv')" = $'running\t'"$id" ]
	run call GET "$board" "report?id=$id"
	[[ $output == *'has no report (yet)'*500 ]]
	run call POST "$ops" "run?dataset=two"
	[ "$(field .status)" = started ]
	local second
	second=$(field .run)
	echo go >"$BATS_TEST_TMPDIR/gate"
	ended "$id"
	ended "$second"
	run call GET "$board" "runs?id=$id"
	[ "$(field '[.status, .exit] | @tsv')" = $'done\t0' ]
	run call GET "$board" runs
	[ "$(field '[.[].run] | @tsv')" = "$second"$'\t'"$id" ]
	run call GET "$board" "runs?dataset=one"
	[ "$(field '[.[].run] | @tsv')" = "$id" ]
	run call GET "$board" "report?id=$id"
	[ "$output" = $'all is well\n200' ]
	run call GET "$board" "log?id=$id"
	[[ $output == *Z\ one:*200 ]]
	[ "$(<"$SLUICE_VAR/runs/$id/color")" = red ]
	[ "$(jq -r '[.by, .asked.dataset, .answer.status] | join(",")' "$SLUICE_VAR/trigger/log")" = \
		$',one,started\n,one,running\n,two,started' ]
}

@test "a run that was killed is told to be" {
	start_server
	run call POST "$ops" "run?dataset=one&gate=1"
	local id pid
	id=$(field .run)
	pid=$(sed 's/^process \([0-9]*\) .*/\1/' "$SLUICE_VAR/state/one/lock")
	kill -KILL "$pid"
	ended "$id"
	run call GET "$board" "runs?id=$id"
	[ "$(field .status)" = killed ]
	run call GET "$board" runs
	[ "$(field '.[0].status')" = killed ]
}

@test "what the dataset does not declare is refused, with the reason" {
	start_server
	local query
	for query in 'x=1' 'BASH_ENV=/tmp/x' '--help=1' '=1' 'at=now' 'hooks='; do
		run call POST "$ops" "run?dataset=one&$query"
		[[ $output == *500 ]]
		[[ $(field .reason) == *parameter* ]]
	done
	for query in 'dataset=three' 'dataset=one/..' 'dataset=--help' \
		'dataset=one%0Atwo' ''; do
		run call POST "$ops" "run?$query"
		[[ $output == *500 ]]
		[[ $(field .reason) == *dataset* || $(field .reason) == *control* ]]
	done
	run call POST "$ops" "run?dataset=one&color=$(printf 'x%.0s' {1..1001})"
	[[ $(field .reason) == *'longer than 1000'* ]]
	run call POST "$ops" "run?dataset=one&color=a%0Ab"
	[[ $(field .reason) == *'control character'* ]]
	echo color >"$pipelines/one/local-params"
	run call POST "$ops" "run?dataset=one&color=/etc/passwd"
	[[ $(field .reason) == *'"color" is for who is on this machine'* ]]
	for query in '' '../../../../etc/passwd' 'one/20260101T000000.000Z' \
		'one/20260101T000000.000Z%2F..'; do
		run call GET "$board" "log?id=$query"
		[[ $output == *500 ]]
	done
	run call GET "$board" 'runs?dataset=../x'
	[[ $output == *500 ]]
	[ "$(folders)" -eq 0 ]
}

@test "nothing from a request reaches a shell" {
	local values=('$(touch hacked)' '`touch hacked`' ';touch hacked;'
		"' \$(touch hacked) '" '"; touch hacked; "' '| touch hacked'
		'a[$(touch hacked)]' '${x:=$(touch hacked)}' '-o hacked' '* ?'
		'%n%s' '"\"' '{{touch}}' $'\u00e4\u20ac' '../../hacked') i data=()
	for i in "${!values[@]}"; do
		data+=(--data-urlencode "v$i=${values[i]}")
		echo "v$i" >>"$pipelines/one/params"
		echo "printf %s \"\$v$i\" >\"\$SLUICE_RUN/v$i\"" >>"$pipelines/one/pipeline"
	done
	cd "$BATS_TEST_TMPDIR"
	start_server
	run call POST "$ops" run -G -d dataset=one "${data[@]}"
	[[ $output == *202 ]]
	local id
	id=$(field .run)
	ended "$id"
	for i in "${!values[@]}"; do
		[ "$(<"$SLUICE_VAR/runs/$id/v$i")" = "${values[i]}" ]
	done
	run find "$BATS_TEST_TMPDIR" -name hacked
	[ "$output" = '' ]
}

@test "a signed call: the body counts, and its time" {
	start_server
	local body
	body="{\"dataset\":\"one\",\"color\":\"blue\",\"at\":\"$(now)\"}"
	run signed shop "$ops" "$body"
	[[ $output == *401 || $output == *500 ]]
	run signed board "$board" "$body"
	[[ $output == *404 ]]
	run curl -s -w '%{http_code}' "$url/hooks/run/shop?dataset=one" -d "$body"
	[[ $output == *401 ]]
	run signed shop "$shop" "${body/one/two}"
	[[ $output == *401 ]]
	for body in "{\"dataset\":\"one\",\"at\":\"$(now '-6 min')\"}" \
		"{\"dataset\":\"one\",\"at\":\"$(now '6 min')\"}" \
		'{"dataset":"one"}' '{"dataset":"one","at":"now"}'; do
		run signed shop "$shop" "$body"
		[[ $(field .reason) == *'"at" has to be the time now'* ]]
	done
	run signed ops "$ops" "{\"dataset\":\"one\",\"color\":7,\"at\":\"$(now)\"}"
	[[ $(field .reason) == *'has to be text'* ]]
	for body in '' '[1]' 'null' '{"dataset":{"one":1}}'; do
		run signed ops "$ops" "$body"
		[[ $output == *500 ]]
	done
	[ "$(folders)" -eq 0 ]
	run signed shop "$shop" "{\"dataset\":\"one\",\"color\":\"blue\",\"at\":\"$(now)\"}"
	[[ $output == *202 ]]
	ended "$(field .run)"
	run tail -n 1 "$SLUICE_VAR/trigger/log"
	[ "$(jq -r '[.by, .answer.status, .asked.color] | join(",")' <<<"$output")" = shop,started,blue ]
}

@test "fifty calls at once: one starts, the others are told which it is" {
	start_server
	seq 50 | xargs -P 50 -I{} curl -sS -m 120 -X POST -H "Authorization: Bearer $ops" \
		"$url/hooks/run?dataset=one&gate=1" >"$BATS_TEST_TMPDIR/answers"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/answers")" -eq 50 ]
	[ "$(jq -r .status "$BATS_TEST_TMPDIR/answers" | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 49 running 1 started ' ]
	[ "$(jq -r .run "$BATS_TEST_TMPDIR/answers" | sort -u | wc -l)" -eq 1 ]
	[ "$(folders)" -eq 1 ]
	echo go >"$BATS_TEST_TMPDIR/gate"
	ended one
}

@test "a run that somebody else started is the one that is running" {
	start_server
	"$pipelines/run" one gate=1 >/dev/null 2>&1 3>&- &
	wait_for test -s "$SLUICE_VAR/state/one/lock"
	run call POST "$ops" "run?dataset=one"
	[ "$(field .status)" = running ]
	[ -d "$SLUICE_VAR/runs/$(field .run)" ]
	echo go >"$BATS_TEST_TMPDIR/gate"
	ended "$(field .run)"
}

@test "a run goes on when the server ends" {
	start_server
	run call POST "$ops" "run?dataset=one&gate=1"
	local id
	id=$(field .run)
	kill "$server"
	wait "$server" || :
	echo go >"$BATS_TEST_TMPDIR/gate"
	wait_for test -e "$SLUICE_VAR/runs/$id/summary.json"
	[ "$(jq -r .is "$SLUICE_VAR/runs/$id/summary.json")" = 'done' ]
}

@test "secrets are in no list of arguments, environment, log or file" {
	start_server
	run call POST "$ops" "run?dataset=one&gate=1"
	local id
	id=$(field .run)
	run call GET "$shop" runs
	run tr '\0' '\n' <"/proc/$server/cmdline"
	[[ $output == *webhook* && $output != *"${ops#ops-}"* ]]
	run tr '\0' '\n' <"/proc/$server/environ"
	[[ $output != *"${ops#ops-}"* ]]
	echo go >"$BATS_TEST_TMPDIR/gate"
	ended "$id"
	run grep -r "${ops#ops-}" "$SLUICE_VAR" "$BATS_TEST_TMPDIR/serve.log"
	[ "$status" -eq 1 ]
	run curl -s -m 2 "http://$(hostname -I | cut -d ' ' -f 1):${url##*:}/"
	[ "$status" -eq 7 ]
}

# readme BEGINNING: the command of the README that begins so; for the server of
# this test, its keys and its dataset.
readme() {
	awk -v begin="    $1" 'on || index($0, begin) == 1 {
			on = 1
			print
			if (!/[\\|]$/) exit
		}' "$root/pipelines/trigger/README.md" |
		sed "s,http://127.0.0.1:9000,$url,; s,var/trigger.keys,$keys,
			s/animals/one/g"
}

@test "the README's calls" {
	sed -i 's/^ops /me /' "$keys"
	start_server
	local token body
	eval "$(readme token=)"
	[ "$token" = "$ops" ]
	eval "$(readme 'call()')"
	run call 'run?dataset=one' -X POST
	[ "$(jq -r .status <<<"$output")" = started ]
	local id
	id=$(jq -r .run <<<"$output")
	ended "$id"
	run call "runs?id=$id"
	[ "$(jq -r .status <<<"$output")" = 'done' ]
	eval "$(readme body=)"
	run eval "$(readme 'curl ')"
	[ "$(jq -r .status <<<"$output")" = started ]
	ended one
}

@test "animals, started by a call, all the way" {
	start_server
	kill "$server"
	pipelines=$root/pipelines
	start_apid --animals 10
	export ANIMALS_BASE_URL=$API
	start_server
	run call POST "$ops" "run?dataset=animals&audit=1"
	local id
	id=$(field .run)
	ended "$id"
	run call GET "$board" "runs?id=$id"
	[ "$(field '[.status, .params[0], .stages.verify.exit] | @tsv')" = \
		$'done\taudit=1\t0' ]
	[ -d "$SLUICE_VAR/state/animals/audit" ]
}
