# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # dataset, folder, pipelines, settings: run's
# Where a run's records come from and where they go. Sourced by `run`.

# A dataset's file `fallbacks` tells older names of variables: the name and
# the one that counts where it is not set, a line.
take_fallbacks() {
	local name older
	[[ -e $folder/fallbacks ]] || return 0
	while read -r name older; do
		[[ ${!name-} || -z ${!older-} ]] || export "$name=${!older}"
	done <"$folder/fallbacks"
}

# A dataset with a file `database` loads into the database of that name: of
# the server that PG* names, or of the private cluster.
choose_database() {
	private=''
	[[ -e $folder/database ]] || return 0
	if [[ -z ${PGHOST-}${PGHOSTADDR-}${PGSERVICE-}${PGDATABASE-} ]]; then
		private=1
		eval "$("$pipelines/local-postgres" env "$(<"$folder/database")" \
			sluice_loader)"
		export SLUICE_OWNER=sluice_admin
	elif [[ -z ${PGSERVICE-}${PGDATABASE-} ]]; then
		PGDATABASE=$(<"$folder/database")
		export PGDATABASE
	fi
}

# A relative folder is one of where `run` was called, not of the dataset.
find_cassette() {
	[[ ${SLUICE_CASSETTE-} != *:[!/]* ]] ||
		export SLUICE_CASSETTE=${SLUICE_CASSETTE%%:*}:$PWD/${SLUICE_CASSETTE#*:}
}

# places: ` from ... into ... by ...`, never a password.
places() {
	local from='' into='' by='' url urls file profiles=()
	for file in "$folder"/api.json "$folder"/*/*/api.json; do
		[[ ! -e $file ]] || profiles+=("$file")
	done
	if ((${#profiles[@]} > 0)); then
		urls=$(jq -r .base_url "${profiles[@]}") || urls=unknown
		from=$(while IFS= read -r url; do
			expand "$url"
		done <<<"$urls" | sed 's,://[^/@]*@,://***@,; s,?.*,?***,')
		from=" from ${from//$'\n'/, }"
	fi
	[[ -z ${SLUICE_CASSETTE-} ]] || from+=" ($SLUICE_CASSETTE)"
	[[ ! -e $folder/database ]] ||
		into=" into database ${PGDATABASE:-of service $PGSERVICE}"
	[[ -z $into || -z ${PGHOST-}${PGHOSTADDR-} ]] ||
		into+=" at ${PGHOST:-$PGHOSTADDR}"
	[[ $into != *' at '[!/]* || -z ${PGPORT-} ]] || into+=":$PGPORT"
	[[ -z $settings ]] || by=" by the settings $settings"
	[[ -z $from_environment ]] ||
		by+=" (the environment has its own$from_environment)"
	printf '%s\n' "$from$into$by"
}

# ${NAME} and ${NAME:-default}, as a profile has them.
expand() {
	local text=$1 out='' name
	while [[ $text =~ ^([^$]*)\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}(.*)$ ]]; do
		name=${BASH_REMATCH[2]}
		out+=${BASH_REMATCH[1]}
		text=${BASH_REMATCH[5]}
		[[ ${!name-} ]] && out+=${!name} || out+=${BASH_REMATCH[4]}
	done
	printf '%s\n' "$out$text"
}
