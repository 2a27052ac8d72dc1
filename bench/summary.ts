import type { Cell } from './measure.ts';

/** Medians over the rounds of one contender at one work. */
export interface Line {
  readonly work: string;
  readonly connections: number;
  readonly contender: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly statements: number | null;
  readonly sqlMs: number | null;
  /** The most that was seen. */
  readonly memoryMb: number;
  readonly loopP99Ms: number;
  /**
   * Steward's time over this contender's: the median of the ratios of each round. Time is what an answer takes at one
   * connection (p50), and what it takes of the machine at several (the inverse of answers per second).
   */
  readonly stewardsTime: number | null;
}

/** In the order of these names. */
export function summarize(cells: readonly Cell[], works: readonly string[], contenders: readonly string[]): Line[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = keyOf(cell, cell.contender);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const lines = [...groups.values()].map((group): Line => {
    const { work, connections, contender } = group[0]!;
    const of = (pick: (cell: Cell) => number | null) => medianOf(group.map(pick));
    const ratios = group.map((cell) => {
      const steward = groups.get(keyOf(cell, 'steward'))?.find(({ round }) => round === cell.round);
      return steward ? timeOf(steward) / timeOf(cell) : null;
    });
    return {
      work,
      connections,
      contender,
      perSecond: of((cell) => cell.perSecond)!,
      p50Ms: of((cell) => cell.p50Ms)!,
      p99Ms: of((cell) => cell.p99Ms)!,
      cpuMs: of((cell) => cell.cpuMs)!,
      statements: of((cell) => cell.statements),
      sqlMs: of((cell) => cell.sqlMs),
      memoryMb: Math.max(...group.map(({ memoryMb }) => memoryMb)),
      loopP99Ms: of((cell) => cell.loopP99Ms)!,
      stewardsTime: contender === 'steward' ? null : medianOf(ratios),
    };
  });
  const place = (line: Line) => works.indexOf(line.work) * contenders.length + contenders.indexOf(line.contender);
  return lines.sort((a, b) => a.connections - b.connections || place(a) - place(b));
}

const keyOf = ({ work, connections }: Cell, contender: string): string => `${work} ${connections} ${contender}`;

const timeOf = ({ connections, p50Ms, perSecond }: Cell): number => (connections === 1 ? p50Ms : 1 / perSecond);

function medianOf(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
