-- The tables, where they are missing.
set client_min_messages = warning;
begin;
-- Two at once: `if not exists` alone does not keep them apart.
select from pg_advisory_xact_lock(hashtext('sluice ornaments schema'));

-- Where a shop lists the ornaments of a year; `at` is when it said so.
create table if not exists year_links (
	vendor text,
	link text,
	release_year integer not null,
	at timestamptz,
	primary key (vendor, link)
);

-- What the shops list.
create table if not exists links (
	vendor text,
	link text,
	name text,
	release_year integer,
	found_at timestamptz not null default now(),
	seen_at timestamptz,
	primary key (vendor, link)
);

create table if not exists products (
	id bigint generated always as identity primary key,
	vendor text not null,
	sku text not null,
	name text not null,
	price numeric not null check (price >= 0),
	brand text,
	availability text not null check (availability in ('available', 'unavailable')),
	release_year integer,
	link text not null,
	last_synced_at timestamptz not null,
	created_at timestamptz not null default now(),
	unique (vendor, link)
);

-- Each value of price and availability, also one that comes back.
create table if not exists product_changes (
	vendor text,
	link text,
	"column" text not null,
	old text,
	new text,
	at timestamptz not null
);
create index if not exists product_changes_key on product_changes (vendor, link, at);

-- Lists that were read to their end, and products that are not there (404).
create table if not exists fetches (
	resource text,
	id text,
	at timestamptz not null,
	status integer not null,
	records integer not null,
	primary key (resource, id)
);

-- 28.5 and 28.50 are one price, however it is written.
create or replace view history as
	select p.id as product, c."column" as field, c.new as value, c.at
	from product_changes c join products p using (vendor, link)
	where c."column" <> 'price'
		or c.old::numeric is distinct from c.new::numeric;

create or replace view by_vendor as
	select vendor, count(l.link) as links, count(p.link) as products,
		count(distinct sku) as skus,
		count(*) filter (where availability = 'available') as available,
		min(last_synced_at) as oldest
	from links l full join products p using (vendor, link)
	group by vendor;

create or replace view by_year as
	select vendor, release_year, count(*) as products,
		count(distinct sku) as skus,
		count(*) filter (where availability = 'available') as available,
		count(*) filter (where availability = 'unavailable') as unavailable,
		round(avg(price), 2) as mean,
		round(percentile_cont(0.5) within group (order by price)::numeric, 2) as median,
		round(stddev_samp(price), 2) as deviation
	from products group by vendor, release_year;

create or replace view newest as
	select id, vendor, sku, name, price, availability, release_year, created_at
	from products order by created_at desc, id desc limit 5;

-- The same ornament, by number and name, at two vendors. One number may be
-- that of several ornaments.
create or replace view price_differences as
	select a.sku, a.name, a.release_year, a.vendor, a.price,
		b.vendor as other_vendor, b.price as other_price,
		abs(a.price - b.price) as difference
	from products a join products b on a.sku = b.sku
		and regexp_replace(lower(a.name), '[^[:alnum:]]+', ' ', 'g')
			= regexp_replace(lower(b.name), '[^[:alnum:]]+', ' ', 'g')
		and a.vendor < b.vendor and a.price <> b.price;
commit;
