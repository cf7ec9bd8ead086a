#!/usr/bin/env bats
# The Debian package: built from a copy of the tree, and installed, used and
# purged in a Debian of its own.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	stop_apid
}

# A tree of the files that git knows, where the package is built: bin/ and
# build/ of this one are the other tests'.
copy_tree() {
	git -C "$root" ls-files -z | tar -C "$root" -cf - --null -T - | tar -xf - -C tree
}

# in_debian COMMAND: in the new Debian, with a /proc that goes with it.
in_debian() {
	# shellcheck disable=SC2016 # expanded there
	unshare --mount --pid --fork sh -c '
		mount -t proc proc debian/proc && exec chroot debian "$@"' sh \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive SLUICE_VAR=/var/lib/sluice \
		ANIMALS_BASE_URL="${API-}" sh -c "$1"
}

@test "the Debian package is built, and installs, runs and purges" {
	command -v git >/dev/null && git -C "$root" rev-parse 2>/dev/null ||
		skip "the tree is no git repository"
	[ "$(id -u)" -eq 0 ] || skip "only root can change its root folder"
	unshare --mount true 2>/dev/null || skip "mounts are not allowed here"
	local site
	# shellcheck disable=SC2016 # apt-get's own
	site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
		head -n 1)
	[ -n "$site" ] || skip "apt has no source of packages"
	command -v debootstrap >/dev/null || skip "debootstrap is not there"
	mkdir tree
	copy_tree
	unshare --mount debootstrap --variant=minbase bookworm debian "$site" \
		>debootstrap.log 2>&1 3>&- &
	local bootstrap=$!
	# The optimiser's time is not what is tried here.
	DEB_BUILD_OPTIONS='noopt parallel=2' make -C tree deb \
		>deb.log 2>&1 3>&- || { tail -n 20 deb.log; false; }
	wait "$bootstrap" || { tail -n 20 debootstrap.log; false; }
	grep -q '^lintian' deb.log
	run ! grep '^E:' deb.log
	cp tree/build/deb/sluice-tools_*.deb debian/root/sluice-tools.deb
	cp -R /etc/apt/sources.list* debian/etc/apt/
	in_debian 'apt-get -qq update && apt-get -qq -y install \
		--no-install-recommends /root/sluice-tools.deb' >install.log 2>&1 \
		3>&- || { tail -n 20 install.log; false; }

	run --separate-stderr in_debian \
		'echo "{\"a\":{\"b\":9007199254740993}}" | flatten'
	expect 0 '{"a.b":9007199254740993}' ''
	start_apid --animals 2
	run --separate-stderr in_debian 'sluice-run animals'
	expect 0 '*animals: done, exit status 0*' '*'
	[ "$(curl -fsS "$API/_apid/home" | jq '.counts | length')" -eq 20 ]
	[ -d debian/var/lib/sluice/runs/animals ]
	grep -q '^ExecStart=/usr/share/sluice/pipelines/run ' \
		debian/usr/lib/systemd/system/sluice@.service

	in_debian 'dpkg -P sluice-tools' >purge.log 2>&1
	[ -z "$(find debian/usr debian/etc debian/var/lib/sluice \
		-ipath '*sluice*' -o -name pg-upsert 2>/dev/null)" ]
}
