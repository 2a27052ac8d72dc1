import { beforeAll, describe, expect, test } from 'vitest';
import type { Mail } from '../../src/mail/outbox.ts';
import type { MailWorker } from '../../src/mail/worker.ts';
import { type MailWorld, type Received, resetMail, startMailWorld, startSmtp } from './support.ts';

let world: MailWorld;
beforeAll(async () => {
  world = await startMailWorld({ PUBLIC_URL: 'https://steward.example.com' });
});

/** What a mail server has of each message. */
async function arrivals(mails: readonly Mail[]): Promise<Received[]> {
  const smtp = await startSmtp();
  const worker: MailWorker = world.workerFor(smtp.url, { atOnce: 1 });
  for (const mail of mails) await world.queue(mail);
  await worker.sendDue();
  return smtp.received;
}

const token = 'x'.repeat(43);
const link = `https://steward.example.com/console/password?token=${token}`;

test('every template says what it is about, in text and in HTML', async () => {
  const base = { to: 'jo@example.com', userId: null, name: 'Jo' } as const;
  const received = await arrivals([
    { ...base, template: 'passwordReset', token, minutes: 60 },
    { ...base, template: 'firstPassword', token, days: 7 },
    { ...base, template: 'emailChanged' },
  ]);

  expect(received.map(({ headers, bodies }) => [headers.subject, bodies['text/plain']])).toEqual([
    [
      ['Reset your password'],
      `Hello Jo,

A new password was asked for, for your account at Steward. To choose one, open this link:

${link}

It is good for one use, within 60 minutes.

If you did not ask for it, ignore this message: your password stays as it is.
`,
    ],
    [
      ['Choose your password'],
      `Hello Jo,

An account at Steward was made for you. To choose its password, open this link:

${link}

It is good for one use, within 7 days.

If you do not know what this is about, ignore this message.
`,
    ],
    [
      ['Your e-mail address was changed'],
      `Hello Jo,

The e-mail address of your account at Steward was changed. From now on you sign in with the new one, and messages go there.

If you did not want this, tell your administrator at once.
`,
    ],
  ]);
  for (const { bodies } of received) {
    const shown = bodies['text/html']!.replace(/<title>.*<\/title>|<[^>]+>/g, '').replace(/\s+/g, ' ');
    for (const paragraph of bodies['text/plain']!.trim().split('\n\n')) expect(shown).toContain(paragraph);
  }
  expect(received.map(({ bodies }) => [...bodies['text/html']!.matchAll(/href="([^"]*)"/g)].map(([, url]) => url))).toEqual([
    [link],
    [link],
    [],
  ]);
});

describe('a name', () => {
  let withoutName: Received;
  beforeAll(async () => {
    [withoutName] = (await arrivals([resetMail('jo@example.com', null)])) as [Received];
  });

  test.each([
    ['with a header in it', 'Jo\r\nBcc: evil@example.com'],
    ['with a line of text in it', 'Jo,\n\nyour password is needed'],
    ['of markup', '<img src=x onerror=alert(1)>'],
    ['that ends an attribute', '"><script>alert(1)</script>'],
    ['that is a link', 'https://evil.example/steward'],
    ['that programs make a link of', 'Go to evil.example now'],
    ['that programs make a link of, in another script', 'Go to пример.рф now'],
    ['with another sort of dot', 'evil。example'],
    ['that is an address', 'help@evil.example'],
    ['with a phone number', 'Locked - call (0800) 12 34 56'],
    ['that turns the direction of writing', 'Jo \u202Egro.live\u202C'],
    ['with what can not be seen', 'J\u200Bo'],
    ['that is a text', 'your account was closed because of a complaint and has to be confirmed'],
    ['without a letter', '...'],
    ['of ten thousand letters', 'J'.repeat(10_000)],
  ])('%s is left out', async (_what, name) => {
    const [received] = (await arrivals([resetMail('jo@example.com', name)])) as [Received];

    const { 'message-id': _id, date: _date, 'content-type': _type, ...headers } = received.headers;
    expect(withoutName.headers).toMatchObject(headers);
    expect(Object.keys(received.headers)).toEqual(Object.keys(withoutName.headers));
    expect(received.to).toEqual(['jo@example.com']);
    expect(received.bodies).toEqual(withoutName.bodies);
  });

  test.each([
    ['Jo', 'Jo'],
    ['J. R. R. Tolkien', 'J. R. R. Tolkien'],
    ['J.R.R. Tolkien', 'J.R.R. Tolkien'],
    ["Aoife O'Brien-Ní Dhomhnaill", 'Aoife O&#39;Brien-Ní Dhomhnaill'],
    ['Smith & Sons', 'Smith &#38; Sons'],
    ['黒澤 明', '黒澤 明'],
    ['José Ωmega', 'José Ωmega'],
    ['محمد علي', 'محمد علي'],
    ['Tester 12', 'Tester 12'],
  ])('%s is greeted by it', async (name, shown) => {
    const [received] = (await arrivals([resetMail('jo@example.com', name)])) as [Received];

    expect(received.bodies['text/plain']!.split('\n')[0]).toBe(`Hello ${name},`);
    expect(received.bodies['text/html']).toContain(`<p>Hello ${shown},</p>`);
  });
});

test.each([
  'jo,evil@example.com',
  'jo>,<evil@example.com',
  '"jo"<evil@example.com',
  'jo;bcc:evil@example.com',
  'evil(@example.com',
  '"jo evil@example.com',
  'jo@example.com>',
  'jo@[127.0.0.1]',
])('the odd address %s is nobody, rather than somebody else', async (to) => {
  expect(await arrivals([resetMail(to)])).toEqual([]);

  expect((await world.outcomes()).at(-1)).toMatchObject({
    recipient: to,
    status: 'PENDING',
    error: 'The address is not one that mail can be sent to.',
  });
});

test.each(["o'brien+steward@example.com", '{odd}!#$%&*/=?^_`|~-@example.com'])(
  'the address %s is reached as it is',
  async (to) => {
    const [received] = (await arrivals([resetMail(to)])) as [Received];

    expect([received.to, received.headers.to]).toEqual([[to], [to]]);
  },
);
