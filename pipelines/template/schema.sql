-- What is not there is made; a change of a table that is there is your own.
create table if not exists @name@ (
	id bigint primary key,
	name text not null,
	price numeric,
	tags jsonb,
	updated_at timestamptz not null
);
