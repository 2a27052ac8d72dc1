import type { CallOptions, Calls, MutationData } from '../calls.ts';
import type { Operation } from '../operation.ts';
import { type RecordOf, toRecord } from '../records.ts';
import type { Success } from '../refusals.ts';

type SuccessOf<Data extends MutationData> = Success<Data[keyof Data]>;

/** What a mutation gives, as a record. Throws its refusal. */
export async function change<Data extends MutationData, Input>(
  calls: Calls,
  operation: Operation<Data, { input: Input }>,
  input: Input,
  options?: CallOptions,
): Promise<RecordOf<SuccessOf<Data>>> {
  return toRecord(await calls.mutate(operation, { input }, options));
}

/** The object that a mutation changed, with the further facts of its success beside its fields. Throws its refusal. */
export async function changed<Data extends MutationData, Input, Key extends keyof SuccessOf<Data> & string>(
  calls: Calls,
  operation: Operation<Data, { input: Input }>,
  key: Key,
  input: Input,
  options?: CallOptions,
): Promise<RecordOf<SuccessOf<Data>[Key]> & RecordOf<Omit<SuccessOf<Data>, Key | '__typename'>>> {
  const { [key]: object, ...facts } = (await change(calls, operation, input, options)) as Record<string, object>;
  return { ...object, ...facts } as never;
}
