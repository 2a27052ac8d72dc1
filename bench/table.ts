import type { Line } from './summary.ts';

/** The figures as text: first how Steward stands, then what was measured. */
export function tablesOf(lines: readonly Line[]): string {
  const levels = [...new Set(lines.map(({ connections }) => connections))];
  return [standing(lines, levels), ...levels.map((level) => figures(lines, level))].join('\n\n');
}

function standing(lines: readonly Line[], levels: readonly number[]): string {
  const others = [...new Set(lines.filter(({ stewardsTime }) => stewardsTime !== null).map(({ contender }) => contender))];
  const header = ["Steward's time", ...levels.flatMap((level) => others.map((other) => `to ${other}, ${atLevel(level)}`))];
  const rows = [...new Set(lines.map(({ work }) => work))].map((work) => [
    work,
    ...levels.flatMap((level) =>
      others.map((other) => {
        const line = lines.find((one) => one.work === work && one.connections === level && one.contender === other);
        return line?.stewardsTime == null ? '' : line.stewardsTime.toFixed(2);
      }),
    ),
  ]);
  return aligned([header, ...rows]);
}

function figures(lines: readonly Line[], level: number): string {
  const header = [
    atLevel(level),
    'contender',
    'answers/s',
    'p50 ms',
    'p99 ms',
    'statements',
    'SQL ms',
    'CPU ms',
    'loop p99 ms',
    'memory MB',
  ];
  const rows = lines
    .filter(({ connections }) => connections === level)
    .map((line) => [
      line.work,
      line.contender,
      line.perSecond.toFixed(line.perSecond < 100 ? 1 : 0),
      line.p50Ms.toFixed(2),
      line.p99Ms.toFixed(2),
      line.statements?.toFixed(1) ?? '–',
      line.sqlMs?.toFixed(2) ?? '–',
      line.cpuMs.toFixed(2),
      line.loopP99Ms.toFixed(1),
      line.memoryMb.toFixed(0),
    ]);
  return aligned([header, ...rows], 2);
}

const atLevel = (connections: number): string => (connections === 1 ? '1 connection' : `${connections} connections`);

/** Columns of words to the left, of numbers to the right. */
function aligned(rows: readonly (readonly string[])[], words = 1): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < words ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
