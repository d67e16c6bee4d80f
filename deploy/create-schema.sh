#!/bin/sh
# One-shot: both databases of a Temporal server, with their schema. Safe to run again: an existing database or schema
# stays, and an older schema is brought to this release's version.
# Wants: SQL_HOST, SQL_PORT, SQL_USER, and SQL_PASSWORD or SQL_PASSWORD_FILE.
set -eu

: "${SQL_HOST:?}" "${SQL_PORT:=5432}" "${SQL_USER:?}"
if [ -n "${SQL_PASSWORD_FILE:-}" ]; then
  SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
fi
export SQL_HOST SQL_PORT SQL_USER SQL_PASSWORD
export SQL_PLUGIN=postgres12

# SQL_DATABASE is not set: the tool's --db names one of two.
for database in temporal temporal_visibility; do
  case $database in
    temporal) schema=postgresql/v12/temporal ;;
    temporal_visibility) schema=postgresql/v12/visibility ;;
  esac
  # Does nothing where the database exists.
  temporal-sql-tool --db "$database" create-database
  # Fails where a schema exists, and has then nothing to do; what else may have failed, the update below finds.
  temporal-sql-tool --quiet --db "$database" setup-schema -v 0.0 >/dev/null 2>&1 || true
  temporal-sql-tool --db "$database" update-schema --schema-name "$schema"
done
