-- contacts.email: an address as it was typed, with the key it is compared by.
--
-- Input, and nothing else, asks ICU (for the key of what is not ASCII) and is STABLE for it. What is refused is
-- decided by rules that ICU has no part in, so that a printed value reads again under any version.
CREATE TYPE contacts.email;

CREATE OR REPLACE FUNCTION contacts.email_in(cstring) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_in';
COMMENT ON FUNCTION contacts.email_in(cstring) IS 'Input of contacts.email; error 22P02 names the rule of RFC 5321, 5322 or 6531 that is broken and the character.';

CREATE OR REPLACE FUNCTION contacts.email_out(contacts.email) RETURNS cstring
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_out';
COMMENT ON FUNCTION contacts.email_out(contacts.email) IS 'Output of contacts.email: the address as it was typed.';

CREATE OR REPLACE FUNCTION contacts.email_recv(internal) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_recv';
COMMENT ON FUNCTION contacts.email_recv(internal) IS 'Binary input of contacts.email: the address as text, checked like text; the key is made anew.';

-- Not LEAKPROOF: conversion to the client's encoding quotes the character that it cannot convert.
CREATE OR REPLACE FUNCTION contacts.email_send(contacts.email) RETURNS bytea
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

CREATE OR REPLACE FUNCTION contacts.email_try_parse(input text) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_try_parse';
COMMENT ON FUNCTION contacts.email_try_parse(text) IS 'The address that a text is, or NULL where input of contacts.email would be an error. STABLE: the key of what is not ASCII comes from the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.email_local(email contacts.email) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_local';
COMMENT ON FUNCTION contacts.email_local(contacts.email) IS 'What stands before the @, as it was typed (with its quotation marks, if any): only the domain''s own hosts may interpret it (RFC 5321, section 2.3.11).';

CREATE OR REPLACE FUNCTION contacts.email_domain(email contacts.email) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_domain';
COMMENT ON FUNCTION contacts.email_domain(contacts.email) IS 'The domain as it is compared: lower-case A-labels (xn--mller-kva.de for müller.de), or an address literal in brackets. Read from the stored value: IMMUTABLE.';

CREATE OR REPLACE FUNCTION contacts.email_eq(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_eq';
CREATE OR REPLACE FUNCTION contacts.email_ne(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_ne';
CREATE OR REPLACE FUNCTION contacts.email_lt(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_lt';
CREATE OR REPLACE FUNCTION contacts.email_le(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_le';
CREATE OR REPLACE FUNCTION contacts.email_gt(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_gt';
CREATE OR REPLACE FUNCTION contacts.email_ge(contacts.email, contacts.email) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_ge';
COMMENT ON FUNCTION contacts.email_eq(contacts.email, contacts.email) IS 'Whether two addresses are the same by their keys: implementation of =.';
COMMENT ON FUNCTION contacts.email_ne(contacts.email, contacts.email) IS 'Whether two addresses differ by their keys: implementation of <>.';
COMMENT ON FUNCTION contacts.email_lt(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of <.';
COMMENT ON FUNCTION contacts.email_le(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of <=.';
COMMENT ON FUNCTION contacts.email_gt(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of >.';
COMMENT ON FUNCTION contacts.email_ge(contacts.email, contacts.email) IS 'Order of the keys, byte by byte: implementation of >=.';

CREATE OR REPLACE FUNCTION contacts.email_cmp(contacts.email, contacts.email) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_cmp';
COMMENT ON FUNCTION contacts.email_cmp(contacts.email, contacts.email) IS 'Order of two addresses by their keys, -1, 0 or 1: btree support.';
CREATE OR REPLACE FUNCTION contacts.email_sortsupport(internal) RETURNS void
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_sortsupport';
COMMENT ON FUNCTION contacts.email_sortsupport(internal) IS 'Sorts addresses by the first bytes of their keys, then by whole keys: btree support.';
CREATE OR REPLACE FUNCTION contacts.email_hash(contacts.email) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_hash';
COMMENT ON FUNCTION contacts.email_hash(contacts.email) IS 'Hash of an address''s key: hash support.';
CREATE OR REPLACE FUNCTION contacts.email_hash_extended(contacts.email, bigint) RETURNS bigint
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
