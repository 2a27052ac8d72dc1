import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/postgres-server.ts';
import type { Contender } from './contender.ts';
import { contenders as everybody } from './contenders/index.ts';
import { openFilled, sizes } from './database.ts';
import type { Question } from './measure.ts';
import type { Options } from './options.ts';
import { buildPeers } from './peers/build.ts';
import { startBenchPostgres } from './postgres.ts';
import { type Running, run } from './running.ts';
import { drawSample } from './sample.ts';
import { type SignIn, signIn } from './sign-in.ts';
import { type StatementCounter, statementCounter } from './statements.ts';
import { drawn, type Work } from './work.ts';

// A database that one run filled must open in the next, which has to know the secret of its signing key.
const secret = process.env.STEWARD_SECRET ?? createHash('sha256').update('nothing here is secret').digest('base64');

/** A filled database, and the contenders on it. */
export interface Stage {
  readonly rows: Readonly<Record<string, number>>;
  readonly running: readonly Running[];
  readonly questions: readonly Question[];
  readonly counter: StatementCounter | null;
  readonly session: SignIn;
}

/** Sets the stage, in order of what needs what; `ending` is told how to take it down, last things first. */
export async function setStage(
  { users, profileFolder }: Pick<Options, 'users' | 'profileFolder'>,
  { works, contenders }: { works: readonly Work[]; contenders: readonly Contender[] },
  ending: (() => unknown)[],
  say: (text: string) => void,
): Promise<Stage> {
  say('building');
  buildPeers();
  const folder = mkdtempSync(join(tmpdir(), 'steward-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const databaseUrl = process.env.DATABASE_URL ?? (await ownPostgres(ending));
  const database = await openFilled(databaseUrl, users, inTenths(say));
  ending.push(() => database.close());
  const rows = await sizes(database);
  say(
    Object.entries(rows)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
  );

  const ports = new Map(await Promise.all(everybody.map(async ({ name }) => [name, await freePort()] as const)));
  // Steward's own address, whether it is started or not: everybody takes its tokens.
  const issuer = `http://127.0.0.1:${ports.get('steward')}`;
  const session = await signIn(database, { issuer, secret });
  const running: Running[] = [];
  for (const contender of contenders) {
    const port = ports.get(contender.name)!;
    const one = await run(contender, { databaseUrl, issuer, secret, port, folder, profileFolder });
    ending.push(() => one.server.stop());
    running.push(one);
  }
  say(`started: ${running.map(({ name }) => name).join(', ')}`);

  const sample = await drawSample(database);
  const questions = works.map((work) => ({
    work,
    parameters: Array.from({ length: drawn }, (_, index) => work.draw(sample, index)),
  }));
  return { rows, running, questions, counter: await statementCounter(database), session };
}

async function ownPostgres(ending: (() => unknown)[]): Promise<string> {
  const postgres = await startBenchPostgres();
  ending.push(postgres.stop);
  return postgres.url;
}

function inTenths(say: (text: string) => void): (done: number, total: number) => void {
  let told = 0;
  return (done, total) => {
    const tenths = Math.floor((10 * done) / total);
    if (tenths > told) say(`filled: ${10 * tenths} %`);
    told = Math.max(told, tenths);
  };
}
