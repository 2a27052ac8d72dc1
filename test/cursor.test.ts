import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../src/errors.ts';
import { decodeCursor, encodeCursor, type Position, type PositionShape, type ValueType } from '../src/loaders/cursor.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const place = 'users CREATED_AT DESC';
const instant = '2026-01-31T12:00:00.000Z';

const codeOf = (work: () => unknown): string => {
  try {
    return `accepted ${JSON.stringify(work())}`;
  } catch (error) {
    return error instanceof RequestError ? error.code : String(error);
  }
};
const shapeOf = (type: ValueType, nullable: boolean): PositionShape => ({ values: [{ type, nullable }], hasSnapshot: false });
/** A cursor that says what it likes behind the right mark: nothing keeps a client from writing one. */
function forged(parts: (mark: string) => unknown): string {
  const [mark] = JSON.parse(Buffer.from(encodeCursor(place, { values: [instant], id }), 'base64url').toString());
  return Buffer.from(JSON.stringify(parts(mark))).toString('base64url');
}

describe('a cursor is refused', () => {
  test.each([
    ['that is empty', ''],
    ['that is no base64', '***'],
    ['that is no JSON', Buffer.from('no').toString('base64url')],
    ['that is cut off', encodeCursor(place, { values: [instant], id }).slice(0, -5)],
    ['of null', forged(() => null)],
    ['of an object', forged((mark) => ({ 0: mark, 1: instant, 2: id, length: 3 }))],
    ['with a part too few', forged((mark) => [mark, instant])],
    ['with a part too many', forged((mark) => [mark, [instant], id, id])],
    ['with another mark', forged(() => ['AAAAAAAA', [instant], id])],
    ['without a mark', forged(() => [null, [instant], id])],
    ['whose id is no UUID', forged((mark) => [mark, [instant], `${id}'`])],
    ['whose id is a number', forged((mark) => [mark, [instant], 1])],
    ['whose id has capital letters', forged((mark) => [mark, [instant], id.toUpperCase()])],
    ['whose instant is a number', forged((mark) => [mark, [1], id])],
    ['whose instant is a word', forged((mark) => [mark, ['infinity'], id])],
    ['whose instant is a day', forged((mark) => [mark, ['2026-01-31'], id])],
    ['whose instant is none', forged((mark) => [mark, ['2026-02-30T00:00:00.000Z'], id])],
    ['whose instant is in the year 0', forged((mark) => [mark, ['0000-01-01T00:00:00.000Z'], id])],
    ['whose instant is in a year of six digits', forged((mark) => [mark, ['+275760-09-13T00:00:00.000Z'], id])],
    ['whose instant is before the year 0', forged((mark) => [mark, ['-000001-01-01T00:00:00.000Z'], id])],
    ['whose value is an object', forged((mark) => [mark, [{ toString: 1 }], id])],
    ['whose value is a list', forged((mark) => [mark, [[instant]], id])],
    ['with a value too many', forged((mark) => [mark, [instant, instant], id])],
    ['without values', forged((mark) => [mark, [], id])],
    ['whose values are none', forged((mark) => [mark, instant, id])],
    ['with a snapshot that this order has not', forged((mark) => [mark, [instant], id, '7:7:'])],
    ['whose value is null where none can be', forged((mark) => [mark, [null], id])],
  ])('%s', (_what, cursor) => {
    expect(codeOf(() => decodeCursor(place, cursor, shapeOf('timestamptz', false)))).toBe('BAD_USER_INPUT');
  });

  test.each([
    ['an instant where text is ordered', 'int', instant],
    ['text with a NUL, which the database does not take', 'text', 'a\0b'],
    ['a fraction where integers are ordered', 'int', 1.5],
    ['an integer beyond the column', 'int', 2 ** 31],
    ['an integer below the column', 'int', -(2 ** 31) - 1],
    ['an integer far beyond', 'int', 1e300],
    ['a truth value', 'text', true],
    ['a large number that is no text', 'bigint', 7],
    ['a large number with a sign', 'bigint', '-7'],
    ['a large number beyond the column', 'bigint', '9223372036854775808'],
  ] as const)('whose value is %s', (_what, type, value) => {
    const cursor = forged((mark) => [mark, [value], id]);

    expect(codeOf(() => decodeCursor(place, cursor, shapeOf(type, true)))).toBe('BAD_USER_INPUT');
  });

  test.each([
    ['another order', 'users EMAIL DESC'],
    ['another direction', 'users CREATED_AT ASC'],
    ['another connection', 'pool.users CREATED_AT DESC'],
    ['nothing', ''],
  ])('of %s', (_what, elsewhere) => {
    const cursor = encodeCursor(elsewhere, { values: [instant], id });

    expect(codeOf(() => decodeCursor(place, cursor, shapeOf('timestamptz', false)))).toBe('BAD_USER_INPUT');
  });
});

test('a cursor gives back the position that it was made of', () => {
  const position = fc.oneof(
    fc.record({
      type: fc.constant<ValueType>('text'),
      value: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    }),
    fc.record({ type: fc.constant<ValueType>('int'), value: fc.integer() }),
    fc.record({
      type: fc.constant<ValueType>('timestamptz'),
      value: fc
        .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
        .map((date) => date.toISOString()),
    }),
    fc.record({ type: fc.constant<ValueType>('bigint'), value: fc.bigInt(0n, 2n ** 63n - 1n).map(String) }),
    fc.record({ type: fc.constantFrom<ValueType>('text', 'int', 'timestamptz'), value: fc.constant(null) }),
  );
  fc.assert(
    fc.property(fc.string(), position, fc.uuid(), (where, { type, value }, uuid) => {
      const made: Position = { values: [value], id: uuid };
      const cursor = encodeCursor(where, made);

      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(where, cursor, shapeOf(type, true))).toEqual(made);
    }),
  );
});

describe('a cursor of an order that remembers what the statement saw', () => {
  const shape: PositionShape = {
    values: [
      { type: 'int', nullable: false },
      { type: 'bigint', nullable: false },
    ],
    hasSnapshot: true,
  };
  const values = [1, '12345678901'];

  test.each(['7:7:', '10:20:10,13,19', '5:9:6', '9223372036854775807:9223372036854775807:'])(
    'gives the snapshot %s back',
    (snapshot) => {
      const made: Position = { values, id, snapshot };

      expect(decodeCursor(place, encodeCursor(place, made), shape)).toEqual(made);
    },
  );

  test.each([
    ['no snapshot', undefined],
    ['an empty one', ''],
    ['a number', 7],
    ['two numbers', '7:7'],
    ['a word', '7:7:x'],
    ['a list that does not end', '7:9:7,'],
    ['an oldest above the next', '9:1:'],
    ['one that runs before the oldest', '5:9:4'],
    ['one that runs after the next', '5:9:9'],
    ['those that run in disorder', '5:9:7,6'],
    ['something behind it', "7:7:' OR TRUE"],
    ['a number that no transaction has', '99999999999999999999:7:'],
    ['an oldest that no transaction has', '0:7:'],
    ['a next that no transaction has', '7:4294967296:'],
  ])('is refused with %s', (_what, snapshot) => {
    const cursor = forged((mark) => [mark, values, id, ...(snapshot === undefined ? [] : [snapshot])]);

    expect(codeOf(() => decodeCursor(place, cursor, shape))).toBe('BAD_USER_INPUT');
  });

  test('also tells how far a stream has come among the late ones', () => {
    const position: Position = { values, id, snapshot: '7:9:8', late: ['8', id] };

    expect(decodeCursor(place, encodeCursor(place, position), shape)).toEqual(position);
  });

  test.each([
    ['null', null],
    ['nothing', []],
    ['a transaction alone', ['8']],
    ['a number', [8, id]],
    ['a sign', ['-8', id]],
    ['a number beyond the column', ['9223372036854775808', id]],
    ['an id that is none', ['8', `${id}'`]],
    ['an id in a list', ['8', [id]]],
    ['more', ['8', id, id]],
  ])('is refused with %s of late ones', (_what, late) => {
    const cursor = forged((mark) => [mark, values, id, '7:9:8', late]);

    expect(codeOf(() => decodeCursor(place, cursor, shape))).toBe('BAD_USER_INPUT');
  });

  test('is refused with late ones and no snapshot, and with one part more', () => {
    for (const parts of [[['8', id]], ['7:9:8', ['8', id], 1]]) {
      const cursor = forged((mark) => [mark, values, id, ...parts]);

      expect(codeOf(() => decodeCursor(place, cursor, shape))).toBe('BAD_USER_INPUT');
    }
  });
});

test('whatever text comes as a cursor is a position or BAD_USER_INPUT, never another error', () => {
  const changed = fc.tuple(fc.nat(200), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })).map(([at, text]) => {
    const cursor = encodeCursor(place, { values: [instant], id });
    return cursor.slice(0, at) + text + cursor.slice(at + text.length);
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), changed), (cursor) => {
      expect(codeOf(() => decodeCursor(place, cursor, shapeOf('timestamptz', false)))).toMatch(/^(BAD_USER_INPUT$|accepted )/);
    }),
    { numRuns: 1000 },
  );
});

test('a position has one cursor: a text that only resembles it is none', () => {
  const cursor = encodeCursor(place, { values: [instant], id });
  const alike = [
    `${cursor}=`,
    `${cursor} `,
    `${cursor}$`,
    ` ${cursor}`,
    `${cursor}\n`,
    `${cursor.slice(0, 9)}.${cursor.slice(9)}`,
  ];

  const answers = alike.map((text) => codeOf(() => decodeCursor(place, text, shapeOf('timestamptz', false))));

  expect(answers).toEqual(alike.map(() => 'BAD_USER_INPUT'));
});
