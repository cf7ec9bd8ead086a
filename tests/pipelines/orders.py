"""orders.py TRUTH: is what is on standard input what these orders give?

Ids stay whole: python's integers have no end. Money is compared as text.
"""
import datetime
import json
import sys


def utc(time):
    return (datetime.datetime.fromisoformat(time)
            .astimezone(datetime.timezone.utc)
            .strftime("%Y-%m-%dT%H:%M:%S"))


orders = [json.loads(line) for line in open(sys.argv[1])]
users = {}
for order in sorted(orders, key=lambda o: utc(o["updated_at"])):
    if order["user_id"] is None:
        continue
    for i, field in enumerate(("email", "phone", "customer_locale")):
        if order.get(field) is not None:
            user = users.setdefault(str(order["user_id"]), [None] * 3)
            user[i] = order[field]
wanted = {
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
got = json.load(sys.stdin)
for part in wanted:
    if got[part] != wanted[part]:
        sys.exit(f"{part}: {got[part]} is not {wanted[part]}"[:2000])
