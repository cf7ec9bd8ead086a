#!/usr/bin/env bats
# The page of a run, seen by a browser, and its figures for Prometheus.

load helper
load small

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	small_pipelines
	export HOME=$BATS_TEST_TMPDIR
}

report() {
	"$pipelines/report" "$@"
}

# A run whose records, messages and URLs all try to be HTML.
evil_run() {
	dataset evil <<-'END'
		stage a fake 3 2 1 1
		printf '%s\n' '{"stage":"a","tool":"fake","line":1,"code":"<i>","reason":"bad \"<script>alert(1)</script>\"","record":{"x":"<img src=http://127.0.0.1:9/x onerror=alert(2)>","id":9007199254740993}}' \
			'{"stage":"a","code":"<i>","reason":"bad \"other\"","raw":"</pre><script>console.log(3)</script>"}' \
			>"$SLUICE_RUN/rejects.ndjson"
		for i in 0 1 2 3 4 5 6 7 8 9; do
			printf '{"resource":"<b>r</b>","url":"http://h/?a=<u>%s","status":%s,"records":1,"attempts":2,"bytes":1000,"ttfb_ms":%s.5,"total_ms":%s.75,"wait_ms":500,"at":"2026-01-31T23:59:5%s.000Z"%s}\n' \
				"$i" "$([ $i = 9 ] && echo 500 || echo 200)" $i $i $i \
				"$([ $i != 9 ] || echo ',"error":"<s>"')"
		done >"$SLUICE_RUN/receipts.ndjson"
		say '<script>alert(4)</script>'
		lacking '<script>alert(5)</script>'
		echo '<table onload=alert(5)> of <b>shops</b>' | tee "$SLUICE_RUN/report"
	END
	"$pipelines/run" evil >/dev/null 2>&1 3>&- || [ $? -eq 1 ]
}

# browse FILE: its DOM, once a browser has run it, to dom; what went wrong to
# console; each address that was asked for to asked, but for those where the
# browser's maker lives; a picture to page.png.
browse() {
	local common=(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage
		--no-first-run --disable-background-networking
		--disable-component-update --user-data-dir="$PWD/browser"
		--host-resolver-rules='MAP * ~NOTFOUND')
	timeout 60 chromium "${common[@]}" --enable-logging=stderr --v=0 \
		--log-net-log="$PWD/net.json" --dump-dom "file://$PWD/$1" \
		>dom 2>console 3>&-
	jq -r '.constants.logEventTypes.URL_REQUEST_START_JOB as $start
		| .events[] | select(.type == $start).params.url // empty' \
		net.json | grep -vE '^https?://[a-z0-9.]+\.(google|googleapis|gvt1)\.com/' \
		>asked || :
	timeout 60 chromium "${common[@]}" --screenshot=page.png \
		--window-size=400,1200 "file://$PWD/$1" >/dev/null 2>&1 3>&-
}

@test "the page of a run tells its stages, requests, rejects, report and log" {
	evil_run
	report evil >page.html
	local told
	for told in '>evil' 'done in part' 'exit status 1' \
		'<b>10</b>requests' '<b>1</b>failed for good' \
		'<b>10</b>attempts again' '<b>5 s</b>waited for the server' \
		'<b>2</b>records rejected' 'Answers: 9 × 200, 1 × 500' \
		'>Lacking: &lt;script&gt;' '2 × a: bad' '9007199254740993' '&lt;b&gt;shops&lt;/b&gt;' \
		'Requests over time' 'Attempts again'; do
		echo "told: $told"
		grep -qF -- "$told" page.html
	done
	# Figures against a computation of their own: medians of 10 are the sixth.
	grep -qF '<td>5.5</td><td>9.5</td><td>5.8</td><td>9.8</td><td>9.8</td>' \
		page.html
	[ "$(grep -c '<svg' page.html)" -eq 3 ]
	# By name, by folder, and of a run without requests.
	local folder
	folder=$(run_of evil)
	report "$folder" | cmp - page.html
	report "${folder##*/}" | cmp - page.html
	dataset none <<<'stage a fake 1 1 0'
	"$pipelines/run" none >/dev/null 2>&1 3>&-
	report none >none.html
	grep -q '>done<' none.html
	run ! grep -q '<svg' none.html
}

@test "nothing in the page is code from a record, and a browser asks for nothing" {
	evil_run
	report evil >page.html
	run ! grep -iE '<(script|img|iframe|u|s|i)[ >]' page.html
	command -v chromium >/dev/null || skip "chromium is not there"
	# What would be seen, if there were something to be seen.
	echo '<img src=http://127.0.0.1:9/x><script>console.log(1)</script>' >bad.html
	browse bad.html
	grep -q CONSOLE console
	grep -q 'http://127.0.0.1:9/x' asked
	report --all >all.html
	local page
	for page in page all; do
		browse "$page.html"
		run ! grep -iE 'CONSOLE|Uncaught' console
		[ ! -s asked ]
		grep -q '</html>' dom
		[ "$(stat -c %s page.png)" -gt 10000 ]
	done
	browse page.html
	grep -q '&lt;script&gt;alert(4)&lt;/script&gt;' dom
	# A picture with the colours of its parts: a page that shows.
	[ "$(grep -o 'var(--[a-z]*)' dom | sort -u | wc -l)" -ge 4 ]
}

@test "the page of all runs has each of them, the newest first" {
	evil_run
	dataset fine <<<'stage a fake 1 1 0'
	"$pipelines/run" fine >/dev/null 2>&1 3>&-
	report --all >all.html
	[ "$(grep -c '<svg' all.html)" -eq 2 ]
	[ "$(grep -oE '<td>(fine|evil)</td>' all.html | head -n 1)" = '<td>fine</td>' ]
	grep -qF '<td>done in part</td>' all.html
}

@test "report says what it wants" {
	run --separate-stderr report
	expect 64 '' 'usage: report RUN*'
	run --separate-stderr report --nope
	expect 64 '' 'usage: report RUN*'
	run --separate-stderr report nope
	expect 66 '' 'report: there is no run "nope" that has ended: name one of*'
	run --separate-stderr report '*'
	expect 66 '' 'report: there is no run "\*" that has ended*'
	run --separate-stderr report --all
	expect 0 '*<h1>Runs</h1>*' ''
	run --separate-stderr report --help
	expect 0 'usage: report*' ''
}

@test "a run leaves its figures for Prometheus" {
	local file=$SLUICE_VAR/metrics/sluice_evil.prom first
	evil_run
	command -v promtool >/dev/null || skip "promtool is not there"
	run promtool check metrics <"$file"
	expect 0 '' '*'
	for told in \
		'sluice_run_exit_status{dataset="evil"} 1' \
		'sluice_run_records{dataset="evil",stage="a",is="rejected"} 1' \
		'sluice_run_requests{dataset="evil",resource="<b>r</b>",is="failed"} 1' \
		'sluice_run_retries{dataset="evil",resource="<b>r</b>"} 10' \
		'sluice_run_wait_seconds{dataset="evil",resource="<b>r</b>"} 5' \
		'sluice_run_first_byte_seconds{dataset="evil",resource="<b>r</b>",quantile="0.5"} 0.0055' \
		'sluice_runs_total{dataset="evil",is="done in part"} 1'; do
		echo "told: $told"
		grep -qxF -- "$told" "$file"
	done
	first=$(grep '^sluice_run_success' "$file")
	# The next one fails: counted, and the time of the last success stays.
	sed -i '3i exit 69' "$pipelines/evil/pipeline"
	run "$pipelines/run" evil 3>&-
	expect 69 '*' '*'
	promtool check metrics <"$file"
	grep -qxF 'sluice_runs_total{dataset="evil",is="done in part"} 1' "$file"
	grep -qxF 'sluice_runs_total{dataset="evil",is="failed"} 1' "$file"
	grep -qxF "$first" "$file"
	[ "$(stat -c %a "$file")" = 644 ]
	[ "$(find "$SLUICE_VAR/metrics" -type f | wc -l)" -eq 1 ]
}

@test "metrics that cannot be written are said, and the run is none the worse" {
	dataset fine <<<'stage a fake 1 1 0'
	touch file
	SLUICE_METRICS=$PWD/file run --separate-stderr "$pipelines/run" fine 3>&-
	expect 0 '*fine: done, exit status 0' \
		'*fine: could not write the metrics "*/file/sluice_fine.prom"*'
}
