-- Trigger functions of a directory's tables. Never SECURITY DEFINER: anybody may put them on a table of his own.
CREATE OR REPLACE FUNCTION contacts.stamp_row() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_stamp_row';
COMMENT ON FUNCTION contacts.stamp_row() IS 'BEFORE INSERT OR UPDATE row trigger: sets version, created_at, created_by, updated_at, updated_by and import_id, whatever was written. An update that changes nothing keeps them.';

CREATE OR REPLACE FUNCTION contacts.inherit_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_inherit_access';
COMMENT ON FUNCTION contacts.inherit_access() IS 'BEFORE INSERT OR UPDATE row trigger of a contact''s part: reads owner_id, visibility, shared_with and editable_by from the contact, as the owner of the table, and locks the contact against a change of them. Argument: the table of contacts, in the same schema. Error 23503 where there is no such contact.';

CREATE OR REPLACE FUNCTION contacts.propagate_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_propagate_access';
COMMENT ON FUNCTION contacts.propagate_access() IS 'AFTER UPDATE statement trigger of contacts, with both transition tables: copies changed owner_id, visibility, shared_with and editable_by to the contacts'' parts, as the owner of the table. Arguments: the tables of parts, in the same schema.';
