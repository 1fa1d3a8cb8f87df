-- From layout 0.3.0.

-- Fewer indexes: nothing asks for imports by time but by id, which says the same; notes of an import are found by their ids;
-- one index of private organizations serves their IDs and their owners.
DROP INDEX IF EXISTS import_run_started_at_idx, contact_note_import_id_idx, organization_owner_id_idx,
  organization_private_external_id_key;
CREATE UNIQUE INDEX organization_private_external_id_key
  ON organization (owner_id, source text_pattern_ops, external_id text_pattern_ops)
  WHERE owner_id IS NOT NULL;
-- Indexes of text compare byte by byte, not by the database's collation.
DROP INDEX IF EXISTS organization_external_id_key, contact_external_id_key, contact_personal_external_id_key,
  contact_phone_suffix_idx, staff_phone_suffix_idx;
CREATE UNIQUE INDEX organization_external_id_key ON organization (source text_pattern_ops, external_id text_pattern_ops)
  WHERE owner_id IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX contact_external_id_key ON contact (source text_pattern_ops, external_id text_pattern_ops)
  WHERE visibility <> 'personal' AND external_id IS NOT NULL;
CREATE UNIQUE INDEX contact_personal_external_id_key
  ON contact (owner_id, source text_pattern_ops, external_id text_pattern_ops) NULLS NOT DISTINCT
  WHERE visibility = 'personal' AND external_id IS NOT NULL;
CREATE INDEX contact_phone_suffix_idx ON contact_phone (contacts.phone_suffix(number, 4) text_pattern_ops);
CREATE INDEX staff_phone_suffix_idx ON staff_phone (contacts.phone_suffix(number, 4) text_pattern_ops);

-- Nicknames are folded when they are written.
COMMENT ON COLUMN nickname.nickname IS 'One word: bob. Kept as contacts.fold_name() answers it.';
COMMENT ON COLUMN nickname.name IS 'One or more words: robert, mary jane. Kept as contacts.fold_name() answers them.';

-- Functions and views that changed.
-- @include sql/directory/34_nickname_trigger.sql
-- @include sql/directory/74_search.sql
-- @include sql/directory/86_index.sql
-- @include sql/directory/90_layout.sql
