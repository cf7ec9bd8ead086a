# An animal as it is fetched, to one as the home wants it.

# strftime gives the year 1 as 1.
def pad: if length < 19 then "0" + . | pad else . end;

# Milliseconds since 1970 as ISO 8601; before that they are negative.
def time: if . == null then null else
	(. / 1000 | floor) as $s
	| "\($s | strftime("%Y-%m-%dT%H:%M:%S") | pad).\("00\(. - $s * 1000)"[-3:])Z"
	end;

{
	id,
	name,
	born_at: .born_at | time,
	friends: (.friends // "") | split(",")
}
