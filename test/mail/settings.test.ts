import { expect, test } from 'vitest';
import { readSettings } from '../../src/settings.ts';

test.each([
  [{}, { name: 'Steward', address: 'no-reply@localhost' }],
  [{ PUBLIC_URL: 'https://steward.example.com:8443/office' }, { name: 'Steward', address: 'no-reply@steward.example.com' }],
  [{ PUBLIC_URL: 'http://[::1]:4000' }, { name: 'Steward', address: 'no-reply@localhost' }],
  [{ MAIL_FROM: 'office@example.com' }, { name: '', address: 'office@example.com' }],
  [{ MAIL_FROM: 'Back Office <office@example.com>' }, { name: 'Back Office', address: 'office@example.com' }],
])('with %j mail comes from %j', (environment, sender) => {
  expect(readSettings({ NODE_ENV: 'test', ...environment }).mailFrom).toEqual(sender);
});

test.each([
  'office',
  'office@example.com, other@example.com',
  'office,other@example.com',
  'Office office@example.com',
  'Office <office@example.com',
  'a@b.c <office@example.com>',
  'Office\u0000 <office@example.com>',
])('MAIL_FROM can not be %j', (sender) => {
  expect(() => readSettings({ NODE_ENV: 'test', MAIL_FROM: sender })).toThrow(/^MAIL_FROM: must be an address/);
});
