# A row: who takes part, what they are given, the runs in turns, the table.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # shared with run

# begin_row NAME: forgets the row before. A row's function then sets title and
# makes its data: folders $data/full and $data/small, each with a file `amount`
# (how much work it is, in $unit); it calls ours and peer for each contender
# and contest at last. It may also set:
#   accept   exit statuses that mean the work was done
#   before   a command that runs before each run, with $d
#   after    a command that runs after each run and may set note, and amount
#   judge    a command that prints whether a contender kept the data intact;
#            its arguments are the contender's name and command
begin_row() {
	row=$1
	data=$work/data/$row
	title=$row unit=MB/s accept=0 before=: after=: judge=by_facts facts=()
	names=() commands=() sizes=() intact=() notes=() last_note=()
	rm -rf "$data"
	mkdir -p "$data"/{full,small}
}

# ours NAME COMMAND, peer NAME NEED COMMAND: COMMAND is bash that reads the
# files of the folder $d and writes to standard output. NEED is the program
# without which the peer is left out, by name; so is who is not among
# BENCH_PEERS, silently. The first contender is who the others are compared
# with.
ours() {
	names+=("$1")
	commands+=("$2")
}

peer() {
	if [[ " ${BENCH_PEERS:-$2} " != *" $2 "* ]]; then
		return
	elif have "$2"; then
		ours "$1" "$3"
	else
		say "$row: left out: $1: $2 is not installed"
	fi
}

# needs TOOL ...: false, and said, where a tool of ours is not built.
needs() {
	local tool
	for tool; do
		[[ -x $(command -v "$tool") ]] && continue
		say "$row: skipped: $tool is not built"
		return 1
	done
}

# measure I SIZE OUTPUT: one run; sets wall, cpu (seconds), rss (KB: that of
# the largest process, where there are several), amount and note.
measure() {
	local status=0 from to
	export d=$data/$2
	"$before"
	from=$EPOCHREALTIME
	"$gnu_time" -q -o "$work/time" -f '%U %S %M' \
		bash -o pipefail -c "${commands[$1]}" \
		>"$3" 2>"$work/stderr" </dev/null || status=$?
	to=$EPOCHREALTIME
	[[ " $accept " == *" $status "* ]] || return 1
	wall=$(awk -v a="$from" -v b="$to" 'BEGIN { printf "%.6f", b - a }')
	read -r cpu rss < <(awk '{ print $1 + $2, $3 }' "$work/time")
	note=
	amount=$(<"$d/amount")
	"$after"
}

# A first run of each on a tenth of the data, written to a file and looked at:
# who fails is left out, who is slow is timed on the tenth.
probe() {
	local i lines wanted=''
	standing=()
	for i in "${!names[@]}"; do
		if ! measure "$i" small "$work/out"; then
			((i > 0)) || die 70 "$row: ${names[0]} failed:" \
				"$(tail -n 3 "$work/stderr")"
			say "$row: left out: ${names[i]}: $(tail -n 1 "$work/stderr")"
			continue
		fi
		standing+=("$i")
		sizes[i]=full
		# A program's first start may read it from the disk: once more.
		if ((i > 0)) && too_slow "$i" && measure "$i" small "$work/out" &&
			too_slow "$i"; then
			sizes[i]=small
		fi
		lines=$(wc -l <"$work/out")
		wanted=${wanted:-$lines}
		intact[i]=$("$judge" "${names[i]}" "${commands[i]}")
		notes[i]=
		[[ $judge != by_facts || $lines == "$wanted" ]] ||
			notes[i]="prints $lines lines, not $wanted; "
	done
}

# Whether all of the data would take longer than the limit, start-up, which
# is what one record takes, counted once. Who works for a time and not on the
# data is not slow.
too_slow() {
	local from to start=0
	[[ $amount == "$(<"$data/small/amount")" ]] || return 1
	if ((${#facts[@]} > 0)); then
		from=$EPOCHREALTIME
		d=$data/id bash -c "${commands[$1]}" >/dev/null 2>&1 </dev/null ||
			true
		to=$EPOCHREALTIME
		start=$(awk -v a="$from" -v b="$to" 'BEGIN { print b - a }')
	fi
	awk -v s="$wall" -v start="$start" -v max="$limit" \
		'BEGIN { exit !(start + 10 * (s - start) > max) }'
}

# by_facts NAME COMMAND: gives the command one record for each fact and asks
# whether the text of the value is in what it prints.
by_facts() {
	local fact lost=()
	for fact in "${facts[@]}"; do
		export d=$data/$fact
		if ! bash -c "$2" >"$work/fact" 2>/dev/null </dev/null &&
			[[ ! -s $work/fact ]]; then
			lost+=("$(fact_name "$fact") (fails)")
		elif ! grep -Eq -- "$(fact_pattern "$fact")" "$work/fact"; then
			lost+=("$(fact_name "$fact")")
		fi
	done
	((${#lost[@]} > 0)) || { echo yes && return; }
	printf 'no: %s' "${lost[0]}"
	((${#lost[@]} == 1)) || printf ', %s' "${lost[@]:1}"
}

fact_name() {
	case $1 in
	id) echo ids ;;
	decimal) echo 19.90 ;;
	exponent) echo 1e400 ;;
	escape) echo escapes ;;
	esac
}

fact_pattern() {
	case $1 in
	id) echo 9007199254740993 ;;
	decimal) echo '[: ]19\.90 ?[,}]' ;;
	exponent) echo '[: ]1e400 ?[,}]' ;;
	escape) printf '%s\n' 'a\\u0026b' ;;
	esac
}

contest() {
	local i round
	probe
	say "$row: $title: ${#standing[@]} contenders, $runs runs"
	for ((round = 0; round < runs; round++)); do
		for i in "${standing[@]}"; do
			measure "$i" "${sizes[i]}" /dev/null ||
				die 70 "$row: ${names[i]} failed:" \
					"$(tail -n 3 "$work/stderr")"
			printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$row" "$i" "$wall" \
				"$cpu" "$rss" "$amount" >>"$work/raw.tsv"
			[[ -z $note ]] || last_note[i]=$note
		done
	done
	report
	rm -rf "$data"
}

# summary I: median and shortest time, median CPU, largest memory, median rate.
summary() {
	awk -F '\t' -v row="$row" -v i="$1" '
		function median(a, n,   j, k, t) {
			for (j = 2; j <= n; j++)
				for (k = j; k > 1 && a[k] < a[k - 1]; k--) {
					t = a[k]; a[k] = a[k - 1]; a[k - 1] = t
				}
			return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
		}
		$1 == row && $2 == i {
			n++
			wall[n] = $3 + 0
			cpu[n] = $4 + 0
			rate[n] = $6 / $3
			if ($5 + 0 > rss)
				rss = $5 + 0
		}
		END {
			m = median(wall, n)
			print m, wall[1], median(cpu, n), rss, median(rate, n)
		}' "$work/raw.tsv"
}

# The row's table, on standard output and in results.md.
report() {
	local i median min cpu rss rate first='' text
	{
		printf 'contender\tseconds\tbest\t%s\tours is\tCPU s\tmemory MB\t' \
			"$unit"
		printf 'intact\tnotes\n'
		for i in "${standing[@]}"; do
			read -r median min cpu rss rate < <(summary "$i")
			first=${first:-$rate}
			text=${notes[i]}${last_note[i]-}
			[[ ${sizes[i]} == full ]] || text+="; on a tenth of the data"
			awk -v OFS='\t' -v name="${names[i]}" -v s="$median" \
				-v min="$min" -v rate="$rate" -v first="$first" \
				-v cpu="$cpu" -v rss="$rss" -v intact="${intact[i]}" \
				-v note="${text#; }" -v leader="$((i == 0))" 'BEGIN {
				print name, sprintf("%.3f", s), sprintf("%.3f", min),
				    sprintf(rate < 20 ? "%.1f" : "%.0f", rate),
				    leader ? "-" : sprintf("%.2f x", first / rate),
				    sprintf("%.2f", cpu), sprintf("%.1f", rss / 1024),
				    intact, note
			}'
		done
	} >"$work/row.tsv"
	printf '\n%s\n' "$title"
	awk -F '\t' '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i])
					width[i] = length($i)
			}
		}
		END {
			for (r = 1; r <= NR; r++) {
				line = sprintf("%-" width[1] "s", cell[r, 1])
				for (i = 2; i <= 7; i++)
					line = line sprintf("  %" width[i] "s", cell[r, i])
				line = line sprintf("  %-" width[8] "s  %s", cell[r, 8],
				    cell[r, 9])
				sub(/ +$/, "", line)
				print "  " line
			}
		}' "$work/row.tsv"
	{
		printf '\n**%s**\n\n' "$title"
		awk -F '\t' '
			{
				# A bar in a command would end the cell.
				gsub(/\|/, "\\|")
				printf "|"
				for (i = 1; i <= 9; i++)
					printf " %s |", $i
				print ""
			}
			NR == 1 { print "|---|--:|--:|--:|--:|--:|--:|---|---|" }
			' "$work/row.tsv"
	} >>"$work/results.md"
}

footer() {
	printf '%s\n' \
		"Times are medians; \"best\" is the shortest run. \"ours is\": our" \
		"rate over theirs. CPU is user and system time of all processes," \
		"memory that of the largest. \"intact\": what became of an id" \
		"above 2^53, the decimal 19.90, the number 1e400 and the text" \
		"\`a\\u0026b\` in a record of the same shape."
}
