-- What the newest pull brought, and what there is in all.
select 'newest pull' as what, count(*) as users,
	count(distinct "address.country") as countries,
	max(pull_datetime) as pulled_at
from stage_user
where pull_datetime = (select max(pull_datetime) from stage_user)
union all
select 'all pulls', count(*), count(distinct "address.country"),
	max(pull_datetime)
from stage_user;
