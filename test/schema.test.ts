import { readFileSync } from 'node:fs';
import { generate } from '@graphql-codegen/cli';
import { isEnumType, isInputObjectType, isInterfaceType, isNonNullType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { expect, test } from 'vitest';
import codegen, { printed } from '../codegen.ts';
import { fieldPolicy, policy } from '../src/policy.ts';
import { schema } from '../src/schema/index.ts';

const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));

test('schema.graphql is what the server serves', () => {
  expect(readFileSync('schema.graphql', 'utf8'), 'run npm run codegen').toBe(printed);
});

test('the typed documents of the tests are generated from it', async () => {
  const files: { filename: string; content: string }[] = await generate({ ...codegen, silent: true }, false);

  expect(files.length).toBeGreaterThan(2);
  for (const { filename, content } of files)
    expect(readFileSync(filename, 'utf8'), `${filename}: run npm run codegen`).toBe(content);
});

test('every type, field, argument and value is described', () => {
  const silent = types.flatMap((type) => {
    const members = isEnumType(type)
      ? type.getValues().map((value) => [`${type.name}.${value.name}`, value.description])
      : isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).flatMap((field) => [
            [`${type.name}.${field.name}`, field.description],
            ...field.args.map((arg) => [`${type.name}.${field.name}(${arg.name})`, arg.description]),
          ])
        : isInputObjectType(type)
          ? Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.description])
          : [];
    return [[type.name, type.description], ...members].filter(([, description]) => !description).map(([name]) => name);
  });

  expect(silent).toEqual([]);
});

test('every root field has its policy row, and every row its field', () => {
  const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );

  expect(Object.keys(policy).sort()).toEqual(fields.sort());
});

test('every result of a mutation is its success or a refusal, which is shown as MutationError', () => {
  for (const field of Object.values(schema.getMutationType()!.getFields())) {
    const name = `${field.name[0]!.toUpperCase()}${field.name.slice(1)}`;
    const members = schema.getPossibleTypes(schema.getType(`${name}Result`) as never);
    const refusals = members.filter((member) => member.name !== `${name}Success`);

    expect(String(field.type)).toBe(`${name}Result!`);
    expect(refusals.length).toBe(members.length - 1);
    for (const refusal of refusals) expect(refusal.getInterfaces().map(String)).toEqual(['MutationError']);
  }
});

test('the policy table has a row for every field below the root whose description says what it needs, and for no other', () => {
  const needing = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !['Query', 'Mutation', 'Subscription'].includes(type.name)
      ? Object.values(type.getFields())
          .filter(({ description }) => /\bNeeds `/.test(description ?? ''))
          .map((field) => ({ name: `${type.name}.${field.name}`, nullable: !isNonNullType(field.type) }))
      : [],
  );

  expect(Object.keys(fieldPolicy).sort()).toEqual(needing.map(({ name }) => name).sort());
  expect(needing.filter(({ nullable }) => !nullable)).toEqual([]);
});
