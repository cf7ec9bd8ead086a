# shellcheck shell=bash
# shellcheck disable=SC2154 # dataset, folder, started, mode, signal: run's
# What a run has done, from the files in its folder: sums per stage, the
# accounts, the most frequent reasons of rejects. Sourced by `run`.

# One object: per stage, in the order of their first lines, the sums of all
# its processes; `exit` is the worst of theirs.
# shellcheck disable=SC2016 # jq's variables
STAGES='
def rank: [70, 71, 64, 78, 77, 73, 74, 66, 69, 65, 75, 141, 1, 0] as $order
	| . as $status | ($order | index($status)) // 10.5;
reduce inputs as $line ({};
	($line | fromjson? // {}) as $one
	| if $one.stage == null then . else
		.[$one.stage] |= (. as $sum
		| {tool: $one.tool, processes: (($sum.processes // 0) + 1)}
		+ ($one | with_entries(select(.value | type == "number"))
			| with_entries(.value += ($sum[.key] // 0)
				| .value |= (. * 1e6 | round / 1e6)))
		+ {exit: ([$sum.exit // 0, $one.exit // 0] | min_by(rank))})
	end)'

# summarize: sets status, stages, accounts, reasons and exit_status, which is
# the shell's for a signal; writes summary.json.
summarize() {
	local stats=$SLUICE_RUN/stats.ndjson rejects=$SLUICE_RUN/rejects.ndjson
	local exits
	stages=$(jq -nR "$STAGES" "$stats")
	reasons=$(jq -nR -f "$pipelines/page/rejects.jq" "$rejects" |
		jq 'map({stage, reason, count}) | .[:3]')
	exits=$(jq -r '.[].exit' <<<"$stages")
	# shellcheck disable=SC2086 # one status a word
	status=$(worst "$status" $exits)
	[[ ! -s $rejects && ! -s $SLUICE_RUN/lacking ]] ||
		status=$(worst "$status" 1)
	((status != 141)) || status=70 # nobody else has failed
	check_accounts
	exit_status=$status
	[[ -z $signal ]] || exit_status=$((128 + $(kill -l "$signal")))
	jq -n --arg started "$started" --arg ended "${ended:-$EPOCHREALTIME}" \
		--arg signal "$signal" --argjson exit "$exit_status" \
		--arg database "${PGDATABASE-}" --argjson stages "$stages" \
		--argjson reasons "$reasons" --arg accounts "$accounts" \
		--argjson rejected "$(wc -l <"$rejects")" \
		--argjson requests "$(wc -l <"$SLUICE_RUN/receipts.ndjson")" \
		--slurpfile run "$SLUICE_RUN/run.json" \
		--rawfile params "$SLUICE_RUN/params" \
		--rawfile lacking "$SLUICE_RUN/lacking" \
		'def time: tonumber | floor | todate;
		def lines: split("\n") | map(select(. != ""));
		def sum(f): [$stages[] | f // 0] | add // 0;
		$run[0] + {
		params: ($params | lines),
		started: ($started | time), ended: ($ended | time),
		seconds: ((($ended | tonumber) - ($started | tonumber)) * 1000
			| round / 1000),
		is: (if $signal == "KILL" then "killed"
			elif $signal != "" then "interrupted"
			elif $exit == 0 then "done"
			elif $exit == 1 then "done in part"
			else "failed" end),
		signal: (if $signal == "" then null else $signal end),
		$exit, $database, requests: {count: $requests,
			attempts: sum(.attempts), limited: sum(.limited),
			wait_ms: sum(.wait_ms)},
		$stages, accounts: ($accounts | split("\n")),
		lacking: ($lacking | lines),
		rejects: {count: $rejected, $reasons}}' \
		>"$SLUICE_RUN/summary.json.new" &&
		mv "$SLUICE_RUN/summary.json.new" "$SLUICE_RUN/summary.json"
}

# The version of Sluice: of its tools, and in a clone the commit.
version() {
	local said commit=''
	said=$(validate --version 2>/dev/null | head -n 1) || said=unknown
	[[ ! -e $pipelines/../.git ]] ||
		commit=$(git -C "$pipelines" rev-parse --short HEAD 2>/dev/null) || :
	printf '%s\n' "${said##* }${commit:+ ($commit)}"
}

# Equations, a line each, against the stages: the ones that do not hold, and
# why, a line each; then how many hold. A stage that was not run has done
# nothing.
# shellcheck disable=SC2016
ACCOUNTS='
def trim: gsub("^\\s+|\\s+$"; "");
def term: trim | . as $term
	| if test("^[0-9]+$") then tonumber
	elif test("^lines\\(.*\\)$") then
		.[6:-1] | $lines[.] // error("there is no file \"\(.)\"")
	elif test("^[A-Za-z0-9_-]+\\.[a-z_]+$") then
		(split(".") | . as [$stage, $field]
		| if $stages | has($stage) then $stages[$stage][$field]
			// error("the stage \"\($stage)\" counts no \"\($field)\"")
		else 0 end)
	else error("not a term: \"\($term)\"") end;
def side: split("+") | map(term) | add;
[inputs | sub("#.*"; "") | trim | select(. != "")
	| . as $equation | try (split("=")
		| if length != 2 then error("not an equation")
		else map(side) | if .[0] == .[1] then true
			else "\($equation): \(.[0]) is not \(.[1])" end end)
	catch "\($equation): \(.)"]
| (.[] | select(. != true)), "\(map(select(. == true)) | length) hold"'

# Every stage's in is what it has done, dropped and rejected; and the
# equations in the dataset's file `accounts` hold. A run that was cut short
# cannot be asked. Sets accounts, a finding a line.
check_accounts() {
	local own=/dev/null lines
	if [[ $signal || $pipeline != 0 ]]; then
		accounts='not checked, the pipeline did not reach its end'
		return
	fi
	[[ ! -e $folder/accounts ]] || own=$folder/accounts
	[[ $mode != replay ]] || {
		replay_accounts "$own" >"$SLUICE_RUN/accounts"
		own=$SLUICE_RUN/accounts
	}
	lines=$({ grep -o 'lines([^)]*)' "$own" || :; } | sort -u | while IFS= read -r file; do
		file=${file#lines(} file=${file%)}
		[[ ! -e $SLUICE_RUN/$file ]] ||
			jq -n --arg file "$file" --arg n "$(wc -l <"$SLUICE_RUN/$file")" \
				'{($file): ($n | tonumber)}'
	done | jq -s 'add // {}')
	accounts=$({
		jq -r 'keys_unsorted[]
			| "\(.).in = \(.).done + \(.).dropped + \(.).rejected"' \
			<<<"$stages"
		cat "$own"
	} | jq -nrR --argjson stages "$stages" --argjson lines "$lines" "$ACCOUNTS")
	[[ $accounts =~ ^[0-9]+\ hold$ ]] || status=$(worst "$status" 70)
}

# The table of the stages and what follows from it, on standard output and in
# the log.
print_summary() {
	{
		printf '\n'
		jq -r '"stage processes in out dropped rejected retries seconds exit",
			(to_entries[] | .key as $stage | .value
			| "\($stage) \(.processes) \(.in) \(.out) \(.dropped)"
			+ " \(.rejected) \(.retries)"
			+ " \((.seconds // 0) * 100 | round / 100) \(.exit)")' \
			<<<"$stages" | table ' '
		printf 'accounts: %s\n' "${accounts//$'\n'/$'\n'accounts: }"
		[[ ! -s $SLUICE_RUN/lacking ]] || print_lacking
		[[ ! -s $SLUICE_RUN/rejects.ndjson ]] || print_rejects
		printf '%s: %s, exit status %s\n' "$dataset" \
			"$(jq -r .is "$SLUICE_RUN/summary.json")" "$exit_status"
	} | copy_lines plain
}

print_lacking() {
	local file=$SLUICE_RUN/lacking n
	n=$(wc -l <"$file")
	sed -n '1,3s/^/lacking: /p' "$file"
	((n <= 3)) || printf 'lacking: and %s more in %s\n' $((n - 3)) "$file"
}

print_rejects() {
	printf 'rejects: %s in %s\n' "$(wc -l <"$SLUICE_RUN/rejects.ndjson")" \
		"$SLUICE_RUN/rejects.ndjson"
	jq -r '.[] | "  \(.count) x \(.stage): \(.reason)"' <<<"$reasons"
}

# table SEPARATOR: columns, the first to the left, the others to the right.
table() {
	awk -F "$1" '
		{ for (i = 1; i <= NF; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i]) width[i] = length($i) } }
		END { for (r = 1; r <= NR; r++) {
			printf "%-*s", width[1], cell[r, 1]
			for (i = 2; i <= NF; i++) printf "  %*s", width[i], cell[r, i]
			printf "\n" } }'
}
