-- Loads the drafts that generate.sql made; first 100 000 of them in five ways, to see what document and index cost.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
CREATE PROCEDURE pg_temp.load(what text, count int) LANGUAGE plpgsql AS $$
DECLARE started timestamptz := clock_timestamp();
BEGIN
  INSERT INTO crm.contact (first_name, last_name, job_title, department, organization_id, created_at, created_by, updated_at, updated_by)
  SELECT d.*, now(), '', now(), '' FROM draft AS d LIMIT load.count;
  RAISE INFO '%: % µs a contact', what, round(extract(epoch FROM clock_timestamp() - started) * 1e6 / load.count, 1);
END $$;
SET client_min_messages = error;
DROP INDEX crm.contact_search_idx;
ALTER TABLE crm.contact DISABLE TRIGGER zz_stamp;
CALL pg_temp.load('without trigger and index', 100000);
TRUNCATE crm.contact CASCADE;
CALL pg_temp.load('the same again', 100000);
TRUNCATE crm.contact CASCADE;
ALTER TABLE crm.contact ENABLE TRIGGER zz_stamp;
CALL pg_temp.load('with the trigger (stamps and document)', 100000);
TRUNCATE crm.contact CASCADE;
CREATE INDEX contact_search_idx ON crm.contact USING gin (search contacts.search_ops);
CALL pg_temp.load('and the index', 100000);
TRUNCATE crm.contact CASCADE;
ALTER INDEX crm.contact_search_idx SET (fastupdate = off);
CALL pg_temp.load('and the index, fastupdate off', 100000);
TRUNCATE crm.contact CASCADE;
ALTER INDEX crm.contact_search_idx SET (gin_pending_list_limit = 65536);
ALTER INDEX crm.contact_search_idx SET (fastupdate = on);
CALL pg_temp.load('and the index, gin_pending_list_limit 64 MB', 100000);
TRUNCATE crm.contact CASCADE;
ALTER INDEX crm.contact_search_idx RESET (gin_pending_list_limit);
CALL pg_temp.load('all of them', :contacts);
VACUUM ANALYZE crm.contact;
SELECT 'contact ' || pg_size_pretty(pg_relation_size('crm.contact')) || ', index ' || pg_size_pretty(pg_relation_size('crm.contact_search_idx'));
