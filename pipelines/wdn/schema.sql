-- The tables, where they are missing.
set client_min_messages = warning;
begin;
-- Two at once: `if not exists` alone does not keep them apart.
select from pg_advisory_xact_lock(hashtext('sluice wdn schema'));

create table if not exists brands (
	id integer primary key,
	name text,
	description text,
	website text,
	updated_at timestamptz
);

create table if not exists products (
	id integer primary key,
	brand_id integer not null references brands,
	name text,
	description text,
	release_at timestamptz,
	brand_names text,
	updated_at timestamptz
);

create table if not exists retailers (
	id integer primary key,
	name text,
	website text,
	updated_at timestamptz
);

create table if not exists offers (
	id text primary key,
	product_id integer not null references products on update cascade,
	retailer_id integer,
	original_currency text,
	price_usd numeric,
	price_gbp numeric,
	price_eur numeric,
	updated_at timestamptz
);

-- What was asked and stored, and when: an empty answer too. updated_at above
-- is the time of the last change and says nothing about that.
create table if not exists fetches (
	resource text,
	id text,
	at timestamptz not null,
	status integer not null,
	records integer not null,
	primary key (resource, id)
);
commit;
