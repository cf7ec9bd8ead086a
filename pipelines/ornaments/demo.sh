# shellcheck shell=bash
# shellcheck disable=SC2034 # read by ../demo, which tells what they are
about='three shops of ornaments, as web pages'
servers=(HALLMARK_BASE_URL HOOKED_BASE_URL ORNAMENT_SHOP_BASE_URL)

use() {
	export HALLMARK_BASE_URL=$1/hallmark HOOKED_BASE_URL=$1/hooked
	export ORNAMENT_SHOP_BASE_URL=$1/ornament-shop
	export ORNAMENTS_RATE=${ORNAMENTS_RATE-100/s}
}
