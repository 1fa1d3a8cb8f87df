-- Trigger functions of sharing, transfer and activity. Never SECURITY DEFINER: anybody may put them on a table of his own.
CREATE OR REPLACE FUNCTION contacts.apply_share() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_apply_share';
COMMENT ON FUNCTION contacts.apply_share() IS 'AFTER trigger of a table of shares, for each row or for each statement with a transition table: sets shared_with and editable_by of the contacts from their shares, as the owner of the table. Argument: the table of contacts, in the same schema.';

CREATE OR REPLACE FUNCTION contacts.apply_transfer() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_apply_transfer';
COMMENT ON FUNCTION contacts.apply_transfer() IS 'AFTER INSERT statement trigger of a table of transfers, with a transition table: gives the contacts to their new owners, as the owner of the table, and removes the new owner''s shares. Arguments: the tables of contacts and of shares, in the same schema. Error 40001 where a contact is no longer its giver''s.';

CREATE OR REPLACE FUNCTION contacts.stamp_author() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_stamp_author';
COMMENT ON FUNCTION contacts.stamp_author() IS 'BEFORE INSERT OR UPDATE row trigger: sets who wrote an entry (contacts.actor()) and when (start of the transaction), whatever was written, and keeps both in updates; the owner of the table may write what he likes. Arguments: the columns of author and time, and one that is set from owner_id, if any.';
