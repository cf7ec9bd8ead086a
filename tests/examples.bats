#!/usr/bin/env bats
# What the pages and the README show is what happens. Examples are the literal
# blocks of a page that a comment `run` stands before, and the ```console blocks
# of the README. Others are not run: they need a server. The replay of rejects
# is, with a database.
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

# examples PAGE: the section, as it is written.
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$1"
}

@test "every page has examples; they are run, but for those with a server" {
	local page
	for page in "$root"/man/*.1; do
		examples "$page" | grep -Eq '^\.(Bd -literal|Dl)' ||
			{ echo "no examples: $page"; false; }
		run awk -v page="$page" '
			/^\.Ed/ && inside && !served {
				print page ": an example is not run"
			}
			/^\.Bd/ { inside = before != ".\\\" run"; served = 0 }
			/wdn-fetch|paginate|pg-upsert|batch-post|sluice-run/ {
				served = 1
			}
			/^\.Ed/ { inside = 0 }
			/^\.Dl/ && !/wdn-fetch|paginate|pg-upsert|batch-post/ {
				print page ": an example is not run: " $0
			}
			{ before = $0 }' < <(examples "$page")
		[ -z "$output" ] || { echo "$output"; false; }
	done
}

@test "the examples of the README" {
	split_examples '^```console' '^```$' <"$root/README.md"
	try_examples README.md bin
	[ "$played" -gt 0 ]
}

# replay_of FILE: the command that it shows, from `validate` to the sink.
replay_of() {
	sed -n '/^ *validate --drop .*stage == "store_offers"/,/pg-upsert/p' "$1"
}

@test "the replay of rejects that sluice(7) and the README show" {
	local shown
	start_pg examples
	sql 'create table offers (id bigint primary key, price numeric(12, 2),
		product integer not null check (product <> 17),
		updated_at timestamptz)'
	printf '%s\n' '{"id":9007199254740993,"price":19.90,"product":17}' \
		'{"id":2,"price":"x","product":17}' 'no JSON' \
		'{"id":3,"price":5.00,"product":18}' >in
	mkdir run
	SLUICE_RUN=run SLUICE_STAGE=store_offers pg-upsert -q -t offers -k id \
		<in >/dev/null || [ $? -eq 1 ]
	echo '{"id":4,"price":1.00,"product":17}' |
		SLUICE_RUN=run SLUICE_STAGE=other validate -q false ||
		[ $? -eq 1 ]
	[ "$(sql 'select id from offers')" = 3 ]
	[ "$(wc -l <run/rejects.ndjson)" -eq 4 ]
	sql 'alter table offers drop constraint offers_product_check'
	cd run
	for shown in "$root/man/sluice.7" "$root/README.md"; do
		sql 'delete from offers where id <> 3'
		rm -f left.ndjson
		run --separate-stderr bash -c "$(replay_of "$shown")"
		expect 1 '' '*records*were rejected, see "left.ndjson"*'
		[ "$(sql 'select id, price from offers order by id')" = \
			$'3|5.00\n9007199254740993|19.90' ]
		[ "$(jq -r '[.tool, .record.id // .record.raw] | @tsv' \
			left.ndjson | sort)" = $'pg-upsert\t2\nrecords\tno JSON' ]
	done
}

teardown() {
	[ -z "${PGHOST:-}" ] || stop_pg
}
