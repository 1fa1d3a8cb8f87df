-- E-mail addresses by their beginning: a range of a btree.

CREATE OR REPLACE FUNCTION contacts.email_prefix_support(internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_email_prefix_support';
COMMENT ON FUNCTION contacts.email_prefix_support(internal) IS 'Tells the planner which range of a btree a prefix is.';

CREATE OR REPLACE FUNCTION contacts.email_starts_with(email contacts.email, prefix text) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  SUPPORT contacts.email_prefix_support
  AS 'MODULE_PATHNAME', 'contacts_email_starts_with';
COMMENT ON FUNCTION contacts.email_starts_with(contacts.email, text) IS 'Whether the address begins with the text, by keys: implementation of ^@. Never an error. STABLE: what is not ASCII is folded by the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.email_prefix_first(prefix text) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_prefix_first';
COMMENT ON FUNCTION contacts.email_prefix_first(text) IS 'Lower bound of the addresses that begin with the text: for comparisons only, being no address. NULL for what none begins with. Never an error. STABLE: see email_starts_with().';
CREATE OR REPLACE FUNCTION contacts.email_prefix_last(prefix text) RETURNS contacts.email
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_prefix_last';
COMMENT ON FUNCTION contacts.email_prefix_last(text) IS 'Upper bound of the addresses that begin with the text: for comparisons only, being no address. NULL for what none begins with. Never an error. STABLE: see email_starts_with().';
CREATE OR REPLACE FUNCTION contacts.email_domain_prefix(typed text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_email_domain_prefix';
COMMENT ON FUNCTION contacts.email_domain_prefix(text) IS 'A domain that somebody typed, or its beginning, as email_domain() answers it; NULL for an empty text and for what is no UTF-8 or too long. Never an error. STABLE: what is not ASCII is folded by the installed ICU.';

CREATE OPERATOR pg_catalog.^@ (
  LEFTARG = contacts.email, RIGHTARG = text, FUNCTION = contacts.email_starts_with,
  RESTRICT = prefixsel, JOIN = prefixjoinsel
);
COMMENT ON OPERATOR pg_catalog.^@ (contacts.email, text) IS 'begins with, by key; uses a btree index';
