-- What of a query is looked for in the index, by what statistics say of its words.
CREATE OR REPLACE FUNCTION contacts.search_focus(documents regclass, query contacts.search_pattern) RETURNS contacts.search_pattern
  LANGUAGE c STABLE STRICT PARALLEL SAFE
  AS 'MODULE_PATHNAME', 'contacts_search_focus';
COMMENT ON FUNCTION contacts.search_focus(regclass, contacts.search_pattern) IS 'The words of a query that few rows have, where others are frequent and it costs less to look at the rows of those few than to look for all words in the index: finds all that the query does, and more. NULL where nothing is gained or known, and to who may not read the column. documents: a table with a column search text[]. Goes by the most common elements that ANALYZE found in it, hidden rows included: whether a word is one of them shows only if it is in 10000 rows and a thousandth of all; EXPLAIN shows it as well. Never an error. STABLE: reads statistics.';
