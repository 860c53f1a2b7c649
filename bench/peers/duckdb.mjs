// SPDX-License-Identifier: MIT
// duckdb.mjs FILE OUTDIR tuned|obvious [THREADS] - the job in DuckDB (npm install @duckdb/node-api).
// obvious: one CASE of LIKEs over every row.  tuned: variable tokens masked by one regular expression, each distinct
// masked text classified once and joined back; one GROUPING SETS query for all histograms.
import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { rules, fallback, providers } from './rules.mjs';

const [, , file, out, variant = 'tuned', threads = '2'] = process.argv;
const quoted = (s) => `'${s.replace(/'/g, "''")}'`;
const head = Buffer.alloc(4096);
fs.readSync(fs.openSync(file), head, 0, 4096, 0);
const header = head.toString().split('\n')[0].split(',');
const columns = `{${header.map((c) => `'${c}':'VARCHAR'`).join(',')}}`;
const source = `read_csv(${quoted(file)}, auto_detect=false, header=true, delim=',', quote='"', escape='"', columns=${columns})`;
const narrow = header[0] === 'status';
const base = narrow
  ? `SELECT 'b' AS type, strftime(to_timestamp(created::BIGINT) AT TIME ZONE 'UTC', '%Y-%m-%d') AS day, lower(email) AS rcpt, status AS st, reason AS diag FROM ${source}`
  : `SELECT type, substr(timeLogged, 1, 10) AS day, lower(rcpt) AS rcpt, dsnStatus AS st, dsnDiag AS diag FROM ${source}`;
const enh = `CASE WHEN regexp_extract(coalesce(diag, ''), '^(?:smtp;)?\\s*[245][0-9][0-9][- ]([245]\\.[0-9]{1,3}\\.[0-9]{1,3})', 1) <> ''
  THEN regexp_extract(coalesce(diag, ''), '^(?:smtp;)?\\s*[245][0-9][0-9][- ]([245]\\.[0-9]{1,3}\\.[0-9]{1,3})', 1)
  ELSE regexp_extract(coalesce(st, ''), '^([245]\\.[0-9]{1,3}\\.[0-9]{1,3})', 1) END`;
const derived = (more) => `SELECT type, day, rcpt, split_part(rcpt, '@', -1) AS domain,
  regexp_extract(coalesce(diag, ''), '^(?:smtp;)?\\s*([245][0-9][0-9])', 1) AS reply, ${enh} AS enh${more} FROM (${base})`;
const caseOf = (col) => 'CASE ' + rules.map(([name, alts]) =>
  `WHEN ${alts.map((a) => `${col} LIKE ${quoted('%' + a + '%')}`).join(' OR ')} THEN ${quoted(name)}`).join(' ') + ' END';
const byCode = 'CASE ' + fallback.map(([p, n]) => `WHEN enh LIKE ${quoted(p + '%')} THEN ${quoted(n)}`).join(' ') + " ELSE 'other' END";
const category = (c) => `CASE WHEN type = 'd' THEN 'delivered' WHEN type = 'f' THEN 'complaint' ELSE coalesce(${c}, ${byCode}) END AS cat`;
const failing = "CASE WHEN type IN ('b', 't') THEN rcpt END AS failing";
const sql = [`SET threads=${threads}`, 'SET preserve_insertion_order=false'];
let rows;
if (variant === 'obvious') {
  rows = `SELECT type, day, domain, reply, enh, ${failing}, ${category(caseOf('diag'))} FROM (${derived(", lower(coalesce(diag, '')) AS diag")})`;
} else {
  const mask = "regexp_replace(lower(coalesce(diag, '')), '[a-z0-9_.@-]{4,}[0-9@][a-z0-9_.@-]*|[a-z0-9_.@-]*[0-9@][a-z0-9_.@-]{4,}', '#', 'g')";
  sql.push(`CREATE TEMP TABLE r AS ${derived(`, CASE WHEN type IN ('b', 't') THEN ${mask} END AS k`)}`);
  sql.push(`CREATE TEMP TABLE verdict AS SELECT k, ${caseOf('k')} AS c FROM (SELECT DISTINCT k FROM r WHERE k IS NOT NULL)`);
  rows = `SELECT type, day, domain, reply, enh, ${failing}, ${category('c')} FROM r LEFT JOIN verdict USING (k)`;
}
sql.push('CREATE TEMP TABLE prov(domain VARCHAR, provider VARCHAR)', 'INSERT INTO prov VALUES ' +
  Object.entries(providers).flatMap(([p, ds]) => ds.map((d) => `(${quoted(d)}, ${quoted(p)})`)).join(','));
sql.push(`CREATE TEMP TABLE g AS SELECT grouping(domain, cat, reply, day) AS gs, domain, cat, reply, enh, day, type, failing, count(*) AS n
  FROM (${rows}) GROUP BY GROUPING SETS ((domain, cat, type), (reply, enh), (day, type), (domain, failing))`);
const copy = (q, name) => sql.push(`COPY (${q}) TO ${quoted(path.join(out, name))} (HEADER, DELIMITER ',')`);
copy('SELECT domain, sum(n) AS n FROM g WHERE gs = 3 GROUP BY 1 ORDER BY 1', 'domain.csv');
copy('SELECT domain, count(*) AS n FROM g WHERE gs = 7 AND failing IS NOT NULL GROUP BY 1 ORDER BY 1', 'failing.csv');
copy("SELECT coalesce(provider, 'other') AS provider, cat, sum(n) AS n FROM g LEFT JOIN prov USING (domain) WHERE gs = 3 GROUP BY 1, 2 ORDER BY 1, 2", 'provider.csv');
copy('SELECT reply, enh, n FROM g WHERE gs = 13 ORDER BY 1, 2', 'code.csv');
copy('SELECT day, type, n FROM g WHERE gs = 14 ORDER BY 1, 2', 'day.csv');
fs.mkdirSync(out, { recursive: true });
const db = await (await DuckDBInstance.create(':memory:')).connect();
for (const s of sql) await db.run(s);
process.exit(0);
