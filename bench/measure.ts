import { load } from './load.ts';
import type { Options } from './options.ts';
import type { Running } from './running.ts';
import type { StatementCounter } from './statements.ts';
import { drawn, type Work } from './work.ts';

/** One contender at one work, once. */
export interface Cell {
  readonly round: number;
  readonly work: string;
  readonly connections: number;
  readonly contender: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server's process, for each answer. */
  readonly cpuMs: number;
  /** For each answer; null where PostgreSQL does not count. */
  readonly statements: number | null;
  readonly sqlMs: number | null;
  readonly memoryMb: number;
  readonly loopP99Ms: number;
}

export interface Question {
  readonly work: Work;
  /** What is asked for, the same for every contender. */
  readonly parameters: readonly unknown[];
}

export interface Measuring {
  readonly running: readonly Running[];
  readonly questions: readonly Question[];
  readonly counter: StatementCounter | null;
  readonly options: Pick<Options, 'rounds' | 'seconds' | 'connections'>;
  token(): Promise<string>;
  onCell?(cell: Cell): void;
}

/**
 * Measures every contender at every work, over and over: contenders take turns within a work, in another order each round,
 * so that what slows the machine for a while slows all of them. Before the first round each is asked for everything once,
 * so that nobody is measured while code is compiled and caches are filled.
 */
export async function measure({ running, questions, counter, options, token, onCell }: Measuring): Promise<Cell[]> {
  const cells: Cell[] = [];
  const most = Math.max(...options.connections);
  const cellOf = async (one: Running, { work, parameters }: Question, connections: number, round: number, seconds: number) => {
    const bearer = await token();
    const requests = parameters.map((each) => one.request(work, each, bearer));
    await counter?.start();
    one.server.startProbe();
    const { answers, ...measured } = await load({
      port: one.server.port,
      requests,
      first: (round * 97) % drawn,
      connections,
      leadSeconds: Math.min(0.25, seconds / 3),
      seconds,
    });
    const { cpuMs, loopP99Ms, memoryMb } = await one.server.probe();
    const sql = await counter?.read();
    return {
      ...{ round, work: work.name, connections, contender: one.name, ...measured },
      cpuMs: cpuMs / answers,
      statements: sql ? sql.calls / answers : null,
      sqlMs: sql ? sql.ms / answers : null,
      memoryMb,
      loopP99Ms,
    };
  };

  for (const question of questions) {
    for (const one of running) await cellOf(one, question, most, 0, options.seconds);
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const question of questions) {
      for (const connections of options.connections) {
        for (let turn = 0; turn < running.length; turn++) {
          const one = running[(round + turn) % running.length]!;
          const cell = await cellOf(one, question, connections, round, options.seconds);
          cells.push(cell);
          onCell?.(cell);
        }
      }
    }
  }
  return cells;
}
