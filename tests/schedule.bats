#!/usr/bin/env bats
# pipelines/schedule: systemd's units and the crontab, as they are installed.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # quoted on purpose; each test is a subshell; bats and the helper set the rest

load helper

setup_file() {
	export prefix=$BATS_FILE_TMPDIR/usr
	# make's own flags, -j of its jobserver among them, are none of this one's
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" install-schedule \
		PREFIX="$prefix" >/dev/null
	export units=$prefix/lib/systemd/system
}

# analyze COMMAND ...: systemd-analyze on the installed units and the system's.
analyze() {
	SYSTEMD_UNIT_PATH=$units: systemd-analyze "$@"
}

# works: skips, by name, where systemd-analyze is not there or cannot work.
works() {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze"
	analyze verify --man=no basic.target >/dev/null 2>&1 ||
		skip "systemd-analyze cannot work here"
}

# setting UNIT NAME: its values in the unit and what is added to it, in order.
setting() {
	local stem=${1%@*} file
	for file in "$units/$stem@.${1##*.}" "$units/$1" \
		"$units/$stem@.${1##*.}.d"/*.conf "$units/$1.d"/*.conf; do
		[ ! -f "$file" ] || sed -n "s/^$2=//p" "$file"
	done
}

@test "the units are good for systemd" {
	works
	run analyze verify --man=no sluice@users.service sluice@users.timer \
		sluice@ornaments-links.service sluice@ornaments-links.timer \
		sluice-postgres.service sluice-trigger.service
	[ "$status" -eq 0 ]
	[ "$output" = '' ]
	# and verify would say so
	sed -i 's/^RestartSec=.*/RestartSec=soon/' "$units/sluice@.service"
	run analyze verify --man=no sluice@users.service
	sed -i 's/^RestartSec=.*/RestartSec=5min/' "$units/sluice@.service"
	[[ $output == *'ignoring: soon'* ]]
}

@test "no service is exposed more than 2 of 10" {
	works
	local unit
	for unit in sluice@users.service sluice-postgres.service \
		sluice-trigger.service; do
		run analyze security --offline=true --threshold=20 --no-pager "$unit"
		[ "$status" -eq 0 ]
		[[ $output == *"Overall exposure level for $unit"* ]]
		[[ $output == *'✓ NoNewPrivileges='* ]]
	done
	[ "$(setting sluice@users.service MemoryMax)" = 1G ]
	[ "$(setting sluice@users.service ProtectSystem)" = strict ]
	[ "$(setting sluice@users.service StateDirectory)" = sluice ]
	[ "$(setting sluice@users.service RestartForceExitStatus)" = 75 ]
}

@test "daily and hourly; what was missed is caught up" {
	works
	local times i
	for i in users ornaments-links; do
		setting "sluice@$i.timer" OnCalendar | tail -n 1 >"$BATS_TEST_TMPDIR/when"
		times=$(systemd-analyze calendar --iterations=2 \
			"$(<"$BATS_TEST_TMPDIR/when")" |
			sed -n 's/^ *\(Next elapse\|Iteration #2\|Iter. #2\): //p')
		mapfile -t times <<<"$times"
		echo $(($(date -d "${times[1]}" +%s) - $(date -d "${times[0]}" +%s)))
		[ "$(setting "sluice@$i.timer" Persistent)" = true ]
	done >"$BATS_TEST_TMPDIR/apart"
	[ "$(paste -sd ' ' "$BATS_TEST_TMPDIR/apart")" = '86400 3600' ]
	[[ $(setting sluice@ornaments-links.service Environment) == \
		*'DATASET=ornaments ARGS=job=sync_links' ]]
}

@test "the service's command runs in a system that is read-only, as nobody" {
	[ "$EUID" -eq 0 ] || skip "only root can become somebody else"
	unshare -m true 2>/dev/null || skip "no mount namespaces here"
	local var=$BATS_TEST_TMPDIR/state command
	# every folder above has to be open to who is nobody
	case $BATS_TEST_TMPDIR in /tmp/*) ;; *) skip "TMPDIR is elsewhere" ;; esac
	local folder
	for folder in "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR"; do
		while [ "$folder" != /tmp ]; do
			chmod a+x "$folder"
			folder=${folder%/*}
		done
	done
	install -d -o nobody -m 700 "$var"
	command=$(setting sluice@animals.service ExecStart)
	[ "$command" = "$prefix/share/sluice/pipelines/run \${DATASET} \$ARGS" ]
	start_apid --animals 10
	run --separate-stderr unshare -m bash -c '
		mount --bind "$1" "$1"
		mount -o remount,bind,ro / && ! touch /usr/x 2>/dev/null || exit 99
		for dir in /tmp /home /root; do
			[[ $1 == "$dir"/* ]] || mount -t tmpfs -o ro none "$dir" || exit 98
		done
		exec setpriv --reuid=65534 --regid=65534 --clear-groups \
			--no-new-privs --bounding-set=-all --inh-caps=-all \
			env -i PATH="$2/bin:/usr/bin:/bin" STATE_DIRECTORY="$1" \
			ANIMALS_BASE_URL="$3" DATASET=animals ARGS=audit=1 \
			bash -c "${@:4}"' \
		bash "$var" "$prefix" "$API" "$command"
	expect 0 '*animals: done, exit status 0' '*with audit=1*'
	[ "$(stat -c %U "$var/runs/animals")" = nobody ]
}

@test "install-schedule and install-crontab: in their places, and gone again" {
	local d=$BATS_TEST_TMPDIR/to target
	for target in install-schedule install-crontab; do
		env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" "$target" \
			DESTDIR="$d" PREFIX=/opt/x >/dev/null
	done
	[ -f "$d/opt/x/lib/systemd/system/sluice@.service" ]
	[ -f "$d/opt/x/lib/systemd/system/sluice@ornaments-links.timer.d/hourly.conf" ]
	[ -f "$d/opt/x/lib/sysusers.d/sluice.conf" ]
	[ "$(stat -c %a "$d/etc/cron.d/sluice")" = 644 ]
	run grep -r /usr/local "$d/opt/x/lib" "$d/etc"
	[ "$status" -eq 1 ]
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" uninstall DESTDIR="$d" \
		PREFIX=/opt/x
	[ -z "$(find "$d" -type f -o -type l)" ]
}

@test "the crontab: fields, times, programs and datasets that are there" {
	local line n=0 program dataset seen=()
	while IFS= read -r line; do
		[[ $line =~ ^(([0-9]{1,2}\ ([0-9]{1,2}|\*)\ \*\ \*\ \*)|@reboot)\ sluice\ /usr/local/share/sluice/pipelines/([a-z/-]+)\ (--missed\ [0-9]+\ )?([a-z]+)( [a-z_]+=[a-z_]+)?$ ]]
		program=${BASH_REMATCH[4]} dataset=${BASH_REMATCH[6]}
		[ -x "$root/pipelines/$program" ]
		[ -x "$root/pipelines/$dataset/pipeline" ]
		[[ ${BASH_REMATCH[1]} == @reboot || " ${seen[*]} " != *" ${BASH_REMATCH[1]} "* ]]
		seen+=("${BASH_REMATCH[1]}")
		n=$((n + 1))
	done < <(grep -v '^#\|^$\|^[A-Z_]*=' "$root/pipelines/schedule/crontab")
	[ "$n" -eq 8 ]
}

# cron [OPTION ...]: cron-run with a `run` that makes its folder and ends as
# $ends says, a status for each time.
cron() {
	local pipelines=$BATS_TEST_TMPDIR/pipelines
	export SLUICE_VAR=$BATS_TEST_TMPDIR/var
	mkdir -p "$pipelines" "$SLUICE_VAR"
	cp -R "$root"/pipelines/{lib.sh,schedule} "$pipelines"
	cat >"$pipelines/run" <<-'END'
		#!/usr/bin/env bash
		read -r status rest <"$SLUICE_VAR/ends"
		echo "$rest" >"$SLUICE_VAR/ends"
		mkdir -p "$SLUICE_VAR/runs/$1/$(date -u +%Y%m%dT%H%M%S.%3NZ)"
		echo "this run of $* ends with $status"
		exit "$status"
	END
	chmod +x "$pipelines/run"
	echo "$ends" >"$SLUICE_VAR/ends"
	SLUICE_CRON_WAIT=0 run --separate-stderr "$pipelines/schedule/cron-run" "$@"
}

@test "cron-run: silent where all is well, tries again after 75" {
	ends=0 cron one
	expect 0 '' ''
	ends='75 75 0 9' cron one
	expect 0 '' ''
	[ "$(<"$SLUICE_VAR/ends")" = 9 ]
	ends='1' cron one x=y
	expect 1 '' 'this run of one x=y ends with 1'
	ends='75 75 75 75 75 75 0' cron one
	expect 75 '' 'this run of one ends with 75'
	[ "$(<"$SLUICE_VAR/ends")" = 0 ]
	ends=0 cron
	expect 64 '' 'cron-run: usage: *'
	ends=0 cron --missed x one
	expect 64 '' '*--missed is "x": it has to be a number of hours'
}

runs_of_one() {
	printf '%s\n' "$SLUICE_VAR/runs/one"/*
}

@test "cron-run --missed: only where no run has begun" {
	ends='0 0' cron --missed 2 one
	expect 0 '' ''
	[ "$(runs_of_one | wc -l)" -eq 1 ]
	ends='0' cron --missed 2 one
	[ "$(runs_of_one | wc -l)" -eq 1 ]
	mv "$(runs_of_one)" "$SLUICE_VAR/runs/one/$(date -u -d '3 hours ago' +%Y%m%dT%H%M%S.000Z)"
	ends='0' cron --missed 2 one
	expect 0 '' ''
	[ "$(runs_of_one | wc -l)" -eq 2 ]
}
