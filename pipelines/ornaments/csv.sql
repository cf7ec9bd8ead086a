-- The rows of a file (standard input) as records: number, name, price, brand,
-- availability, link. What stands between repeats the first line, the header.
create temp table csv (
	n bigint generated always as identity,
	sku text,
	name text,
	price text,
	brand text,
	availability text,
	link text
);
\copy csv (sku, name, price, brand, availability, link) from pstdin (format csv)
select json_build_object(
	'header', (sku, name, price, brand, availability, link)
		is not distinct from (h.a, h.b, h.c, h.d, h.e, h.f)
		and price !~ '[0-9]',
	'vendor', :'vendor',
	'sku', nullif(btrim(sku), ''),
	'name', nullif(btrim(regexp_replace(name, '\s+', ' ', 'g')), ''),
	'price', nullif(regexp_replace(price, '[^0-9.]', '', 'g'), ''),
	'brand', lower(btrim(brand)),
	'availability', case when availability ~* '^\s*in stock' then 'available'
		else 'unavailable' end,
	'release_year', substring(name from '^\s*([0-9]{4})\M')::integer,
	'link', nullif(btrim(link), ''),
	'last_synced_at', :'at')
from csv, (select sku as a, name as b, price as c, brand as d,
	availability as e, link as f from csv where n = 1) h
order by n;
