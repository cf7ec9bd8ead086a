# Rejects, a line each, by stage and reason; those that differ in numbers and
# quoted names only are one. The 20 most frequent, with examples.

# The record as it stands in the line, where it is the last member: jq would
# change its numbers. A quote in a string before it has a backslash.
def record($line): $line | index(",\"record\":") as $at
	| if $at then .[$at + 10:-1] else null end;

reduce inputs as $line ({};
	($line | fromjson? // {reason: "a line that is not JSON"}) as $one
	| (($one.reason // "no reason") | gsub("[[:cntrl:]]"; "?")) as $reason
	| ([$one.stage, $one.code, ($reason | gsub("[0-9]+"; "0")
		| gsub("\"[^\"]*\""; "\"\""))] | tostring) as $key
	| .[$key] |= {
		stage: ($one.stage // $one.tool // "-"), code: $one.code,
		reason: (.reason // $reason), count: ((.count // 0) + 1),
		examples: ((.examples // []) | if length == 3 then . else
			. + [(record($line) // $one.raw // $one.raw_base64
				// "" | .[:2000])] end)})
| [.[]] | sort_by(-.count) | .[:20]
