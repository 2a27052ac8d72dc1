import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import * as generated from '../src/generated/operations.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const rootFields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
  Object.keys(type!.getFields()),
);
const own = (text: string) => parse(text).definitions[0] as OperationDefinitionNode;
const fieldsOf = ({ selectionSet }: OperationDefinitionNode) =>
  selectionSet.selections.flatMap((selection) => (selection.kind === 'Field' ? selection.name.value : []));

/** What no method asks: for `client.request` with a document of one's own. */
const forOwnDocuments = {
  node: 'what it gives depends on the document',
  nodes: 'what they give depends on the document',
  permissions: 'roles tell their permissions, and listAssignablePermissions what a role may carry',
};

test('every field of the graph is reached by an operation of the client, or is for documents of one’s own', () => {
  const reached = new Set(Object.values(generated).flatMap(({ text }) => fieldsOf(own(text))));
  expect(rootFields.filter((field) => !reached.has(field))).toEqual(Object.keys(forOwnDocuments));
  expect([...reached].filter((field) => !rootFields.includes(field))).toEqual([]);
});

test('every operation is used by the sources', () => {
  const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8'));
  // Once where it is imported, and once where it is called.
  const isUsed = (name: string) => sources.some((source) => source.split(new RegExp(`\\b${name}\\b`)).length > 2);
  expect(Object.keys(generated).filter((name) => !isUsed(name))).toEqual([]);
});

test('a mutation is named by its field, so that its name in a log says what was done', () => {
  const mutations = Object.values(generated)
    .map(({ text }) => own(text))
    .filter(({ operation }) => operation === 'mutation');
  expect(mutations.map(({ name }) => name!.value.replace(/^./, (letter) => letter.toLowerCase()))).toEqual(
    mutations.map((mutation) => fieldsOf(mutation)[0]),
  );
});
