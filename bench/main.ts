import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../src/root.ts';
import { compare, compared } from './compare.ts';
import { contenders } from './contenders/index.ts';
import { measure } from './measure.ts';
import { type Options, readOptions, usage } from './options.ts';
import { setStage } from './stage.ts';
import { summarize } from './summary.ts';
import { tablesOf } from './table.ts';
import { works } from './works/index.ts';

async function bench(options: Options): Promise<void> {
  const chosen = {
    works: named(works, options.works, 'works'),
    contenders: named(contenders, options.contenders, 'contenders'),
  };
  const ending: (() => unknown)[] = [];
  try {
    const { rows, running, questions, counter, session } = await setStage(options, chosen, ending, say);
    await compare(running, questions, await session.token());
    say(`all answer the same, ${compared} times for each work`);
    const cells = await measure({
      ...{ running, questions, counter, options, token: session.token },
      onCell: ({ round, work, connections, contender, perSecond }) =>
        say(`round ${round} of ${options.rounds}: ${work} at ${connections}, ${contender}: ${perSecond.toFixed(1)} answers/s`),
    });
    const lines = summarize(cells, namesOf(chosen.works), namesOf(chosen.contenders));
    process.stdout.write(`\n${tablesOf(lines)}\n`);
    say(`written to ${write({ at: new Date().toISOString(), machine, rows, options, lines, cells })}`);
  } finally {
    for (const end of ending.reverse()) await end();
  }
}

function say(text: string): void {
  const seconds = String(Math.round(performance.now() / 1000));
  process.stderr.write(`${seconds.padStart(4)} s  ${text}\n`);
}

interface Named {
  readonly name: string;
}

const namesOf = (all: readonly Named[]): string[] => all.map(({ name }) => name);

function named<One extends Named>(all: readonly One[], names: readonly string[] | undefined, what: string): One[] {
  const unknown = names?.filter((name) => !namesOf(all).includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`--${what}: ${unknown} is none of ${namesOf(all).join(', ')}.`);
  return all.filter(({ name }) => names?.includes(name) ?? true);
}

const machine = { cores: cpus().length, processor: cpus()[0]?.model, node: process.version, platform: process.platform };

function write(results: object): string {
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  return file;
}

let options: Options | 'help';
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${usage}`);
  process.exit(2);
}
if (options === 'help') process.stdout.write(usage);
else {
  // Whatever this process has started ends with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  await bench(options);
}
