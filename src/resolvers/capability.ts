import { refusedByRow, type TurnedAway } from '../admission.ts';
import type { Asking } from '../context.ts';
import { type Refusal, RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import type { RootField } from '../policy.ts';
import type { Reach } from '../reach.ts';

export type Loaders = Asking['loaders'];

/** What a mutation would say of a row to whoever asks, if its input were sound. */
export interface Capability<Row> {
  readonly mutation: RootField;
  judge(asking: Asking, row: Row): Promise<TurnedAway>;
}

interface Options<Row> {
  /** The organization that the input would name, by its id in the database; none where it would name none. */
  readonly there?: (row: Row) => string;
  /** The rules of the mutation, with what they look at. They are asked of whoever the policy row lets through, so nothing is read for anybody else. */
  readonly rules?: (reach: Reach, row: Row, loaders: Loaders) => Refusal | false | Promise<Refusal | false>;
}

/**
 * Judges as the mutation does, in its order: by its policy row, then by its rules. There is no lock, so what is told holds for
 * the moment; and limits by the hour are none of it.
 */
export const would = <Row>(mutation: RootField, { there, rules }: Options<Row> = {}): Capability<Row> => ({
  mutation,
  async judge(asking, row) {
    const caller = await callerOf(asking);
    if (caller instanceof RequestError) return caller;
    const refused = refusedByRow(caller, mutation, there && encodeId('org', there(row)));
    if (refused || !caller || !rules) return refused;
    return rules(caller, row, asking.loaders);
  },
});

/** Who asks. A token that does not hold is an answer as well: the mutation would say so. */
async function callerOf(asking: Asking): Promise<Reach | RequestError | null> {
  try {
    return await asking.reach();
  } catch (error) {
    if (error instanceof RequestError && ofTokens.includes(error.code)) return error;
    throw error;
  }
}

const ofTokens: readonly string[] = ['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOKEN_STALE'];
