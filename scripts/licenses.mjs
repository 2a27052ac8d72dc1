// Lists what the installed dependencies are under, from the lock file and their own package.json: `npm run licenses`.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const byLicense = new Map();
for (const [folder, { dev, optional, version, link }] of Object.entries(packages)) {
  if (link || !folder.startsWith('node_modules/')) continue;
  let own;
  try {
    own = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  } catch {
    if (!optional) throw new Error(`${folder} is not installed: run npm ci.`);
    continue; // An optional package of another platform.
  }
  const license =
    typeof own.license === 'string'
      ? own.license
      : (own.license?.type ?? own.licenses?.map(({ type }) => type).join(' OR ') ?? 'UNKNOWN');
  byLicense.set(license, [...(byLicense.get(license) ?? []), `${own.name}@${version}${dev ? ' (development)' : ''}`]);
}
for (const [license, names] of [...byLicense].sort(([a], [b]) => a.localeCompare(b))) {
  console.log(`${license} (${names.length})\n  ${names.sort().join('\n  ')}`);
}
