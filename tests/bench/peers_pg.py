"""peers_pg.py copy|values|tsv FILE: what a Python script with psycopg2 does to
bring NDJSON into the table bench, in one transaction."""

import io
import json
import sys

COLUMNS = (
    "id sku name brand color price currency stock rating active"
    " released_at updated_at url description"
).split()
UPDATE = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS[1:])
ESCAPES = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
)


def rows(lines, **how):
    for line in lines:
        record = json.loads(line, **how)
        yield [record[c] for c in COLUMNS]


def text(row):
    return "\t".join(
        "\\N" if v is None else str(v).translate(ESCAPES) for v in row
    )


def copy(cursor, lines):
    cursor.execute("create temp table new (like bench) on commit drop")
    batch = io.StringIO()
    for row in rows(lines):
        batch.write(text(row) + "\n")
        if batch.tell() > 1 << 22:
            send(cursor, batch)
    send(cursor, batch)
    cursor.execute(
        "insert into bench select * from new"
        f" on conflict (id) do update set {UPDATE}"
    )


def send(cursor, batch):
    batch.seek(0)
    cursor.copy_expert("copy new from stdin", batch)
    batch.seek(0)
    batch.truncate()


def values(cursor, lines):
    import psycopg2.extras

    psycopg2.extras.execute_values(
        cursor,
        f"insert into bench values %s on conflict (id) do update set {UPDATE}",
        rows(lines),
        page_size=1000,
    )


def tsv(lines):
    """Not a peer: FILE as the text that COPY reads, for psql, exactly."""
    for row in rows(lines, parse_float=str):
        print(text(row))


def main():
    with open(sys.argv[2], encoding="utf-8") as lines:
        if sys.argv[1] == "tsv":
            return tsv(lines)
        import psycopg2

        with psycopg2.connect("") as connection:
            with connection.cursor() as cursor:
                globals()[sys.argv[1]](cursor, lines)


main()
