import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

const malformed = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

// A date, and a time with a zone: what ISO 8601 calls an instant.
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

// `Date` takes the 30th of February for a day in March.
const isDay = (text: string): boolean => {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

builder.scalarType('DateTime', {
  description: 'An instant in UTC, ISO 8601 with milliseconds.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    const date = typeof value === 'string' && instant.test(value) && isDay(value.slice(0, 10)) ? new Date(value) : null;
    // A zone can carry the last day of the year 9999 into one that has no form here.
    if (!date || Number.isNaN(date.getTime()) || date.toISOString().length !== 24)
      throw malformed('DateTime is an ISO 8601 instant such as "2026-01-31T12:00:00.000Z".');
    return date;
  },
});

builder.scalarType('EmailAddress', {
  description:
    'An e-mail address. Compared without regard to case; stored and returned in lower case. Any string passes the scalar: a mutation answers `ValidationError` for one that is no address, and `usersLookup` lists it as missing.',
  serialize: (value) => value,
  parseValue(value) {
    if (typeof value !== 'string') throw malformed('EmailAddress is a string.');
    return value;
  },
});

builder.scalarType('JSONObject', {
  description: 'A JSON object.',
  serialize: (value) => value,
  parseValue(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('JSONObject is a JSON object.');
    return value as Record<string, unknown>;
  },
});
