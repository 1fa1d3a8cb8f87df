\echo Use "ALTER EXTENSION contacts UPDATE TO '0.4.0'" to load this file. \quit

-- An undo is marked by contacts.undo_import() itself.
DROP FUNCTION contacts.log_undo(uuid);

-- Has the option one_error.
COMMENT ON FUNCTION contacts.search_query(text, jsonb) IS 'A query with options: tolerant (boolean: allow a typing error in words of 4 to 7 letters, two in longer ones), one_error (boolean: with tolerant, one in any word), finished (boolean: all words but the last are whole words, which costs least where they are common), whole_words (boolean: the last, too, and no other spelling is tried), alias (object: folded word to an array of other names for it, such as {"bob": ["robert"]}). Other keys, and values of other types, are passed over: never an error. STABLE: see contacts.fold_name().';

-- @include sql/extension/49_search_focus.sql
-- @include sql/extension/55_history.sql
-- @include sql/extension/90_directory.sql
