-- Who may do what in a database that Sluice loads. Once in each such database,
-- by a superuser, or by its owner who may create roles; again does no harm:
--
--	psql -d highsnobiety -f pipelines/roles.sql
--
-- sluice_owner makes and changes schemas and tables, and has them.
-- sluice_service loads: reads, writes and deletes rows, and nothing else.
-- sluice_reader reads.
--
-- Nobody logs in as one of them: logins are made members of one,
--
--	create role loader login in role sluice_service
--
-- With `-v users=1` three are made, without passwords, for a cluster that only
-- its own user can reach: sluice_admin, sluice_loader and sluice_viewer.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
begin;

select format('create role %I', name)
from unnest('{sluice_owner,sluice_service,sluice_reader}'::text[]) as name
where to_regrole(name) is null \gexec

-- Who runs this acts for sluice_owner below.
select format('grant sluice_owner to %I', current_user)
where not pg_has_role('sluice_owner', 'usage') \gexec

select format('grant create, connect, temporary on database %I to sluice_owner',
	current_database()) \gexec
select format('grant connect, temporary on database %I to sluice_service',
	current_database()) \gexec
select format('grant connect on database %I to sluice_reader',
	current_database()) \gexec

-- The datasets' tables are in public; runs and requests in sluice.
create schema if not exists sluice authorization sluice_owner;
-- To a login of that name it would be the first place for tables.
select 'alter role sluice set search_path = public'
from pg_roles me, pg_roles it
where me.rolname = current_user and it.rolname = 'sluice'
and (me.rolsuper or not it.rolsuper) \gexec
revoke create on schema public, sluice from public;
grant usage, create on schema public, sluice to sluice_owner;
grant usage on schema public, sluice to sluice_service, sluice_reader;

-- What the one who runs this has made there before.
select format('alter table %s owner to sluice_owner', c.oid::regclass)
from pg_class c
where c.relnamespace in ('public'::regnamespace, 'sluice'::regnamespace)
and c.relowner = (select oid from pg_roles where rolname = current_user)
and c.relkind in ('r', 'p', 'v', 'm', 'S')
and not exists (
	select from pg_depend d
	where d.classid = 'pg_class'::regclass and d.objid = c.oid
	and d.deptype in ('a', 'e', 'i') and c.relkind in ('r', 'p', 'S')) \gexec

-- What sluice_owner has now, and what it will make.
select format('grant %s on %s to %s',
	case when c.relkind = 'S' then 'usage, select'
		when r.name = 'sluice_reader' then 'select'
		else 'select, insert, update, delete' end, c.oid::regclass, r.name)
from pg_class c, (values ('sluice_service'), ('sluice_reader')) as r (name)
where c.relnamespace in ('public'::regnamespace, 'sluice'::regnamespace)
and c.relowner = 'sluice_owner'::regrole
and (c.relkind in ('r', 'p', 'v', 'm')
	or (c.relkind = 'S' and r.name = 'sluice_service')) \gexec
alter default privileges for role sluice_owner in schema public, sluice
	grant select, insert, update, delete on tables to sluice_service;
alter default privileges for role sluice_owner in schema public, sluice
	grant usage, select on sequences to sluice_service;
alter default privileges for role sluice_owner in schema public, sluice
	grant select on tables to sluice_reader;

\if :{?users}
select format('create role %I login in role %I', name, member)
from (values ('sluice_admin', 'sluice_owner'),
	('sluice_loader', 'sluice_service'),
	('sluice_viewer', 'sluice_reader')) as users (name, member)
where to_regrole(name) is null \gexec
\endif
commit;
