include "html";

# The page of a run. $summaries[0] is its summary.json, $requests[0] what
# requests.jq and $rejects[0] what rejects.jq makes of its files; the others
# are texts. All that comes from records passes @html.

$summaries[0] as $summary
| $requests[0] as $requests
| $rejects[0] as $rejects
|
def part($title): if . == "" then "" else "<h2>\($title)</h2>\n\(.)" end;
def plot($said): if . == "" then ""
	else "<figure>\(.)<figcaption>\($said)</figcaption></figure>" end;
def class: {done: "good", "done in part": "part"}[.] // "bad";

# In the dataset's tables: what was fetched is remembered by the stage receipts.
def rows($count): [$summary.stages | to_entries[]
	| select(.key != "receipts").value[$count] // 0] | add // 0;

def tiles: [
	($summary.seconds | took | tile("from start to end")),
	($requests.count | whole | tile("requests")),
	($requests.bytes | size | tile("received")),
	($requests.failed | whole | tile("failed for good")),
	($requests.retries | whole | tile("attempts again")),
	($requests.wait_s | took | tile("waited for the server")),
	(rows("inserted") | whole | tile("rows inserted")),
	(rows("updated") | whole | tile("rows updated")),
	($summary.rejects.count | whole | tile("records rejected"))
] | "<div class=\"tiles\">\(join("\n"))</div>";

def stages: [["stage", "tool", "processes", "in", "out", "dropped",
		"rejected", "retries", "seconds", "exit"]]
	+ [$summary.stages | to_entries[] | [.key, (.value
		| .tool, .processes, .in, .out, .dropped, .rejected, .retries,
		(.seconds | number), .exit)]]
	| table;

def resources: if $requests.count == 0 then "" else
	([["resource", "requests", "failed", "again", "waited, s", "received",
		"first byte p50, ms", "p95", "all p50, ms", "p95", "slowest"]]
	+ [$requests.resources[] | [.resource, .count, .failed, .retries,
		(.wait_s | number), (.bytes | size), (.ttfb.p50 | number),
		(.ttfb.p95 | number), (.total.p50 | number),
		(.total.p95 | number), (.total.max | number)]] | table)
	+ "<p class=\"faint\">Answers: \($requests.statuses
		| map("\(.count) × \(.status)") | join(", ") | @html)</p>"
	+ "<details><summary>The slowest</summary>\([["URL", "status", "ms",
		"attempts again"]] + [$requests.slowest[]
		| [.url, .status // "-", (.total | number), .again]]
		| table)</details>" end;

def rejected: if $rejects == [] then "" else $rejects | map(
	"<details><summary>\(.count | whole) × \(.stage | @html): \(.reason
		| @html)\(if .code then " (\(.code | @html))" else "" end)</summary>"
	+ "<pre>\(.examples | map(@html) | join("\n\n"))</pre></details>")
	| join("\n") end;

"<h1>\($summary.dataset | @html)
<span class=\"is \($summary.is | class)\">\($summary.is | @html)</span></h1>
<p>\($summary.started | @html) to \($summary.ended | @html),
exit status \($summary.exit)\(if $summary.signal then
	", by \($summary.signal | @html)" else "" end)</p>
<p class=\"faint\">Run \($summary.run | @html)\(
	[($summary.params // [] | if . == [] then empty
		else "with " + join(" ") end),
	($summary.database // "" | if . == "" then empty
		else "into database \(.)" end),
	($summary.host | values | "on \(.)"),
	($summary.version | values | "by Sluice \(.)")]
	| map(", " + @html) | join(""))</p>
\(tiles)
\(stages | part("Stages"))
<p\($summary.accounts | if length == 1 and (.[0] | test("^[0-9]+ hold$"))
	then "" else " class=\"bad\"" end)>Accounts: \($summary.accounts
	| map(@html) | join("<br>"))</p>
\($summary.lacking // [] | if . == [] then ""
	else "<p class=\"bad\">Lacking: \(map(@html) | join("<br>"))</p>" end)
\((($requests_plot | plot("Requests over time"))
	+ ($latency_plot | plot("How many of the requests took at most so long"))
	+ ($again_plot | plot("Attempts again, and waiting that the server asked for"))
	+ resources) | part("Requests"))
\(rejected | part("Rejected"))
\($report | if . == "" then . else "<pre>\(@html)</pre>" end
	| part("Report"))
\($log | if . == "" then . else "<pre>\(@html)</pre>" end
	| part("The end of the log"))"
| document("\($summary.dataset) \($summary.run)"; $style)
