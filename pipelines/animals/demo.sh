# shellcheck shell=bash
# shellcheck disable=SC2034 # read by ../demo, which tells what they are
about='5750 animals and disturbs 2 % of the requests, half'
about+=' of them for 5 to 15 s, as the real one does; it takes about a minute'
servers=(ANIMALS_BASE_URL)
options=(--verify-home --fault '/animals/*:sorry=2')

# The audit is kept, so that a second run shows what it need not do.
use() {
	export ANIMALS_BASE_URL=$1 AUDIT=${AUDIT-1}
}
