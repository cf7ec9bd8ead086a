"""orders.py TRUTH: is what is on standard input what these orders give?
orders.py --report|--summary|--days TRUTH: prints what the report and the
views have to be of these orders, columns by a bar.

Ids stay whole: python's integers have no end. Money is compared as text.
"""
import collections
import datetime
import decimal
import json
import sys


def moment(time):
    return (datetime.datetime.fromisoformat(time)
            .astimezone(datetime.timezone.utc))


def utc(time):
    return moment(time).strftime("%Y-%m-%dT%H:%M:%S")


def quantity(order):
    return sum(item["quantity"] for item in order["line_items"])


def groups(orders, form):
    """Sums of all orders of a day, or of a month."""
    by = collections.defaultdict(list)
    for order in orders:
        by[moment(order["created_at"]).strftime(form)].append(order)
    for name in sorted(by):
        some = by[name]
        money = [str(sum(decimal.Decimal(o[field]) for o in some))
                 for field in ("total_price", "total_discounts", "total_tax")]
        yield (name, str(len(some)),
               str(sum(len(o["line_items"]) for o in some)),
               str(sum(map(quantity, some))), money,
               str(sum(o["financial_status"] == "paid" for o in some)))


def print_report(orders):
    for month, count, items, total, money, paid in groups(orders, "%Y-%m"):
        print("|".join([month, count, items, total, money[0], paid]))


def print_days(orders):
    for day, count, items, total, money, paid in groups(orders, "%Y-%m-%d"):
        print("|".join([day, count, items, total, *money, paid]))


def print_summary(orders):
    for order in sorted(orders, key=lambda o: o["id"]):
        print("|".join(map(str, [
            order["id"], moment(order["created_at"]).strftime("%Y-%m-%d"),
            "" if order["user_id"] is None else order["user_id"],
            len(order["line_items"]), quantity(order), order["total_price"],
            order["total_discounts"], order["total_tax"],
            order["financial_status"], order["fulfillment_status"] or ""])))


def tables(orders):
    users = {}
    for order in sorted(orders, key=lambda o: utc(o["updated_at"])):
        if order["user_id"] is None:
            continue
        for i, field in enumerate(("email", "phone", "customer_locale")):
            if order.get(field) is not None:
                user = users.setdefault(str(order["user_id"]), [None] * 3)
                user[i] = order[field]
    return {
        "orders": len(orders),
        "exact": {str(o["id"]): [
            o["total_price"], o["total_tax"],
            None if o["user_id"] is None else str(o["user_id"]),
            o["note"], utc(o["updated_at"])] for o in orders},
        "items": {str(i["id"]): [
            o["id"], i["variant_id"], i["product_id"], i["quantity"]]
            for o in orders for i in o["line_items"]},
        "users": users,
    }


def main():
    with open(sys.argv[-1], encoding="utf-8") as lines:
        orders = [json.loads(line) for line in lines]
    if len(sys.argv) > 2:
        return globals()["print_" + sys.argv[1][2:]](orders)
    wanted = tables(orders)
    got = json.load(sys.stdin)
    for part in wanted:
        if (got[part] or {}) != wanted[part]:
            sys.exit(f"{part}: {got[part]} is not {wanted[part]}"[:2000])


main()
