# shellcheck shell=bash
# shellcheck disable=SC2034 # read by ../demo, which tells what they are
about='brands, products, offers, retailers'
servers=(WDN_BASE_URL)

use() {
	export WDN_BASE_URL=$1/api/v1
}
