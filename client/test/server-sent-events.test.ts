import { expect, test } from 'vitest';
import { createEventReader } from '../src/stream/server-sent-events.ts';

const eventsIn = (...pieces: string[]) => {
  const read = createEventReader();
  return pieces.flatMap((piece) => read(piece));
};

const sent = [
  ':',
  '',
  'event: next',
  'data: {"said":"Zoë 🦊 \u2028 a: b"}',
  '',
  ': heartbeat',
  '',
  'id: 7',
  'retry: 10',
  'event:next',
  'data:one',
  'data:  two',
  '',
  'event: nothing',
  '',
  'event: complete',
  'data',
  '',
  'event: next',
  'data: unfinished',
];
const told = [
  { event: 'next', data: '{"said":"Zoë 🦊 \u2028 a: b"}' },
  { event: 'next', data: 'one\n two' },
  { event: 'complete', data: '' },
];

test.each([
  ['a line feed', '\n'],
  ['both', '\r\n'],
  ['a carriage return', '\r'],
])('events are read whole, wherever the text is cut, with lines that end in %s', (_name, end) => {
  const text = sent.map((line) => line + end).join('');

  expect(eventsIn(text)).toEqual(told);
  expect(eventsIn(...text.split(''))).toEqual(told);
  for (let at = 0; at <= text.length; at++) expect(eventsIn(text.slice(0, at), text.slice(at)), String(at)).toEqual(told);
});
