-- contacts.phone: a phone number. Input and output, order, equality, prefix, and what can be asked of a number.
--
-- Output, comparison, hashing and the parts of a value need no numbering plan and are IMMUTABLE. What asks
-- libphonenumber changes with the installed metadata and is STABLE, and so is input, which follows a setting too.

CREATE TYPE contacts.phone;

CREATE OR REPLACE FUNCTION contacts.phone_in(cstring) RETURNS contacts.phone
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_in';
COMMENT ON FUNCTION contacts.phone_in(cstring) IS 'Input of contacts.phone. STABLE: human notation follows contacts.default_region and the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_out(contacts.phone) RETURNS cstring
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_out';
COMMENT ON FUNCTION contacts.phone_out(contacts.phone) IS 'Output of contacts.phone: +41446681800 or +41446681800;ext=12.';

CREATE OR REPLACE FUNCTION contacts.phone_recv(internal) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_recv';
COMMENT ON FUNCTION contacts.phone_recv(internal) IS 'Binary input of contacts.phone: the packed digits, checked; error 22P03 if they are no number.';

CREATE OR REPLACE FUNCTION contacts.phone_send(contacts.phone) RETURNS bytea
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_send';
COMMENT ON FUNCTION contacts.phone_send(contacts.phone) IS 'Binary output of contacts.phone: the packed digits, the same on every machine.';

-- STORAGE main, not plain: only then a stored value has a header of one byte instead of four, aligned.
CREATE TYPE contacts.phone (
  INPUT = contacts.phone_in,
  OUTPUT = contacts.phone_out,
  RECEIVE = contacts.phone_recv,
  SEND = contacts.phone_send,
  INTERNALLENGTH = VARIABLE,
  ALIGNMENT = int4,
  STORAGE = main
);
COMMENT ON TYPE contacts.phone IS 'Phone number: country calling code and national number (E.164, 2 to 20 digits), with an optional extension. Reads +41446681800;ext=12 whatever the metadata says, RFC 3966, and human notation by contacts.default_region; ordered by digits, a number before the same with an extension before longer ones.';

-- To text by assignment only: an implicit cast would let number = '+1...'::text silently compare texts. From text only
-- on demand, as for uuid, inet and every other type with a strict form: number = '+41 44 668 18 00'::contacts.phone.
CREATE CAST (contacts.phone AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (contacts.phone AS text) IS 'The canonical text, +41446681800 or +41446681800;ext=12.';

-- Comparison: memcmp of the packed digits.

CREATE OR REPLACE FUNCTION contacts.phone_eq(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_eq';
COMMENT ON FUNCTION contacts.phone_eq(contacts.phone, contacts.phone) IS 'Whether both are the same number with the same extension.';

CREATE OR REPLACE FUNCTION contacts.phone_ne(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_ne';
COMMENT ON FUNCTION contacts.phone_ne(contacts.phone, contacts.phone) IS 'Whether number or extension differ.';

CREATE OR REPLACE FUNCTION contacts.phone_lt(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_lt';
COMMENT ON FUNCTION contacts.phone_lt(contacts.phone, contacts.phone) IS 'Whether the first sorts before the second, digit by digit.';

CREATE OR REPLACE FUNCTION contacts.phone_le(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_le';
COMMENT ON FUNCTION contacts.phone_le(contacts.phone, contacts.phone) IS 'Whether the first equals the second or sorts before it.';

CREATE OR REPLACE FUNCTION contacts.phone_gt(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_gt';
COMMENT ON FUNCTION contacts.phone_gt(contacts.phone, contacts.phone) IS 'Whether the first sorts after the second, digit by digit.';

CREATE OR REPLACE FUNCTION contacts.phone_ge(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_ge';
COMMENT ON FUNCTION contacts.phone_ge(contacts.phone, contacts.phone) IS 'Whether the first equals the second or sorts after it.';

CREATE OR REPLACE FUNCTION contacts.phone_cmp(contacts.phone, contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_cmp';
COMMENT ON FUNCTION contacts.phone_cmp(contacts.phone, contacts.phone) IS 'Order of two numbers for btree: negative, 0 or positive.';

CREATE OR REPLACE FUNCTION contacts.phone_sortsupport(internal) RETURNS void
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_sortsupport';
COMMENT ON FUNCTION contacts.phone_sortsupport(internal) IS 'Sort support of contacts.phone; the first 16 digits decide nearly always.';

CREATE OR REPLACE FUNCTION contacts.phone_hash(contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_hash';
COMMENT ON FUNCTION contacts.phone_hash(contacts.phone) IS 'Hash of a number with its extension.';

CREATE OR REPLACE FUNCTION contacts.phone_hash_extended(contacts.phone, bigint) RETURNS bigint
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_hash_extended';
COMMENT ON FUNCTION contacts.phone_hash_extended(contacts.phone, bigint) IS 'Hash of a number with its extension, seeded: for hash partitions.';

-- Operators are in pg_catalog, as those of built-in types: found under every search path, an empty one included.

CREATE OPERATOR pg_catalog.= (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_eq,
  COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
  RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR pg_catalog.= (contacts.phone, contacts.phone) IS 'same number, same extension';

CREATE OPERATOR pg_catalog.<> (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_ne,
  COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
  RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (contacts.phone, contacts.phone) IS 'another number or extension';

CREATE OPERATOR pg_catalog.< (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_lt,
  COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
  RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (contacts.phone, contacts.phone) IS 'sorts before, by digits';

CREATE OPERATOR pg_catalog.<= (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_le,
  COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
  RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (contacts.phone, contacts.phone) IS 'equal or sorts before, by digits';

CREATE OPERATOR pg_catalog.> (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_gt,
  COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
  RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (contacts.phone, contacts.phone) IS 'sorts after, by digits';

CREATE OPERATOR pg_catalog.>= (
  LEFTARG = contacts.phone, RIGHTARG = contacts.phone, FUNCTION = contacts.phone_ge,
  COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
  RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (contacts.phone, contacts.phone) IS 'equal or sorts after, by digits';

CREATE OPERATOR FAMILY contacts.phone_ops USING btree;
COMMENT ON OPERATOR FAMILY contacts.phone_ops USING btree IS 'order of phone numbers, by digits';

-- Equal numbers are equal bytes, so a btree may store duplicates once (equalimage).
CREATE OPERATOR CLASS contacts.phone_ops DEFAULT FOR TYPE contacts.phone USING btree FAMILY contacts.phone_ops AS
  OPERATOR 1 pg_catalog.<,
  OPERATOR 2 pg_catalog.<=,
  OPERATOR 3 pg_catalog.=,
  OPERATOR 4 pg_catalog.>=,
  OPERATOR 5 pg_catalog.>,
  FUNCTION 1 contacts.phone_cmp(contacts.phone, contacts.phone),
  FUNCTION 2 (contacts.phone, contacts.phone) contacts.phone_sortsupport(internal),
  FUNCTION 4 (contacts.phone, contacts.phone) pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS contacts.phone_ops USING btree IS 'order of phone numbers, by digits; serves number ^@ prefix too';

CREATE OPERATOR FAMILY contacts.phone_ops USING hash;
COMMENT ON OPERATOR FAMILY contacts.phone_ops USING hash IS 'equality of phone numbers';

CREATE OPERATOR CLASS contacts.phone_ops DEFAULT FOR TYPE contacts.phone USING hash FAMILY contacts.phone_ops AS
  OPERATOR 1 pg_catalog.=,
  FUNCTION 1 contacts.phone_hash(contacts.phone),
  FUNCTION 2 contacts.phone_hash_extended(contacts.phone, bigint);
COMMENT ON OPERATOR CLASS contacts.phone_ops USING hash IS 'equality of phone numbers';

-- Prefix search: a range of the btree above.

CREATE OR REPLACE FUNCTION contacts.phone_prefix_support(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_support';
COMMENT ON FUNCTION contacts.phone_prefix_support(internal) IS 'Tells the planner which range of a btree a prefix is.';

CREATE OR REPLACE FUNCTION contacts.phone_prefix_selectivity(internal, oid, internal, integer) RETURNS double precision
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_selectivity';
COMMENT ON FUNCTION contacts.phone_prefix_selectivity(internal, oid, internal, integer) IS 'Estimates how many numbers have a prefix.';

CREATE OR REPLACE FUNCTION contacts.phone_starts_with(number contacts.phone, prefix text) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  SUPPORT contacts.phone_prefix_support
  AS 'MODULE_PATHNAME', 'contacts_phone_starts_with';
COMMENT ON FUNCTION contacts.phone_starts_with(contacts.phone, text) IS 'Whether the number begins with the prefix, + and digits; a prefix of another form matches nothing. Never an error.';

-- Bounds for the planner, where the prefix is known only when a scan starts.

CREATE OR REPLACE FUNCTION contacts.phone_prefix_first(prefix text) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_first';
COMMENT ON FUNCTION contacts.phone_prefix_first(text) IS 'The smallest number with this prefix, + and digits; NULL for a prefix of another form. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_prefix_last(prefix text) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_last';
COMMENT ON FUNCTION contacts.phone_prefix_last(text) IS 'The largest number with this prefix, + and digits; NULL for a prefix of another form. Never an error.';

CREATE OPERATOR pg_catalog.^@ (
  LEFTARG = contacts.phone, RIGHTARG = text, FUNCTION = contacts.phone_starts_with,
  RESTRICT = contacts.phone_prefix_selectivity, JOIN = prefixjoinsel
);
COMMENT ON OPERATOR pg_catalog.^@ (contacts.phone, text) IS 'begins with the prefix, + and digits; uses a btree index';

-- Reading.

CREATE OR REPLACE FUNCTION contacts.phone_parse(input text, region text = NULL) RETURNS contacts.phone
  LANGUAGE c STABLE PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_parse';
COMMENT ON FUNCTION contacts.phone_parse(text, text) IS 'The number that a text in RFC 3966 or human notation means, if it is possible by its length and can be dialled from everywhere; error 22P02 with the reason otherwise. Region (ISO 3166-1 alpha-2) is the one whose national notation is understood: NULL means contacts.default_region, empty none; error 22023 if it is unknown. STABLE: follows a setting and the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_try_parse(input text, region text = NULL) RETURNS contacts.phone
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_try_parse';
COMMENT ON FUNCTION contacts.phone_try_parse(text, text) IS 'As phone_parse, but NULL where the text is no number or the region unknown. Never an error. STABLE: follows a setting and the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_find(document text, region text = NULL,
                                               OUT number contacts.phone, OUT raw text, OUT "position" integer)
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 10
  AS 'MODULE_PATHNAME', 'contacts_phone_find';
COMMENT ON FUNCTION contacts.phone_find(text, text) IS 'Phone numbers in free text, in its order: the number, how it is written there, and the position of its first character from 1. Finds valid numbers in any notation and possible ones written with a plus sign. Region as in phone_parse. STABLE: follows a setting and the installed metadata.';

-- Parts of a number.

CREATE OR REPLACE FUNCTION contacts.phone_base(number contacts.phone) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_base';
COMMENT ON FUNCTION contacts.phone_base(contacts.phone) IS 'The number without its extension. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_extension(number contacts.phone) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_extension';
COMMENT ON FUNCTION contacts.phone_extension(contacts.phone) IS 'Digits of the extension, leading zeros included; NULL if there is none. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_suffix(number contacts.phone, digits integer) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_suffix';
COMMENT ON FUNCTION contacts.phone_suffix(contacts.phone, integer) IS 'The last digits of the number without its extension, all of them if it has fewer; NULL for less than one. For an index on them. Never an error.';

CREATE OR REPLACE FUNCTION contacts.phone_country_code(number contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_country_code';
COMMENT ON FUNCTION contacts.phone_country_code(contacts.phone) IS 'The country calling code, whose length is fixed by the zones of ITU-T E.164, assigned or not; NULL if the number has none. IMMUTABLE: the zones do not change. Never an error.';

-- Opinions of the installed libphonenumber.

CREATE OR REPLACE FUNCTION contacts.phone_format(number contacts.phone, style text = 'international') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_format';
COMMENT ON FUNCTION contacts.phone_format(contacts.phone, text) IS 'The number written as e164 (+ and digits, no extension), international (ITU-T E.123, +41 44 668 18 00 ext. 12), national (044 668 18 00 ext. 12) or rfc3966 (tel:+41-44-668-18-00;ext=12); error 22023 for another style. STABLE: grouping follows the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_region(number contacts.phone) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_region';
COMMENT ON FUNCTION contacts.phone_region(contacts.phone) IS 'Region of the number, ISO 3166-1 alpha-2; NULL for a number of no country (+800) or one that no region is known to have. STABLE: follows the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_type(number contacts.phone) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_type';
COMMENT ON FUNCTION contacts.phone_type(contacts.phone) IS 'mobile, fixed_line, fixed_line_or_mobile (where the number does not tell), toll_free, premium_rate, shared_cost, voip, personal_number, pager, uan, voicemail or unknown. STABLE: follows the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_is_possible(number contacts.phone) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_is_possible';
COMMENT ON FUNCTION contacts.phone_is_possible(contacts.phone) IS 'Whether numbers of its calling code can have this length, be it only within an area (phone_parse refuses those). STABLE: follows the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_is_valid(number contacts.phone) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_is_valid';
COMMENT ON FUNCTION contacts.phone_is_valid(contacts.phone) IS 'Whether the number is in a range that the installed metadata knows as assigned; new ranges are not known at once. STABLE: follows the installed metadata.';

CREATE OR REPLACE FUNCTION contacts.phone_location(number contacts.phone, locale text = 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 500
  AS 'MODULE_PATHNAME', 'contacts_phone_location';
COMMENT ON FUNCTION contacts.phone_location(contacts.phone, text) IS 'Where the number is from, a town, area or country by libphonenumber''s geocoder, in the language of a tag (BCP 47), in English where there is no name in it; NULL if the number is not valid or from nowhere in particular. STABLE: follows the installed metadata.';
