-- The runs of all datasets that load into this database, and what each asked
-- for. A role that may not create them can load once somebody else has run
-- this file.
set client_min_messages = warning;
select to_regclass('sluice.runs') is null
	or to_regclass('sluice.requests') is null as missing \gset
\if :missing
-- A role of this name has tables of its own in a schema of its name.
do $$
begin
	if current_user = 'sluice' and
		current_setting('search_path') like '%$user%' then
		raise 'the role "sluice" would look for the tables of datasets in the schema "sluice": alter role sluice set search_path = public';
	end if;
end $$;
begin;
-- Two at once: `if not exists` alone does not keep them apart.
select from pg_advisory_xact_lock(hashtext('sluice history schema'));

create schema if not exists sluice;

create table if not exists sluice.runs (
	dataset text,
	run text,
	host text,
	started timestamptz not null,
	ended timestamptz not null,
	seconds numeric not null,
	status text not null, -- done, done in part, failed, interrupted, killed
	exit integer not null,
	signal text,
	requests bigint not null,
	attempts bigint not null,
	limited bigint not null,
	retries bigint not null,
	rejected bigint not null,
	params jsonb not null,
	resumes text,
	replays text,
	version text,
	stages jsonb not null, -- the sums of each stage's stats
	accounts jsonb not null,
	primary key (dataset, run, host)
);

-- A receipt a row, in their order.
create table if not exists sluice.requests (
	dataset text,
	run text,
	host text,
	number bigint,
	stage text,
	resource text,
	id text,
	page bigint,
	complete boolean,
	url text,
	status integer,
	http text,
	records bigint,
	attempts bigint,
	limited bigint,
	bytes bigint,
	dns_ms double precision,
	connect_ms double precision,
	tls_ms double precision,
	ttfb_ms double precision,
	total_ms double precision,
	wait_ms double precision,
	at timestamptz,
	replayed timestamptz,
	error text,
	primary key (dataset, run, host, number)
);
commit;
\endif
