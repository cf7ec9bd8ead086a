-- The products of these brands whose offers were not fetched within a day.
select p.id from products p
where p.brand_id = any (:'brands'::integer[])
and not exists (
	select from fetches f
	where f.resource = 'offers' and f.id = p.id::text
	and f.at > now() - interval '1 day')
order by p.id;
