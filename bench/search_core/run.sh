#!/bin/sh
# Search on :CONTACTS contacts as the tables' owner, warm, on one connection: how long queries of each kind take, and what an insert
# pays for document and index. Needs a server with the extension (PGHOST and the like) and makes a schema crm in $PGDATABASE.
# usage: bench/search_core/run.sh [contacts, default 1000000] [--keep: use what is there]
set -eu
here=$(dirname "$0")
contacts=${1:-1000000}
run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
if [ "${2:-}" != --keep ]; then
  run -c "SET client_min_messages = error" -c "CREATE EXTENSION IF NOT EXISTS contacts" -c "DROP SCHEMA IF EXISTS crm CASCADE" \
      -c "SELECT contacts.create_directory('crm')" -o /dev/null
  run -v contacts="$contacts" -f "$here/generate.sql" -f "$here/load.sql"
fi
run -v contacts="$contacts" -f "$here/query.sql"
