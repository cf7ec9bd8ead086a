# The programs that Sluice is compared with. What is missing is unpacked into
# a folder of its own; nothing is installed on the machine.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034 # shared with run

peers=$root/build/bench/peers
node_api=$peers/node_modules/@duckdb/node-api
undici=$peers/node_modules/undici

# deb PROGRAM PACKAGE ...: unpacks Debian packages, unless PROGRAM is there.
deb() {
	command -v "$1" >/dev/null && return
	mkdir -p "$peers/debs"
	(
		cd "$peers/debs"
		apt-get -qq download "${@:2}"
		for package in "${@:2}"; do
			dpkg -x "$package"_*.deb "$peers"
		done
	) >"$work/install.log" 2>&1 ||
		say "could not unpack ${*:2}: $(tail -n 1 "$work/install.log")"
}

install_peers() {
	deb jq jq
	deb gojq gojq
	deb mlr miller
	deb nginx nginx nginx-common
	deb wrk wrk libluajit-5.1-2
	deb pgloader pgloader
	deb time time
	"${python[@]}" -c 'import psycopg2' 2>/dev/null ||
		deb psycopg2 python3-psycopg2
	node_package "$node_api" @duckdb/node-api@1.5.6-r.1
	node_package "$undici" undici@6.21.1
}

# node_package FOLDER PACKAGE: from npm, unless it is there.
node_package() {
	[[ ! -e $1 ]] && command -v npm >/dev/null || return 0
	npm install --prefix "$peers" --no-audit --no-fund --ignore-scripts \
		"$2" >"$work/install.log" 2>&1 ||
		say "could not install $2: $(tail -n 1 "$work/install.log")"
}

find_peers() {
	PATH+=:$peers/usr/bin:$peers/usr/sbin:/usr/sbin
	# Debian's, since its psycopg2 fits no other.
	python=(/usr/bin/python3)
	[[ -x ${python[0]} ]] || python=(python3)
	export PYTHONPATH=$peers/usr/lib/python3/dist-packages
	export PYTHONDONTWRITEBYTECODE=1
	export DUCKDB_API=$node_api peers here python3=${python[0]}
	wrk_libraries=$peers/usr/lib/$(uname -m)-linux-gnu
	export wrk_libraries
	[[ ${BENCH_INSTALL:-yes} == no ]] || install_peers
	gnu_time=$(type -P time) ||
		die 69 "GNU time is missing: install the package time"
}

have() {
	case $1 in
	duckdb) [[ -e $node_api ]] && command -v node >/dev/null ;;
	undici) [[ -e $undici ]] && command -v node >/dev/null ;;
	psycopg2) "${python[@]}" -c 'import psycopg2' 2>/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# The versions of those that are there, in one line.
versions() {
	local list=()
	list+=("$(sluice_version)")
	! have jq || list+=("$(jq --version)")
	! have gojq || list+=("$(gojq --version | cut -d ' ' -f 1,2)")
	! have mlr || list+=("$(mlr --version)")
	! have duckdb || list+=("DuckDB $(sed -n \
		's/^ *"version": "\(.*\)".*/\1/p' "$node_api/package.json")")
	! have undici || list+=("undici $(sed -n \
		's/^ *"version": "\(.*\)".*/\1/p' "$undici/package.json")")
	! have "${python[0]}" || list+=("$("${python[@]}" --version)")
	! have awk || list+=("$(awk -W version 2>&1 | sed 's/,.*//;q')")
	! have pgloader || list+=("$(pgloader --version 2>&1 | sed -n \
		's/^pgloader version "\(.*\)"/pgloader \1/p')")
	! have psql || list+=("$(psql --version | cut -d ' ' -f 1,3)")
	! have curl || list+=("$(curl --version | cut -d ' ' -f 1,2 | head -n 1)")
	printf '%s' "${list[0]}"
	printf ', %s' "${list[@]:1}"
}

sluice_version() {
	sed -n 's/^VERSION = /Sluice /p' "$root/Makefile"
}
