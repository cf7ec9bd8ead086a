"""check.py WORK FILE ... OUTPUT: works OUTPUT out anew, from FILE, in the
plainest way there is, and compares: numbers by their text, strings by
content, members in their order. Exits 1 with the first difference."""

import json
import sys


class Number(str):
    """The text of a number, which no string equals."""

    def __eq__(self, other):
        return isinstance(other, Number) and str.__eq__(self, other)

    __hash__ = str.__hash__


class Object(list):
    """The members of an object, in their order."""

    def __getitem__(self, name):
        return next(v for n, v in self if n == name)


def read(text):
    return json.loads(
        text,
        object_pairs_hook=Object,
        parse_int=Number,
        parse_float=Number,
        parse_constant=None,
    )


def leaves(record, prefix=""):
    for name, value in record:
        if isinstance(value, Object) and value:
            yield from leaves(value, prefix + name + ".")
        else:
            yield prefix + name, value


def flatten(lines):
    return [Object(leaves(read(line))) for line in lines]


def explode(lines):
    for line in lines:
        order = read(line)
        for item in order["line_items"]:
            yield Object(list(item) + [("order_id", order["id"])])


def dedupe(lines):
    seen = set()
    for line in lines:
        record = read(line)
        if record["id"] not in seen:
            seen.add(record["id"])
            yield record


def array(document):
    return read(document.read())


def verify(expected, delivered):
    expected = [read(line)["id"] for line in expected]
    counts = dict.fromkeys(expected, 0)
    for line in delivered:
        key = read(line)["id"]
        counts[key] = counts.get(key, 0) + 1
    wanted = set(expected)
    for key, count in counts.items():
        if key not in wanted:
            yield key, "extra", count
        elif count != 1:
            yield key, "missing" if count == 0 else "duplicate", count


def difference(wanted, got):
    """What is not the same, as near as that can be said in a line."""
    if isinstance(wanted, Object) and isinstance(got, Object):
        for a, b in zip(wanted, got):
            if a != b:
                return f"{b!r}, not {a!r}"
        return f"{len(got)} members, not {len(wanted)}"
    return f"{got!r}, not {wanted!r}"


def main():
    work, inputs, output = sys.argv[1], sys.argv[2:-1], sys.argv[-1]
    files = [open(name, encoding="utf-8") for name in inputs]
    wanted = list(globals()[work](*files))
    with open(output, encoding="utf-8") as lines:
        got = [read(line) for line in lines]
    if work == "verify":
        # The order of the report is not what is asked about here.
        wanted.sort()
        got = sorted((r["id"], r["is"], int(r["count"])) for r in got)
    for i, (a, b) in enumerate(zip(wanted, got), 1):
        if a != b:
            sys.exit(f"{work}: record {i}: {difference(a, b)}")
    if len(wanted) != len(got):
        sys.exit(f"{work}: {len(got)} records, not {len(wanted)}")
    if not wanted:
        sys.exit(f"{work}: there was nothing to compare")


main()
