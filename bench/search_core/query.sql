-- Milliseconds a query takes, median and 95th percentile of 200 of each kind over words of the data itself.
\set ON_ERROR_STOP on
SET client_min_messages = error;
CREATE OR REPLACE FUNCTION pg_temp.measure(typed text[], tail text, options jsonb DEFAULT '{}') RETURNS TABLE (median numeric, p95 numeric, rows numeric)
LANGUAGE plpgsql AS $$
DECLARE q text; started timestamptz; n bigint; spent float8[] := '{}'; found float8[] := '{}';
BEGIN
  FOREACH q IN ARRAY typed LOOP
    started := clock_timestamp();
    EXECUTE 'SELECT count(*) FROM (SELECT contact_id FROM crm.contact WHERE search @@ contacts.search_query($1, $2) ' || tail || ') AS s'
      INTO n USING q, options;
    spent := spent || extract(epoch FROM clock_timestamp() - started)::float8 * 1000;
    found := found || n::float8;
  END LOOP;
  RETURN QUERY SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY s)::numeric, 2), round(percentile_cont(0.95) WITHIN GROUP (ORDER BY s)::numeric, 2),
                      (SELECT round(avg(f)) FROM unnest(found) AS f)::numeric FROM unnest(spent) AS s;
END $$;
CREATE TEMPORARY TABLE typed AS
SELECT lower(c.first_name) AS first, lower(c.last_name) AS last, lower(o.name) AS org
  FROM (SELECT * FROM crm.contact TABLESAMPLE SYSTEM (2) REPEATABLE (1) WHERE last_name ~ '^[A-Za-z]{5,}$' AND first_name ~ '^[A-Za-z]{4,}$') AS c JOIN crm.organization AS o USING (organization_id)
 ORDER BY md5(c.contact_id::text) LIMIT 200;
SELECT count(*) AS warm FROM crm.contact WHERE search IS NOT NULL \g /dev/null
SELECT contacts.search_query('曾 а α م') \g /dev/null
SELECT 'last name' AS kind, m.* FROM pg_temp.measure((SELECT array_agg(last) FROM typed), '') AS m
UNION ALL SELECT 'first and last name', m.* FROM pg_temp.measure((SELECT array_agg(first || ' ' || last) FROM typed), '') AS m
UNION ALL SELECT 'the same, finished', m.* FROM pg_temp.measure((SELECT array_agg(first || ' ' || last) FROM typed), '', '{"finished": true}') AS m
UNION ALL SELECT 'last name and first letter', m.* FROM pg_temp.measure((SELECT array_agg(last || ' ' || left(first, 1)) FROM typed), '') AS m
UNION ALL SELECT 'organization', m.* FROM pg_temp.measure((SELECT array_agg(org) FROM typed), '') AS m
UNION ALL SELECT 'two letters, 200 of them', m.* FROM pg_temp.measure((SELECT array_agg(left(last, 2)) FROM typed), 'LIMIT 200') AS m
UNION ALL SELECT 'two letters, whole words, 200', m.* FROM pg_temp.measure((SELECT array_agg(left(last, 2)) FROM typed), 'LIMIT 200', '{"whole_words": true}') AS m
UNION ALL SELECT 'three letters, 200 of them', m.* FROM pg_temp.measure((SELECT array_agg(left(last, 3)) FROM typed), 'LIMIT 200') AS m
UNION ALL SELECT 'a letter left out, tolerant', m.* FROM pg_temp.measure((SELECT array_agg(left(last, 2) || substr(last, 4)) FROM typed), '', '{"tolerant": true}') AS m
UNION ALL SELECT 'two letters swapped, with first name, tolerant', m.* FROM pg_temp.measure((SELECT array_agg(first || ' ' || left(last, 2) || substr(last, 4, 1) || substr(last, 3, 1) || substr(last, 5)) FROM typed), '', '{"tolerant": true}') AS m
UNION ALL SELECT 'nobody', m.* FROM pg_temp.measure((SELECT array_agg('xq' || reverse(last)) FROM typed), '') AS m
UNION ALL SELECT '!', m.* FROM pg_temp.measure((SELECT array_agg('!?'::text) FROM typed), '') AS m;
