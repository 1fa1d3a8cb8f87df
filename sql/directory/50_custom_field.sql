-- Definitions of custom fields; the values are in contact.custom and organization.custom.

CREATE TABLE custom_field (
  key       text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  label     text NOT NULL CHECK (label <> ''),
  data_type text NOT NULL DEFAULT 'text' CHECK (data_type IN ('text', 'number', 'boolean', 'date')),
  required  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE custom_field IS 'Definitions of custom fields; values are kept under their key in contact.custom.';
COMMENT ON COLUMN custom_field.key IS 'Key in contact.custom: lower-case letters, digits and _, beginning with a letter.';
COMMENT ON COLUMN custom_field.label IS 'What people read, also a column name in imports.';
COMMENT ON COLUMN custom_field.data_type IS 'text, number, boolean or date.';
