# What the pages are made of: numbers as people read them, tables, tiles.

def number: if . == null then "-" else
	(if . >= 100 then round elif . >= 1 then . * 10 | round / 10
	else . * 1000 | round / 1000 end) | tostring end;
def whole: tostring | until(test("^[0-9]{1,3}(,|$)");
	sub("(?<a>[0-9])(?<b>[0-9]{3})(?<c>,|$)"; "\(.a),\(.b)\(.c)"));
def size: if . >= 1e9 then "\(. / 1e9 | number) GB"
	elif . >= 1e6 then "\(. / 1e6 | number) MB"
	elif . >= 1e3 then "\(. / 1e3 | number) kB" else "\(.) B" end;
def took: if . < 120 then "\(number) s"
	elif . < 7200 then "\(. / 60 | number) min"
	else "\(. / 3600 | number) h" end;
def row($cell): "<tr>\(map("<\($cell)>\(tostring | @html)</\($cell)>")
	| join(""))</tr>";
# Rows of cells, the first row their names.
def table: "<div class=\"wide\"><table><thead>\(.[0] | row("th"))</thead>"
	+ "<tbody>\(.[1:] | map(row("td")) | join("\n"))</tbody></table></div>";
def tile($name): "<div class=\"tile\"><b>\(@html)</b>\($name)</div>";

# The document around a body, which is its input.
def document($title; $style): "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>\($title | @html)</title>
<style>
\($style)</style>
</head>
<body>
\(.)
</body>
</html>";
