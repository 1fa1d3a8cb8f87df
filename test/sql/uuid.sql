-- contacts.uuid_v7(): RFC 9562, ascending within a session.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS contacts;
RESET client_min_messages;

SELECT contacts.uuid_v7()::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' AS version_7_variant_10;

CREATE TEMP TABLE made AS SELECT i, contacts.uuid_v7() AS id FROM generate_series(1, 100000) AS i;
SELECT count(*) AS made, count(DISTINCT id) AS distinct_ids, bool_and(id > before) AS ascending
FROM (SELECT id, lag(id) OVER (ORDER BY i) AS before FROM made) AS m;
SELECT contacts.uuid_v7() > max(id::text)::uuid AS still_ascending FROM made;

-- The first 48 bits are the time in milliseconds.
SELECT abs(extract(epoch FROM clock_timestamp()) * 1000
           - ('x' || lpad(left(replace(contacts.uuid_v7()::text, '-', ''), 12), 16, '0'))::bit(64)::bigint) < 60000 AS is_now;

-- 62 random bits: no two alike among the last eight bytes, and each bit set about half the time.
SELECT count(DISTINCT right(id::text, 17)) AS distinct_tails FROM made;
SELECT min(share) > 0.48 AND max(share) < 0.52 AS balanced
FROM (SELECT avg(get_bit(uuid_send(id), b)) AS share FROM made, generate_series(64, 127) AS b WHERE b NOT IN (70, 71) AND i <= 20000 GROUP BY b) AS bits;

SELECT provolatile AS volatility, proparallel AS parallel FROM pg_proc WHERE oid = 'contacts.uuid_v7()'::regprocedure;
