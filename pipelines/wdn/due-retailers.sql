-- The retailers of all offers that were not fetched within a day.
select distinct o.retailer_id from offers o
where o.retailer_id is not null
and not exists (
	select from fetches f
	where f.resource = 'retailers' and f.id = o.retailer_id::text
	and f.at > now() - interval '1 day')
order by o.retailer_id;
