# shellcheck shell=bash
# shellcheck disable=SC2034 # settings and from_environment are run's
# The settings of a run: a file of NAME=value lines that CONFIG_PATH and ENV
# choose. It is read, never run as code. Sourced by `run`.

# settings_file: prints the file, nothing where none was chosen. CONFIG_PATH
# is that file, or a folder in which ENV names one; without CONFIG_PATH, the
# folder is that of the user's configuration. An ENV with a slash is what it is
# for shells, a file of theirs.
settings_file() {
	local place=${CONFIG_PATH-} name=${ENV-}
	if [[ -z $place ]]; then
		[[ $name && $name != */* ]] || return 0
		place=${XDG_CONFIG_HOME:-${HOME:?set it or CONFIG_PATH}/.config}/sluice
	elif [[ ! -d $place ]]; then
		printf '%s\n' "$place"
		return
	fi
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
		die 78 "ENV is \"$name\": it has to be the name of settings in" \
			"\"$place\", NAME for NAME.env"
	printf '%s\n' "$place/$name.env"
}

# take_settings: exports what the file says. What the environment has already
# stays as it is. Sets settings, the file or nothing, and from_environment,
# the names that it left alone.
take_settings() {
	local bytes line n=0
	from_environment=''
	settings=$(settings_file) || exit
	[[ $settings ]] || return 0
	[[ -f $settings && -r $settings ]] ||
		die 78 "could not read the settings \"$settings\", which" \
			"CONFIG_PATH and ENV choose: make that file, or unset them"
	settings=$(realpath "$settings")
	((($(stat -c '0%a & 2' "$settings")) == 0)) ||
		die 78 "everybody may write to the settings \"$settings\":" \
			"chmod o-w it"
	bytes=$(tr -d '\0' <"$settings" | wc -c)
	((bytes == $(wc -c <"$settings"))) ||
		die 78 "\"$settings\" has NUL bytes in it: it is no text"
	declare -A setting_seen=()
	while IFS= read -r line || [[ $line ]]; do
		((++n))
		[[ $line =~ ^[[:blank:]]*(#.*)?$ ]] || take_setting "$line" "$n"
	done <"$settings"
	unset CONFIG_PATH ENV
}

# take_setting LINE N. Messages name the line, never its value.
take_setting() {
	local name=${1%%=*} value=${1#*=} where="\"$settings\", line $2"
	[[ $1 == *=* && $name =~ ^([A-Z_][A-Z0-9_]*|(https?|all|no)_proxy)$ ]] ||
		die 78 "$where: wanted NAME=value, the name in capitals, and" \
			"nothing around the \"=\""
	[[ $value != *[[:cntrl:]]* ]] ||
		die 78 "$where: the value of $name has a control character in it" \
			"(lines that end as in Windows?)"
	case $value in
	\"*\" | \'*\') ((${#value} < 2)) || value=${value:1:-1} ;;
	\"* | \'*) die 78 "$where: the quote before the value of $name is not" \
		"closed" ;;
	esac
	[[ ! ${setting_seen[$name]-} ]] ||
		die 78 "$where: $name was set in line ${setting_seen[$name]} already"
	setting_seen[$name]=$2
	case $name in
	LD_* | BASH_* | ENV | CONFIG_PATH | SLUICE_RUN* | SLUICE_STA*)
		die 78 "$where: $name cannot be set by a file" ;;
	esac
	if [[ ${!name+set} ]]; then
		[[ ${!name@a} == *x* ]] ||
			die 78 "$where: $name is a name of the shell or of run itself"
		from_environment+=" $name"
		return
	fi
	printf -v "$name" %s "$value"
	export "${name?}"
}
