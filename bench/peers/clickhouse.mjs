// SPDX-License-Identifier: MIT
// clickhouse.mjs FILE OUTDIR [THREADS] - the job in ClickHouse (npm install chdb @chdb/lib-linux-x64-gnu).
// All rules at once through multiMatchAllIndices, which is Hyperscan: the fastest way found.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { rules, fallback, providers } from './rules.mjs';

const { Session } = createRequire(import.meta.url)('chdb');
const [, , file, out, threads = '2'] = process.argv;
const quoted = (s) => "'" + s.replace(/\\/g, '\\\\').replace(/'/g, "\\'") + "'";
const literal = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (alts) => '(?s)' + alts.map((a) => a.split('%').map(literal).join('.*')).join('|');
const head = Buffer.alloc(4096);
const fd = fs.openSync(file);
fs.readSync(fd, head, 0, 4096, 0);
const gz = head[0] === 0x1f && head[1] === 0x8b;
const header = (gz ? process.env.COLUMNS_OF_GZ : head.toString().split('\n')[0]).split(',');
const source = `file(${quoted(path.resolve(file))}, 'CSVWithNames', ${quoted(header.map((c) => c + ' String').join(', '))}${gz ? ", 'gzip'" : ''})`;
const narrow = header[0] === 'status';
const cols = narrow
  ? { type: "'b'", day: 'toString(toDate(toUInt32(created)))', rcpt: 'lower(email)', diag: 'reason', st: 'status' }
  : { type: 'type', day: 'substring(timeLogged, 1, 10)', rcpt: 'lower(rcpt)', diag: 'dsnDiag', st: 'dsnStatus' };
const names = `[${["''", ...rules.map(([n]) => quoted(n))]}]`;
const rule = `${names}[toUInt8(arrayMin(multiMatchAllIndices(if(type IN ('b', 't'), lower(${cols.diag}), ''), [${rules.map(([, a]) => quoted(pattern(a)))}]))) + 1]`;
const byCode = 'multiIf(' + fallback.map(([p, n]) => `startsWith(enh, ${quoted(p)}), ${quoted(n)}`).join(', ') + ", 'other')";
const base = `SELECT ${cols.type} AS type, ${cols.day} AS day, ${cols.rcpt} AS r,
  substring(r, length(r) - position(reverse(r), '@') + 2) AS domain,
  extract(${cols.diag}, '^(?:smtp;)?\\\\s*([245][0-9][0-9])') AS reply,
  extract(${cols.diag}, '^(?:smtp;)?\\\\s*[245][0-9][0-9][- ]([245]\\\\.[0-9]{1,3}\\\\.[0-9]{1,3})') AS e1,
  if(e1 != '', e1, extract(${cols.st}, '^([245]\\\\.[0-9]{1,3}\\\\.[0-9]{1,3})')) AS enh,
  if(type IN ('b', 't'), r, '') AS failing, ${rule} AS c FROM ${source}`;
const settings = ` SETTINGS max_insert_threads=${threads}, max_threads=${threads}, short_circuit_function_evaluation='force_enable', max_hyperscan_regexp_length=100000, max_hyperscan_regexp_total_length=1000000, optimize_group_by_function_keys=0`;
const session = new Session();
const csv = (q, name) => fs.writeFileSync(path.join(out, name), session.query(q + settings, 'CSVWithNames').replace(/"([^",]*)"/g, '$1'));
fs.mkdirSync(out, { recursive: true });
session.query(`CREATE TABLE t ENGINE=Memory AS SELECT type, day, domain, reply, enh, failing,
  if(type = 'd', 'delivered', if(type = 'f', 'complaint', if(c != '', c, ${byCode}))) AS cat FROM (${base})` + settings);
session.query('CREATE TABLE prov (domain String, provider String) ENGINE=Memory');
session.query('INSERT INTO prov VALUES ' + Object.entries(providers).flatMap(([p, ds]) => ds.map((d) => `(${quoted(d)}, ${quoted(p)})`)).join(','));
csv('SELECT domain, count() AS n FROM t GROUP BY domain ORDER BY domain', 'domain.csv');
csv("SELECT domain, uniqExact(failing) AS n FROM t WHERE failing != '' GROUP BY domain ORDER BY domain", 'failing.csv');
csv("SELECT if(provider = '', 'other', provider) AS provider, cat, sum(n) AS n FROM (SELECT domain, cat, count() AS n FROM t GROUP BY domain, cat) AS dc LEFT JOIN prov USING (domain) GROUP BY provider, cat ORDER BY provider, cat", 'provider.csv');
csv('SELECT reply, enh, count() AS n FROM t GROUP BY reply, enh ORDER BY reply, enh', 'code.csv');
csv('SELECT day, type, count() AS n FROM t GROUP BY day, type ORDER BY day, type', 'day.csv');
session.cleanup();
