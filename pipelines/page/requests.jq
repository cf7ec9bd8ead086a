# Receipts, a line each, to what the page tells of a run's requests. Inputs
# are raw lines: a last one that a kill cut short is left out.

def seconds: (.[:19] + "Z" | fromdate) + ((.[19:-1] | tonumber?) // 0);
def failed: .error != null or (.status // 0) >= 400;
def share($q): if length == 0 then null else .[length * $q | floor] end;
def spread: sort
	| {p50: share(0.5), p95: share(0.95), max: .[-1], sum: (add // 0)};

[inputs | fromjson? | select(.at)
	| {resource: (.resource // "-"), url, status, at: (.at | seconds),
		failed: failed, again: ((.attempts // 1) - 1), error,
		ttfb: (.ttfb_ms // 0), total: (.total_ms // 0),
		wait: (.wait_ms // 0), bytes: (.bytes // 0)}] as $all
| ($all | map(.at) | min // 0) as $from
| ($all | map(.at) | max // 0) as $to
# At most 120 bars, each a whole number of seconds; one of less than ten
# seconds has tenths.
| (($to - $from) / 120 | if . < 0.1 then 0.1 else ceil end) as $width
| {
	count: ($all | length),
	failed: ($all | map(select(.failed)) | length),
	retries: ($all | map(.again) | add // 0),
	wait_s: (($all | map(.wait) | add // 0) / 1000),
	bytes: ($all | map(.bytes) | add // 0),
	seconds: ($to - $from),
	width: $width,
	ttfb: ($all | map(.ttfb) | spread),
	total: ($all | map(.total) | spread),
	statuses: ($all | group_by(.status) | map({
		status: (.[0].status // "no answer"), count: length})),
	resources: ($all | group_by(.resource) | map({
		resource: .[0].resource, count: length,
		failed: (map(select(.failed)) | length),
		retries: (map(.again) | add), wait_s: ((map(.wait) | add) / 1000),
		bytes: (map(.bytes) | add),
		ttfb: (map(.ttfb) | spread), total: (map(.total) | spread)})),
	slowest: ($all | sort_by(-.total) | .[:5]
		| map({url, status, total, ttfb, again})),
	bars: ($all | group_by((.at - $from) / $width | floor) | map([
		((.[0].at - $from) / $width | floor) * $width + $width / 2,
		(map(select(.failed | not)) | length),
		(map(select(.failed)) | length),
		(map(.again) | add), (map(.wait) | add) / 1000])),
	curve: (($all | map(.ttfb) | sort) as $ttfb
		| ($all | map(.total) | sort) as $total
		| if $ttfb == [] then [] else [(range(0; 200) / 200) as $q
			| [$q * 100, ($ttfb | share($q)), ($total | share($q))]]
		end)
}
