"""What the views of the dataset have to show, worked out from the truth.

ornaments.py FILE          by_vendor, by_year and price_differences
ornaments.py FILE FILE...  the history, from the truths of several days
"""
import json
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median, stdev


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cents(value):
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def groups(rows, *names):
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return sorted(found.items())


def available(rows):
    return sum(row["availability"] == "available" for row in rows)


def skus(rows):
    return len({row["sku"] for row in rows})


def views(rows):
    for (vendor,), some in groups(rows, "vendor"):
        yield vendor, len(some), len(some), skus(some), available(some)
    for (vendor, year), some in groups(rows, "vendor", "release_year"):
        prices = [Decimal(row["price"]) for row in some]
        yield (vendor, year, len(some), skus(some), available(some),
               len(some) - available(some), cents(mean(prices)),
               cents(median(prices)), cents(stdev(prices)))
    pairs = []
    for row in rows:
        for other in rows:
            if (row["vendor"] < other["vendor"] and row["sku"] == other["sku"]
                    and words(row) == words(other)
                    and Decimal(row["price"]) != Decimal(other["price"])):
                pairs.append((row["sku"], row["vendor"], row["price"],
                              other["vendor"], other["price"],
                              abs(Decimal(row["price"]) - Decimal(other["price"]))))
    yield from sorted(pairs)


def words(row):
    return re.findall(r"\w+", row["name"].lower())


def history(days):
    seen = {}
    for rows in days:
        for row in rows:
            for field in "availability", "price":
                values = seen.setdefault((row["path"], field), [])
                if values[-1:] != [row[field]]:
                    values.append(row[field])
    for (path, field), values in sorted(seen.items()):
        yield path, field, ",".join(values)


files = [read(path) for path in sys.argv[1:]]
for line in views(files[0]) if len(files) == 1 else history(files):
    print(*line, sep="|")
