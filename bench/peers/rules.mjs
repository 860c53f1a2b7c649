// SPDX-License-Identifier: MIT
// rules.mjs - the job that every peer does, as rules.tsv beside this file has it.
import fs from 'node:fs';

const rows = fs.readFileSync(new URL('rules.tsv', import.meta.url), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));
const of = (kind) => rows.filter((row) => row[0] === kind);
const byName = (kind) => {
  const groups = new Map();
  for (const [, name, what] of of(kind)) groups.set(name, [...(groups.get(name) ?? []), what]);
  return groups;
};
export const rules = [...byName('rule')];
export const fallback = of('code').map(([, name, prefix]) => [prefix, name]);
export const providers = Object.fromEntries(byName('provider'));
