import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from '../context.ts';
import { badInput } from '../errors.ts';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      budget: BudgetPlugin<Types>;
    }
  }
}

/** Objects that lists have given so far, by the operation's context. */
const spent = new WeakMap<object, number>();

/**
 * Ends an operation once its lists have given more objects than the limit of cost allows. The cost is judged before
 * anything is read, and for a plain list it is an estimate: who has many of something could nest it past any bound.
 */
export class BudgetPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { type } = field;
    if (type.kind !== 'List' || type.type.kind === 'Scalar' || type.type.kind === 'Enum') return resolver;
    return (parent, args, context, info) => {
      const rows = resolver(parent, args, context, info);
      return isPromise(rows) ? rows.then((found) => charge(context as Context, found)) : charge(context as Context, rows);
    };
  }
}

const isPromise = (value: unknown): value is Promise<unknown> => typeof (value as Promise<unknown> | null)?.then === 'function';

function charge(context: Context, rows: unknown): unknown {
  if (!Array.isArray(rows)) return rows;
  const limit = context.steward.settings.limits.cost;
  const got = (spent.get(context) ?? 0) + rows.length;
  spent.set(context, got);
  if (got > limit) throw badInput(`The lists of an operation have ${limit} objects at most.`, { which: 'objects', limit, got });
  return rows;
}

SchemaBuilder.registerPlugin('budget', BudgetPlugin);
