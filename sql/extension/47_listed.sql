-- Short lists of a directory that answers ask for in every row.

CREATE OR REPLACE FUNCTION contacts.is_listed(list regclass, staff regclass, key text) RETURNS boolean
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_is_listed';
COMMENT ON FUNCTION contacts.is_listed(regclass, regclass, text) IS 'Whether the key is in a list of the directory of this table staff, as who acts may read it: of favorite the id, of blocked_number the channel followed by the number, whose beginnings count too, of staff_phone the number without extension, of staff_extension the extension. NULL where that is not known: more than 20000 entries, another table, a parallel query, or nobody enrolled; the table has to be asked then. Kept in the session until the table changes. STABLE: follows the tables, who acts, and the role.';

CREATE OR REPLACE FUNCTION contacts.list_changed() RETURNS trigger
  LANGUAGE c AS 'MODULE_PATHNAME', 'contacts_list_changed';
COMMENT ON FUNCTION contacts.list_changed() IS 'AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE statement trigger of a list of contacts.is_listed(): makes all sessions read it anew.';
