-- To the file `due` the products that this run is to scrape, those that never
-- were first; and the number of those that it is about, as the one row.
create temp table scope as
select link, p.last_synced_at, p.id,
	coalesce(l.release_year, p.release_year) as release_year
from links l full join products p using (vendor, link)
where vendor = :'vendor'
and (:'year' = '' or coalesce(l.release_year, p.release_year)::text = :'year')
and (:'id' = '' or p.id::text = :'id')
and case :'job' when 'new' then p.id is null
	when 'known' then p.id is not null else true end;

\o :due
select json_build_object('vendor', :'vendor', 'link', link,
	'release_year', release_year)
from scope
where (last_synced_at is null
	or last_synced_at <= :'as_of'::timestamptz - :'interval'::interval)
and not exists (
	select from fetches f
	where f.resource = 'product' and f.id = link and f.status = 404
	and f.at > :'as_of'::timestamptz - :'interval'::interval)
order by last_synced_at nulls first, link;
\o
select count(*) from scope;
