-- Search: names folded for comparison, queries made of what people type, and their match on search documents.
--
-- What folds asks ICU and is STABLE; what compares keys that were made asks nobody and is IMMUTABLE. What stands in a
-- condition is LEAKPROOF, or an index below a policy would not be used: any text makes a query, and none an error.
CREATE OR REPLACE FUNCTION contacts.fold_name(name text) RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_fold_name';
COMMENT ON FUNCTION contacts.fold_name(text) IS 'The strict key of a name: words of Latin letters and digits in lower case, one space apart; case, accents, width, ligatures, punctuation and script make no difference. Empty for text without letters and digits; text beyond 4096 bytes is not read. STABLE: transliteration is that of the installed ICU.';

CREATE OR REPLACE FUNCTION contacts.search_version() RETURNS text
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_version';
COMMENT ON FUNCTION contacts.search_version() IS 'Which rules and which ICU search documents are made with now, such as #1/icu72.1: the first element of every document made with them. See contacts.refresh_search().';

CREATE OR REPLACE FUNCTION contacts.search_document(names text[], words text[] DEFAULT NULL) RETURNS text[]
  LANGUAGE c STABLE PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_document';
COMMENT ON FUNCTION contacts.search_document(text[], text[]) IS 'A search document: contacts.search_version() and the sorted keys that a query finds. names: first, middle and last name in this order, then any others; words: title, department, company and the like. NULLs and missing elements are passed over. STABLE: see contacts.fold_name().';

-- Not named like the function that makes one: PostgreSQL would take search_query('…') for a cast of the literal.
CREATE TYPE contacts.search_pattern;
CREATE OR REPLACE FUNCTION contacts.search_pattern_in(cstring) RETURNS contacts.search_pattern
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_pattern_in';
CREATE OR REPLACE FUNCTION contacts.search_pattern_out(contacts.search_pattern) RETURNS cstring
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_pattern_out';
CREATE OR REPLACE FUNCTION contacts.search_pattern_recv(internal) RETURNS contacts.search_pattern
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_pattern_recv';
CREATE OR REPLACE FUNCTION contacts.search_pattern_send(contacts.search_pattern) RETURNS bytea
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_pattern_send';
COMMENT ON FUNCTION contacts.search_pattern_in(cstring) IS 'Input of contacts.search_pattern. Error 22P02 for anything but its text form.';
COMMENT ON FUNCTION contacts.search_pattern_out(contacts.search_pattern) IS 'Output of contacts.search_pattern.';
COMMENT ON FUNCTION contacts.search_pattern_recv(internal) IS 'Binary input of contacts.search_pattern: its text form.';
COMMENT ON FUNCTION contacts.search_pattern_send(contacts.search_pattern) IS 'Binary output of contacts.search_pattern: its text form.';
CREATE TYPE contacts.search_pattern (
  INPUT = contacts.search_pattern_in,
  OUTPUT = contacts.search_pattern_out,
  RECEIVE = contacts.search_pattern_recv,
  SEND = contacts.search_pattern_send,
  INTERNALLENGTH = VARIABLE,
  STORAGE = extended
);
COMMENT ON TYPE contacts.search_pattern IS 'What is looked for in search documents, as contacts.search_query(text) makes it. Text form: groups of keys parted by spaces, each of which must be met; alternatives of a group parted by |; * after a key takes what begins with it, ~1 or ~2 that many typing errors.';

CREATE OR REPLACE FUNCTION contacts.search_query(query text) RETURNS contacts.search_pattern
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_search_query_make';
COMMENT ON FUNCTION contacts.search_query(text) IS 'A query that finds documents with all of these words, in any order, each as the beginning of one; at most 16 words. Never an error: text without letters and digits, or of more than 4096 bytes, makes the empty query, which finds nothing and reads nothing. STABLE: see contacts.fold_name().';
CREATE OR REPLACE FUNCTION contacts.search_query(query text, options jsonb) RETURNS contacts.search_pattern
  LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_search_query_make_with';
COMMENT ON FUNCTION contacts.search_query(text, jsonb) IS 'A query with options: tolerant (boolean: allow a typing error in words of 4 to 7 letters, two in longer ones), one_error (boolean: with tolerant, one in any word), finished (boolean: all words but the last are whole words, which costs least where they are common), whole_words (boolean: the last, too, and no other spelling is tried), alias (object: folded word to an array of other names for it, such as {"bob": ["robert"]}). Other keys, and values of other types, are passed over: never an error. STABLE: see contacts.fold_name().';

CREATE OR REPLACE FUNCTION contacts.search_matches(document text[], query contacts.search_pattern) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 40
  AS 'MODULE_PATHNAME', 'contacts_search_matches';
COMMENT ON FUNCTION contacts.search_matches(text[], contacts.search_pattern) IS 'Whether the document has all that the query asks for: implementation of @@.';
CREATE OR REPLACE FUNCTION contacts.search_rank(document text[], query contacts.search_pattern) RETURNS real
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 40
  AS 'MODULE_PATHNAME', 'contacts_search_rank';
COMMENT ON FUNCTION contacts.search_rank(text[], contacts.search_pattern) IS 'How well the document answers the query, 0 (not at all) to 1: the mean over the words of 1 for a whole word, 0.5 for the beginning of one, 0.25 with typing errors, a fifth less in another spelling than the strict one.';

CREATE OR REPLACE FUNCTION contacts.search_selectivity(internal, oid, internal, integer) RETURNS double precision
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_selectivity';
COMMENT ON FUNCTION contacts.search_selectivity(internal, oid, internal, integer) IS 'Share of rows that @@ selects, from the most common keys of the column''s statistics: selectivity estimator.';

CREATE OPERATOR pg_catalog.@@ (
  LEFTARG = text[], RIGHTARG = contacts.search_pattern, FUNCTION = contacts.search_matches,
  RESTRICT = contacts.search_selectivity, JOIN = contjoinsel
);
COMMENT ON OPERATOR pg_catalog.@@ (text[], contacts.search_pattern) IS 'document has all that the query asks for';

-- GIN wants the indexed type where its support functions take the query.
CREATE OR REPLACE FUNCTION contacts.search_key_cmp(text, text) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_search_key_cmp';
CREATE OR REPLACE FUNCTION contacts.search_extract_keys(text[], internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_extract_keys';
CREATE OR REPLACE FUNCTION contacts.search_extract_query(text[], internal, smallint, internal, internal, internal, internal) RETURNS internal
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_extract_query';
CREATE OR REPLACE FUNCTION contacts.search_consistent(internal, smallint, text[], integer, internal, internal, internal, internal) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_consistent';
CREATE OR REPLACE FUNCTION contacts.search_triconsistent(internal, smallint, text[], integer, internal, internal, internal) RETURNS "char"
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_triconsistent';
CREATE OR REPLACE FUNCTION contacts.search_compare_partial(text, text, smallint, internal) RETURNS integer
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_compare_partial';
COMMENT ON FUNCTION contacts.search_key_cmp(text, text) IS 'Order of two search keys byte by byte, whatever the collation: GIN support.';
COMMENT ON FUNCTION contacts.search_extract_keys(text[], internal) IS 'Keys of a search document: GIN support.';
COMMENT ON FUNCTION contacts.search_extract_query(text[], internal, smallint, internal, internal, internal, internal) IS 'Keys and ranges of keys that a query looks for: GIN support.';
COMMENT ON FUNCTION contacts.search_consistent(internal, smallint, text[], integer, internal, internal, internal, internal) IS 'Whether the keys that were found meet every group of a query: GIN support.';
COMMENT ON FUNCTION contacts.search_triconsistent(internal, smallint, text[], integer, internal, internal, internal) IS 'The same where some keys were not looked for yet: GIN support.';
COMMENT ON FUNCTION contacts.search_compare_partial(text, text, smallint, internal) IS 'Whether a key of the index begins as asked for, or is within the typing errors: GIN support.';

CREATE OPERATOR CLASS contacts.search_ops FOR TYPE text[] USING gin AS
  OPERATOR 1 pg_catalog.@@ (text[], contacts.search_pattern),
  FUNCTION 1 contacts.search_key_cmp(text, text),
  FUNCTION 2 contacts.search_extract_keys(text[], internal),
  FUNCTION 3 contacts.search_extract_query(text[], internal, smallint, internal, internal, internal, internal),
  FUNCTION 4 contacts.search_consistent(internal, smallint, text[], integer, internal, internal, internal, internal),
  FUNCTION 5 contacts.search_compare_partial(text, text, smallint, internal),
  FUNCTION 6 contacts.search_triconsistent(internal, smallint, text[], integer, internal, internal, internal),
  STORAGE text;
COMMENT ON OPERATOR CLASS contacts.search_ops USING gin IS 'Search documents, arrays of folded keys: whole keys, beginnings of keys, keys with typing errors.';
COMMENT ON OPERATOR FAMILY contacts.search_ops USING gin IS 'Search documents, arrays of folded keys.';

CREATE OR REPLACE FUNCTION contacts.make_search() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_make_search';
COMMENT ON FUNCTION contacts.make_search() IS 'BEFORE INSERT OR UPDATE row trigger of any table with a column search text[]: sets it to the search document of first_name, middle_name, last_name, name_prefix, name_suffix, nickname (or display_name), phonetic_first_name, phonetic_last_name, job_title, department (those of them that are columns of type text), and of the name of the row of the table "organization" of the same schema that organization_id names. contacts.stamp_row() does so, too.';
CREATE OR REPLACE FUNCTION contacts.refresh_organization_search() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_refresh_organization_search';
COMMENT ON FUNCTION contacts.refresh_organization_search() IS 'AFTER UPDATE statement trigger of organizations, with both transition tables: has the documents of the contacts of renamed organizations made again, as the owner of the table. Argument: the table of contacts, in the same schema.';

CREATE OR REPLACE PROCEDURE contacts.refresh_search("schema" name)
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_refresh_search';
COMMENT ON PROCEDURE contacts.refresh_search(name) IS 'Makes the search documents of a directory again that another ICU or older rules made (see contacts.search_version()), in batches; called outside of a transaction block, each batch is committed. Acts as the directory''s owner, whose role the caller must be able to take. A notice says how many there were. Errors: 3F000 where the schema is no directory, 42501 without the rights.';
