-- What the run's reader wants to see at its end.
select count(*) as @name@, min(price) as cheapest, max(price) as dearest,
	max(updated_at) as newest_change
from @name@;
