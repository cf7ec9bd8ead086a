"""peers.py WORK FILE ...: what a Python script of the standard library does."""

import json
import sys


def flat(record, prefix, into):
    for name, value in record.items():
        if isinstance(value, dict) and value:
            flat(value, prefix + name + ".", into)
        else:
            into[prefix + name] = value
    return into


def show(record):
    sys.stdout.write(json.dumps(record, separators=(",", ":")) + "\n")


def flatten(lines):
    for line in lines:
        show(flat(json.loads(line), "", {}))


def explode(lines):
    for line in lines:
        order = json.loads(line)
        for item in order["line_items"]:
            item["order_id"] = order["id"]
            show(item)


def dedupe(lines):
    seen = set()
    for line in lines:
        key = json.loads(line)["id"]
        if key not in seen:
            seen.add(key)
            sys.stdout.write(line)


def array(document):
    for record in json.load(document):
        show(record)


def ids(lines):
    return {json.loads(line)["id"] for line in lines}


def verify(expected, delivered):
    expected, delivered = ids(expected), ids(delivered)
    for key in expected - delivered:
        show({"id": key, "is": "missing"})
    for key in delivered - expected:
        show({"id": key, "is": "extra"})


globals()[sys.argv[1]](*[open(name, encoding="utf-8") for name in sys.argv[2:]])
