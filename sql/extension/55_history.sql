-- The history of a directory: what its triggers call. They read the transition tables and write arrays, in chunks, as
-- the owner of the table that fired.
CREATE OR REPLACE FUNCTION contacts.log_contact() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_contact';
COMMENT ON FUNCTION contacts.log_contact() IS 'AFTER UPDATE statement trigger of contacts, with both transition tables: an entry of the change log for each row that changed in more than its stamps, {"field": [old, new], …}; of custom fields only those that changed. Argument: the table of the log, in the same schema.';

CREATE OR REPLACE FUNCTION contacts.log_part() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_part';
COMMENT ON FUNCTION contacts.log_part() IS 'AFTER INSERT, UPDATE or DELETE statement trigger of a contact''s part, with its transition tables: a new version of each contact and an entry of the change log, {"field": [[old row, new row], …]}, one for all that one call does; nothing for contacts that this transaction created. Arguments: the table of contacts, that of the log, the field''s name, and for groups the table that has their names; all in the same schema.';

CREATE OR REPLACE FUNCTION contacts.log_deletion() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_log_deletion';
COMMENT ON FUNCTION contacts.log_deletion() IS 'AFTER DELETE row trigger of contacts, to be fired before the foreign keys of the parts: keeps the whole contact in the change log. Arguments: the table of the log, then for each part "field table", of groups "field table table-of-names".';

-- Says nothing about rights: who acts is in every entry, and the mark ends with the caller's statement.
CREATE OR REPLACE FUNCTION contacts.log_undo(import_id uuid) RETURNS void
  LANGUAGE c VOLATILE PARALLEL UNSAFE
  AS 'MODULE_PATHNAME', 'contacts_log_undo';
COMMENT ON FUNCTION contacts.log_undo(uuid) IS 'For undo_import(): what the client''s present statement goes on to change is logged as the undoing of this import; NULL ends that.';
