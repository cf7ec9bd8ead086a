select vendor, links, products, skus, available,
	to_char(oldest, 'YYYY-MM-DD HH24:MI') as oldest
from by_vendor where :'vendor' in ('', vendor) order by vendor;

select vendor, release_year as year, products, skus, available, unavailable,
	mean, median, deviation
from by_year
where :'vendor' in ('', vendor) and :'year' in ('', release_year::text)
order by vendor, release_year;

select id, vendor, sku, name as newest, price, availability from newest;

select sku, name, vendor, price, other_vendor, other_price, difference
from price_differences
where :'vendor' in ('', vendor, other_vendor)
and :'year' in ('', release_year::text)
order by difference desc, sku, name, vendor, other_vendor limit 10;
