import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { RequestError } from '../errors.ts';
import type { Limits } from '../settings.ts';
import { aboveLimit } from './limits.ts';
import { repetitions } from './repetitions.ts';

/** What a selection set amounts to with its fragments put in wherever they are spread. */
interface Shape {
  /** Levels of fields. */
  readonly depth: number;
  /** Levels of introspection fields (`__schema`, `__type`), which do not count as depth. */
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
}

const nothing: Shape = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0 };

/**
 * Judges a document by its text alone, before it is validated, so that validation meets small documents only. Each
 * fragment is measured once, however often it is spread; one that spreads itself counts as nothing here, and validation
 * refuses it.
 */
export function refusalOfShape(document: DocumentNode, limits: Limits): RequestError | undefined {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Shape>();
  const shapeOf = (name: string): Shape => {
    const shape = known.get(name);
    if (shape) return shape;
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const measured = fragment ? measure(fragment.selectionSet, shapeOf) : nothing;
    known.set(name, measured);
    return measured;
  };

  let mutations = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const shape = measure(definition.selectionSet, shapeOf);
    const directives = shape.directives + (definition.directives?.length ?? 0);
    if (shape.depth > limits.depth) return aboveLimit('depth', limits.depth, shape.depth, 'Levels of fields in an operation');
    if (shape.introspectionDepth > limits.introspectionDepth) {
      return aboveLimit('introspectionDepth', limits.introspectionDepth, shape.introspectionDepth, 'Levels of introspection');
    }
    if (shape.aliases > limits.aliases) return aboveLimit('aliases', limits.aliases, shape.aliases, 'Aliases in an operation');
    if (directives > limits.directives)
      return aboveLimit('directives', limits.directives, directives, 'Directives in an operation');
    if (definition.operation === 'mutation') mutations += rootFields(definition.selectionSet, fragments).length;
  }
  if (mutations > 1) return aboveLimit('mutations', 1, mutations, 'Mutations in a document');
  const repeated = repetitions(document, fragments, limits.repetitions);
  if (repeated > limits.repetitions)
    return aboveLimit('repetitions', limits.repetitions, repeated, 'Fields of one name at one place');
  return undefined;
}

function measure({ selections }: SelectionSetNode, shapeOf: (fragment: string) => Shape): Shape {
  const total = { ...nothing };
  for (const selection of selections) {
    const inner =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? shapeOf(selection.name.value)
        : selection.selectionSet
          ? measure(selection.selectionSet, shapeOf)
          : nothing;
    total.aliases += inner.aliases;
    total.directives += inner.directives + (selection.directives?.length ?? 0);
    let { depth, introspectionDepth } = inner;
    if (selection.kind === Kind.FIELD) {
      if (selection.alias) total.aliases++;
      const name = selection.name.value;
      if (name === '__schema' || name === '__type') {
        introspectionDepth = depth + 1;
        depth = 0;
      } else if (name !== '__typename') depth++;
    }
    total.depth = Math.max(total.depth, depth);
    total.introspectionDepth = Math.max(total.introspectionDepth, introspectionDepth);
  }
  return total;
}

export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** The fields of an operation itself, also those that come by fragments; each fragment once. */
export function rootFields(selectionSet: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): FieldNode[] {
  const seen = new Set<string>();
  const fields = ({ selections }: SelectionSetNode): FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fields(selection.selectionSet);
      const { value: name } = selection.name;
      if (seen.has(name)) return [];
      seen.add(name);
      const fragment = fragments.get(name);
      return fragment ? fields(fragment.selectionSet) : [];
    });
  return fields(selectionSet);
}
