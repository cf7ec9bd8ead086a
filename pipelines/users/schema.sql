-- Users as they were pulled, nested objects flattened to names with dots.
set client_min_messages = warning;

create table if not exists stage_user (
	id bigint,
	uid text,
	password text,
	first_name text,
	last_name text,
	username text,
	email text,
	avatar text,
	gender text,
	phone_number text,
	social_insurance_number text,
	date_of_birth text,
	"employment.title" text,
	"employment.key_skill" text,
	"address.city" text,
	"address.street_name" text,
	"address.street_address" text,
	"address.zip_code" text,
	"address.state" text,
	"address.country" text,
	"address.coordinates.lat" double precision,
	"address.coordinates.lng" double precision,
	"credit_card.cc_number" text,
	"subscription.plan" text,
	"subscription.status" text,
	"subscription.payment_method" text,
	"subscription.term" text,
	pull_datetime timestamptz,
	primary key (uid, pull_datetime)
);
