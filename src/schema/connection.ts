import type { ObjectRef } from '@pothos/core';
import type { Context } from '../context.ts';
import type { Connection } from '../loaders/connection.ts';
import { cursorOf, type Page, type PageArguments } from '../loaders/page.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';

const PageInfo = builder
  .objectRef<{ hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }>('PageInfo')
  .implement({
    description: 'Where a page stands in its connection.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether more follows this page.' }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether something comes before this page.' }),
      startCursor: t.exposeString('startCursor', { nullable: true, description: 'Of the first row; null on an empty page.' }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'Of the last row: pass it as `after` for the next page.',
      }),
    }),
  });

type Edge<Row> = { readonly cursor: string; readonly node: Visible<Row> };

/** Makes the type `UserEdge` for a node. */
export const edgeType = <Row extends { id: string }>(name: string, node: ObjectRef<any, Visible<Row>>) =>
  builder.objectRef<Edge<Row>>(`${name}Edge`).implement({
    description: `${/^[AEIO]/.test(name) ? 'An' : 'A'} \`${name}\` and where it stands.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Pass it as `after` or `before`.' }),
      node: t.field({ type: node, description: 'The row itself.', resolve: (one: Edge<Row>) => one.node as never }),
    }),
  });

/**
 * Makes the types `UserConnection` and, unless there is one, `UserEdge` for a node. The page is read when nodes, edges or
 * pageInfo are selected, the count when `totalCount` is.
 */
export function connectionType<Row extends { id: string }>(
  name: string,
  node: ObjectRef<any, Visible<Row>>,
  edge = edgeType<Row>(name, node),
) {
  const cursors = (from: Connection<Row>, page: Page<Visible<Row>>) =>
    page.rows.map((row) => cursorOf(from.request as never, row));

  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of \`${name}\`.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The rows with their cursors.',
        resolve: async (from) => {
          const page = await from.page();
          return cursors(from, page).map((cursor, at) => ({ cursor, node: page.rows[at]! }));
        },
      }),
      nodes: t.field({
        type: [node],
        description: 'The rows alone.',
        resolve: async (from) => (await from.page()).rows as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where the page stands.',
        resolve: async (from) => {
          const page = await from.page();
          const all = cursors(from, page);
          return {
            hasNextPage: page.hasNextPage,
            hasPreviousPage: page.hasPreviousPage,
            startCursor: all[0] ?? null,
            endCursor: all.at(-1) ?? null,
          };
        },
      }),
      totalCount: t.int({
        description: 'How many match. Counted only when selected.',
        resolve: (from) => from.totalCount(),
      }),
    }),
  });
}

type ArgumentBuilder = Parameters<Extract<NonNullable<Parameters<typeof builder.queryField>[1]>, (t: any) => any>>[0]['arg'];

/** `first`, `after`, `last`, `before`. */
export const pageArguments = (arg: ArgumentBuilder) => ({
  first: arg.int({ description: 'How many from the start: 25 unless told, 100 at most.' }),
  after: arg.string({ description: 'Only what follows this cursor.' }),
  last: arg.int({ description: 'How many from the end; excludes `first`.' }),
  before: arg.string({ description: 'Only what comes before this cursor.' }),
});

export const offsetArgument = (arg: ArgumentBuilder) => ({
  offset: arg.int({ description: 'How many to skip, for jumping to a page; excludes cursors.' }),
});

/** The largest page that this server gives. */
export const mostRows = (context: Context): number => context.steward.settings.limits.pageSize;

export type { PageArguments };
