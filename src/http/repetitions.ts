import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** Ten times what the largest document holds by default: one that needs more is built to cost. */
const fieldsLookedAt = 20_000;

/**
 * How often the most frequent response name stands at one place of an answer: in a selection set with its fragments put in
 * (each once, as when it is executed), merged with those of the fields of the same name beside it. Validation compares such fields
 * pair by pair, so that some hundreds of them would block the process. Components that each bring a fragment repeat an
 * `id` or a parent a few times, never some twenty. Looks no further than the first name above `limit`; infinite for a
 * document whose fragments make more places than can be looked at.
 */
export function repetitions(
  { definitions }: DocumentNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  limit: number,
): number {
  const numbers = new Map<SelectionSetNode, number>();
  const numberOf = (set: SelectionSetNode): number => {
    if (!numbers.has(set)) numbers.set(set, numbers.size);
    return numbers.get(set)!;
  };
  const known = new Set<string>();
  const waiting: SelectionSetNode[][] = [];
  const lookAt = (sets: SelectionSetNode[]): void => {
    const place = sets
      .map(numberOf)
      .sort((a, b) => a - b)
      .join();
    if (known.has(place)) return;
    known.add(place);
    waiting.push(sets);
  };

  // Fragments too, since validation reads also those that are spread nowhere.
  for (const definition of definitions) if ('selectionSet' in definition) lookAt([definition.selectionSet]);
  let most = 0;
  let seen = 0;
  for (let sets = waiting.pop(); sets; sets = waiting.pop()) {
    const counts = new Map<string, number>();
    const below = new Map<string, SelectionSetNode[]>();
    const spread = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        seen++;
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          counts.set(name, (counts.get(name) ?? 0) + 1);
          if (!selection.selectionSet) continue;
          const beside = below.get(name);
          if (beside) beside.push(selection.selectionSet);
          else below.set(name, [selection.selectionSet]);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (!spread.has(selection.name.value)) {
          spread.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) collect(set);
    for (const count of counts.values()) most = Math.max(most, count);
    if (most > limit) return most;
    if (seen > fieldsLookedAt) return Number.POSITIVE_INFINITY;
    for (const merged of below.values()) lookAt(merged);
  }
  return most;
}
