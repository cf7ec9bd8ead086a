select to_char(day, 'YYYY-MM') as month, sum(orders) as orders,
	sum(items) as items, sum(quantity) as quantity,
	sum(total_price) as total_price, sum(paid) as paid
from order_summary_by_day group by 1 order by 1;
