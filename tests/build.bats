#!/usr/bin/env bats
# The Makefile's other targets: packages, install and uninstall.

load helper

@test "deps: what is missing is named, with the command, to who is not root" {
	[ "$(id -u)" -eq 0 ] || skip "only root can become somebody else"
	cp "$root/tests/deps" "$BATS_TEST_TMPDIR/deps"
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	cd /
	run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
		bash <"$BATS_TEST_TMPDIR/deps" -s bash no-such-package
	expect 69 '' 'deps: packages are missing; as root, run:*apt-get update && apt-get install -y --no-install-recommends no-such-package'
	run --separate-stderr "$root/tests/deps" bash
	expect 0 '' ''
}

@test "install puts everything in its place; uninstall leaves nothing" {
	local d=$BATS_TEST_TMPDIR/to tool
	make -s -C "$root" install DESTDIR="$d" PREFIX=/opt/x >/dev/null
	for tool in $(make -s --no-print-directory -C "$root" list-tools); do
		[ -x "$d/opt/x/bin/$tool" ]
		[ -f "$d/opt/x/share/man/man1/$tool.1" ]
	done
	[ -f "$d/opt/x/share/man/man7/sluice.7" ]
	[ -f "$d/opt/x/share/man/man1/sluice-run.1" ]
	[ -x "$d/opt/x/share/sluice/pipelines/run" ]
	run --separate-stderr "$d/opt/x/bin/sluice-run" --help
	expect 0 '*datasets: *wdn*' ''
	bash -c '. "$1" && complete -p dedupe' bash \
		"$d/opt/x/share/bash-completion/completions/dedupe"
	make -s -C "$root" uninstall DESTDIR="$d" PREFIX=/opt/x
	[ -z "$(find "$d" -type f -o -type l)" ]
}

@test "tests/README.md: every case that it names is there" {
	local name names=()
	mapfile -t names < <(grep '^| ' "$root/tests/README.md" |
		grep -oE '\*[^*]+\*' | tr -d '*')
	[ "${#names[@]}" -gt 30 ]
	for name in "${names[@]}"; do
		echo "named: $name"
		grep -qFe "$name" < <(grep -h '^@test' "$root"/tests/*.bats)
	done
}

@test "what libcurl brings along and never uses is not set up" {
	local tool bound
	for tool in wdn-fetch paginate batch-post; do
		run bash -c "LD_DEBUG=bindings $tool --version 2>&1"
		bound=$(grep -F _gnutls_global_init_skip <<<"$output") || true
		[ -n "$bound" ] || skip "this libcurl needs no GnuTLS"
		[[ $bound == *libgnutls*" to "*"$tool"* ]]
	done
}
