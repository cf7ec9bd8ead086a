# shellcheck shell=bash
# shellcheck disable=SC2034 # read by ../demo, which tells what they are
about='users, other ones each time'
servers=(USERS_BASE_URL)
options=(--seed "$EPOCHSECONDS")
# The pull of the day, so that a second run shows what it need not do.
operands=(pull_datetime="$(date -u +%FT00:00:00Z)")

use() {
	export USERS_BASE_URL=$1/api/v2
}
