-- Users get what user_fields knows; a field that no order has given stays.
insert into users (id, email, phone, customer_locale)
select user_id,
	max(value) filter (where field = 'email'),
	max(value) filter (where field = 'phone'),
	max(value) filter (where field = 'customer_locale')
from user_fields group by user_id
on conflict (id) do update set
	email = coalesce(excluded.email, users.email),
	phone = coalesce(excluded.phone, users.phone),
	customer_locale = coalesce(excluded.customer_locale, users.customer_locale)
where (users.email, users.phone, users.customer_locale) is distinct from
	(coalesce(excluded.email, users.email),
	coalesce(excluded.phone, users.phone),
	coalesce(excluded.customer_locale, users.customer_locale));
