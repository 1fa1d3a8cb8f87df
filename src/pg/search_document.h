// The search document of a row, for the trigger that stamps rows.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace contacts::pg {

struct SearchDocument;

// What the trigger keeps for its statement, in `context`; null where the table has no column `search text[]`.
SearchDocument *search_document_begin(Relation rel, MemoryContext context);

// Number of the column.
int search_document_column(const SearchDocument *document);

// The document of `new_row`: that of `old_row` (null for an insert) where nothing that it is made of changed.
// Writing NULL or anything else into the column has it made again. May ereport.
Datum search_document_make(SearchDocument *document, Relation rel, HeapTuple old_row, HeapTuple new_row);

}  // namespace contacts::pg
