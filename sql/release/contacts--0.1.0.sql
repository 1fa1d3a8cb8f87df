\echo Use "CREATE EXTENSION contacts" to load this file. \quit

-- Names, e-mail addresses and CSV text are Unicode, and the engine hands the backend UTF-8.
DO $$
BEGIN
  IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = pg_catalog.format('extension "contacts" needs a database with encoding UTF8, this one has %s',
                                  pg_catalog.getdatabaseencoding()),
      HINT = 'Create the database with ENCODING ''UTF8'' TEMPLATE template0.';
  END IF;
END
$$;

-- A schema of this name that somebody else made first is refused here, not used: its owner could plant objects in it.
CREATE SCHEMA contacts;
GRANT USAGE ON SCHEMA contacts TO PUBLIC;
COMMENT ON SCHEMA contacts IS 'Types and functions of the extension "contacts"; directories live in schemas of their own, see contacts.create_directory().';
-- contacts.phone: a phone number. Input and output, order, equality, prefix, and what can be asked of a number.
--
-- Output, comparison, hashing and the parts of a value need no numbering plan and are IMMUTABLE. What asks
-- libphonenumber changes with the installed metadata and is STABLE, and so is input, which follows a setting too.

CREATE TYPE contacts.phone;

CREATE FUNCTION contacts.phone_in(cstring) RETURNS contacts.phone
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_in';
COMMENT ON FUNCTION contacts.phone_in(cstring) IS 'Input of contacts.phone. STABLE: human notation follows contacts.default_region and the installed metadata.';

CREATE FUNCTION contacts.phone_out(contacts.phone) RETURNS cstring
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_out';
COMMENT ON FUNCTION contacts.phone_out(contacts.phone) IS 'Output of contacts.phone: +41446681800 or +41446681800;ext=12.';

CREATE FUNCTION contacts.phone_recv(internal) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_recv';
COMMENT ON FUNCTION contacts.phone_recv(internal) IS 'Binary input of contacts.phone: the packed digits, checked; error 22P03 if they are no number.';

CREATE FUNCTION contacts.phone_send(contacts.phone) RETURNS bytea
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

CREATE FUNCTION contacts.phone_eq(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_eq';
COMMENT ON FUNCTION contacts.phone_eq(contacts.phone, contacts.phone) IS 'Whether both are the same number with the same extension.';

CREATE FUNCTION contacts.phone_ne(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_ne';
COMMENT ON FUNCTION contacts.phone_ne(contacts.phone, contacts.phone) IS 'Whether number or extension differ.';

CREATE FUNCTION contacts.phone_lt(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_lt';
COMMENT ON FUNCTION contacts.phone_lt(contacts.phone, contacts.phone) IS 'Whether the first sorts before the second, digit by digit.';

CREATE FUNCTION contacts.phone_le(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_le';
COMMENT ON FUNCTION contacts.phone_le(contacts.phone, contacts.phone) IS 'Whether the first equals the second or sorts before it.';

CREATE FUNCTION contacts.phone_gt(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_gt';
COMMENT ON FUNCTION contacts.phone_gt(contacts.phone, contacts.phone) IS 'Whether the first sorts after the second, digit by digit.';

CREATE FUNCTION contacts.phone_ge(contacts.phone, contacts.phone) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_ge';
COMMENT ON FUNCTION contacts.phone_ge(contacts.phone, contacts.phone) IS 'Whether the first equals the second or sorts after it.';

CREATE FUNCTION contacts.phone_cmp(contacts.phone, contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_cmp';
COMMENT ON FUNCTION contacts.phone_cmp(contacts.phone, contacts.phone) IS 'Order of two numbers for btree: negative, 0 or positive.';

CREATE FUNCTION contacts.phone_sortsupport(internal) RETURNS void
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_sortsupport';
COMMENT ON FUNCTION contacts.phone_sortsupport(internal) IS 'Sort support of contacts.phone; the first 16 digits decide nearly always.';

CREATE FUNCTION contacts.phone_hash(contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_hash';
COMMENT ON FUNCTION contacts.phone_hash(contacts.phone) IS 'Hash of a number with its extension.';

CREATE FUNCTION contacts.phone_hash_extended(contacts.phone, bigint) RETURNS bigint
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

CREATE FUNCTION contacts.phone_prefix_support(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_support';
COMMENT ON FUNCTION contacts.phone_prefix_support(internal) IS 'Tells the planner which range of a btree a prefix is.';

CREATE FUNCTION contacts.phone_prefix_selectivity(internal, oid, internal, integer) RETURNS double precision
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_selectivity';
COMMENT ON FUNCTION contacts.phone_prefix_selectivity(internal, oid, internal, integer) IS 'Estimates how many numbers have a prefix.';

CREATE FUNCTION contacts.phone_starts_with(number contacts.phone, prefix text) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  SUPPORT contacts.phone_prefix_support
  AS 'MODULE_PATHNAME', 'contacts_phone_starts_with';
COMMENT ON FUNCTION contacts.phone_starts_with(contacts.phone, text) IS 'Whether the number begins with the prefix, + and digits; a prefix of another form matches nothing. Never an error.';

-- Bounds for the planner, where the prefix is known only when a scan starts.

CREATE FUNCTION contacts.phone_prefix_first(prefix text) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_first';
COMMENT ON FUNCTION contacts.phone_prefix_first(text) IS 'The smallest number with this prefix, + and digits; NULL for a prefix of another form. Never an error.';

CREATE FUNCTION contacts.phone_prefix_last(prefix text) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_prefix_last';
COMMENT ON FUNCTION contacts.phone_prefix_last(text) IS 'The largest number with this prefix, + and digits; NULL for a prefix of another form. Never an error.';

CREATE OPERATOR pg_catalog.^@ (
  LEFTARG = contacts.phone, RIGHTARG = text, FUNCTION = contacts.phone_starts_with,
  RESTRICT = contacts.phone_prefix_selectivity, JOIN = prefixjoinsel
);
COMMENT ON OPERATOR pg_catalog.^@ (contacts.phone, text) IS 'begins with the prefix, + and digits; uses a btree index';

-- Reading.

CREATE FUNCTION contacts.phone_parse(input text, region text = NULL) RETURNS contacts.phone
  LANGUAGE c STABLE PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_parse';
COMMENT ON FUNCTION contacts.phone_parse(text, text) IS 'The number that a text in RFC 3966 or human notation means, if it is possible by its length and can be dialled from everywhere; error 22P02 with the reason otherwise. Region (ISO 3166-1 alpha-2) is the one whose national notation is understood: NULL means contacts.default_region, empty none; error 22023 if it is unknown. STABLE: follows a setting and the installed metadata.';

CREATE FUNCTION contacts.phone_try_parse(input text, region text = NULL) RETURNS contacts.phone
  LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_try_parse';
COMMENT ON FUNCTION contacts.phone_try_parse(text, text) IS 'As phone_parse, but NULL where the text is no number or the region unknown. Never an error. STABLE: follows a setting and the installed metadata.';

CREATE FUNCTION contacts.phone_find(document text, region text = NULL,
                                               OUT number contacts.phone, OUT raw text, OUT "position" integer)
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 10
  AS 'MODULE_PATHNAME', 'contacts_phone_find';
COMMENT ON FUNCTION contacts.phone_find(text, text) IS 'Phone numbers in free text, in its order: the number, how it is written there, and the position of its first character from 1. Finds valid numbers in any notation and possible ones written with a plus sign. Region as in phone_parse. STABLE: follows a setting and the installed metadata.';

-- Parts of a number.

CREATE FUNCTION contacts.phone_base(number contacts.phone) RETURNS contacts.phone
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_base';
COMMENT ON FUNCTION contacts.phone_base(contacts.phone) IS 'The number without its extension. Never an error.';

CREATE FUNCTION contacts.phone_extension(number contacts.phone) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_extension';
COMMENT ON FUNCTION contacts.phone_extension(contacts.phone) IS 'Digits of the extension, leading zeros included; NULL if there is none. Never an error.';

CREATE FUNCTION contacts.phone_suffix(number contacts.phone, digits integer) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_suffix';
COMMENT ON FUNCTION contacts.phone_suffix(contacts.phone, integer) IS 'The last digits of the number without its extension, all of them if it has fewer; NULL for less than one. For an index on them. Never an error.';

CREATE FUNCTION contacts.phone_country_code(number contacts.phone) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_phone_country_code';
COMMENT ON FUNCTION contacts.phone_country_code(contacts.phone) IS 'The country calling code, whose length is fixed by the zones of ITU-T E.164, assigned or not; NULL if the number has none. IMMUTABLE: the zones do not change. Never an error.';

-- Opinions of the installed libphonenumber.

CREATE FUNCTION contacts.phone_format(number contacts.phone, style text = 'international') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10
  AS 'MODULE_PATHNAME', 'contacts_phone_format';
COMMENT ON FUNCTION contacts.phone_format(contacts.phone, text) IS 'The number written as e164 (+ and digits, no extension), international (ITU-T E.123, +41 44 668 18 00 ext. 12), national (044 668 18 00 ext. 12) or rfc3966 (tel:+41-44-668-18-00;ext=12); error 22023 for another style. STABLE: grouping follows the installed metadata.';

CREATE FUNCTION contacts.phone_region(number contacts.phone) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_region';
COMMENT ON FUNCTION contacts.phone_region(contacts.phone) IS 'Region of the number, ISO 3166-1 alpha-2; NULL for a number of no country (+800) or one that no region is known to have. STABLE: follows the installed metadata.';

CREATE FUNCTION contacts.phone_type(number contacts.phone) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_type';
COMMENT ON FUNCTION contacts.phone_type(contacts.phone) IS 'mobile, fixed_line, fixed_line_or_mobile (where the number does not tell), toll_free, premium_rate, shared_cost, voip, personal_number, pager, uan, voicemail or unknown. STABLE: follows the installed metadata.';

CREATE FUNCTION contacts.phone_is_possible(number contacts.phone) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_is_possible';
COMMENT ON FUNCTION contacts.phone_is_possible(contacts.phone) IS 'Whether numbers of its calling code can have this length, be it only within an area (phone_parse refuses those). STABLE: follows the installed metadata.';

CREATE FUNCTION contacts.phone_is_valid(number contacts.phone) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 5
  AS 'MODULE_PATHNAME', 'contacts_phone_is_valid';
COMMENT ON FUNCTION contacts.phone_is_valid(contacts.phone) IS 'Whether the number is in a range that the installed metadata knows as assigned; new ranges are not known at once. STABLE: follows the installed metadata.';

CREATE FUNCTION contacts.phone_location(number contacts.phone, locale text = 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE COST 500
  AS 'MODULE_PATHNAME', 'contacts_phone_location';
COMMENT ON FUNCTION contacts.phone_location(contacts.phone, text) IS 'Where the number is from, a town, area or country by libphonenumber''s geocoder, in the language of a tag (BCP 47), in English where there is no name in it; NULL if the number is not valid or from nowhere in particular. STABLE: follows the installed metadata.';
-- contacts.email: an address as it was typed, with the key it is compared by.
--
-- Input, and nothing else, asks ICU (for the key of what is not ASCII) and is STABLE for it. What is refused is
-- decided by rules that ICU has no part in, so that a printed value reads again under any version.
CREATE TYPE contacts.email;

CREATE FUNCTION contacts.email_in(cstring) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_in';
COMMENT ON FUNCTION contacts.email_in(cstring) IS 'Input of contacts.email; error 22P02 names the rule of RFC 5321, 5322 or 6531 that is broken and the character.';

CREATE FUNCTION contacts.email_out(contacts.email) RETURNS cstring
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_out';
COMMENT ON FUNCTION contacts.email_out(contacts.email) IS 'Output of contacts.email: the address as it was typed.';

CREATE FUNCTION contacts.email_recv(internal) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_recv';
COMMENT ON FUNCTION contacts.email_recv(internal) IS 'Binary input of contacts.email: the address as text, checked like text; the key is made anew.';

-- Not LEAKPROOF: conversion to the client's encoding quotes the character that it cannot convert.
CREATE FUNCTION contacts.email_send(contacts.email) RETURNS bytea
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_send';
COMMENT ON FUNCTION contacts.email_send(contacts.email) IS 'Binary output of contacts.email: the address as text.';

CREATE TYPE contacts.email (
  INPUT = contacts.email_in,
  OUTPUT = contacts.email_out,
  RECEIVE = contacts.email_recv,
  SEND = contacts.email_send,
  INTERNALLENGTH = VARIABLE,
  STORAGE = extended
);
COMMENT ON TYPE contacts.email IS 'E-mail address (RFC 5321 mailbox, UTF-8 by RFC 6531), kept as typed and compared by a stored key: local part case-folded and in NFC, domain as lower-case A-labels (UTS #46).';

-- Both ways by assignment only: a comparison must never silently become one of texts.
CREATE CAST (contacts.email AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (contacts.email AS text) IS 'The address as it was typed.';
CREATE CAST (text AS contacts.email) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (text AS contacts.email) IS 'As input of the type: error 22P02 for what is no address.';
CREATE CAST (character varying AS contacts.email) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (character varying AS contacts.email) IS 'As input of the type: error 22P02 for what is no address.';

CREATE FUNCTION contacts.email_try_parse(input text) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_try_parse';
COMMENT ON FUNCTION contacts.email_try_parse(text) IS 'The address that a text is, or NULL where input of contacts.email would be an error. STABLE: the key of what is not ASCII comes from the installed ICU.';

CREATE FUNCTION contacts.email_local(email contacts.email) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_local';
COMMENT ON FUNCTION contacts.email_local(contacts.email) IS 'What stands before the @, as it was typed (with its quotation marks, if any): only the domain''s own hosts may interpret it (RFC 5321, section 2.3.11).';

CREATE FUNCTION contacts.email_domain(email contacts.email) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_domain';
COMMENT ON FUNCTION contacts.email_domain(contacts.email) IS 'The domain as it is compared: lower-case A-labels (xn--mller-kva.de for müller.de), or an address literal in brackets. Read from the stored value: IMMUTABLE.';

CREATE FUNCTION contacts.email_eq(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_eq';
CREATE FUNCTION contacts.email_ne(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_ne';
CREATE FUNCTION contacts.email_lt(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_lt';
CREATE FUNCTION contacts.email_le(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_le';
CREATE FUNCTION contacts.email_gt(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_gt';
CREATE FUNCTION contacts.email_ge(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_ge';
COMMENT ON FUNCTION contacts.email_eq(contacts.email, contacts.email) IS 'Whether two addresses are the same by their keys: implementation of =.';
COMMENT ON FUNCTION contacts.email_ne(contacts.email, contacts.email) IS 'Whether two addresses differ by their keys: implementation of <>.';
COMMENT ON FUNCTION contacts.email_lt(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of <.';
COMMENT ON FUNCTION contacts.email_le(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of <=.';
COMMENT ON FUNCTION contacts.email_gt(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of >.';
COMMENT ON FUNCTION contacts.email_ge(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of >=.';

CREATE FUNCTION contacts.email_cmp(contacts.email, contacts.email) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_cmp';
COMMENT ON FUNCTION contacts.email_cmp(contacts.email, contacts.email) IS 'Order of two addresses by their keys, -1, 0 or 1: btree support.';
CREATE FUNCTION contacts.email_sortsupport(internal) RETURNS void
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_sortsupport';
COMMENT ON FUNCTION contacts.email_sortsupport(internal) IS 'Sorts addresses by the first bytes of their keys, then by whole keys: btree support.';
CREATE FUNCTION contacts.email_hash(contacts.email) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_hash';
COMMENT ON FUNCTION contacts.email_hash(contacts.email) IS 'Hash of an address''s key: hash support.';
CREATE FUNCTION contacts.email_hash_extended(contacts.email, bigint) RETURNS bigint
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_hash_extended';
COMMENT ON FUNCTION contacts.email_hash_extended(contacts.email, bigint) IS '64-bit hash of an address''s key with a seed: hash support, for partitions.';

-- In pg_catalog, as those of built-in types: found under every search path, also the empty one of a restore.
CREATE OPERATOR pg_catalog.= (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_eq,
  COMMUTATOR = OPERATOR(pg_catalog.=), NEGATOR = OPERATOR(pg_catalog.<>),
  RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR pg_catalog.<> (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_ne,
  COMMUTATOR = OPERATOR(pg_catalog.<>), NEGATOR = OPERATOR(pg_catalog.=),
  RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR pg_catalog.< (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_lt,
  COMMUTATOR = OPERATOR(pg_catalog.>), NEGATOR = OPERATOR(pg_catalog.>=),
  RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR pg_catalog.<= (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_le,
  COMMUTATOR = OPERATOR(pg_catalog.>=), NEGATOR = OPERATOR(pg_catalog.>),
  RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR pg_catalog.> (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_gt,
  COMMUTATOR = OPERATOR(pg_catalog.<), NEGATOR = OPERATOR(pg_catalog.<=),
  RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR pg_catalog.>= (
  LEFTARG = contacts.email, RIGHTARG = contacts.email, FUNCTION = contacts.email_ge,
  COMMUTATOR = OPERATOR(pg_catalog.<=), NEGATOR = OPERATOR(pg_catalog.<),
  RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.= (contacts.email, contacts.email) IS 'same address: case, quoting and the form of the domain make no difference';
COMMENT ON OPERATOR pg_catalog.<> (contacts.email, contacts.email) IS 'not the same address';
COMMENT ON OPERATOR pg_catalog.< (contacts.email, contacts.email) IS 'less than, by key';
COMMENT ON OPERATOR pg_catalog.<= (contacts.email, contacts.email) IS 'less than or equal, by key';
COMMENT ON OPERATOR pg_catalog.> (contacts.email, contacts.email) IS 'greater than, by key';
COMMENT ON OPERATOR pg_catalog.>= (contacts.email, contacts.email) IS 'greater than or equal, by key';

-- Without support function 4: equal addresses may have been typed differently, so an index must keep each of them.
CREATE OPERATOR CLASS contacts.email_ops DEFAULT FOR TYPE contacts.email USING btree AS
  OPERATOR 1 pg_catalog.<,
  OPERATOR 2 pg_catalog.<=,
  OPERATOR 3 pg_catalog.=,
  OPERATOR 4 pg_catalog.>=,
  OPERATOR 5 pg_catalog.>,
  FUNCTION 1 contacts.email_cmp(contacts.email, contacts.email),
  FUNCTION 2 contacts.email_sortsupport(internal);
COMMENT ON OPERATOR CLASS contacts.email_ops USING btree IS 'Order of e-mail addresses by their keys.';
COMMENT ON OPERATOR FAMILY contacts.email_ops USING btree IS 'Order of e-mail addresses by their keys.';

CREATE OPERATOR CLASS contacts.email_ops DEFAULT FOR TYPE contacts.email USING hash AS
  OPERATOR 1 pg_catalog.=,
  FUNCTION 1 contacts.email_hash(contacts.email),
  FUNCTION 2 contacts.email_hash_extended(contacts.email, bigint);
COMMENT ON OPERATOR CLASS contacts.email_ops USING hash IS 'Equality of e-mail addresses by their keys.';
COMMENT ON OPERATOR FAMILY contacts.email_ops USING hash IS 'Equality of e-mail addresses by their keys.';
-- Countries and languages by any usual name. STABLE: the names are those of the installed ICU. Over columns, so what
-- is unknown is NULL, never an error; an import says what is wrong with a cell.
CREATE FUNCTION contacts.country_code(country text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_country_code';
COMMENT ON FUNCTION contacts.country_code(text) IS 'ISO 3166-1 alpha-2 code of a country given by its code (alpha-2, alpha-3, three digits), its short name in the standard, with or without "(the)", CLDR''s English name or a common one, in any case and with or without accents. NULL for what is unknown or names two countries (Korea). STABLE: CLDR''s names come with the installed ICU.';

CREATE FUNCTION contacts.country_name(code text, locale text DEFAULT 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_country_name';
COMMENT ON FUNCTION contacts.country_name(text, text) IS 'Name of a country (ISO 3166-1 alpha-2, any case) in the language of a locale (BCP 47 tag such as zh-Hant, or ICU locale), by CLDR; English where ICU does not know the language. NULL for a code that is not assigned. STABLE: the names come with the installed ICU.';

CREATE FUNCTION contacts.language_tag(language text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_language_tag';
COMMENT ON FUNCTION contacts.language_tag(text) IS 'Canonical BCP 47 tag of a language given by its English name, also with script or country (Simplified Chinese, Portuguese (Brazil)), its own name (Deutsch) or a tag or locale in any case (zh-hans, pt_BR). NULL for what is unknown. STABLE: the names come with the installed ICU.';

CREATE FUNCTION contacts.language_name(tag text, locale text DEFAULT 'en') RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_language_name';
COMMENT ON FUNCTION contacts.language_name(text, text) IS 'Name of the language of a BCP 47 tag in the language of a locale, by CLDR (zh-Hans: Simplified Chinese); NULL for an unknown tag. contacts.language_tag() reads the English names back. STABLE: the names come with the installed ICU.';
-- PARALLEL RESTRICTED: a parallel worker would have a sequence of its own, and the session's would not ascend.
CREATE FUNCTION contacts.uuid_v7() RETURNS uuid
  LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_uuid_v7';
COMMENT ON FUNCTION contacts.uuid_v7() IS 'New UUID of version 7 (RFC 9562): the time in 1/4096 ms, then 62 random bits. Each is greater than all that the session made before, also within a millisecond and when the clock goes back.';
-- The CSV reader alone. Imports read files with the same reader, but account for every record where this function
-- stops or is lenient.

-- STABLE: encodings other than UTF-8 are those of the installed ICU. Not STRICT: an option that is NULL is found out.
CREATE FUNCTION contacts.read_csv(content bytea, delimiter text = NULL, quote text = NULL,
                                             escape text = NULL, encoding text = NULL,
                                             OUT line bigint, OUT cells text[])
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 1000
  AS 'MODULE_PATHNAME', 'contacts_read_csv';
COMMENT ON FUNCTION contacts.read_csv(bytea, text, text, text, text) IS
'Records of a CSV text (RFC 4180), the header among them: the physical line where each starts, from 1, and its cells; blank records are left out, a NULL content has none.
delimiter: one ASCII character, with a space after it if that belongs to it; NULL finds comma, semicolon, tab or bar, or takes it from a first line "sep=;".
quote: one ASCII character, empty for none, by default ". escape: the character before a quote inside quotes, by default the quote itself.
encoding: any name that ICU or PostgreSQL has; NULL finds UTF-8, UTF-16 and UTF-32, else takes windows-1252. A byte order mark decides.
Lines end with CR, LF or CRLF. A stray quote is a character; so is one that never closes, and its record ends with its line.
Errors: 22023 for an option that cannot be; 22021 for bytes that are no text in the encoding and for NUL; 22P04 for a cell of more than 1 MiB or a record of more than 16 MiB or 65536 cells.
STABLE because encodings are those of the installed ICU.';
-- STABLE: follows a setting and the role, both fixed within a statement.
CREATE FUNCTION contacts.actor() RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_actor';
COMMENT ON FUNCTION contacts.actor() IS 'Login of who acts: the setting contacts.actor if it is set, else the role of the session or of SET ROLE.';
-- Trigger functions of a directory's tables. Never SECURITY DEFINER: anybody may put them on a table of his own.
CREATE FUNCTION contacts.stamp_row() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_stamp_row';
COMMENT ON FUNCTION contacts.stamp_row() IS 'BEFORE INSERT OR UPDATE row trigger: sets version, created_at, created_by, updated_at, updated_by and import_id, whatever was written. An update that changes nothing keeps them.';

CREATE FUNCTION contacts.inherit_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_inherit_access';
COMMENT ON FUNCTION contacts.inherit_access() IS 'BEFORE INSERT OR UPDATE row trigger of a contact''s part: reads owner_id, visibility, shared_with and editable_by from the contact, as the owner of the table, and locks the contact against a change of them. Argument: the table of contacts, in the same schema. Error 23503 where there is no such contact.';

CREATE FUNCTION contacts.propagate_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_propagate_access';
COMMENT ON FUNCTION contacts.propagate_access() IS 'AFTER UPDATE row trigger of contacts: copies owner_id, visibility, shared_with and editable_by to the contact''s parts, as the owner of the table. Arguments: the tables of parts, in the same schema.';
-- The import engine: what the functions, views and triggers of a directory call.

-- The formats are declared once, in the engine; views, templates and docs read them here.
CREATE FUNCTION contacts.format_column()
  RETURNS TABLE (format text, "position" int, header text, target text, label text, any_label boolean,
                 required boolean, max_length int, in_view boolean, aliases text)
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_column';
COMMENT ON FUNCTION contacts.format_column() IS 'The columns of every CSV format: header as the product writes it, other spellings (separated by |), the field it goes to, label of a part (any_label: it also shows parts with a label that no other column names), the product''s limit in characters. IMMUTABLE: compiled in.';

CREATE FUNCTION contacts.format_term()
  RETURNS TABLE (target text, stored text, written text)
  LANGUAGE c IMMUTABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_format_term';
COMMENT ON FUNCTION contacts.format_term() IS 'How values of closed lists (contact_type, contact_level, the types of a phone list''s entries) are stored and how a CSV file writes them. IMMUTABLE: compiled in.';

CREATE FUNCTION contacts.import_content(contact regclass, content bytea, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_content';
COMMENT ON FUNCTION contacts.import_content(regclass, bytea, jsonb) IS 'Imports a CSV file into the directory of this table "contact"; the row of import_run as JSON. For the directory''s import_csv(). Error 22004 for a NULL: no content must not pass for an empty file.';

CREATE FUNCTION contacts.import_large_object(contact regclass, loid oid, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_large_object';
COMMENT ON FUNCTION contacts.import_large_object(regclass, oid, jsonb) IS 'As contacts.import_content(), the file being a large object that the caller may read.';

CREATE FUNCTION contacts.import_server_file(contact regclass, path text, options jsonb) RETURNS jsonb
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_import_server_file';
COMMENT ON FUNCTION contacts.import_server_file(regclass, text, jsonb) IS 'As contacts.import_content(), the file being one of the server; for roles with the privileges of pg_read_server_files.';

CREATE FUNCTION contacts.import_view() RETURNS trigger
  LANGUAGE c VOLATILE
  AS 'MODULE_PATHNAME', 'contacts_import_view';
COMMENT ON FUNCTION contacts.import_view() IS 'Trigger of a format''s view: rows inserted by one statement are one import. Arguments: the format, the name of the table of contacts beside the view. Fired before and after the statement and instead of each row.';

CREATE FUNCTION contacts.import_batch_support(internal) RETURNS internal
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_import_batch_support';
COMMENT ON FUNCTION contacts.import_batch_support(internal) IS 'Tells the planner how many rows contacts.import_batch() will yield.';

-- ROWS: the size of a full batch, for a plan that is made before there is one.
CREATE FUNCTION contacts.import_batch(relation text) RETURNS SETOF record
  LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 2000
  SUPPORT contacts.import_batch_support
  AS 'MODULE_PATHNAME', 'contacts_import_batch';
COMMENT ON FUNCTION contacts.import_batch(text) IS 'Rows that the running import writes now, with the columns that the caller names in its column definition list. Error 55000 outside of an import.';

-- RFC 4180. IMMUTABLE: text in, text out.
CREATE FUNCTION contacts.csv_record(cells text[], delimiter text DEFAULT ',') RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.string_agg(
           CASE WHEN c.cell ~ ('["\r\n' || pg_catalog.regexp_replace(csv_record.delimiter, '([\\^\]-])', '\\\1') || ']')
                     OR c.cell ~ '^\s|\s$'
                THEN '"' || pg_catalog.replace(c.cell, '"', '""') || '"'
                ELSE coalesce(c.cell, '') END,
           csv_record.delimiter ORDER BY c.ordinality)
  FROM pg_catalog.unnest(csv_record.cells) WITH ORDINALITY AS c(cell, ordinality);
END;
COMMENT ON FUNCTION contacts.csv_record(text[], text) IS 'One record of a CSV file (RFC 4180), without its line end; cells are quoted where they must be, NULL is an empty cell.';

-- The query of a format's view, made from the format's declaration: it is a function, so that a directory of an older
-- layout gets the same view by upgrade_directory().
CREATE FUNCTION contacts.format_query(format text) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH col AS (
    SELECT f."position", f.header, f.target, f.label,
           -- How a part's column finds its part: by label, or by any label that no other column names.
           CASE WHEN f.any_label THEN
                  pg_catalog.format('p.label <> ALL (%L::text[])',
                    (SELECT coalesce(pg_catalog.array_agg(DISTINCT o.label), '{}')
                       FROM contacts.format_column() o
                      WHERE o.format = f.format AND NOT o.any_label
                        AND o.label IS NOT NULL AND o.target = f.target))
                ELSE pg_catalog.format('p.label = %L', f.label) END AS fits,
           CASE WHEN f.target LIKE 'phone%' THEN 'phone'
                WHEN f.target LIKE 'email%' THEN 'email'
                WHEN f.target IN ('street', 'street2', 'city', 'region', 'postal_code', 'country') THEN 'address'
                WHEN f.target = 'social' THEN 'social'
                WHEN f.target = 'groups' THEN 'contact_group' END AS part,
           f.format AS name
      FROM contacts.format_column() f
     WHERE f.format = format_query.format AND f.in_view
  ), expression AS (
    SELECT c.*,
           CASE
             WHEN c.target IN ('phone', 'phone_extension', 'phone_accepts_sms', 'email', 'street', 'street2', 'city',
                               'region', 'postal_code', 'country') THEN
               pg_catalog.format('(pg_catalog.array_agg(%s ORDER BY p.position) FILTER (WHERE %s))[1]',
                 CASE c.target
                   WHEN 'phone' THEN
                     CASE WHEN EXISTS (SELECT FROM contacts.format_column() e
                                        WHERE e.format = c.name AND e.target = 'phone_extension')
                          THEN 'coalesce(contacts.phone_base(p.number)::text, p.entered)'
                          ELSE 'coalesce(p.number::text, p.entered)' END
                   WHEN 'phone_extension' THEN 'contacts.phone_extension(p.number)'
                   WHEN 'phone_accepts_sms' THEN 'p.accepts_sms::text'
                   WHEN 'email' THEN 'p.address::text'
                   WHEN 'country' THEN 'coalesce(contacts.country_name(p.country, ''en''), p.country, p.country_entered)'
                   ELSE 'p.' || c.target END,
                 c.fits)
             WHEN c.target = 'phones' THEN
               -- In what is no number the separators of the list are blanked out; an import knows it again.
               pg_catalog.format(
                 'pg_catalog.string_agg(coalesce(p.number::text, pg_catalog.translate(p.entered, '':;'', ''  '')) || '' '' || CASE p.label%s ELSE %L END, '': '' ORDER BY p.position)',
                 (SELECT pg_catalog.string_agg(pg_catalog.format(' WHEN %L THEN %L', t.stored, t.written), '' ORDER BY t.stored)
                    FROM contacts.format_term() t WHERE t.target = c.target AND t.stored <> 'other'),
                 (SELECT t.written FROM contacts.format_term() t WHERE t.target = c.target AND t.stored = 'other'))
             WHEN c.target = 'social' THEN
               pg_catalog.format('(pg_catalog.array_agg(p.handle ORDER BY p.position) FILTER (WHERE p.network = %L))[1]', c.label)
             WHEN c.target = 'groups' THEN
               'pg_catalog.string_agg(g.name, '';'' ORDER BY g.name)'
             WHEN c.target = 'contact_id' THEN
               pg_catalog.format('CASE WHEN c.source = %L AND c.external_id IS NOT NULL THEN c.external_id ELSE c.contact_id::text END', c.name)
             WHEN c.target = 'birth_date' THEN
               'pg_catalog.to_char(c.birth_date, CASE WHEN c.birth_year_known THEN ''MM/DD/YYYY'' ELSE ''MM/DD'' END)'
             WHEN c.target = 'language' THEN 'coalesce(contacts.language_name(c.language, ''en''), c.language)'
             WHEN c.target IN ('contact_type', 'contact_level') THEN
               pg_catalog.format('CASE c.%I%s END', c.target,
                 (SELECT pg_catalog.string_agg(pg_catalog.format(' WHEN %L THEN %L', t.stored, t.written), '' ORDER BY t.stored)
                    FROM contacts.format_term() t WHERE t.target = c.target))
             WHEN c.target = 'websites' THEN 'c.websites[1]'
             WHEN c.target = 'custom' THEN pg_catalog.format('c.custom ->> %L', c.label)
             WHEN c.target = 'organization_id' THEN
               pg_catalog.format('CASE WHEN o.source = %L AND o.external_id IS NOT NULL THEN o.external_id ELSE o.organization_id::text END', c.name)
             WHEN c.target IN ('organization_websites', 'organization_tags') THEN
               pg_catalog.format('pg_catalog.array_to_string(o.%I, '';'')', pg_catalog.substr(c.target, 14))
             WHEN c.target IN ('organization_phone', 'organization_fax') THEN
               pg_catalog.format('coalesce(o.%1$I::text, o.%2$I)', pg_catalog.substr(c.target, 14), pg_catalog.substr(c.target, 14) || '_entered')
             WHEN c.target = 'organization_type' THEN 'o.organization_type'
             WHEN c.target LIKE 'organization%' THEN pg_catalog.format('o.%I::text', pg_catalog.substr(c.target, 14))
             WHEN c.target = 'ignored' THEN 'NULL::text'
             ELSE pg_catalog.format('c.%I', c.target)
           END AS sql
      FROM col c
  )
  SELECT E'SELECT\n'
      || (SELECT pg_catalog.string_agg(
                   pg_catalog.format('  %s AS %I',
                     CASE WHEN e.part IS NULL THEN e.sql ELSE pg_catalog.format('%I.%I', e.part, 'c' || e."position") END,
                     e.header),
                   E',\n' ORDER BY e."position")
            FROM expression e)
      || E'\nFROM contact c'
      || CASE WHEN EXISTS (SELECT FROM expression e WHERE e.target LIKE 'organization%')
              THEN E'\nLEFT JOIN organization o ON o.organization_id = c.organization_id' ELSE '' END
      || coalesce((SELECT pg_catalog.string_agg(
                   pg_catalog.format(E'\nLEFT JOIN LATERAL (SELECT %s FROM %s WHERE p.contact_id = c.contact_id) AS %I ON true',
                     j.list,
                     CASE j.part WHEN 'contact_group' THEN 'contact_group_member p JOIN contact_group g ON g.group_id = p.group_id'
                                 ELSE 'contact_' || j.part || ' p' END,
                     j.part), '' ORDER BY j.part)
            FROM (SELECT e.part, pg_catalog.string_agg(pg_catalog.format('%s AS %I', e.sql, 'c' || e."position"), ', ' ORDER BY e."position") AS list
                    FROM expression e WHERE e.part IS NOT NULL GROUP BY e.part) j), '')
      || E'\nWHERE c.merged_into IS NULL';
END;
COMMENT ON FUNCTION contacts.format_query(text) IS 'The query of a format''s view, csv_<format>, over the tables of a directory on the search path; NULL for an unknown format.';
-- Directories: the functions that make and upgrade one, and the view that lists them. All act with the caller's rights.

CREATE VIEW contacts.directories AS
  SELECT n.nspname AS schema,
         pg_catalog.pg_get_userbyid(p.proowner) AS owner,
         pg_catalog.substring(p.prosrc, '^SELECT ''([^'']+)''$') AS layout
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'contact' AND c.relowner = p.proowner
   WHERE p.proname = 'directory_layout' AND p.pronargs = 0
     AND p.prosrc ~ '^SELECT ''[^'']+''$';
GRANT SELECT ON contacts.directories TO PUBLIC;
COMMENT ON VIEW contacts.directories IS 'The directories of this database. Read from the catalogs, without running anything that others wrote.';
COMMENT ON COLUMN contacts.directories.owner IS 'Role that owns the tables, and that triggers and definer functions act as.';
COMMENT ON COLUMN contacts.directories.layout IS 'Version of the extension whose layout the directory has; an older one: see contacts.upgrade_directory().';

CREATE FUNCTION contacts.create_directory("schema" name, owner name DEFAULT CURRENT_USER) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
  SET standard_conforming_strings = on
AS $body$
DECLARE
  target CONSTANT text := create_directory.schema;
  caller CONSTANT text := current_user;
  previous_role CONSTANT text := current_setting('role');
BEGIN
  IF target IS NULL OR target = '' OR owner IS NULL OR owner = '' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = 'a directory needs the name of a schema and an owner';
  END IF;

  BEGIN
    EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', target, owner);
  EXCEPTION WHEN duplicate_schema OR unique_violation THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_schema',
      MESSAGE = format('schema "%s" already exists', target),
      DETAIL = CASE WHEN EXISTS (SELECT FROM contacts.directories d WHERE d.schema = target)
                    THEN 'It is a directory already.'
                    ELSE 'A directory is made in a new schema of its own.' END,
      HINT = 'Choose another name.';
  END;

  IF (SELECT rolsuper FROM pg_roles WHERE rolname = owner) THEN
    RAISE WARNING USING
      MESSAGE = format('directory "%s" is owned by superuser "%s"', target, owner),
      DETAIL = 'Its triggers and definer functions act with the rights of the owner.',
      HINT = 'Name an ordinary role as owner, the second argument of contacts.create_directory().';
  END IF;

  -- The script names its objects without a schema, and they belong to who runs it. An error undoes both settings
  -- together with everything made.
  IF owner <> caller THEN
    PERFORM set_config('role', owner, true);
  END IF;
  PERFORM set_config('search_path', format('%I, pg_temp', target), true);
  EXECUTE contacts.directory_script();
  EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC', target);
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
  IF owner <> caller THEN
    PERFORM set_config('role', previous_role, true);
  END IF;
END
$body$;
COMMENT ON FUNCTION contacts.create_directory(name, name) IS 'Makes a directory: a new schema with its tables and triggers, all owned by "owner". Needs CREATE on the database and, for another owner than the caller, membership in that role. Errors: 42P06 where the schema exists, 42501 without the rights, 22023 without a name.';

CREATE FUNCTION contacts.upgrade_directory("schema" name) RETURNS void
  LANGUAGE plpgsql VOLATILE
  SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  target CONSTANT text := upgrade_directory.schema;
  engine CONSTANT text := (SELECT extversion FROM pg_extension WHERE extname = 'contacts');
  directory record;
BEGIN
  SELECT d.owner, d.layout INTO directory FROM contacts.directories d WHERE d.schema = target;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_schema_name',
      MESSAGE = format('"%s" is not a directory', target),
      HINT = 'The view contacts.directories lists those of this database.';
  END IF;
  -- From PostgreSQL 16 on, being a member is not enough to become the role.
  IF NOT pg_has_role(directory.owner, CASE WHEN current_setting('server_version_num')::int >= 160000
                                           THEN 'SET' ELSE 'MEMBER' END) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied to upgrade directory "%s"', target),
      DETAIL = format('It belongs to role "%s".', directory.owner);
  END IF;
  IF directory.layout <> engine THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('directory "%s" has layout %s, which contacts %s cannot bring up to date',
                       target, directory.layout, engine),
      HINT = 'Update the extension: ALTER EXTENSION contacts UPDATE.';
  END IF;
  RAISE NOTICE 'directory "%" is up to date (layout %)', target, directory.layout;
END
$body$;
COMMENT ON FUNCTION contacts.upgrade_directory(name) IS 'Brings a directory of an older layout up to the extension''s version, as the directory''s owner; the caller must be able to become that role. A notice where there is nothing to do. Errors: 3F000 where the schema is no directory, 42501 without the rights, 55000 where its layout is unknown.';
CREATE FUNCTION contacts._library_versions(
    OUT library text, OUT libphonenumber text, OUT phone_metadata text, OUT icu text, OUT unicode text, OUT cldr text)
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_library_versions';
COMMENT ON FUNCTION contacts._library_versions() IS 'Of contacts.version(): what the loaded libraries say of themselves.';

CREATE FUNCTION contacts.version()
  RETURNS TABLE (extension text, library text, libphonenumber text, phone_metadata text, icu text, unicode text, cldr text)
  LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT e.extversion, l.library, l.libphonenumber, l.phone_metadata, l.icu, l.unicode, l.cldr
  FROM contacts._library_versions() AS l
  LEFT JOIN pg_catalog.pg_extension AS e ON e.extname = 'contacts';
END;
COMMENT ON FUNCTION contacts.version() IS 'One row: version of the SQL objects (extension) and of the shared library (library), which differ until ALTER EXTENSION contacts UPDATE; of the libphonenumber that is loaded, from its file name, with a digest of its numbering plans, which change without it (both NULL where the library does not tell); of ICU and its Unicode and CLDR data.';
CREATE FUNCTION contacts.directory_script() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS
$function$ SELECT $directory_script$
-- Staff: who uses the directory, and the company's own contacts.

CREATE TABLE staff (
  staff_id       uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  login          text UNIQUE CHECK (login <> ''),
  kind           text NOT NULL DEFAULT 'person'
                 CHECK (kind IN ('person', 'auto_attendant', 'call_group', 'call_queue')),
  display_name   text NOT NULL CHECK (display_name <> ''),
  first_name     text,
  last_name      text,
  job_title      text,
  department     text,
  location       text,
  email          contacts.email,
  permissions    text[] NOT NULL DEFAULT '{}'
                 CHECK (permissions <@ ARRAY['view', 'edit', 'import', 'export', 'admin']
                        AND array_position(permissions, NULL) IS NULL),
  avatar         text,
  presence       text,
  status_message text
);
COMMENT ON TABLE staff IS 'Who uses the directory, and the company''s own contacts: colleagues, auto attendants, call groups and queues.';
COMMENT ON COLUMN staff.login IS 'What contacts.actor() answers when this colleague acts; NULL: no access.';
COMMENT ON COLUMN staff.kind IS 'person, auto_attendant, call_group or call_queue.';
COMMENT ON COLUMN staff.permissions IS 'Any of view, edit, import, export, admin.';
COMMENT ON COLUMN staff.avatar IS 'URL of a picture.';

CREATE TABLE staff_extension (
  staff_id  uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  service   text NOT NULL DEFAULT 'work'
            CHECK (service <> '' AND length(service) <= 40 AND service = lower(service COLLATE "C")),
  extension text NOT NULL CHECK (extension ~ '^[0-9*#]{1,20}$'),
  PRIMARY KEY (staff_id, service, extension)
);
CREATE INDEX staff_extension_extension_idx ON staff_extension (extension);
COMMENT ON TABLE staff_extension IS 'Internal extensions of a colleague by service: one person may hold several licences.';
COMMENT ON COLUMN staff_extension.service IS 'Lower case: work, contact_center, …';

CREATE TABLE staff_phone (
  staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  position int NOT NULL CHECK (position >= 1),
  label    text NOT NULL DEFAULT 'work'
           CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number   contacts.phone,
  entered  text CHECK (entered <> ''),
  PRIMARY KEY (staff_id, position),
  CONSTRAINT staff_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX staff_phone_number_idx ON staff_phone (number);
COMMENT ON TABLE staff_phone IS 'Outside numbers and fax of a colleague, in the order of "position".';
COMMENT ON COLUMN staff_phone.label IS 'Lower case: work, mobile, home, fax, other, …';
COMMENT ON COLUMN staff_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
-- Organizations: the companies that contacts belong to.

CREATE TABLE organization (
  organization_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  source            text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id       text CHECK (external_id <> '' AND length(external_id) <= 500),
  name              text NOT NULL CHECK (name <> ''),
  organization_type text,
  industry          text,
  phone             contacts.phone,
  phone_entered     text CHECK (phone_entered <> ''),
  fax               contacts.phone,
  fax_entered       text CHECK (fax_entered <> ''),
  street            text,
  street2           text,
  city              text,
  region            text,
  postal_code       text,
  country           text,
  websites          text[],
  employee_count    bigint CHECK (employee_count >= 0),
  revenue           numeric,
  ticker_symbol     text,
  ticker_exchange   text,
  tags              text[],
  custom            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  version           int NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL,
  created_by        text NOT NULL,
  updated_at        timestamptz NOT NULL,
  updated_by        text NOT NULL,
  import_id         uuid,
  CONSTRAINT organization_external_id_key UNIQUE (source, external_id)
);
-- Imports look organizations up by exact name; a hash takes names of any length, a btree entry has a limit.
CREATE INDEX organization_name_idx ON organization USING hash (name);
COMMENT ON TABLE organization IS 'Companies and other organizations that contacts belong to.';
COMMENT ON COLUMN organization.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN organization.external_id IS 'Key of the organization in its source, unique there.';
COMMENT ON COLUMN organization.phone_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.fax_entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN organization.country IS 'ISO 3166-1 alpha-2 where the country is known, else as entered.';
COMMENT ON COLUMN organization.revenue IS 'As the source gives it, without a currency.';
COMMENT ON COLUMN organization.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN organization.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN organization.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN organization.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN organization.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN organization.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN organization.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON organization
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
COMMENT ON TRIGGER zz_stamp ON organization IS 'Sets version, created_*, updated_* and import_id, whatever was written.';
-- Contacts: people and lines outside the company.

CREATE TABLE contact (
  contact_id          uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  source              text NOT NULL DEFAULT 'manual' CHECK (source <> '' AND length(source) <= 60),
  external_id         text CHECK (external_id <> '' AND length(external_id) <= 500),
  visibility          text NOT NULL DEFAULT 'restricted'
                      CHECK (visibility IN ('company', 'restricted', 'personal')),
  owner_id            uuid REFERENCES staff,
  shared_with         uuid[],
  editable_by         uuid[],
  organization_id     uuid REFERENCES organization,
  contact_type        text CHECK (contact_type IN ('lead', 'prospect', 'customer', 'other')),
  contact_level       text CHECK (contact_level IN ('primary', 'secondary', 'tertiary')),
  name_prefix         text,
  first_name          text,
  middle_name         text,
  last_name           text,
  name_suffix         text,
  nickname            text,
  phonetic_first_name text,
  phonetic_last_name  text,
  job_title           text,
  department          text,
  location            text,
  birth_date          date,
  birth_year_known    boolean NOT NULL DEFAULT true,
  language            text,
  websites            text[],
  custom              jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(custom) = 'object'),
  search              text[],
  merged_into         uuid REFERENCES contact ON DELETE CASCADE,
  version             int NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  created_by          text NOT NULL,
  updated_at          timestamptz NOT NULL,
  updated_by          text NOT NULL,
  import_id           uuid,
  CONSTRAINT contact_merged_into_another CHECK (merged_into <> contact_id),
  CONSTRAINT contact_birth_year_unknown CHECK (birth_year_known OR extract(year FROM birth_date) = 1604)
);
-- One source's ID names one contact of the company; personal address books do not get in each other's way.
CREATE UNIQUE INDEX contact_external_id_key ON contact (source, external_id)
  WHERE visibility <> 'personal' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX contact_personal_external_id_key ON contact (owner_id, source, external_id) NULLS NOT DISTINCT
  WHERE visibility = 'personal' AND external_id IS NOT NULL;
CREATE INDEX contact_owner_id_idx ON contact (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX contact_organization_id_idx ON contact (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX contact_merged_into_idx ON contact (merged_into) WHERE merged_into IS NOT NULL;

COMMENT ON TABLE contact IS 'Contacts outside the company; phones, e-mail addresses and other parts are in tables of their own.';
COMMENT ON COLUMN contact.source IS 'Where external_id comes from: 8x8, cinnox, genesys, …; manual when entered here.';
COMMENT ON COLUMN contact.external_id IS 'Key of the contact in its source: unique there among contacts that are not personal, and among the personal ones of one owner.';
COMMENT ON COLUMN contact.visibility IS 'company: everybody enrolled; restricted: the owner, those it is shared with, admins; personal: the owner alone.';
COMMENT ON COLUMN contact.owner_id IS 'The colleague whose contact it is.';
COMMENT ON COLUMN contact.shared_with IS 'Colleagues (staff_id) who may see a restricted contact; NULL: nobody.';
COMMENT ON COLUMN contact.editable_by IS 'Those of shared_with who may also edit it; NULL: nobody.';
COMMENT ON COLUMN contact.contact_type IS 'lead, prospect, customer or other.';
COMMENT ON COLUMN contact.contact_level IS 'primary, secondary or tertiary.';
COMMENT ON COLUMN contact.birth_date IS 'Has the year 1604, a leap year, where the year is unknown.';
COMMENT ON COLUMN contact.birth_year_known IS 'False: only day and month of birth_date count.';
COMMENT ON COLUMN contact.language IS 'BCP 47 tag, or as entered.';
COMMENT ON COLUMN contact.custom IS 'Custom fields by key (see custom_field), and what an import had no column for.';
COMMENT ON COLUMN contact.search IS 'Folded search keys, made when the row is written; not for people.';
COMMENT ON COLUMN contact.merged_into IS 'The contact that took this one''s place when duplicates were merged.';
COMMENT ON COLUMN contact.version IS 'Starts at 1, one more with each change; set by the trigger, like all columns that follow.';
COMMENT ON COLUMN contact.created_at IS 'Start of the transaction that created the row.';
COMMENT ON COLUMN contact.created_by IS 'Login of who created the row, see contacts.actor().';
COMMENT ON COLUMN contact.updated_at IS 'Start of the transaction of the last change; never before that of the version before.';
COMMENT ON COLUMN contact.updated_by IS 'Login of who changed the row last.';
COMMENT ON COLUMN contact.import_id IS 'The import that created the row, if one did. Not a foreign key: deleting an import_run leaves contacts alone.';

-- zz_: after all other BEFORE triggers, so that their changes count as changes.
CREATE TRIGGER zz_stamp BEFORE INSERT OR UPDATE ON contact
  FOR EACH ROW EXECUTE FUNCTION contacts.stamp_row();
COMMENT ON TRIGGER zz_stamp ON contact IS 'Sets version, created_*, updated_* and import_id, whatever was written.';
-- A contact's parts. They repeat the contact's access columns, so that a policy needs to look at the row alone:
-- writers that know them give them (an import), for others the row trigger reads them from the contact, and a
-- change at the contact is copied here by the contact's trigger.

CREATE TABLE contact_phone (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  number      contacts.phone,
  entered     text CHECK (entered <> ''),
  accepts_sms boolean,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position),
  CONSTRAINT contact_phone_has_number CHECK (number IS NOT NULL OR entered IS NOT NULL)
);
CREATE INDEX contact_phone_number_idx ON contact_phone (number);
COMMENT ON TABLE contact_phone IS 'Phone and fax numbers of contacts.';
COMMENT ON COLUMN contact_phone.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_phone.label IS 'Lower case: work, mobile, home, fax, main, pager, other, …';
COMMENT ON COLUMN contact_phone.entered IS 'What was typed, where no number could be made of it or it differs.';
COMMENT ON COLUMN contact_phone.accepts_sms IS 'NULL: not known.';
COMMENT ON COLUMN contact_phone.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_phone.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_phone.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_phone.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_email (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  address     contacts.email NOT NULL,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
CREATE INDEX contact_email_address_idx ON contact_email (address);
COMMENT ON TABLE contact_email IS 'E-mail addresses of contacts.';
COMMENT ON COLUMN contact_email.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_email.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_email.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_email.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_email.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_email.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_address (
  contact_id      uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position        int NOT NULL CHECK (position >= 1),
  label           text NOT NULL DEFAULT 'other'
                  CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  street          text,
  street2         text,
  city            text,
  region          text,
  postal_code     text,
  country         text CHECK (country ~ '^[A-Z]{2}$'),
  country_entered text CHECK (country_entered <> ''),
  owner_id        uuid,
  visibility      text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with     uuid[],
  editable_by     uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_address IS 'Postal addresses of contacts.';
COMMENT ON COLUMN contact_address.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_address.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_address.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN contact_address.country_entered IS 'The country as typed, where no code could be made of it.';
COMMENT ON COLUMN contact_address.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_address.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_address.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_address.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_social (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  position    int NOT NULL CHECK (position >= 1),
  label       text NOT NULL DEFAULT 'other'
              CHECK (label <> '' AND length(label) <= 40 AND label = lower(label COLLATE "C")),
  network     text NOT NULL
              CHECK (network <> '' AND length(network) <= 40 AND network = lower(network COLLATE "C")),
  handle      text NOT NULL CHECK (handle <> ''),
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, position)
);
COMMENT ON TABLE contact_social IS 'Accounts of contacts on social networks and messengers.';
COMMENT ON COLUMN contact_social.position IS 'Order of the parts of a contact, from 1; gaps are allowed.';
COMMENT ON COLUMN contact_social.label IS 'Lower case: work, home, other, …';
COMMENT ON COLUMN contact_social.network IS 'Lower case: twitter, whatsapp, line, wechat, …';
COMMENT ON COLUMN contact_social.handle IS 'Name or id of the account on the network.';
COMMENT ON COLUMN contact_social.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_social.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_social.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_social.editable_by IS 'editable_by of the contact.';

CREATE TABLE contact_group (
  group_id    uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  name        text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 500),
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL DEFAULT contacts.actor()
);
COMMENT ON TABLE contact_group IS 'Groups (tags, categories, labels) that contacts can be members of.';
COMMENT ON COLUMN contact_group.created_by IS 'Login of who created the group.';

CREATE TABLE contact_group_member (
  contact_id  uuid NOT NULL REFERENCES contact ON DELETE CASCADE,
  group_id    uuid NOT NULL REFERENCES contact_group ON DELETE CASCADE,
  owner_id    uuid,
  visibility  text NOT NULL CHECK (visibility IN ('company', 'restricted', 'personal')),
  shared_with uuid[],
  editable_by uuid[],
  PRIMARY KEY (contact_id, group_id)
);
CREATE INDEX contact_group_member_group_id_idx ON contact_group_member (group_id);
COMMENT ON TABLE contact_group_member IS 'Which contact is in which group.';
COMMENT ON COLUMN contact_group_member.owner_id IS 'owner_id of the contact.';
COMMENT ON COLUMN contact_group_member.visibility IS 'visibility of the contact.';
COMMENT ON COLUMN contact_group_member.shared_with IS 'shared_with of the contact.';
COMMENT ON COLUMN contact_group_member.editable_by IS 'editable_by of the contact.';

-- Access columns of the parts. The contact's name is a trigger argument, without schema: that of the table is meant.
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_phone
  FOR EACH ROW WHEN (NEW.visibility IS NULL)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_phone
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_phone IS 'Fills the access columns from the contact, where the writer did not give them.';
COMMENT ON TRIGGER inherit_access_again ON contact_phone IS 'Fills the access columns anew when the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_email
  FOR EACH ROW WHEN (NEW.visibility IS NULL)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_email
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_email IS 'Fills the access columns from the contact, where the writer did not give them.';
COMMENT ON TRIGGER inherit_access_again ON contact_email IS 'Fills the access columns anew when the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_address
  FOR EACH ROW WHEN (NEW.visibility IS NULL)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_address
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_address IS 'Fills the access columns from the contact, where the writer did not give them.';
COMMENT ON TRIGGER inherit_access_again ON contact_address IS 'Fills the access columns anew when the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_social
  FOR EACH ROW WHEN (NEW.visibility IS NULL)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_social
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_social IS 'Fills the access columns from the contact, where the writer did not give them.';
COMMENT ON TRIGGER inherit_access_again ON contact_social IS 'Fills the access columns anew when the row moves to another contact.';
CREATE TRIGGER inherit_access BEFORE INSERT ON contact_group_member
  FOR EACH ROW WHEN (NEW.visibility IS NULL)
  EXECUTE FUNCTION contacts.inherit_access('contact');
CREATE TRIGGER inherit_access_again BEFORE UPDATE ON contact_group_member
  FOR EACH ROW WHEN (NEW.visibility IS NULL OR NEW.contact_id <> OLD.contact_id)
  EXECUTE FUNCTION contacts.inherit_access('contact');
COMMENT ON TRIGGER inherit_access ON contact_group_member IS 'Fills the access columns from the contact, where the writer did not give them.';
COMMENT ON TRIGGER inherit_access_again ON contact_group_member IS 'Fills the access columns anew when the row moves to another contact.';

CREATE TRIGGER propagate_access AFTER UPDATE ON contact
  FOR EACH ROW WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id
                     OR OLD.visibility IS DISTINCT FROM NEW.visibility
                     OR OLD.shared_with IS DISTINCT FROM NEW.shared_with
                     OR OLD.editable_by IS DISTINCT FROM NEW.editable_by)
  EXECUTE FUNCTION contacts.propagate_access('contact_phone', 'contact_email', 'contact_address', 'contact_social',
                                             'contact_group_member');
COMMENT ON TRIGGER propagate_access ON contact IS 'Copies changed access columns to the parts.';
-- Definitions of custom fields; the values are in contact.custom and organization.custom.

CREATE TABLE custom_field (
  key       text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  label     text NOT NULL CHECK (label <> ''),
  data_type text NOT NULL DEFAULT 'text' CHECK (data_type IN ('text', 'number', 'boolean', 'date')),
  required  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE custom_field IS 'Definitions of custom fields; values are kept under their key in contact.custom.';
COMMENT ON COLUMN custom_field.key IS 'Key in contact.custom: lower-case letters, digits and _, beginning with a letter.';
COMMENT ON COLUMN custom_field.label IS 'What people read, also a column name in imports.';
COMMENT ON COLUMN custom_field.data_type IS 'text, number, boolean or date.';
-- Imports: what each one did, and every fault it found.

CREATE TABLE import_run (
  import_id   uuid PRIMARY KEY DEFAULT contacts.uuid_v7(),
  format      text NOT NULL,
  file_name   text,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  started_by  text NOT NULL DEFAULT contacts.actor(),
  records     bigint NOT NULL DEFAULT 0 CHECK (records >= 0),
  inserted    bigint NOT NULL DEFAULT 0 CHECK (inserted >= 0),
  updated     bigint NOT NULL DEFAULT 0 CHECK (updated >= 0),
  unchanged   bigint NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
  failed      bigint NOT NULL DEFAULT 0 CHECK (failed >= 0),
  blank       bigint NOT NULL DEFAULT 0 CHECK (blank >= 0),
  warnings    bigint NOT NULL DEFAULT 0 CHECK (warnings >= 0),
  options     jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
  message     text,
  header      text[],
  delimiter   text,
  CONSTRAINT import_run_accounts_for_every_record
    CHECK (inserted + updated + unchanged + failed + blank = records)
);
CREATE INDEX import_run_started_at_idx ON import_run (started_at);
COMMENT ON TABLE import_run IS 'Imports: who, when, what, and how many records went which way. Rows may be deleted when no longer wanted.';
COMMENT ON COLUMN import_run.started_by IS 'Login of who ran the import.';
COMMENT ON COLUMN import_run.records IS 'Records of the file after the header: inserted + updated + unchanged + failed + blank.';
COMMENT ON COLUMN import_run.failed IS 'Records with at least one error, none of which was stored.';
COMMENT ON COLUMN import_run.warnings IS 'Number of warnings in import_error; a record that has only warnings was imported.';
COMMENT ON COLUMN import_run.options IS 'The options the import ran with.';
COMMENT ON COLUMN import_run.message IS 'The summary, or why the import could not go on.';
COMMENT ON COLUMN import_run.header IS 'The column names as found in the file.';
COMMENT ON COLUMN import_run.delimiter IS 'The delimiter of the file.';

CREATE TABLE import_error (
  import_id   uuid NOT NULL REFERENCES import_run ON DELETE CASCADE,
  ordinal     bigint NOT NULL,
  line        bigint,
  record      bigint,
  severity    text NOT NULL CHECK (severity IN ('error', 'warning', 'notice')),
  code        text NOT NULL,
  column_name text,
  target      text,
  value       text,
  message     text NOT NULL,
  cells       text[],
  started_by  text NOT NULL DEFAULT contacts.actor(),
  PRIMARY KEY (import_id, ordinal)
);
COMMENT ON TABLE import_error IS 'Faults that imports found: all of a record, not the first alone.';
COMMENT ON COLUMN import_error.ordinal IS 'Number of the entry in its import, from 1.';
COMMENT ON COLUMN import_error.line IS 'Physical line of the file where the record starts, from 1; NULL: the whole file is meant.';
COMMENT ON COLUMN import_error.record IS 'Number of the record after the header, from 1; NULL: the header or the whole file is meant.';
COMMENT ON COLUMN import_error.severity IS 'error: the record was not imported; warning: it was, but look at it; notice.';
COMMENT ON COLUMN import_error.code IS 'Stable name of the kind of fault, such as phone_invalid.';
COMMENT ON COLUMN import_error.column_name IS 'Name of the column as in the file.';
COMMENT ON COLUMN import_error.target IS 'The field that the column goes to.';
COMMENT ON COLUMN import_error.value IS 'The value at fault, cut where it is long.';
COMMENT ON COLUMN import_error.message IS 'What is wrong and what the rule is.';
COMMENT ON COLUMN import_error.cells IS 'The cells of the record as they were in the file; of a record longer than 8 kB in its first entry alone.';
COMMENT ON COLUMN import_error.started_by IS 'started_by of the import, repeated so that access needs no look at import_run.';
-- What the import engine runs for each batch. Every function reads the batch as a relation, contacts.import_batch(),
-- and is one set-based statement a table; all constraints, policies and triggers hold. The inserts carry RETURNING:
-- without it a distributed INSERT … SELECT turns into a COPY, which row-level security refuses. One that writes is
-- called only where its relation has rows: statistics made while an import fills a table say that it is empty, and a
-- plan for an empty table may read all of it, batch after batch, with nothing to do.

-- Imports that may change existing rows go one after the other: two with the same rows in different order would
-- wait for each other.
CREATE FUNCTION _import_lock() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT pg_advisory_xact_lock('pg_class'::regclass::oid::int, 'contact'::regclass::oid::int);
END;

-- Whose the new contacts are: the colleague of this login, by default who acts; NULL for who is not enrolled.
CREATE FUNCTION _import_owner(login text) RETURNS uuid
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.staff_id FROM staff s WHERE s.login = coalesce(_import_owner.login, contacts.actor());
END;

-- Constraints that could be checked only at commit: the import tries them batch by batch, to find the record at fault.
CREATE FUNCTION _import_deferrable_constraints() RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT string_agg(DISTINCT format('%I.%I', n.nspname, k.conname), ', ')
    FROM pg_constraint k
    JOIN pg_class t ON t.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = k.connamespace
   WHERE k.condeferrable
     AND t.relnamespace = (SELECT c.relnamespace FROM pg_class c WHERE c.oid = 'contact'::regclass);
END;

CREATE FUNCTION _import_begin(run jsonb) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO import_run (import_id, format, file_name, started_at, options, header, delimiter)
  SELECT r.import_id, r.format, r.file_name, clock_timestamp(), r.options, r.header, r.delimiter
    FROM jsonb_to_record(_import_begin.run)
      AS r(import_id uuid, format text, file_name text, options jsonb, header text[], delimiter text);
END;

CREATE FUNCTION _import_end(run jsonb) RETURNS jsonb
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE import_run i
     SET finished_at = clock_timestamp(), records = r.records, inserted = r.inserted, updated = r.updated,
         unchanged = r.unchanged, failed = r.failed, blank = r.blank, warnings = r.warnings, message = r.message
    FROM jsonb_to_record(_import_end.run)
      AS r(import_id uuid, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
           blank bigint, warnings bigint, message text)
   WHERE i.import_id = r.import_id
  RETURNING to_jsonb(i);
END;

-- An ID of a file means a contact by its contact_id (as the format's view shows it), else by its source's ID; where
-- personal contacts are imported, among those of the owner only. One look-up a record, not joins: what statistics say
-- of a table that an import is filling may be far off, and a look-up goes through the index whatever they say.
CREATE FUNCTION _import_match_contacts() RETURNS TABLE (row_number bigint, contact_id uuid)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT b.row_number,
         coalesce((SELECT c.contact_id FROM contact c WHERE c.contact_id = b.contact_id),
                  (SELECT c.contact_id FROM contact c
                    WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility <> 'personal'
                      AND NOT b.personal),
                  (SELECT c.contact_id FROM contact c
                    WHERE c.source = b.source AND c.external_id = b.external_id AND c.visibility = 'personal'
                      AND c.owner_id = b.owner_id))
    FROM contacts.import_batch('contact_key')
      AS b(row_number bigint, contact_id uuid, source text, external_id text, owner_id uuid, personal boolean);
END;

-- Organizations are known by their organization_id or their source's ID, or, where a file names none, by their exact name: the oldest.
CREATE FUNCTION _import_match_organizations(import_id uuid)
  RETURNS TABLE (row_number bigint, organization_id uuid, of_this_import boolean, name text, organization_type text,
                 industry text, phone text, phone_entered text, fax text, fax_entered text, street text, street2 text,
                 city text, region text, postal_code text, country text, employee_count text, revenue text,
                 websites text, tags text, ticker_symbol text, ticker_exchange text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT b.row_number, o.organization_id,
         o.import_id IS NOT DISTINCT FROM _import_match_organizations.import_id
           OR (o.version > 1 AND o.updated_at = now() AND age(o.xmin) <= r.age),
         o.name, o.organization_type, o.industry, o.phone::text, o.phone_entered, o.fax::text, o.fax_entered,
         o.street, o.street2, o.city, o.region, o.postal_code, o.country, o.employee_count::text, o.revenue::text,
         array_to_string(o.websites, E'\n'), array_to_string(o.tags, E'\n'), o.ticker_symbol, o.ticker_exchange
    FROM contacts.import_batch('organization_key')
      AS b(row_number bigint, organization_id uuid, source text, external_id text, name text)
   CROSS JOIN LATERAL (
         SELECT k.organization_id FROM organization k WHERE k.organization_id = b.organization_id
         UNION ALL
         SELECT k.organization_id FROM organization k WHERE k.source = b.source AND k.external_id = b.external_id
         UNION ALL
         (SELECT k.organization_id FROM organization k WHERE k.name = b.name ORDER BY k.organization_id LIMIT 1)
         LIMIT 1) AS found
         -- LIMIT keeps it a look-up, as above; a join may be planned to begin with all organizations.
   CROSS JOIN LATERAL (SELECT k.*, k.xmin FROM organization k
                        WHERE k.organization_id = found.organization_id LIMIT 1) AS o
    LEFT JOIN (SELECT age(i.xmin) AS age FROM import_run i
                WHERE i.import_id = _import_match_organizations.import_id) AS r ON true;
END;

-- The rows an update changes are locked from here on, in one order. of_this_import: a record before wrote it; rows of
-- another import in the same transaction are older than this one's import_run.
CREATE FUNCTION _import_contact_state(ids uuid[], import_id uuid)
  RETURNS TABLE (contact_id uuid, of_this_import boolean, organization_id uuid, organization_name text,
                 name_prefix text, first_name text, middle_name text, last_name text, name_suffix text, nickname text,
                 job_title text, department text, location text, birth_date text, language text, contact_type text,
                 contact_level text, websites text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT c.contact_id,
         c.import_id IS NOT DISTINCT FROM _import_contact_state.import_id
           OR (c.version > 1 AND c.updated_at = now()
               AND age(c.xmin) <= (SELECT age(r.xmin) FROM import_run r
                                    WHERE r.import_id = _import_contact_state.import_id)),
         c.organization_id, (SELECT o.name FROM organization o WHERE o.organization_id = c.organization_id),
         c.name_prefix, c.first_name, c.middle_name, c.last_name, c.name_suffix, c.nickname,
         c.job_title, c.department, c.location,
         to_char(c.birth_date, CASE WHEN c.birth_year_known THEN 'YYYY-MM-DD' ELSE '"--"MM-DD' END),
         c.language, c.contact_type, c.contact_level, array_to_string(c.websites, E'\n')
    FROM contact c
   WHERE c.contact_id = ANY (_import_contact_state.ids)
   ORDER BY c.contact_id
     FOR NO KEY UPDATE;
END;

CREATE FUNCTION _import_custom_state(ids uuid[], keys jsonb) RETURNS TABLE (contact_id uuid, key_number bigint, value text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.contact_id, k.ordinality, c.custom ->> k.key
    FROM contact c, jsonb_array_elements_text(_import_custom_state.keys) WITH ORDINALITY AS k(key, ordinality)
   WHERE c.contact_id = ANY (_import_custom_state.ids);
END;

CREATE FUNCTION _import_phone_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, number text, entered text, accepts_sms text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.number::text, p.entered, p.accepts_sms::text
    FROM contact_phone p WHERE p.contact_id = ANY (_import_phone_state.ids) ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_email_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, address text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.address::text
    FROM contact_email p WHERE p.contact_id = ANY (_import_email_state.ids) ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_address_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
                 postal_code text, country text, country_entered text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.label, p.street, p.street2, p.city, p.region, p.postal_code, p.country,
         p.country_entered
    FROM contact_address p WHERE p.contact_id = ANY (_import_address_state.ids) ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_social_state(ids uuid[])
  RETURNS TABLE (contact_id uuid, "position" int, network text, handle text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT p.contact_id, p.position, p.network, p.handle
    FROM contact_social p WHERE p.contact_id = ANY (_import_social_state.ids) ORDER BY p.contact_id, p.position;
END;

CREATE FUNCTION _import_group_state(ids uuid[]) RETURNS TABLE (contact_id uuid, "position" int, label text, name text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT m.contact_id, 0, NULL::text, g.name
    FROM contact_group_member m JOIN contact_group g ON g.group_id = m.group_id
   WHERE m.contact_id = ANY (_import_group_state.ids) ORDER BY m.contact_id, g.name;
END;

CREATE FUNCTION _import_insert_organizations() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO organization (organization_id, source, external_id, name, organization_type, industry, phone,
                            phone_entered, fax, fax_entered, street, street2, city, region, postal_code, country,
                            employee_count, revenue, websites, tags, ticker_symbol, ticker_exchange)
  SELECT b.organization_id, b.source, b.external_id, b.name, b.organization_type, b.industry, b.phone,
         b.phone_entered, b.fax, b.fax_entered, b.street, b.street2, b.city, b.region, b.postal_code, b.country,
         b.employee_count, b.revenue, string_to_array(b.websites, E'\n'), string_to_array(b.tags, E'\n'),
         b.ticker_symbol, b.ticker_exchange
    FROM contacts.import_batch('organization_insert')
      AS b(organization_id uuid, source text, external_id text, name text, organization_type text, industry text,
           phone contacts.phone, phone_entered text, fax contacts.phone, fax_entered text, street text, street2 text,
           city text, region text, postal_code text, country text, employee_count bigint, revenue numeric,
           websites text, tags text, ticker_symbol text, ticker_exchange text)
  RETURNING organization_id;
END;

CREATE FUNCTION _import_update_organizations() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE organization o
     SET name = b.name, organization_type = b.organization_type, industry = b.industry, phone = b.phone,
         phone_entered = b.phone_entered, fax = b.fax, fax_entered = b.fax_entered, street = b.street,
         street2 = b.street2, city = b.city, region = b.region, postal_code = b.postal_code, country = b.country,
         employee_count = b.employee_count, revenue = b.revenue, websites = string_to_array(b.websites, E'\n'),
         tags = string_to_array(b.tags, E'\n'), ticker_symbol = b.ticker_symbol, ticker_exchange = b.ticker_exchange
    FROM contacts.import_batch('organization_update')
      AS b(organization_id uuid, name text, organization_type text, industry text,
           phone contacts.phone, phone_entered text, fax contacts.phone, fax_entered text, street text, street2 text,
           city text, region text, postal_code text, country text, employee_count bigint, revenue numeric,
           websites text, tags text, ticker_symbol text, ticker_exchange text)
   WHERE o.organization_id = b.organization_id;
END;

CREATE FUNCTION _import_insert_contacts() RETURNS SETOF uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact (contact_id, source, external_id, visibility, owner_id, organization_id, contact_type,
                       contact_level, name_prefix, first_name, middle_name, last_name, name_suffix, nickname,
                       job_title, department, location, birth_date, birth_year_known, language, websites, custom)
  SELECT b.contact_id, b.source, b.external_id, b.visibility, b.owner_id, b.organization_id, b.contact_type,
         b.contact_level, b.name_prefix, b.first_name, b.middle_name, b.last_name, b.name_suffix, b.nickname,
         b.job_title, b.department, b.location, b.birth_date, b.birth_year_known, b.language,
         string_to_array(b.websites, E'\n'), b.custom
    FROM contacts.import_batch('contact_insert')
      AS b(contact_id uuid, source text, external_id text, visibility text, owner_id uuid, organization_id uuid,
           contact_type text, contact_level text, name_prefix text, first_name text, middle_name text, last_name text,
           name_suffix text, nickname text, job_title text, department text, location text, birth_date date,
           birth_year_known boolean, language text, websites text, custom jsonb)
  RETURNING contact_id;
END;

-- A contact of which only parts change is written too: its version tells of every change.
CREATE FUNCTION _import_update_contacts() RETURNS SETOF uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact c
     SET organization_id = b.organization_id, contact_type = b.contact_type, contact_level = b.contact_level,
         name_prefix = b.name_prefix, first_name = b.first_name, middle_name = b.middle_name, last_name = b.last_name,
         name_suffix = b.name_suffix, nickname = b.nickname, job_title = b.job_title, department = b.department,
         location = b.location, birth_date = b.birth_date, birth_year_known = b.birth_year_known,
         language = b.language, websites = string_to_array(b.websites, E'\n'),
         custom = (c.custom || b.custom) - b.custom_removed
    FROM contacts.import_batch('contact_update')
      AS b(contact_id uuid, organization_id uuid, contact_type text, contact_level text, name_prefix text,
           first_name text, middle_name text, last_name text, name_suffix text, nickname text, job_title text,
           department text, location text, birth_date date, birth_year_known boolean, language text, websites text,
           custom jsonb, custom_removed text[])
   WHERE c.contact_id = b.contact_id
  RETURNING c.contact_id;
END;

CREATE FUNCTION _import_delete_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_phone p
   USING contacts.import_batch('phone_delete') AS b(contact_id uuid, "position" int)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_update_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_phone p
     SET label = b.label, number = b.number, entered = b.entered, accepts_sms = b.accepts_sms
    FROM contacts.import_batch('phone_update')
      AS b(contact_id uuid, "position" int, label text, number contacts.phone, entered text, accepts_sms boolean)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_insert_phones() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_phone (contact_id, position, label, number, entered, accepts_sms, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.number, b.entered, b.accepts_sms, b.owner_id, b.visibility
    FROM contacts.import_batch('phone_insert')
      AS b(contact_id uuid, "position" int, label text, number contacts.phone, entered text, accepts_sms boolean,
           owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_email p
   USING contacts.import_batch('email_delete') AS b(contact_id uuid, "position" int)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_update_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_email p
     SET label = b.label, address = b.address
    FROM contacts.import_batch('email_update')
      AS b(contact_id uuid, "position" int, label text, address contacts.email)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_insert_emails() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_email (contact_id, position, label, address, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.address, b.owner_id, b.visibility
    FROM contacts.import_batch('email_insert')
      AS b(contact_id uuid, "position" int, label text, address contacts.email, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_address p
   USING contacts.import_batch('address_delete') AS b(contact_id uuid, "position" int)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_update_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_address p
     SET label = b.label, street = b.street, street2 = b.street2, city = b.city, region = b.region,
         postal_code = b.postal_code, country = b.country, country_entered = b.country_entered
    FROM contacts.import_batch('address_update')
      AS b(contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
           postal_code text, country text, country_entered text)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_insert_addresses() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_address (contact_id, position, label, street, street2, city, region, postal_code, country,
                               country_entered, owner_id, visibility)
  SELECT b.contact_id, b.position, b.label, b.street, b.street2, b.city, b.region, b.postal_code, b.country,
         b.country_entered, b.owner_id, b.visibility
    FROM contacts.import_batch('address_insert')
      AS b(contact_id uuid, "position" int, label text, street text, street2 text, city text, region text,
           postal_code text, country text, country_entered text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_social p
   USING contacts.import_batch('social_delete') AS b(contact_id uuid, "position" int)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_update_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE contact_social p
     SET network = b.network, handle = b.handle
    FROM contacts.import_batch('social_update') AS b(contact_id uuid, "position" int, network text, handle text)
   WHERE p.contact_id = b.contact_id AND p.position = b.position;
END;

CREATE FUNCTION _import_insert_socials() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_social (contact_id, position, network, handle, owner_id, visibility)
  SELECT b.contact_id, b.position, b.network, b.handle, b.owner_id, b.visibility
    FROM contacts.import_batch('social_insert')
      AS b(contact_id uuid, "position" int, network text, handle text, owner_id uuid, visibility text)
  RETURNING contact_id;
END;

CREATE FUNCTION _import_delete_groups() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM contact_group_member m
   USING contacts.import_batch('group_delete') AS b(contact_id uuid, name text), contact_group g
   WHERE g.name = b.name AND m.contact_id = b.contact_id AND m.group_id = g.group_id;
END;

CREATE FUNCTION _import_insert_groups() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO contact_group (name)
  SELECT DISTINCT b.name FROM contacts.import_batch('group_insert') AS b(name text)
   ORDER BY b.name
      ON CONFLICT (name) DO NOTHING;
  INSERT INTO contact_group_member (contact_id, group_id, owner_id, visibility)
  SELECT b.contact_id, g.group_id, b.owner_id, b.visibility
    FROM contacts.import_batch('group_insert') AS b(contact_id uuid, name text, owner_id uuid, visibility text)
    JOIN contact_group g ON g.name = b.name
  RETURNING contact_id;
END;

CREATE FUNCTION _import_write_errors(import_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO import_error (import_id, ordinal, line, record, severity, code, column_name, target, value, message, cells)
  SELECT _import_write_errors.import_id, b.ordinal, b.line, b.record, b.severity, b.code, b.column_name, b.target,
         b.value, b.message, b.cells
    FROM contacts.import_batch('error')
      AS b(ordinal bigint, line bigint, record bigint, severity text, code text, column_name text, target text,
           value text, message text, cells text[])
  RETURNING ordinal;
END;

COMMENT ON FUNCTION _import_lock() IS 'Waits for other imports into this directory that may write the same rows; held to the end of the transaction.';
COMMENT ON FUNCTION _import_owner(text) IS 'The colleague of this login, by default of who acts; NULL where nobody of it is enrolled.';
COMMENT ON FUNCTION _import_deferrable_constraints() IS 'Deferrable constraints of the directory''s tables as SET CONSTRAINTS names them; NULL where there are none.';
COMMENT ON FUNCTION _import_begin(jsonb) IS 'Makes the row of import_run.';
COMMENT ON FUNCTION _import_end(jsonb) IS 'Writes an import''s totals to its row of import_run; the row as JSON.';
COMMENT ON FUNCTION _import_match_contacts() IS 'The contacts that the IDs of the batch (relation contact_key) mean.';
COMMENT ON FUNCTION _import_match_organizations(uuid) IS 'The organizations that the batch (relation organization_key) means, with what is known of them.';
COMMENT ON FUNCTION _import_contact_state(uuid[], uuid) IS 'What is known of these contacts; locks their rows.';
COMMENT ON FUNCTION _import_custom_state(uuid[], jsonb) IS 'The values of these custom keys of these contacts.';
COMMENT ON FUNCTION _import_phone_state(uuid[]) IS 'Phones of these contacts.';
COMMENT ON FUNCTION _import_email_state(uuid[]) IS 'E-mail addresses of these contacts.';
COMMENT ON FUNCTION _import_address_state(uuid[]) IS 'Postal addresses of these contacts.';
COMMENT ON FUNCTION _import_social_state(uuid[]) IS 'Social accounts of these contacts.';
COMMENT ON FUNCTION _import_group_state(uuid[]) IS 'Groups of these contacts.';
COMMENT ON FUNCTION _import_insert_organizations() IS 'Inserts new organizations of the batch.';
COMMENT ON FUNCTION _import_update_organizations() IS 'Updates organizations of the batch.';
COMMENT ON FUNCTION _import_insert_contacts() IS 'Inserts the new contacts of the batch; the ids that were stored.';
COMMENT ON FUNCTION _import_update_contacts() IS 'Updates the contacts of the batch; the ids that were changed.';
COMMENT ON FUNCTION _import_delete_phones() IS 'Deletes phones of the batch.';
COMMENT ON FUNCTION _import_update_phones() IS 'Updates phones of the batch.';
COMMENT ON FUNCTION _import_insert_phones() IS 'Inserts new phones of the batch.';
COMMENT ON FUNCTION _import_delete_emails() IS 'Deletes e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_update_emails() IS 'Updates e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_insert_emails() IS 'Inserts new e-mail addresses of the batch.';
COMMENT ON FUNCTION _import_delete_addresses() IS 'Deletes postal addresses of the batch.';
COMMENT ON FUNCTION _import_update_addresses() IS 'Updates postal addresses of the batch.';
COMMENT ON FUNCTION _import_insert_addresses() IS 'Inserts new postal addresses of the batch.';
COMMENT ON FUNCTION _import_delete_socials() IS 'Deletes social accounts of the batch.';
COMMENT ON FUNCTION _import_update_socials() IS 'Updates social accounts of the batch.';
COMMENT ON FUNCTION _import_insert_socials() IS 'Inserts new social accounts of the batch.';
COMMENT ON FUNCTION _import_delete_groups() IS 'Removes contacts of the batch from groups.';
COMMENT ON FUNCTION _import_insert_groups() IS 'Adds contacts of the batch to groups, making these where needed.';
COMMENT ON FUNCTION _import_write_errors(uuid) IS 'Adds the faults of the batch to import_error.';
-- The doors of the import: a file's content, a large object, a file of the server, and the views of the formats.

CREATE FUNCTION _import_options(format text, mode text, default_region text, encoding text, delimiter text, quote text,
    empty_cells text, visibility text, owner text, strict boolean, file_name text, max_bytes bigint) RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'format', format, 'mode', mode, 'default_region', default_region, 'encoding', encoding,
           'delimiter', delimiter, 'quote', quote, 'empty_cells', empty_cells, 'visibility', visibility,
           'owner', owner, 'strict', strict, 'file_name', file_name, 'max_bytes', max_bytes));
END;
COMMENT ON FUNCTION _import_options IS 'The options of an import as the engine takes them.';

CREATE FUNCTION _import_result(run jsonb)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT *
    FROM jsonb_to_record(run)
      AS r(import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
           started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
           blank bigint, warnings bigint, options jsonb, message text);
END;
COMMENT ON FUNCTION _import_result(jsonb) IS 'The row of import_run that the engine gives as JSON.';

CREATE FUNCTION import_csv(content bytea, format text DEFAULT 'auto', mode text DEFAULT NULL,
    default_region text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL,
    quote text DEFAULT NULL, empty_cells text DEFAULT 'keep', visibility text DEFAULT NULL, owner text DEFAULT NULL,
    strict boolean DEFAULT false, file_name text DEFAULT NULL, max_bytes bigint DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_content('contact'::regclass, import_csv.content, _import_options(
           import_csv.format, import_csv.mode, import_csv.default_region, import_csv.encoding,
           import_csv.delimiter, import_csv.quote, import_csv.empty_cells, import_csv.visibility,
           import_csv.owner, import_csv.strict, import_csv.file_name, import_csv.max_bytes)));
END;
COMMENT ON FUNCTION import_csv IS 'Imports a CSV file of any dialect; the row of import_run. format: auto, 8x8, cinnox or genesys; mode: insert, update or upsert (by contact or external ID), by default what the product does; default_region: ISO 3166-1 alpha-2, whose national phone notation is understood; empty_cells: keep or clear fields on update; visibility and owner (login) of new contacts; strict: the product''s own limits are errors. One bad record never costs another: see import_error and error_file().';

CREATE FUNCTION import_large_object(loid oid, format text DEFAULT 'auto', mode text DEFAULT NULL,
    default_region text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL,
    quote text DEFAULT NULL, empty_cells text DEFAULT 'keep', visibility text DEFAULT NULL, owner text DEFAULT NULL,
    strict boolean DEFAULT false, file_name text DEFAULT NULL, max_bytes bigint DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_large_object('contact'::regclass, import_large_object.loid, _import_options(
           import_large_object.format, import_large_object.mode, import_large_object.default_region,
           import_large_object.encoding, import_large_object.delimiter, import_large_object.quote,
           import_large_object.empty_cells, import_large_object.visibility, import_large_object.owner,
           import_large_object.strict, import_large_object.file_name, import_large_object.max_bytes)));
END;
COMMENT ON FUNCTION import_large_object IS 'As import_csv(), the file being a large object that the caller may read: psql''s \lo_import brings one in from any client, of any size.';

CREATE FUNCTION import_file(path text, format text DEFAULT 'auto', mode text DEFAULT NULL,
    default_region text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL,
    quote text DEFAULT NULL, empty_cells text DEFAULT 'keep', visibility text DEFAULT NULL, owner text DEFAULT NULL,
    strict boolean DEFAULT false, file_name text DEFAULT NULL, max_bytes bigint DEFAULT NULL)
  RETURNS TABLE (import_id uuid, format text, file_name text, started_at timestamptz, finished_at timestamptz,
                 started_by text, records bigint, inserted bigint, updated bigint, unchanged bigint, failed bigint,
                 blank bigint, warnings bigint, options jsonb, message text)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT *
    FROM _import_result(contacts.import_server_file('contact'::regclass, import_file.path, _import_options(
           import_file.format, import_file.mode, import_file.default_region, import_file.encoding,
           import_file.delimiter, import_file.quote, import_file.empty_cells, import_file.visibility,
           import_file.owner, import_file.strict,
           coalesce(import_file.file_name, substring(import_file.path, '[^/\\]*$')), import_file.max_bytes)));
END;
COMMENT ON FUNCTION import_file IS 'As import_csv(), the file being one of the server, for roles with the privileges of pg_read_server_files. A relative path begins at the data directory; file_name is by default the last part of the path.';

-- The failed records of an import, as they were in the file, with their errors in a column that every import
-- ignores: to be corrected and imported again.
CREATE FUNCTION error_file(import_id uuid DEFAULT NULL) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH run AS (
    SELECT r.import_id, coalesce(r.delimiter, ',') AS delimiter, r.header,
           -- An error file that failed again has its error column already.
           (SELECT min(h.ordinality)::int FROM unnest(r.header) WITH ORDINALITY AS h(name, ordinality)
             WHERE lower(trim(h.name)) = 'error detail') AS error_at
      FROM import_run r
     WHERE r.import_id = coalesce(error_file.import_id, (SELECT max_run.import_id FROM import_run max_run
                                                          ORDER BY max_run.import_id DESC LIMIT 1))
  ), width AS (
    SELECT run.*, coalesce(run.error_at, cardinality(run.header) + 1) AS at FROM run
  ), failed AS (
    SELECT e.record, min(e.ordinal) AS first_ordinal,
           string_agg(coalesce(e.column_name || ': ', '') || e.message, '; ' ORDER BY e.ordinal)
             FILTER (WHERE e.severity = 'error') AS detail
      FROM import_error e JOIN run ON run.import_id = e.import_id
     WHERE e.record IS NOT NULL
     GROUP BY e.record
    HAVING bool_or(e.severity = 'error')
  )
  SELECT f.csv
    FROM (SELECT 0::bigint AS record,
                 contacts.csv_record(w.header[:w.at - 1] || 'Error Detail'::text || w.header[w.at + 1:], w.delimiter) AS csv
            FROM width w
           UNION ALL
          -- Cells that a short record lacks are filled up, so that the error stands in its column.
          SELECT f.record,
                 contacts.csv_record(e.cells[:w.at - 1]
                                     || array_fill(''::text, ARRAY[greatest(w.at - 1 - cardinality(e.cells), 0)])
                                     || f.detail
                                     || e.cells[CASE WHEN w.error_at IS NULL THEN w.at ELSE w.at + 1 END:],
                                     w.delimiter)
            FROM failed f
           CROSS JOIN width w
            JOIN import_error e ON e.import_id = w.import_id AND e.ordinal = f.first_ordinal) AS f
   ORDER BY f.record;
END;
COMMENT ON FUNCTION error_file(uuid) IS 'The failed records of an import (NULL: the last one that is visible) as a CSV file, a record a row, header first: the original columns and "Error Detail". Correct and import it again; the column may stay.';

CREATE FUNCTION csv_template(format text) RETURNS SETOF text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT contacts.csv_record(array_agg(f.header ORDER BY f.position))
    FROM contacts.format_column() f
   WHERE f.format = csv_template.format AND f.in_view AND f.target <> 'ignored'
   GROUP BY f.format;
END;
COMMENT ON FUNCTION csv_template(text) IS 'The header of a format as the product documents it, as a CSV record; no row for an unknown format.';

-- A format is a relation: reading csv_<format> gives the visible contacts as that product's file, writing to it
-- imports. The query comes from the format's declaration. COPY wants a value for every column of a view, so a format
-- with an error column has two: with it, for error files, and without it, for files made from the product's template.
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN
    SELECT 'csv_' || c.format AS view, c.format, contacts.format_query(c.format) AS query,
           format('Contacts in the CSV format "%s". COPY or INSERT into it imports, as import_csv() does with this format''s defaults.', c.format) AS comment
      FROM contacts.format_column() c WHERE c.position = 1
    UNION ALL
    SELECT 'csv_' || c.format || '_template', c.format,
           format('SELECT %s FROM %I', string_agg(quote_ident(c.header), ', ' ORDER BY c.position) FILTER (WHERE c.target <> 'ignored'),
                  'csv_' || c.format),
           format('As csv_%s, without the error column: for files with exactly the columns of the product''s template.', c.format)
      FROM contacts.format_column() c WHERE c.in_view GROUP BY c.format HAVING bool_or(c.target = 'ignored')
    ORDER BY 1
  LOOP
    EXECUTE format('CREATE VIEW %I WITH (security_invoker) AS %s', f.view, f.query);
    EXECUTE format('COMMENT ON VIEW %I IS %L', f.view, f.comment);
    EXECUTE format('CREATE TRIGGER import_begin BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE TRIGGER import_row INSTEAD OF INSERT ON %I FOR EACH ROW EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
    EXECUTE format('CREATE TRIGGER import_end AFTER INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION contacts.import_view(%L, %L)',
                   f.view, f.format, 'contact');
  END LOOP;
END
$$;
-- The layout's version. A body in quotes, not BEGIN ATOMIC: the view contacts.directories reads it from the catalog,
-- since it must not run functions of strangers.
CREATE OR REPLACE FUNCTION directory_layout() RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $layout$SELECT '0.1.0'$layout$;
COMMENT ON FUNCTION directory_layout() IS 'Version of the extension "contacts" whose layout this directory has; marks the schema as a directory.';
$directory_script$ $function$;
COMMENT ON FUNCTION contacts.directory_script() IS 'The SQL that create_directory() runs in a new schema: tables, views and functions of a directory, as text.';
