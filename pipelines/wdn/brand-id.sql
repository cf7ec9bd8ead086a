-- The brand of that name, without regard to case; the same case goes first.
select id from brands
where lower(name) = lower(:'name')
order by name = :'name' desc, id
limit 1;
