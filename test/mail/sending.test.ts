import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { queueMail } from '../../src/mail/outbox.ts';
import { smtpTransport } from '../../src/mail/smtp.ts';
import { createMailWorker } from '../../src/mail/worker.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/postgres-server.ts';
import { resetMail, startMailWorld, startSmtp } from './support.ts';

const publicUrl = { PUBLIC_URL: 'https://steward.example.com/back-office/' };

test('a message goes out after the commit, with both bodies and the link; a rolled back one never', async () => {
  const world = await startMailWorld(publicUrl);
  const smtp = await startSmtp();
  const worker = world.workerFor(smtp.url);
  const token = 'a-token_'.repeat(5);

  await world.database.transaction(async (tx) => {
    await queueMail(tx, world.server.steward, resetMail('jo@example.com', 'Jo Ångström', token));
    if (world.database.pool.options.max! > 1) await worker.sendDue();
    expect(smtp.received).toEqual([]);
  });
  const lost = world.database.transaction(async (tx) => {
    await queueMail(tx, world.server.steward, resetMail('nobody@example.com'));
    throw new Error('changed my mind');
  });
  await expect(lost).rejects.toThrow('changed my mind');
  await worker.sendDue();

  const link = `https://steward.example.com/back-office/console/password?token=${token}`;
  expect(smtp.received).toEqual([
    {
      from: 'no-reply@steward.example.com',
      to: ['jo@example.com'],
      headers: {
        from: ['Steward <no-reply@steward.example.com>'],
        to: ['jo@example.com'],
        subject: ['Reset your password'],
        'message-id': [expect.stringMatching(/^<[0-9a-f-]{36}@steward\.example\.com>$/)],
        date: [expect.any(String)],
        'mime-version': ['1.0'],
        'auto-submitted': ['auto-generated'],
        'content-type': [expect.stringMatching(/^multipart\/alternative;/)],
      },
      bodies: {
        'text/plain': expect.stringContaining(`Hello Jo Ångström,\n\n`),
        'text/html': expect.stringContaining(`<a href="${link}">`),
      },
    },
  ]);
  expect(smtp.received[0]!.bodies['text/plain']).toContain(`\n\n${link}\n\nIt is good for one use, within 60 minutes.`);
  expect(await world.outcomes()).toEqual([
    { recipient: 'jo@example.com', status: 'SENT', attempts: 1, error: null, sent: true, nextIn: expect.any(Number) },
  ]);
});

test('a mail server that is away is tried again within a minute, then ever later, and gets what waited when it is back', async () => {
  const world = await startMailWorld(publicUrl);
  const port = await freePort();
  const worker = world.workerFor(`smtp://127.0.0.1:${port}`);
  await world.queue(resetMail('jo@example.com'));

  const waits: unknown[] = [];
  for (let attempt = 1; attempt <= 12; attempt++) {
    await worker.sendDue();
    const [outcome] = await world.outcomes();
    waits.push(outcome!.nextIn);
    expect(outcome).toMatchObject({ status: 'PENDING', attempts: attempt, sent: false });
    await world.dueNow();
  }
  expect(waits).toEqual([45, 90, 180, 360, 720, 1440, 2880, 5760, 11_520, 21_600, 21_600, 21_600]);
  expect(await world.outcomes()).toMatchObject([{ error: 'The mail server can not be reached: ECONNREFUSED' }]);

  const smtp = await startSmtp({}, port);
  await worker.sendDue();
  expect(smtp.received.map(({ to }) => to)).toEqual([['jo@example.com']]);
  expect(await world.outcomes()).toMatchObject([{ status: 'SENT', attempts: 13, error: null }]);
});

test('nothing is sent before its time', async () => {
  const world = await startMailWorld();
  const smtp = await startSmtp();
  await world.queue(resetMail('jo@example.com'));
  await world.database.pool.query("UPDATE outbox_messages SET next_attempt_at = now() + interval '1 minute'");

  await world.workerFor(smtp.url).sendDue();

  expect(smtp.received).toEqual([]);
  expect(await world.outcomes()).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
});

test('a recipient who is refused holds up nobody, and keeps why', async () => {
  const world = await startMailWorld();
  const smtp = await startSmtp({
    onRcptTo: ({ address }, _session, callback) =>
      callback(address.startsWith('bad') ? Object.assign(new Error('5.1.1 no such person'), { responseCode: 550 }) : null),
  });
  for (const name of ['bad-1', 'bad-2', 'good-1', 'bad-3', 'good-2']) await world.queue(resetMail(`${name}@example.com`));

  await world.workerFor(smtp.url, { atOnce: 1 }).sendDue();

  expect(smtp.received.flatMap(({ to }) => to).sort()).toEqual(['good-1@example.com', 'good-2@example.com']);
  const error = 'The mail server refused the message: 550 5.1.1';
  expect(await world.outcomes()).toMatchObject([
    { recipient: 'bad-1@example.com', status: 'PENDING', attempts: 1, error },
    { recipient: 'bad-2@example.com', status: 'PENDING', attempts: 1, error },
    { recipient: 'good-1@example.com', status: 'SENT', error: null },
    { recipient: 'bad-3@example.com', status: 'PENDING', attempts: 1, error },
    { recipient: 'good-2@example.com', status: 'SENT', error: null },
  ]);
  expect(world.lines.filter(({ msg }) => msg === 'mail not sent; it is tried again')).toHaveLength(3);
});

test('a message that was refused for three days is given up, and the log says so', async () => {
  const world = await startMailWorld();
  const worker = world.workerFor(`smtp://127.0.0.1:${await freePort()}`);
  await world.queue(resetMail('jo@example.com'));

  let seconds = 0;
  let attempts = 0;
  for (;;) {
    await worker.sendDue();
    const [outcome] = await world.outcomes();
    attempts++;
    if (outcome!.status === 'GIVEN_UP') break;
    seconds += outcome!.nextIn as number;
    await world.dueNow();
  }

  expect({ attempts, hours: Math.round(seconds / 3600) }).toEqual({ attempts: 21, hours: 72 });
  await world.database.pool.query("UPDATE outbox_messages SET next_attempt_at = now() - interval '1 second'");
  await worker.sendDue();
  expect(await world.outcomes()).toMatchObject([{ status: 'GIVEN_UP', attempts: 21, sent: false }]);
  expect(world.lines.at(-1)).toMatchObject({ msg: 'mail given up', level: 50, kind: 'passwordReset', attempts: 21 });
});

test('a second copy has the Message-ID of the first', async () => {
  const world = await startMailWorld();
  const smtp = await startSmtp();
  await world.queue(resetMail('jo@example.com'));
  await world.workerFor(smtp.url).sendDue();

  // As if the process had died before it could say that it was sent.
  await world.database.pool.query("UPDATE outbox_messages SET status = 'PENDING', next_attempt_at = now() - interval '1 second'");
  await world.workerFor(smtp.url).sendDue();

  expect(smtp.received).toHaveLength(2);
  expect(smtp.received[1]!.headers['message-id']).toEqual(smtp.received[0]!.headers['message-id']);
});

test('neither the log nor what is kept has a link, a token or a password, even where the mail server repeats them', async () => {
  const world = await startMailWorld(publicUrl);
  const token = 'secret-token'.repeat(4);
  const smtp = await startSmtp({
    onAuth: (_auth, _session, callback) => callback(null, { user: 'mailer' }),
    async onData(stream, _session, callback) {
      for await (const _ of stream);
      callback(
        Object.assign(
          new Error(`5.7.1 Blocked: ${token} https://steward.example.com/console/password?token=${token} (hunter2)`),
          { responseCode: 554 },
        ),
      );
    },
  });
  await world.queue(resetMail('jo@example.com', 'Jo', token));

  await world.workerFor(smtp.url.replace('//', '//mailer:hunter2@')).sendDue();

  expect(await world.outcomes()).toMatchObject([{ error: 'The mail server refused the message: 554 5.7.1' }]);
  expect(world.lines).toMatchObject([{ msg: 'mail not sent; it is tried again', said: '554 5.7.1 Blocked: … … …' }]);
  const { rows } = await world.database.pool.query('SELECT * FROM outbox_messages');
  const written = JSON.stringify([
    world.lines,
    rows.map(({ sealed_content, ...row }) => [row, sealed_content.toString('latin1')]),
  ]);
  expect(written).not.toMatch(/secret-token|hunter2|console\/password/);
});

test('a login that the mail server refuses is told as one', async () => {
  const world = await startMailWorld();
  const smtp = await startSmtp({ onAuth: (_auth, _session, callback) => callback(new Error('Wrong password hunter2')) });
  await world.queue(resetMail('jo@example.com'));

  await world.workerFor(smtp.url.replace('//', '//mailer:hunter2@')).sendDue();

  expect(await world.outcomes()).toMatchObject([{ status: 'PENDING', error: 'The mail server refused the login: 535' }]);
  expect(world.lines).toMatchObject([{ msg: 'mail not sent; it is tried again', said: null }]);
});

test('user and password are those of SMTP_URL, unescaped; from another machine they ask for encryption first', async () => {
  const world = await startMailWorld();
  const signedIn: unknown[] = [];
  const smtp = await startSmtp({
    onAuth({ username, password }, _session, callback) {
      signedIn.push({ username, password });
      callback(null, { user: username });
    },
  });
  await world.queue(resetMail('jo@example.com'));

  const far = `smtp://us%40er:p%3Ass%2F@0.0.0.0:${smtp.port}`;
  await world.workerFor(far).sendDue();
  expect(signedIn).toEqual([]);
  expect(await world.outcomes()).toMatchObject([{ status: 'PENDING' }]);

  await world.dueNow();
  await world.workerFor(smtp.url.replace('//', '//us%40er:p%3Ass%2F@')).sendDue();
  expect(signedIn).toEqual([{ username: 'us@er', password: 'p:ss/' }]);
  expect(smtp.received).toHaveLength(1);

  await world.queue(resetMail('mo@example.com'));
  await world.workerFor(`${far}?requireTLS=false`).sendDue();
  expect(smtp.received).toHaveLength(2);
});

test('MAIL_FROM names the sender', async () => {
  const world = await startMailWorld({ MAIL_FROM: 'Ünique Office <office@mail.example.com>' });
  const smtp = await startSmtp();
  await world.queue(resetMail('jo@example.com'));

  await world.workerFor(smtp.url).sendDue();

  expect(smtp.received).toMatchObject([
    { from: 'office@mail.example.com', headers: { from: ['=?UTF-8?Q?=C3=9Cnique_Office?= <office@mail.example.com>'] } },
  ]);
});

test('the invitation of a message says when it went out, or why not', async () => {
  const world = await startMailWorld();
  const owner = await world.person();
  const organization = await world.organization({ owner });
  const invitation = await world.invitation({ organization, email: 'jo@example.com', by: owner });
  const port = await freePort();
  const worker = world.workerFor(`smtp://127.0.0.1:${port}`);
  const read = async () => {
    const { rows } = await world.database.pool.query('SELECT sent_at, send_error FROM invitations WHERE id = $1', [
      invitation.uuid,
    ]);
    return rows[0];
  };
  await world.queue({ ...resetMail('jo@example.com'), invitationId: invitation.uuid });

  await worker.sendDue();
  expect(await read()).toEqual({ sent_at: null, send_error: 'The mail server can not be reached: ECONNREFUSED' });

  await startSmtp({}, port);
  await world.dueNow();
  await worker.sendDue();
  expect(await read()).toEqual({ sent_at: expect.any(Date), send_error: null });
});

test('a message that was sealed under another secret is kept, and holds up nobody', async () => {
  const world = await startMailWorld();
  const other = await startMailWorld();
  const smtp = await startSmtp();
  await world.database.transaction((tx) => queueMail(tx, other.server.steward, resetMail('jo@example.com')));
  await world.queue(resetMail('mo@example.com'));

  await world.workerFor(smtp.url).sendDue();

  expect(await world.outcomes()).toMatchObject([
    { recipient: 'jo@example.com', status: 'PENDING', error: 'The message could not be sent.' },
    { recipient: 'mo@example.com', status: 'SENT' },
  ]);
});

test('a server that listens sends by itself; without SMTP_URL, or with MAIL=hold, mail stays queued', async () => {
  const smtp = await startSmtp();
  const sending = await startMailWorld({ SMTP_URL: smtp.url });
  const holding = await startMailWorld({ SMTP_URL: smtp.url, MAIL: 'hold' });
  const quiet = await startMailWorld();
  for (const { server } of [sending, holding, quiet]) await server.listen(0, '127.0.0.1');

  for (const world of [holding, quiet, sending]) await world.queue(resetMail('jo@example.com'));
  await eventually(() => sending.outcomes()).toMatchObject([{ status: 'SENT' }]);

  for (const { server } of [sending, holding, quiet]) await server.close();
  expect(smtp.received).toHaveLength(1);
  for (const world of [holding, quiet]) expect(await world.outcomes()).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
});

test('a mail server that talks without end is cut off, and another message has its place', async () => {
  const talking = createServer((socket) => {
    const talk = setInterval(() => socket.write('220-one more moment\r\n'), 5);
    socket
      .on('error', () => {})
      .on('close', () => clearInterval(talk))
      .resume();
  });
  await new Promise<void>((resolve) => talking.listen(0, '127.0.0.1', resolve));
  const { port } = talking.address() as { port: number };
  const world = await startMailWorld();
  for (const to of ['jo@example.com', 'mo@example.com']) await world.queue(resetMail(to));
  const { server, settings, log } = world;
  const transport = smtpTransport(`smtp://127.0.0.1:${port}`, settings, { deliveryMs: 50 });

  await createMailWorker({ ...server.steward, log }, transport, { atOnce: 1 }).sendDue();

  const refused = { status: 'PENDING', attempts: 1, error: 'It took too long, or the server was stopped meanwhile.' };
  expect(await world.outcomes()).toMatchObject([refused, refused]);
  await new Promise((resolve) => talking.close(resolve));
});

test('the end of a server does not wait for a mail server that hangs; the message is sent later', async () => {
  const sockets: Socket[] = [];
  const hanging = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => {})
      .resume()
      .write('220 one moment\r\n');
  });
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const { port } = hanging.address() as { port: number };
  const world = await startMailWorld();
  await world.queue(resetMail('jo@example.com'));
  const worker = world.workerFor(`smtp://127.0.0.1:${port}`, { pollMs: 10 });

  worker.start();
  await eventually(() => sockets).toHaveLength(1);
  await worker.stop(0);

  expect(await world.outcomes()).toMatchObject([
    { status: 'PENDING', attempts: 1, error: 'It took too long, or the server was stopped meanwhile.' },
  ]);
  await new Promise((resolve) => hanging.close(resolve));
  const smtp = await startSmtp();
  await world.dueNow();
  await world.workerFor(smtp.url).sendDue();
  expect(smtp.received).toHaveLength(1);
});
