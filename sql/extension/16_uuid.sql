-- PARALLEL RESTRICTED: a parallel worker would have a sequence of its own, and the session's would not ascend.
CREATE OR REPLACE FUNCTION contacts.uuid_v7() RETURNS uuid
  LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED LEAKPROOF
  AS 'MODULE_PATHNAME', 'contacts_uuid_v7';
COMMENT ON FUNCTION contacts.uuid_v7() IS 'New UUID of version 7 (RFC 9562): the time in 1/4096 ms, then 62 random bits. Each is greater than all that the session made before, also within a millisecond and when the clock goes back.';
