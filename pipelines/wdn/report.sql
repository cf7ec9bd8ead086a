-- Retailers by segment: what a retailer asks for sneakers on average, below
-- 100 USD or up to 200.
with averages as (
	select o.retailer_id, avg(o.price_usd) as average
	from offers o join products p on p.id = o.product_id
	where p.brand_names ~* 'nike|adidas|vans'
	group by o.retailer_id
), segments as (
	select retailer_id, average,
		case when average < 100 then 'Normal' else 'High End' end as segment
	from averages
	where average <= 200
)
select r.name as retailer_name, s.segment,
	rank() over (partition by s.segment order by s.average desc)
		as retailer_rank,
	round(s.average, 2) as avg_product_price_usd
from segments s join retailers r on r.id = s.retailer_id
order by s.segment, retailer_rank, retailer_name;
