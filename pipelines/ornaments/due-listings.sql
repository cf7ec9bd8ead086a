-- The lists of this vendor that were not read within the hour (hourly runs
-- begin some minutes early or late), of the newest index: year and link.
select release_year, link from year_links
where vendor = :'vendor' and (:'year' = '' or release_year::text = :'year')
and at = (select max(at) from year_links where vendor = :'vendor')
and not exists (
	select from fetches f
	where f.resource = 'listing' and f.id = link
	and f.at > now() - interval '50 minutes')
order by release_year desc, link;
