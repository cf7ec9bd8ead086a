# From the lines of the file of keys to the hooks that webhook serves. All that
# is asked of a caller is asked here, as rules, which webhook evaluates; it
# compares secrets in constant time.

def key:
	capture("^(?<name>[A-Za-z0-9_-]+)\\s+(?<rights>\\S+)\\s+(?<secret>\\S+)\\s*$")
	// error("not \"NAME RIGHT[,RIGHT...] SECRET\"")
	| .rights |= split(",")
	| if .rights | all(test("^(read|start|start:[a-z][a-z0-9_-]*)$")) then .
	else error("a right is \"read\", \"start\" or \"start:DATASET\"") end
	| if .secret | test("^[A-Za-z0-9._~+/-]{32,}=*$") then .
	else error("a secret has 32 characters or more, of A-Z a-z 0-9 . _ ~ + / -")
	end;

def keys:
	[inputs | {line: input_line_number, text: gsub("\r$"; "")}
	| select(.text | test("^\\s*(#|$)") | not)
	| .line as $line
	| try (.text | key) catch ("line \($line): \(.)\n" | halt_error(1))]
	| if length == 0 then "it has no key\n" | halt_error(1) else . end
	| (group_by(.name) | map(select(length > 1)[0].name)) as $twice
	| if $twice == [] then .
	else "\($twice | join(", ")): the name is there twice\n" | halt_error(1)
	end;

def equal($source; $name; $value): {match:
	{type: "value", $value, parameter: {$source, $name}}};

def bearer: equal("header"; "Authorization"; "Bearer \(.secret)");

def signed: {match: {type: "payload-hmac-sha256", secret,
	parameter: {source: "header", name: "X-Hub-Signature-256"}}};

# Which datasets a key may start, asked where the caller names one: any, or
# those of the rights start:DATASET.
def datasets($source):
	.rights | map(select(startswith("start"))) | if index("start") then []
	else [{or: map(equal($source; "dataset"; ltrimstr("start:")))}] end;

def may_start: .rights | any(startswith("start"));

def hook($id; $method; $command; $type; $rule; $arguments): {
	$id, "http-methods": [$method],
	"execute-command": "\($trigger)/\($command)",
	"pass-arguments-to-command": $arguments,
	"trigger-rule": $rule, "trigger-rule-mismatch-http-response-code": 401,
	"include-command-output-in-response": true,
	"include-command-output-in-response-on-error": true,
	"response-headers": [{name: "Content-Type", value: $type},
		{name: "Cache-Control", value: "no-store"}]};

def text: {source: "string", name: .};

def from: {source: "request", name: "remote-addr"};

def show($id; $type): {or: map(select(.rights | index("read")) | bearer)} as $rule
	| hook($id; "GET"; "show"; $type; $rule;
		[($id | text), {source: "entire-query"}]);

keys
| [hook("run"; "POST"; "start"; "application/json";
	{or: map(select(may_start) | {and: ([bearer] + datasets("url"))})};
	[("" | text), from, {source: "entire-query"}])
	+ {"success-http-response-code": 202},
(.[] | select(may_start)
	| hook("run/\(.name)"; "POST"; "start"; "application/json";
		{and: ([signed] + datasets("payload"))};
		[(.name | text), from, {source: "entire-payload"}])
	+ {"success-http-response-code": 202,
		"incoming-payload-content-type": "application/json"}),
show("runs"; "application/json"),
show("report"; "text/plain; charset=utf-8"),
show("log"; "text/plain; charset=utf-8")]
