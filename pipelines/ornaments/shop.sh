# shellcheck shell=bash
# What the scripts of this dataset share.

# selectors VENDOR PAGE: sets `selectors`, scrape's arguments for that kind of
# page of the shop: a line each, but for comments.
# shellcheck disable=SC2034 # used by who sources this
selectors() {
	mapfile -t selectors <<<"$(grep -v '^#' "shops/$1/$2")"
}

# page VENDOR: products from envelopes, which have what is known of each. Where
# most look different, so will the others: that ends it.
page() {
	selectors "$1" product
	stage page scrape --max-rejects 25 --with vendor=.vendor \
		--with link=.link --with release_year=.release_year "${selectors[@]}"
}

shape() {
	stage shape fields --drop stock --set 'brand="hallmark"' \
		--stamp last_synced_at
}

# Records as scraped, or as read from a file, into the table.
store() {
	stage store pg-upsert -t products -k vendor -k link \
		--update price,availability --newer last_synced_at \
		--history product_changes >/dev/null
}

store_links() {
	stage store_links pg-upsert -t links -k vendor -k link --seen seen_at \
		>/dev/null
}

# whole STATUS...: those of a list's pipe as one. A bad page or entry (1), be it
# only an empty list, and a page that the shop has not (69) mean that this list
# is not whole, which is an error, but none of the others'.
whole() {
	local status
	status=$(worst "$@")
	((status != 1 && status != 69)) || status=65
	return "$status"
}
