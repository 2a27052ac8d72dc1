import { randomInt } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The people that one can sign in as. Everybody else's password is known to nobody. */
export const personas = [
  { persona: 'system_admin', email: 'admin@example.com', name: 'Adaeze Whitcombe' },
  { persona: 'super_admin', email: 'super@example.com', name: 'Tomás Lindgren' },
  { persona: 'org_owner', email: 'owner@example.com', name: 'Marisol Pine' },
  { persona: 'org_admin', email: 'org-admin@example.com', name: 'Henrik Aaltonen' },
  { persona: 'org_manager', email: 'manager@example.com', name: 'Priya Raghunathan' },
  { persona: 'org_member', email: 'member@example.com', name: 'Kofi Mensah-Boateng' },
  { persona: 'base_user', email: 'user@example.com', name: 'Yuki Tanabe' },
  { persona: 'invitee', email: 'invitee@example.com', name: 'Leïla Benhaddou' },
] as const;

export type Persona = (typeof personas)[number]['persona'];

export interface DemoAccount {
  readonly persona: string;
  readonly email: string;
  readonly password: string;
}

const accountsFile = (dataFolder: string) => join(dataFolder, 'demo-accounts.json');
const accountList = z.array(z.object({ persona: z.string(), email: z.string(), password: z.string().min(16) }));

/** The demo accounts that the data folder knows; none where it has no file of them, or one that says something else. */
export async function readDemoAccounts(dataFolder: string): Promise<DemoAccount[]> {
  try {
    return accountList.parse(JSON.parse(await readFile(accountsFile(dataFolder), 'utf8')));
  } catch {
    return [];
  }
}

/**
 * An account for every persona. Passwords that the data folder knows already stay, since the file may serve a second
 * database: whoever tries PostgreSQL beside the embedded database still gets into both.
 */
export async function chooseDemoAccounts(dataFolder: string): Promise<DemoAccount[]> {
  const known = await readDemoAccounts(dataFolder);
  return personas.map(
    ({ persona, email }) =>
      known.find((account) => account.persona === persona && account.email === email) ?? {
        persona,
        email,
        password: readablePassword(),
      },
  );
}

/** Replaces the file as a whole, or not at all, and lets nobody else read it. */
export async function writeDemoAccounts(dataFolder: string, accounts: readonly DemoAccount[]): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const draft = `${accountsFile(dataFolder)}.${process.pid}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await chmod(draft, 0o600);
    await file.writeFile(`${JSON.stringify(accounts, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, accountsFile(dataFolder));
}

const consonants = 'bdfghjklmnprstvz';
const vowels = 'aeiou';

/** Five groups such as `tobak`, which can be read aloud: more than 80 bits of chance. */
export function readablePassword(): string {
  const one = (letters: string) => letters[randomInt(letters.length)];
  return Array.from({ length: 5 }, () =>
    ['c', 'v', 'c', 'v', 'c'].map((kind) => one(kind === 'c' ? consonants : vowels)).join(''),
  ).join('-');
}
