-- Orders of a shop: the history of each by the day of the run, its line
-- items, and what is known of the users.
set client_min_messages = warning;

create table if not exists orders (
	id bigint,
	closed_at timestamptz,
	created_at timestamptz,
	updated_at timestamptz,
	number text,
	note text,
	token text,
	gateway text,
	test boolean,
	total_price numeric,
	subtotal_price numeric,
	total_weight integer,
	total_tax numeric,
	taxes_included boolean,
	currency char(3),
	financial_status text,
	confirmed boolean,
	total_discounts numeric,
	total_line_items_price numeric,
	cart_token text,
	buyer_accepts_marketing boolean,
	name text,
	referring_site text,
	landing_site text,
	cancelled_at timestamptz,
	cancel_reason text,
	total_price_usd numeric,
	checkout_token text,
	reference text,
	user_id bigint,
	location_id bigint,
	source_identifier text,
	source_url text,
	processed_at timestamptz,
	device_id bigint,
	app_id bigint,
	browser_ip text,
	landing_site_ref text,
	order_number text,
	processing_method text,
	checkout_id bigint,
	source_name text,
	fulfillment_status text,
	tags text,
	contact_email text,
	order_status_url text,
	run_date date,
	primary key (run_date, id)
);

create table if not exists order_line_items (
	id bigint,
	order_id bigint,
	variant_id bigint,
	product_id bigint,
	quantity integer,
	run_date date,
	primary key (run_date, id)
);

-- The newest value that any order gives for each field of a user.
create table if not exists user_fields (
	user_id bigint,
	field text,
	value text not null,
	at timestamptz,
	primary key (user_id, field)
);

create table if not exists users (
	id bigint primary key,
	email text,
	phone text,
	customer_locale text
);

-- The dumps that were loaded, whole, for a day: by what their server calls
-- this state of them (ETag), so that none is loaded twice.
create table if not exists dumps (
	place text,
	run_date date,
	etag text not null,
	orders integer not null,
	at timestamptz not null default now(),
	primary key (place, run_date)
);

-- Each order as the newest run that had it saw it, and that run's items.
create or replace view orders_current as
	select distinct on (id) * from orders order by id, run_date desc;

create or replace view order_line_items_current as
	select i.* from order_line_items i
	join orders_current o on o.id = i.order_id and o.run_date = i.run_date;

create or replace view order_summary as
	select o.id as order_id, (o.created_at at time zone 'UTC')::date as day, o.user_id,
		count(i.id) as items, coalesce(sum(i.quantity), 0) as quantity,
		o.total_price, o.total_discounts, o.total_tax,
		o.financial_status, o.fulfillment_status
	from orders_current o
	left join order_line_items_current i on i.order_id = o.id
	group by o.id, o.created_at, o.user_id, o.total_price,
		o.total_discounts, o.total_tax, o.financial_status,
		o.fulfillment_status;

create or replace view order_summary_by_day as
	select day, count(*) as orders, sum(items) as items,
		sum(quantity) as quantity, sum(total_price) as total_price,
		sum(total_discounts) as total_discounts,
		sum(total_tax) as total_tax,
		count(*) filter (where financial_status = 'paid') as paid
	from order_summary group by day;

-- Facts and dimensions.
create or replace view dim_user as
	select id as user_id, email, phone, customer_locale from users;

create or replace view dim_location as
	select location_id, min(created_at) as first_order_at,
		max(created_at) as last_order_at
	from orders_current where location_id is not null group by location_id;

create or replace view dim_app as
	select app_id, device_id, min(source_name) as source_name
	from orders_current group by app_id, device_id;

create or replace view dim_date as
	select day, extract(year from day)::int as year,
		extract(quarter from day)::int as quarter,
		extract(month from day)::int as month,
		extract(isodow from day)::int as weekday
	from (select distinct day from order_summary) d
	where day is not null;

create or replace view fact_order as
	select s.order_id, s.day, s.user_id, o.location_id, o.app_id, o.device_id,
		s.items, s.quantity, s.total_price, s.total_discounts, s.total_tax,
		o.subtotal_price, o.currency
	from order_summary s join orders_current o on o.id = s.order_id;
