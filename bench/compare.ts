import type { Question } from './measure.ts';
import type { Running } from './running.ts';
import { assertSame } from './same-answers.ts';

/** How many parameters of each work every contender answers before anything is measured. */
export const compared = 25;

/** Throws where contenders do not answer the same. */
export async function compare(running: readonly Running[], questions: readonly Question[], token: string): Promise<void> {
  for (const { work, parameters } of questions) {
    for (const each of parameters.slice(0, compared)) {
      const answers = await Promise.all(running.map(async (one) => [one.name, await one.ask(work, each, token)] as const));
      assertSame(`${work.name} of ${JSON.stringify(each)}`, new Map(answers));
    }
  }
}
