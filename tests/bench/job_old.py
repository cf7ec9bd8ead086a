"""job_old.py wdn|animals URL: the jobs as they were done before, in Python:
a pool of threads, urllib, execute_values. What fails after its tries is left
out, and nobody is told. It tells on standard error what it left out."""

import concurrent.futures
import datetime
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

CHUNK = 50
lost = []


def ask(url, tries, pause, body=None):
    """The answer as JSON; None where it is not there (404)."""
    headers = {"Accept": "application/json"}
    if body is not None:
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, body, headers)
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
        except (OSError, ValueError, EOFError):
            pass
        except Exception as error:  # http.client's, of an answer cut short
            if not error.__class__.__module__.startswith("http"):
                raise
        if left:
            time.sleep(pause(tries - left))
    lost.append(url)
    return None


def wdn(base):
    import psycopg2
    import psycopg2.extras

    tables = {
        "brands": ("name", "description", "website"),
        "products": ("brand_id", "name", "description", "release_at",
                     "brand_names"),
        "retailers": ("name", "website"),
        "offers": ("product_id", "retailer_id", "original_currency",
                   "price_usd", "price_gbp", "price_eur"),
    }

    def get(path):
        return ask(base + path, 10, lambda n: min(2 ** (n - 1), 60))

    def walk(path, size):
        page = 1
        while True:
            answer = get(f"{path}page={page}&page_size={size}")
            if not answer or not answer["data"]:
                return
            yield from answer["data"]
            meta = answer["meta"]["page"]
            if size * meta["current_page"] >= meta["total_count"]:
                return
            page += 1

    def store(table, records, **more):
        columns = tables[table]
        rows = {r["id"]: {**r["attributes"], **more} for r in records}
        if not rows:
            return
        names = ", ".join(("id", *columns, "updated_at"))
        update = ", ".join(f"{c} = excluded.{c}" for c in
                           (*columns, "updated_at"))
        now = datetime.datetime.now(datetime.timezone.utc)
        try:
            with connection, connection.cursor() as cursor:
                psycopg2.extras.execute_values(
                    cursor,
                    f"insert into {table} ({names}) values %s"
                    f" on conflict (id) do update set {update}",
                    [(i, *(text(r.get(c)) for c in columns), now)
                     for i, r in rows.items()])
        except psycopg2.Error:
            lost.extend(rows)

    def text(value):
        return json.dumps(value) if isinstance(value, list) else value

    def fetch_all(what, paths):
        done = []
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            for start in range(0, len(paths), CHUNK):
                answers = pool.map(get, paths[start:start + CHUNK])
                records = []
                for answer in answers:
                    data = answer["data"] if answer else []
                    records += data if isinstance(data, list) else [data]
                store(what, records)
                done += records
                print(f"Processed: {min(start + CHUNK, len(paths))}"
                      f"/{len(paths)}, records with values: {len(done)}")
        return done

    connection = psycopg2.connect("")
    products = []
    for name in ("Converse", "Vans", "Nike", "Adidas", "Jordan"):
        hits = list(walk(f"/searches/brand_search?q={name}&", 20))
        store("brands", hits)
        brand = next(h for h in hits
                     if h["attributes"]["name"].lower() == name.lower())
        found = list(walk(f"/brands/{brand['id']}/products?", 2000))
        store("products", found, brand_id=int(brand["id"]))
        products += [p["id"] for p in found]
    offers = fetch_all("offers", [f"/products/{i}/offers" for i in products])
    retailers = {o["attributes"]["retailer_id"] for o in offers}
    fetch_all("retailers", [f"/retailers/{i}" for i in sorted(retailers)])


def animals(base):
    base += "/animals/v1"

    def get(path, body=None):
        return ask(base + path, 3, lambda n: 5, body)

    def home(animal):
        born = animal["born_at"]
        if born is not None:
            moment = datetime.datetime.fromtimestamp(
                born / 1000, datetime.timezone.utc)
            animal["born_at"] = moment.isoformat(timespec="milliseconds")
        friends = animal["friends"]
        animal["friends"] = friends.split(",") if friends else []
        return animal

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        pages = get("/animals?page=1")["total_pages"]
        lists = pool.map(get, [f"/animals?page={n + 1}" for n in range(pages)])
        ids = [a["id"] for page in lists if page for a in page["items"]]
        found = [home(a) for a in pool.map(get, [f"/animals/{i}" for i in ids])
                 if a]
        batches = [found[n:n + 100] for n in range(0, len(found), 100)]
        list(pool.map(lambda batch: get("/home", batch), batches))


globals()[sys.argv[1]](sys.argv[2])
if lost:
    print(f"lost: {len(lost)}", file=sys.stderr)
