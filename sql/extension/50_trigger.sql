-- Trigger functions of a directory's tables. Never SECURITY DEFINER: anybody may put them on a table of his own.
CREATE OR REPLACE FUNCTION contacts.stamp_row() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_stamp_row';
COMMENT ON FUNCTION contacts.stamp_row() IS 'BEFORE INSERT OR UPDATE row trigger: sets version, created_at, created_by, updated_at, updated_by and import_id, whatever was written. An update that changes nothing keeps them. With an argument, the table of staff beside it, the table is one of contacts: a new one belongs to who acts unless an owner is named, and is shared with nobody; contact_id, owner_id, shared_with and editable_by change only as the table''s owner (error 42501), merged_into by who may delete the contact, visibility by the contact''s owner between restricted and, while it is not shared, personal, and by administrators between restricted and company.';

CREATE OR REPLACE FUNCTION contacts.contact_created() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_contact_created';
COMMENT ON FUNCTION contacts.contact_created() IS 'AFTER INSERT row trigger of contacts: remembers for this transaction whose the contact is, so that its parts need not look it up.';

CREATE OR REPLACE FUNCTION contacts.inherit_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_inherit_access';
COMMENT ON FUNCTION contacts.inherit_access() IS 'BEFORE INSERT OR UPDATE row trigger of a contact''s part: sets owner_id, visibility, shared_with and editable_by to those of the contact, whatever was written, and locks the contact against a change of them. Reads it as the owner of the table; what that owner writes himself stays. Argument: the table of contacts, in the same schema. Where there is no such contact: error 23503, or, where policies apply to the caller, the error of a contact that he may not change.';

CREATE OR REPLACE FUNCTION contacts.propagate_access() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_propagate_access';
COMMENT ON FUNCTION contacts.propagate_access() IS 'AFTER UPDATE statement trigger of contacts, with both transition tables: copies changed owner_id, visibility, shared_with and editable_by to the contacts'' parts, as the owner of the table. Arguments: the tables of parts, in the same schema; "version" and the table of the log, separated by a space, whose entries up to a deletion stay as they are; and a column of contacts and the table of organizations it refers to, separated by a space: a private organization (owner_id) of the contact''s owner before goes to the new one, or to everybody (NULL) where the contact is no longer personal or not all of them went to one.';

CREATE OR REPLACE FUNCTION contacts.guard_staff() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_guard_staff';
COMMENT ON FUNCTION contacts.guard_staff() IS 'BEFORE UPDATE row trigger of a table staff. Colleagues may change the columns that the arguments name, administrators all but staff_id and a login that was given, the table''s owner all. Error 42501.';
