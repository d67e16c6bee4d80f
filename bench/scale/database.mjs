// What the database of a Temporal server holds and has done, asked by `psql`.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** @param {string} folder of PostgreSQL's programs */
export function openDatabase(folder, { port, user, password, names }) {
  const databases = Object.values(names);
  const ask = async (database, sql) => {
    const { stdout } = await execute(
      join(folder, 'psql'),
      ['-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', database, '-X', '-A', '-t', '-F', '\t', '-c', sql],
      { env: { ...process.env, PGPASSWORD: password }, maxBuffer: 16 * 1024 * 1024 },
    );
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  };
  const ofBoth = async (sql) => (await Promise.all(databases.map((name) => ask(name, sql)))).flat();
  return {
    /** Rows written since the server started, transactions, and bytes of write-ahead log. */
    async work() {
      const rows = await ofBoth(
        `select tup_inserted, tup_updated, tup_deleted, xact_commit from pg_stat_database where datname = current_database()`,
      );
      const [[log]] = await ask(databases[0], `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')`);
      const sum = (column) => rows.reduce((total, row) => total + Number(row[column]), 0);
      return {
        rowsInserted: sum(0),
        rowsUpdated: sum(1),
        rowsDeleted: sum(2),
        transactions: sum(3),
        logBytes: Number(log),
      };
    },
    /** Rows by table, counted; tables without any are left out. */
    async rows() {
      const tables = await ofBoth(
        `select relname, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', relname), false, true, '')))[1]::text
         from pg_stat_user_tables`,
      );
      return Object.fromEntries(
        tables.map(([table, count]) => [table, Number(count)]).filter(([, count]) => count > 0),
      );
    },
    /**
     * Bytes of both databases with their indexes. A VACUUM before it makes room that updates have left behind usable again,
     * but does not give it back: where it has not been used again, it counts.
     */
    async bytes() {
      for (const name of databases) await ask(name, 'vacuum');
      const sizes = await ofBoth('select pg_database_size(current_database())');
      return sizes.reduce((total, [size]) => total + Number(size), 0);
    },
  };
}
