-- How many products the list of a year had just now, and within a week.
select count(*) filter (where seen_at >= :'began'),
	count(*)
from links
where vendor = :'vendor' and release_year = :'year'
and seen_at > now() - interval '7 days';
