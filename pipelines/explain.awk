# The stages of a pipeline, in the order in which the script names them: it is
# read, not run. A line each, tabs between: how deep (what xargs starts is one
# deeper), the first sentence of the function's comment or -, the stage's name,
# its command. What only a run knows, as the value of a variable, stands there
# as in the script.
#
#	awk -f explain.awk -v file=pipeline -v quote="'" /dev/null

# load FILE: its functions, their comments, and what is in none, as lines of
# body["NAME", i]; NAME is the file's own for what is in none.
function load(file,    line, name, comment, end, whole, i) {
	if (file in loaded)
		return
	loaded[file] = 1
	name = file
	whole = ""
	while ((getline line <file) > 0) {
		if (end != "") {
			gsub(/^\t+/, "", line)
			if (line == end)
				end = ""
			continue
		}
		if (line ~ /^[ \t]*#/) {
			if (line !~ /shellcheck|^#!/) {
				sub(/^[ \t]*# ?/, "", line)
				comment = comment (comment == "" ? "" : " ") line
			}
			continue
		}
		if (match(line, /<<-?["\47]?[A-Z]+/)) {
			end = substr(line, RSTART, RLENGTH)
			gsub(/[^A-Z]/, "", end)
		}
		if (line ~ /^[a-z_][a-z0-9_]*\(\) [{(]$/) {
			name = line
			sub(/\(.*/, "", name)
			said[name] = comment
			comment = ""
			continue
		}
		if (line ~ /^[a-z_][a-z0-9_]*\(\) [{(] .* [})]$/) {
			end = line
			sub(/\(.*/, "", end)
			said[end] = comment
			sub(/^[^{(]*\(\) [{(] /, "", line)
			body[end, ++lines[end]] = substr(line, 1, length(line) - 2)
			end = comment = ""
			continue
		}
		if (line ~ /^[})]/) {
			name = file
			comment = ""
			continue
		}
		if (line ~ /^\. (\.\/)?[a-z-]+\.sh$/) {
			sub(/^\. (\.\/)?/, "", line)
			load(line)
			continue
		}
		sub(/^[ \t]+/, "", line)
		whole = whole line
		if (sub(/\\$/, "", whole) || whole ~ /(\||&&)$/) {
			whole = whole " "
			continue
		}
		body[name, ++lines[name]] = whole
		whole = comment = ""
	}
	close(file)
}

# known TEXT: with the arguments and variables that are known in their places;
# one that is a whole word loses its quotes.
function known(text, depth,    out, name, all) {
	out = ""
	while (match(text, /"?\$\{?([0-9]|[a-z_]+)\}?"?/)) {
		all = name = substr(text, RSTART, RLENGTH)
		gsub(/[^0-9a-z_]/, "", name)
		out = out substr(text, 1, RSTART - 1)
		text = substr(text, RSTART + RLENGTH)
		if ((depth, name) in value) {
			if (all !~ /^".*"$/)
				out = out (all ~ /^"/ ? "\"" : "")
			out = out value[depth, name]
			if (all !~ /^".*"$/)
				out = out (all ~ /"$/ ? "\"" : "")
		} else
			out = out all
	}
	return out text
}

# split_commands LINE: into command[depth, 1..n], at what stands between
# commands, but not within quotes and $(...).
function split_commands(line, depth,    n, i, c, two, q, nested, at) {
	n = 1
	at = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (q != "") {
			if (c == "\\" && q == "\"") {
				at = at c
				c = substr(line, ++i, 1)
			} else if (c == q)
				q = ""
		} else if (c == "\\") {
			at = at c
			c = substr(line, ++i, 1)
		} else if (two == "$(") {
			nested++
		} else if (nested) {
			nested += (c == "(") - (c == ")")
		} else if (c == "\"" || c == quote) {
			q = c
		} else if (c == "#" && at ~ /[ \t]$/) {
			break
		} else if (c ~ /[;|(){}]/ && at !~ /\$$/ && !within(at) ||
			c == "&" && at !~ /[<>]$/) {
			command[depth, n++] = at
			at = ""
			continue
		}
		at = at c
	}
	command[depth, n] = at
	return n
}

# Within ${...}: the brace that ends it is no end of a command.
function within(at,    last) {
	last = at
	sub(/.*\$\{/, "${", last)
	return last ~ /^\$\{[^}]*$/
}

# words TEXT: word[depth, 1..n], quotes of plain words taken off.
function words(text, depth,    n, i, part) {
	n = split(text, part, /[ \t]+/)
	word[depth, 1] = ""
	for (i = 1; i <= n; i++) {
		word[depth, i] = part[i]
		if (part[i] ~ /^"[A-Za-z0-9_.\/-]*"$/)
			word[depth, i] = substr(part[i], 2, length(part[i]) - 2)
	}
	return n
}

# walk NAME: the body of that function or file; level is how deep it is shown.
function walk(name, depth, level, from,    i, k, n, line) {
	if (depth > 9 || name in walking)
		return
	walking[name] = 1
	for (i = 1; i <= lines[name]; i++) {
		line = body[name, i]
		if (line ~ /^if .*SLUICE_REPLAY/)
			skipped[depth] = 1
		else if (skipped[depth] && line ~ /^(if|case|for|while) /)
			skipped[depth]++
		else if (skipped[depth] > 1 && line ~ /^(fi|esac|done)/)
			skipped[depth]--
		else if (skipped[depth] == 1 && line ~ /^(fi|el)/)
			skipped[depth] = 0
		if (skipped[depth])
			continue
		if (line ~ /^[a-z_]+=\$[0-9]$/)
			value[depth, substr(line, 1, index(line, "=") - 1)] = \
				known(substr(line, index(line, "=") + 1), depth)
		n = split_commands(line, depth)
		for (k = 1; k <= n; k++)
			one(known(command[depth, k], depth), depth, level, from)
	}
	delete walking[name]
}

# one COMMAND: a stage is printed; a function, and a script that xargs starts,
# is walked.
function one(text, depth, level, from,    n, i, j, name, rest, x) {
	gsub(/[ \t]+/, " ", text)
	while (sub(/^ ?(if|elif|then|else|do|while|until|time|!) /, "", text) ||
		sub(/^ /, "", text))
		;
	if (match(text, /^SLUICE_STAGE=[^ ]+ /)) {
		name = substr(text, 14, RLENGTH - 14)
		show(level, from, name, substr(text, RLENGTH + 1))
		return
	}
	n = words(text, depth)
	if (word[depth, 1] == "stage" && n > 2) {
		rest = substr(text, length("stage " word[depth, 2]) + 2)
		if (substr(text, 7, 1) == "\"")
			rest = substr(text, index(substr(text, 8), "\"") + 9)
		name = word[depth, 2]
		gsub(/"/, "", name)
		show(level, from, name, rest)
		for (i = 3; i <= n; i++)
			if (word[depth, i] ~ /^\.\/[a-z-]+$/) {
				x = substr(word[depth, i], 3)
				load(x)
				arguments(depth, i, n)
				walk(x, depth + 1, level + 1, "")
				return
			}
	} else if (word[depth, 1] == "flow") {
		rest = substr(text, 6)
		sub(/ *<.*/, "", rest)
		while (rest != "") {
			if (match(rest, "^(\"[^\"]*\"|" quote "[^" quote "]*" \
				quote ")"))
				x = substr(rest, 2, RLENGTH - 2)
			else {
				match(rest, /^[^ ]+/)
				x = substr(rest, 1, RLENGTH)
			}
			rest = substr(rest, RLENGTH + 1)
			sub(/^ +/, "", rest)
			one(x, depth + 1, level, from)
		}
	} else if (text ~ /^[a-z_]+=[a-z_]+$/) {
		# what is called by that variable
		name = substr(text, index(text, "=") + 1)
		if (name in said)
			walk(name, depth + 1, level, said[name])
	} else if (word[depth, 1] in lines) {
		name = word[depth, 1]
		arguments(depth, 1, n)
		walk(name, depth + 1, level, said[name])
	}
}

# arguments: the words behind the i-th as $1, $2 of what is walked next.
function arguments(depth, i, n,    j) {
	for (j = 1; j <= 9; j++) {
		delete value[depth + 1, j]
		if (i + j <= n && word[depth, i + j] !~ /[<>&]/)
			value[depth + 1, j] = bare(word[depth, i + j])
	}
}

function bare(text) {
	return text ~ /^".*"$/ ? substr(text, 2, length(text) - 2) : text
}

# A stage that the script names in several places is told once.
function show(level, from, name, text) {
	if ((level, name) in shown)
		return
	shown[level, name] = 1
	sub(/ *$/, "", text)
	sub(/\. .*/, ".", from)
	printf "%d\t%s\t%s\t%s\n", level, from == "" ? "-" : from, name, text
}

BEGIN {
	load(file)
	walk(file, 1, 0, "")
}
