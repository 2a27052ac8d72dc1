import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Limits } from '../settings.ts';
import { type Arguments, checkArguments, listLength, lookupKeys } from './arguments.ts';
import { finite } from './limits.ts';

/** How long a plain list is taken to be, by the name of its field; ten unless named here or in the field's `extensions.listSize`. */
const listSizes: Readonly<Record<string, number>> = {
  roles: 3,
  assignableRoles: 3,
  pools: 3,
  readPools: 3,
  appGrants: 5,
  permissions: 10,
};
const listSizeUnlessTold = 10;
const pageSizeUnlessTold = 25;
const sessionsUnlessTold = 100;

export interface Weighed {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly operation: OperationDefinitionNode;
  /** As sent. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly limits: Limits;
}

/** What an operation, or a part of it, may return. */
export interface Weight {
  /** Objects: the cost. */
  readonly objects: number;
  /** Scalar values, which cost nothing each and must not be without number. */
  readonly leaves: number;
}

/**
 * What an operation may cost, known before anything is read: every object that it may return counts 1. A field counts as
 * often as there are objects that it is asked of, so the `first` of a connection multiplies all below it. Fields that are
 * selected twice count twice; what `@skip` and `@include` leave out counts nothing. Throws where an argument is above its
 * limit. The document is valid, so fragments do not go round in circles; each is weighed once for each size of page.
 */
export function weightOf({ schema, fragments, operation, variables, limits }: Weighed): Weight {
  const known = variablesOf(operation, variables);
  const fragmentWeights = new Map<string, Weight>();

  /** Of one object: what its selections cost. `keys` is the size of the lists in it that its own field's arguments decide. */
  function selections(set: SelectionSetNode, parent: GraphQLCompositeType, keys: number | null): Weight {
    let objects = 0;
    let leaves = 0;
    const add = (weight: Weight) => {
      objects += weight.objects;
      leaves += weight.leaves;
    };
    const spread = new Set<string>();
    for (const selection of set.selections) {
      if (isLeftOut(selection.directives, known)) continue;
      if (selection.kind === Kind.FIELD) add(field(selection, parent, keys));
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
        if (isCompositeType(type)) add(selections(selection.selectionSet, type, keys));
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        add(fragment(selection.name.value, keys));
      }
    }
    return { objects, leaves };
  }

  function fragment(name: string, keys: number | null): Weight {
    const place = `${name} ${keys}`;
    let weight = fragmentWeights.get(place);
    if (weight === undefined) {
      const definition = fragments.get(name);
      const type = definition && schema.getType(definition.typeCondition.name.value);
      weight = definition && isCompositeType(type) ? selections(definition.selectionSet, type, keys) : nothing;
      fragmentWeights.set(place, weight);
    }
    return weight;
  }

  function field(node: FieldNode, parent: GraphQLCompositeType, keys: number | null): Weight {
    const name = node.name.value;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!definition) return oneLeaf;
    const args = argumentsOf(node, known);
    checkArguments(node, args, limits);

    const type = getNamedType(definition.type);
    if (!isCompositeType(type) || !node.selectionSet) return oneLeaf;
    const inner = keysGiven(name, type.name, args);
    const times = isListType(getNullableType(definition.type))
      ? listSize(node, args, keys, definition.extensions.listSize, limits)
      : 1;
    const { objects, leaves } = selections(node.selectionSet, type, inner);
    return { objects: times * (1 + objects), leaves: times * leaves };
  }

  const root = schema.getRootType(operation.operation);
  if (!root) return nothing;
  const { objects, leaves } = selections(operation.selectionSet, root, null);
  return { objects: finite(objects), leaves: finite(leaves) };
}

const nothing: Weight = { objects: 0, leaves: 0 };
const oneLeaf: Weight = { objects: 0, leaves: 1 };

/** How many objects the field's arguments ask for, where the lists one level below hold them: a connection, a lookup. */
function keysGiven(name: string, typeName: string, args: Arguments): number | null {
  if (typeName.endsWith('Connection')) return size(args.first) ?? size(args.last) ?? pageSizeUnlessTold;
  if (name === 'usersLookup') return lookupKeys(args);
  return null;
}

function listSize({ name }: FieldNode, args: Arguments, keys: number | null, declared: unknown, limits: Limits): number {
  if (keys !== null && ['nodes', 'edges', 'users'].includes(name.value)) return keys;
  if (name.value === 'nodes') return listLength(args.ids);
  const told = size(args.first);
  if (told !== undefined) return told;
  // What the resolver gives: sessions of sessions of sessions multiply, so a guess would not do.
  if (name.value === 'sessions') return Math.min(sessionsUnlessTold, limits.pageSize);
  return typeof declared === 'number' ? declared : (listSizes[name.value] ?? listSizeUnlessTold);
}

const size = (value: unknown): number | undefined => (typeof value === 'number' ? Math.max(0, value) : undefined);

type Known = Readonly<Record<string, unknown>>;

/** The variables as sent, and the defaults of those that were not. */
export function variablesOf({ variableDefinitions }: OperationDefinitionNode, variables: Known): Known {
  const known: Record<string, unknown> = Object.create(null);
  for (const { variable, defaultValue } of variableDefinitions ?? []) {
    const name = variable.name.value;
    if (Object.hasOwn(variables, name)) known[name] = variables[name];
    else if (defaultValue) known[name] = valueFromASTUntyped(defaultValue);
  }
  return known;
}

export function argumentsOf({ arguments: given }: FieldNode | DirectiveNode, known: Known): Arguments {
  if (!given || given.length === 0) return none;
  const args: Record<string, unknown> = Object.create(null);
  for (const { name, value } of given) args[name.value] = valueFromASTUntyped(value, known as Record<string, unknown>);
  return args;
}

const none: Arguments = {};

function isLeftOut(directives: readonly DirectiveNode[] | undefined, known: Known): boolean {
  return (directives ?? []).some(({ name, arguments: given }) => {
    if (name.value !== 'skip' && name.value !== 'include') return false;
    const condition = given?.[0] && valueFromASTUntyped(given[0].value, known as Record<string, unknown>);
    return condition === (name.value === 'skip');
  });
}
