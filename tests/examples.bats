#!/usr/bin/env bats
# What the pages and the README show is what happens. Examples are the literal
# blocks of a page that a comment `run` stands before, and the ```console blocks
# of the README. Others are not run: they need a server.
# shellcheck disable=SC2154 # root is the helper's

load helper

# In the blocks, `$ ` begins a command, `> ` goes on with one whose line ended
# in a bar, and all else is what the command prints: standard output first.

# page_examples PAGE: writes its examples to files of their own.
page_examples() {
	split_examples '^[.]\\\\" run$' '^[.]Ed$' <"$1"
	sed -i '/^\.Bd /d; s/^\\&//; s/\\(dq/"/g; s/\\-/-/g; s/\\e/\\/g' example.*
}

# split_examples START END: the blocks between lines like these.
split_examples() {
	rm -f example.*
	touch example.none
	awk -v start="$1" -v end="$2" '
		$0 ~ end { inside = 0 }
		inside { print > ("example." n) }
		$0 ~ start { inside = 1; n++ }'
}

# play EXAMPLE: what is seen by who types its commands.
play() {
	local line command='' last=0
	exec <"$1"
	cd folder || return
	while IFS= read -r line; do
		[[ $line == '$ '* || ($command && $line == '>'*) ]] || continue
		printf '%s\n' "$line"
		command+=${line:2}$'\n'
		[[ $line != *'|' ]] || continue
		(exit "$last")
		eval "$command" </dev/null >../out 2>../err
		last=$?
		cat ../out ../err
		command=''
	done
}

# try_examples NAME [LINK]: plays all that were split off, each in a folder
# that is empty but for that link to the tools.
try_examples() {
	local example
	for example in example.[0-9]*; do
		[ -s "$example" ] || continue
		rm -rf folder
		mkdir folder
		[ -z "${2:-}" ] || ln -s "$root/bin" "folder/$2"
		run play "$example"
		[ "$output" = "$(<"$example")" ] || {
			echo "$1 says, and what happens:"
			diff "$example" - <<<"$output"
		}
		played=$((${played:-0} + 1))
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "the examples of the pages" {
	local page
	for page in "$root"/man/*.1; do
		page_examples "$page"
		try_examples "$page"
	done
	[ "$played" -gt 0 ]
}

@test "every page has examples, those of the plain filters are run" {
	local page
	for page in "$root"/man/*.1; do
		sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$page" |
			grep -Eq '^\.(Bd -literal|Dl)' ||
			{ echo "no examples: $page"; false; }
	done
	for page in flatten fields dedupe; do
		page_examples "$root/man/$page.1"
		[ "$(find . -name 'example.[0-9]*' -size +0 | wc -l)" -eq \
			"$(grep -c '^\.Bd' "$root/man/$page.1")" ]
	done
}

@test "the examples of the README" {
	split_examples '^```console' '^```$' <"$root/README.md"
	try_examples README.md bin
	[ "$played" -gt 0 ]
}
