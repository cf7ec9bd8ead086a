# shellcheck shell=bash
# shellcheck disable=SC2034 # read by ../demo, which tells what they are
about='the Admin API of a shop with 600 orders'
servers=(SHOPIFY_BASE_URL ORDERS_URL _AWS_S3_URL_SOURCE)

use() {
	unset "${!_PGSQL_@}"
	export SHOPIFY_BASE_URL=$1 SHOPIFY_TOKEN_FILE=$SLUICE_VAR/orders.token
	echo a token that any server would refuse >"$SHOPIFY_TOKEN_FILE"
}
