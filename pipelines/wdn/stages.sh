# shellcheck shell=bash
# The stages that the pipeline and its chunks share.

# flat RESOURCE: a row of each answer's record.
flat() {
	stage "flat_$1" fields --hoist attributes --drop type
}

# store RESOURCE: the rows into the table of its name.
store() {
	stage "store_$1" pg-upsert -t "$1" -k id --stamp updated_at >/dev/null
}
