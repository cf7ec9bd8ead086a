include "html";

# The page of all runs: $summaries[0], the newest first, and $plots, one for
# each dataset, of how long its runs took.

def sum($field): [.stages[] | .[$field] // 0] | add // 0;

$summaries[0] as $runs
| "<h1>Runs</h1>
\($plots | map("<h2>\(.dataset | @html)</h2><figure>\(.svg)<figcaption>How long its
runs took, the newest on the right; those that failed in red.</figcaption></figure>")
	| join("\n"))
<h2>All</h2>
\([["dataset", "run", "is", "exit", "seconds", "inserted", "updated",
	"rejected", "retries", "waited, s"]]
	+ [$runs[] | [.dataset, .run, .is, .exit, (.seconds | number),
		sum("inserted"), sum("updated"), .rejects.count, sum("retries"),
		(sum("wait_ms") / 1000 | number)]] | table)"
| document("Sluice: runs"; $style)
