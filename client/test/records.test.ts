import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isScalarType,
  parse,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as generated from '../src/generated/operations.ts';
import { enumsOfInputs, enumsOfRecords, type InputOf, opaque, type RecordOf, toInput, toRecord } from '../src/records.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const documents = Object.values(generated).map(({ text }) => parse(text));

/** Scalars that are one value, not an object with keys of its own. */
const plain = new Set(['Boolean', 'DateTime', 'EmailAddress', 'Float', 'ID', 'Int', 'String']);

/** A name with what `records.ts` must know about it: an enum, an object of the operator's own, or nothing. */
interface Named {
  readonly name: string;
  readonly kind: 'enum' | 'opaque' | 'plain' | 'object';
  readonly where: string;
}

function named(name: string, type: GraphQLNamedType, where: string): Named {
  if (isEnumType(type)) return { name, kind: 'enum', where };
  if (!isScalarType(type)) return { name, kind: 'object', where };
  return { name, kind: plain.has(type.name) ? 'plain' : 'opaque', where };
}

/** Every field that an operation of the client selects, refusals aside: those become errors, not records. */
function selected(): Named[] {
  const found: Named[] = [];
  for (const document of documents) {
    const info = new TypeInfo(schema);
    const operation = document.definitions.flatMap((each) => (each.kind === 'OperationDefinition' ? each.name!.value : []))[0];
    visit(
      document,
      visitWithTypeInfo(info, {
        FragmentDefinition: ({ name }) => (name.value === 'Refusal' ? false : undefined),
        Field({ name, alias }) {
          if (name.value === '__typename') return;
          found.push(named((alias ?? name).value, getNamedType(info.getType())!, `${operation}: ${info.getParentType()}`));
        },
      }),
    );
  }
  return found;
}

/** Every variable of the client's operations, and every field of the inputs that they lead to. */
function taken(): Named[] {
  const found: Named[] = [];
  const seen = new Set<string>();
  const add = (name: string, type: GraphQLNamedType, where: string) => {
    found.push(named(name, type, where));
    if (!isInputObjectType(type) || seen.has(type.name)) return;
    seen.add(type.name);
    for (const field of Object.values(type.getFields())) add(field.name, getNamedType(field.type), type.name);
  };
  for (const document of documents) {
    visit(document, {
      VariableDefinition({ variable, type }) {
        add(variable.name.value, getNamedType(typeFromAST(schema, type as never) as GraphQLInputType), 'variables');
      },
    });
  }
  return found;
}

const names = (all: readonly Named[], kind: Named['kind']) =>
  new Set(all.filter((each) => each.kind === kind).map(({ name }) => name));
const misplaced = (all: readonly Named[], list: ReadonlySet<string>, kind: Named['kind']) =>
  all.filter((each) => list.has(each.name) && each.kind !== kind);

describe('the names that decide are those of the schema', () => {
  test('of enums in records: every one is in the list, and nothing else has its name', () => {
    const fields = selected();
    expect(enumsOfRecords).toEqual(names(fields, 'enum'));
    expect(misplaced(fields, enumsOfRecords, 'enum')).toEqual([]);
  });

  test('of enums in arguments: every one is in the list, and nothing else has its name', () => {
    const fields = taken();
    expect(enumsOfInputs).toEqual(names(fields, 'enum'));
    expect(misplaced(fields, enumsOfInputs, 'enum')).toEqual([]);
  });

  test('of objects of the operator: every one is opaque, and nothing else has its name', () => {
    for (const fields of [selected(), taken()]) {
      expect(opaque).toEqual(names(fields, 'opaque'));
      expect(misplaced(fields, opaque, 'opaque')).toEqual([]);
    }
  });

  test('every name comes back from its other spelling', () => {
    const all = [...new Set([...selected(), ...taken()].map(({ name }) => name))];
    const there = all.map((name) => Object.keys(toRecord({ [name]: 1 }))[0]!);
    const back = there.map((name) => Object.keys(toInput<any>({ [name]: 1 }))[0]);
    expect(back.filter((name, index) => name !== all[index])).toEqual([]);
  });
});

describe('a record', () => {
  test('is spelled with underscores and lower case on every level, and tells no types', () => {
    const given = {
      __typename: 'UserSetRolesSuccess',
      user: {
        id: 'user_1',
        emailVerified: true,
        status: 'ACTIVE',
        homePool: { code: 'DEFAULT' },
        roles: [{ scope: 'PLATFORM' }],
      },
      avatarUrl: null,
      action: 'SHOUTED',
      status: ['ACTIVE', 'SUSPENDED'],
    } as const;
    expect(toRecord(given)).toEqual({
      user: {
        id: 'user_1',
        email_verified: true,
        status: 'active',
        home_pool: { code: 'DEFAULT' },
        roles: [{ scope: 'platform' }],
      },
      avatar_url: null,
      action: 'SHOUTED',
      status: ['active', 'suspended'],
    });
    expect(Object.keys(toRecord(given))).not.toContain('__typename');
  });

  test("leaves the operator's own data and what changed as they are", () => {
    const metadata = { costCentre: { status: 'OPEN', __typename: 'Centre' }, list: [{ aB: 1 }] };
    const changes = [{ field: 'avatarUrl', before: '{"aB":"ACTIVE"}', after: null }];
    expect(toRecord({ metadata, changes })).toEqual({ metadata, changes });
    expect(toRecord({ metadata }).metadata).toBe(metadata);
  });
});

describe('an argument', () => {
  test('means the same in both spellings and cases, also side by side', () => {
    const expected = {
      where: { AND: [{ status: ['ACTIVE'], appId: 'app_1' }], NOT: { status: ['SUSPENDED'] } },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      pageSize: 10,
      name: null,
    };
    const snake = {
      where: { AND: [{ status: ['active'], app_id: 'app_1' }], NOT: { status: ['suspended'] } },
      order_by: { field: 'created_at', direction: 'desc' },
      page_size: 10,
      name: null,
    };
    expect(toInput<any>(snake)).toEqual(expected);
    expect(toInput<any>(expected)).toEqual(expected);
    expect(toInput<any>({ ...expected, where: snake.where })).toEqual(expected);
  });

  test("leaves the operator's own data, dates and what is no enum as they are", () => {
    const until = new Date(0);
    const metadata = { cost_centre: { status: 'open' } };
    const given = { metadata, until, search: 'active', status: null, field: 7 };
    expect(toInput<any>(given)).toEqual(given);
    expect(toInput<any>(given).metadata).toBe(metadata);
  });
});

describe('the types', () => {
  test('of a record follow what the graph gives', () => {
    interface Given {
      readonly __typename: 'User';
      emailVerified: boolean;
      name: string | null;
      status: 'ACTIVE' | 'SUSPENDED';
      metadata: { costCentre: 'OPEN' };
      readPools: { homeCount?: number | null }[];
    }
    expectTypeOf<RecordOf<Given>>().toEqualTypeOf<{
      email_verified: boolean;
      name: string | null;
      status: 'active' | 'suspended';
      metadata: { costCentre: 'OPEN' };
      read_pools: { home_count?: number | null }[];
    }>();
    expectTypeOf<RecordOf<generated.UserRecordFragment>['home_pool']>().toEqualTypeOf<{ code: string }>();
  });

  test('of an argument take both spellings, and no third', () => {
    type Given = InputOf<generated.AccountChangePasswordInput>;
    expectTypeOf<{ currentPassword: string; newPassword: string }>().toExtend<Given>();
    expectTypeOf<{ current_password: string; new_password: string }>().toExtend<Given>();
    expectTypeOf<{ newPassword: string }>().not.toExtend<Given>();
    expectTypeOf<{ status: ['active'] }>().toExtend<InputOf<generated.UserWhere>>();
    expectTypeOf<{ status: readonly ['ACTIVE'] }>().toExtend<InputOf<generated.UserWhere>>();
    expectTypeOf<{ status: ['asleep'] }>().not.toExtend<InputOf<generated.UserWhere>>();
    // @ts-expect-error: no input has a field of this name.
    const unknown: InputOf<generated.UserWhere> = { e_mails: [] };
    // @ts-expect-error: the other spelling has the same type.
    const wrong: InputOf<generated.UserCreateInput> = { email: 'a@example.com', role_codes: 5 };
    expect([unknown, wrong]).toHaveLength(2);
  });
});
