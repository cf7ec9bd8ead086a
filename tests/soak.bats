#!/usr/bin/env bats
# What has to hold for hours, for a second or two here and for minutes with
# `make soak`: many requests under many faults, one pace for all processes,
# kills at any moment. Sizes come from SOAK_*; SOAK_SAY=1 prints the figures.

# shellcheck disable=SC2154 # bats and the helper set what is read here
load helper

requests=${SOAK_REQUESTS:-2000}
seconds=${SOAK_SECONDS:-}
kills=${SOAK_KILLS:-8}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	path=/animals/v1/animals
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	stop_apid
}

# say TEXT...: a figure, for who asked for them.
say() {
	[ -z "${SOAK_SAY-}" ] || printf '# %s\n' "$*" >&3
}

# arrivals FILTER: of how many came when, through jq.
arrivals() {
	curl -fsS "$API/_apid/arrivals" | jq -c "$1"
}

# ---- many requests, many faults ----

# One request in ten fails, in one of these ways.
faults=()
for rule in status=500@1% status=502@1% status=503@1% status=504@1% \
	status=429@1% retry-after=0@1% reset@1% cut@1% length=5@1% \
	close-after@0.5% delay=50@0.5% lost@0.5% reset-body=3@0.5% \
	retry-after=0.2@0.02% stall@0.02%; do
	faults+=(--fault "*:$rule")
done

# sample PID FILE: of each child of a process, until it ends: pid, memory in
# KB, and open descriptors.
sample() {
	local child children kb fds
	while kill -0 "$1" 2>/dev/null; do
		read -ra children <"/proc/$1/task/$1/children" || true
		for child in "${children[@]}"; do
			[[ $(readlink "/proc/$child/exe") == */wdn-fetch ]] ||
				continue
			kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' \
				"/proc/$child/status" 2>/dev/null)
			fds=$(find "/proc/$child/fd" -mindepth 1 2>/dev/null |
				wc -l)
			[ -z "$kb" ] || echo "$child $kb $fds" >>"$2"
		done
		sleep "$interval"
	done
}

# flat FILE MAX: no process has, in the second half of its samples, more memory
# or descriptors than in the first, but for one more page or two of the heap,
# nor more descriptors than it has requests in flight and a dozen.
flat() {
	awk -v max="$2" '
		{ n[$1]++; kb[$1, n[$1]] = $2; fd[$1, n[$1]] = $3 }
		END {
			for (p in n) {
				a = b = c = d = 0
				for (i = 1; i <= n[p]; i++) {
					first = i <= n[p] / 2
					if (first && kb[p, i] > a) a = kb[p, i]
					if (!first && kb[p, i] > b) b = kb[p, i]
					if (first && fd[p, i] > c) c = fd[p, i]
					if (!first && fd[p, i] > d) d = fd[p, i]
				}
				if (b > most) most = b
				if (d > open) open = d
				if (d > max + 16)
					bad = bad " " p ": " d " descriptors"
				if (n[p] < 8)
					continue
				if (b > a * 1.05 + 512)
					bad = bad " " p ": " a " to " b " KB"
			}
			printf "%d samples, memory up to %d KB, %d descriptors",
			    NR, most, open
			if (bad) print "; not flat:" bad
			exit bad != ""
		}' "$1"
}

# fetch_all PROCESSES PARALLEL FROM TO: those ids, into `out` through one pipe
# that all processes share.
fetch_all() {
	local n=$(($4 - $3 + 1)) at
	at=$(date +%s%N)
	seq "$3" "$4" | SLUICE_STAGE=p$2 xargs -P "$1" -n $(((n + $1 - 1) / $1)) \
		wdn-fetch -u "$API$path/{id}" --parallel-max "$2" \
		--retry-delay 0.01 --max-time 10 --speed-time 1 -s stats \
		-r rejects --receipts receipts -- >fifo 3>&- &
	pids+=($!)
	: >samples
	sample $! samples 3>&- &
	cat <fifo >>out
	wait "${pids[0]}"
	wait $! || true
	pids=()
	say "$1 x --parallel-max $2: $n requests, $(($(($(date +%s%N) - at)) / 1000000)) ms, $(flat samples "$2")"
	sanitized || flat samples "$2"
}

@test "many requests under many faults: each record once, nothing grows" {
	local quarter=$((requests / 4)) interval=0.05
	[ "$requests" -lt 10000 ] || interval=0.5
	start_apid --animals $(((requests + 9) / 10)) "${faults[@]}"
	apid --animals $(((requests + 9) / 10)) --truth animals |
		head -n "$requests" | sort >truth
	mkfifo fifo
	fetch_all 8 1 0 $((quarter - 1))
	fetch_all 4 5 $quarter $((2 * quarter - 1))
	fetch_all 2 20 $((2 * quarter)) $((3 * quarter - 1))
	fetch_all 1 50 $((3 * quarter)) $((requests - 1))
	# Exactly one good record for each id, and no torn line.
	sort out >sorted
	cmp truth sorted
	[ ! -s rejects ]
	[ "$(jq -cs 'map(.in) | add' stats)" -eq "$requests" ]
	[ "$(jq -cs 'all(.in == .done and .in == .out and .exit == 0)' stats)" = true ]
	# A receipt for each, and the attempts are those that the server saw. A
	# request on a kept connection that dies at once is made again by
	# libcurl, which does not count that.
	jq -s 'length, (map(.id) | unique | length), (map(.attempts) | add)' \
		receipts >sums
	mapfile -t sum <sums
	[ "${sum[0]}" -eq "$requests" ]
	[ "${sum[1]}" -eq "$requests" ]
	curl -fsS "$API/_apid/counts" >counts
	jq -e --argjson attempts "${sum[2]}" --argjson n "$requests" \
		'.ok >= $n and .requests >= $attempts and
		.faults > $n * 0.08 and .in_flight == 0' counts
	say "$(jq -r '"\(.requests) arrived, \(.faults) met a fault"' counts)," \
		"${sum[2]} attempts"
}

# ---- one pace for all processes ----

# fetch RATE FROM TO: in the background. `sent` gets when each request was.
fetch() {
	local preload=$root/bin/sent.so
	! sanitized || preload=
	seq "$2" "$3" | SENT_TO=4 LD_PRELOAD=$preload wdn-fetch --rate "$1" \
		-u "$API$path/{id}" --retry-delay 0.01 -q \
		>>out 2>>err 3>&- 4>>sent &
	pids+=($!)
}

wait_all() {
	local pid
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	pids=()
}

# in_turn RATE BURST: no request arrived before its turn, counted from what
# was `began`: the most that a rate can promise, whoever is late.
in_turn() {
	asked "[.[].t_ms] | sort | to_entries |
		map(select(.value - $began < (.key + 1 - $2) * 1000 / $1 - 1)) |
		length"
}

# in_pace RATE BURST: no second saw more requests leave than both together, and
# no other time more than its part; prints the most of a second.
in_pace() {
	sort -n sent | awk -v rate="$1" -v burst="$2" '
		{ t[NR] = $1 / 1e9 }
		END {
			for (i = j = 1; i <= NR; i++) {
				while (j <= NR && t[j] < t[i] + 1) j++
				if (j - i > most) most = j - i
				for (k = i; k <= NR; k++)
					if (k - i > burst + (t[k] - t[i]) * rate + .001)
						bad++
			}
			print most + 0
			exit most > rate + burst || bad || (NR == 0)
		}' || sanitized
}

@test "--rate and Retry-After hold for eight processes together" {
	local i
	start_apid --animals 100 --fault "$path/12:retry-after=2@first=1"
	began=$(counts .t_ms)
	for ((i = 0; i < 8; i++)); do
		fetch 100/s $((i * 10)) $((i * 10 + 9))
	done
	wait_all
	[ "$(sort -u out | wc -l)" -eq 80 ]
	[ "$(in_turn 100 1)" -eq 0 ]
	in_pace 100 1
	# What was on its way when the 429 was sent may still arrive, nothing
	# after it.
	# shellcheck disable=SC2016 # jq's
	asked '(map(select(.status == 429))[0].answered_ms) as $at |
		[.[].t_ms - $at] | {early: map(select(. > 0 and . < 1000)),
			held: map(select(. >= 1000 and . < 2000)),
			later: map(select(. >= 2000))}' >around
	say "after a 429: $(jq -c '[(.early | length, max), (.held | length),
		(.later | length, min)]' around) requests at once (the last), held, later (the first)"
	jq -e '(.held | length) == 0 and (.later | length) > 40' around
	[ "$(counts .requests)" -eq 81 ]
}

@test "ten seconds of eight processes at 50 requests a second" {
	[ -n "$seconds" ] || skip "make soak"
	local i n=$((seconds * 50 + 10))
	start_apid --animals "$n"
	began=$(counts .t_ms)
	for ((i = 0; i < 8; i++)); do
		fetch 50/s,10 $((i * n / 8)) $(((i + 1) * n / 8 - 1))
	done
	wait_all
	[ "$(sort -u out | wc -l)" -eq "$n" ]
	arrivals . >arrived
	say "50/s,10: at most $(in_pace 50 10) left in a second; arrived:" \
		"$(jq -c '[.requests, .span_ms, .most, .windows]' arrived)" \
		"requests, ms, the most in a second, in each"
	in_pace 50 10
	[ "$(in_turn 50 10)" -eq 0 ]
	jq -e --argjson n "$n" '.requests == $n' arrived
	# And no turn is wasted.
	jq -e --argjson s "$seconds" '.span_ms < $s * 1200' arrived
}

@test "a process that dies holding the pace file blocks nobody" {
	local i
	start_apid --animals 100
	wdn-fetch --rate 200/s -u "$API$path/{id}" -- 1 >out
	file=$(find var/pace -type f)
	[ "$(stat -c %a "$file" var/pace | tr '\n' ' ')" = '600 700 ' ]
	# The lock is held: nobody goes. Its holder is killed: they go on.
	python3 - "$file" >held 3>&- <<-'END' &
		import fcntl, signal, sys
		f = open(sys.argv[1], "r+b")
		fcntl.lockf(f, fcntl.LOCK_EX)
		print("held", flush=True)
		signal.pause()
	END
	holder=$!
	pids=("$holder")
	wait_for test -s held
	for ((i = 0; i < 3; i++)); do
		fetch 200/s $((10 + i * 10)) $((19 + i * 10))
	done
	waiting() { [ "$(find /proc/[0-9]*/fd -lname "$PWD/$file" 2>/dev/null |
		wc -l)" -ge 4 ]; }
	wait_for waiting
	[ "$(counts .requests)" -eq 1 ]
	kill -9 "$holder"
	wait "$holder" || true
	pids=("${pids[@]:1}")
	wait_all
	[ "$(counts .requests)" -eq 31 ]
	# Killed at any moment, in turns: the last one has a free way.
	for ((i = 0; i < kills; i++)); do
		fetch 2000/s 0 99
		came() { [ "$(counts .requests)" -ge $((32 + i)) ]; }
		wait_for came
		kill -9 "${pids[0]}" || true
		wait "${pids[0]}" || true
		pids=()
	done
	fetch 2000/s 0 99
	wait_all
	[ ! -s err ]
}

@test "the pace of an ordinary user; a file or folder of another's is refused" {
	start_apid --animals 100
	refused='*could not open the pace file of http://127.0.0.1:*: other processes are not waited for; set SLUICE_VAR*'
	go() { run --separate-stderr "$@" wdn-fetch -u "$API$path/{id}" --rate 100/s -- 1 2; }
	if [ "$EUID" -ne 0 ]; then
		go
		expect 0 '*' ''
		skip "another user's: needs root"
	fi
	nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chmod 711 . ..
	mkdir -m 700 theirs
	chown 65534:65534 theirs
	"${nobody[@]}" test -x "$(command -v wdn-fetch)" -a -w "$PWD/theirs" ||
		skip "the folders above are closed to others"
	began=$(counts .t_ms)
	for _ in 1 2 3 4; do
		seq 10 19 | SLUICE_VAR=$PWD/theirs "${nobody[@]}" wdn-fetch \
			--rate 100/s -u "$API$path/{id}" >>out 2>>err 3>&- &
		pids+=($!)
	done
	wait_all
	[ "$(wc -l <out)" -eq 40 ]
	[ ! -s err ]
	[ "$(in_turn 100 1)" -eq 0 ]
	[ "$(find theirs/pace -user 65534 -perm 600 | wc -l)" -eq 1 ]
	# The folder of another, whoever asks; root as well.
	SLUICE_VAR=$PWD/theirs go
	expect 0 '*' "$refused"
	mkdir -m 755 mine
	SLUICE_VAR=$PWD/mine go "${nobody[@]}"
	expect 0 '*' "$refused"
	# A file of another in one's own folder, and one that all may write.
	go
	expect 0 '*' ''
	file=$(find var/pace -type f)
	chown 65534 "$file"
	go
	expect 0 '*' "$refused"
	chown 0 "$file"
	chmod 666 "$file"
	go
	expect 0 '*' "$refused"
	chmod 600 "$file"
	chmod 777 var/pace
	go
	expect 0 '*' "$refused"
}

# ---- kills of a sender ----

home() {
	curl -fsS "$API/_apid/home" | jq -c "$1"
}

# settled: nothing of a killed process is under way any more.
settled() {
	[ "$(counts .in_flight)" -eq 0 ]
}

# What to do with a batch of unknown fate: the server knows.
fate() {
	local id
	wait_for settled
	id=$(head -n 1 audit/pending_* 2>/dev/null | jq -s '.[0].id') || true
	if [ "$id" = null ] || [ -z "$id" ]; then
		echo stop
	elif [ "$(home ".counts | has(\"$id\")")" = true ]; then
		echo reject
	else
		echo resend
	fi
}

@test "kill -9 at any moment, again and again: each record once" {
	local n=200 killed=0 rounds=0 unknown=0 runs=0 code what
	start_apid --latency 1
	seq "$n" | sed 's/.*/{"id":&,"name":"A","born_at":null,"friends":[]}/' >in
	while ((killed < kills)); do
		what=$(fate)
		[ "$what" = stop ] || unknown=$((unknown + 1))
		batch-post -q -k .id -b 7 -u "$API/animals/v1/home" \
			--audit audit --ambiguous "$what" -r rejects \
			<in >out 2>err 3>&- &
		pids=($!)
		runs=$((runs + 1))
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		kill -9 "${pids[0]}" 2>/dev/null || true
		code=0
		wait "${pids[0]}" || code=$?
		pids=()
		[ "$(find audit -name 'pending_*' 2>/dev/null | wc -l)" -le 1 ]
		if [ "$code" -eq 137 ]; then
			killed=$((killed + 1))
			((killed == kills)) || continue
			batch-post -q -k .id -b 7 -u "$API/animals/v1/home" \
				--audit audit --ambiguous "$(fate)" -r rejects \
				<in >out || [ $? -eq 1 ]
		else
			[ "$code" -le 1 ] || cat err
			[ "$code" -le 1 ]
		fi
		[ "$(home '[.counts | length, (map(.) | unique)]')" = "[$n,[1]]" ]
		verify-ids -k .id --expected in --audit audit >missing || true
		# What was rejected on request is what is missing in the account.
		[ "$(jq .id missing | sort)" = "$(cat audit/rejected_* 2>/dev/null |
			jq .id | sort)" ]
		rm -r audit
		rm -f rejects
		curl -fsS -X DELETE "$API/_apid/home"
		rounds=$((rounds + 1))
	done
	say "$killed kills, $runs runs, $unknown batches of unknown fate, $rounds deliveries"
}
