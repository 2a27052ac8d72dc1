// Does what README tells a newcomer: starts Steward in a folder, signs in with a printed account, runs README's first
// query and its first change, finds the mail of it in the mailbox, runs the client's program of ten lines, stops it, and starts it again to
// see that it is quick and kept the data.
//   tsx .ci/newcomer.ts FOLDER DATA-FOLDER [--postgres]
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, type PostgresServer, startPostgres } from '../test/support/postgres-server.ts';

const [folder = '.', dataFolder = '.data', flag] = process.argv.slice(2);
const port = await freePort();
const address = `http://127.0.0.1:${port}`;
rmSync(dataFolder, { recursive: true, force: true });
mkdirSync(dataFolder, { recursive: true });

let postgres: PostgresServer | undefined;
const environment: NodeJS.ProcessEnv = { ...process.env, PORT: String(port), STEWARD_DATA_FOLDER: dataFolder };
delete environment.NODE_ENV;
if (flag === '--postgres') {
  postgres = await startPostgres();
  environment.DATABASE_URL = postgres.url;
}

const running: { child: ChildProcess }[] = [];

try {
  const first = await start();
  const people = await signInAndAsk();
  await changeSomething();
  if (people < 250) throw new Error(`README's query found ${people} people, not 250`);
  const listed = listByTheClient();
  if (listed !== people + 1) throw new Error(`the client's program lists ${listed} people, not ${people + 1}`);
  await stop(first);
  const second = await start();
  if ((await signInAndAsk()) !== people + 1) throw new Error('the second start lost people');
  await stop(second);
  console.log(`${people} people; started in ${first.seconds} s, again in ${second.seconds} s`);
} finally {
  // Where something went wrong, nothing of it may stay behind.
  for (const { child } of running) child.kill('SIGTERM');
  postgres?.stop();
}

interface Started {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly seconds: string;
}

async function start(): Promise<Started> {
  const began = Date.now();
  const child = spawn('npm', ['start'], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push({ child });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${printed}`);
    if (Date.now() - began > 180_000) throw new Error(`npm start took too long:\n${printed}`);
    const ready = await fetch(`${address}/readyz`).catch(() => null);
    if (ready?.status === 200) break;
    await pause(100);
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  for (const word of ['/graphql', '/graphiql', '/healthz', 'admin@example.com']) {
    if (!printed.includes(word)) throw new Error(`the start does not print ${word}:\n${printed}`);
  }
  return { child, exit, seconds };
}

async function signInAndAsk(): Promise<number> {
  const page = await ask(queryOfReadme(0), {}, await signIn());
  if (page.users.nodes.length !== 50) throw new Error(`README's query shows ${page.users.nodes.length} people, not 50`);
  return page.users.totalCount;
}

async function changeSomething(): Promise<void> {
  const { userCreate } = await ask(queryOfReadme(1), {}, await signIn());
  if (!userCreate.user) throw new Error(`README's change is refused: ${JSON.stringify(userCreate)}`);
  for (const end = Date.now() + 10_000; ; await pause(200)) {
    const { messages } = await (await fetch(`${address}/mailbox`, { headers: { accept: 'application/json' } })).json();
    const sent = messages.find(({ to, status }: any) => to === userCreate.user.email && status === 'SENT');
    if (sent?.text.includes('/console/password?token=')) return;
    if (Date.now() > end) throw new Error(`no mail to ${userCreate.user.email}: ${JSON.stringify(messages)}`);
  }
}

/** How many people the program of the client's README lists, each with their roles. */
function listByTheClient(): number {
  const program = /```js\n([\s\S]+?)```/.exec(readFileSync(join(folder, 'client/README.md'), 'utf8'))![1]!;
  const { email, password } = admin();
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    env: { ...process.env, STEWARD_URL: address, STEWARD_EMAIL: email, STEWARD_PASSWORD: password },
    encoding: 'utf8',
  });
  if (!printed.includes(`${email} system_admin`)) throw new Error(`the client's program does not list ${email}:\n${printed}`);
  return printed.match(/^\S+@\S+ ([a-z_]+(, [a-z_]+)*)?$/gm)?.length ?? 0;
}

function queryOfReadme(index: number): string {
  return [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```graphql\n([\s\S]+?)```/g)][index]![1]!;
}

function admin(): { email: string; password: string } {
  const accounts = JSON.parse(readFileSync(join(dataFolder, 'demo-accounts.json'), 'utf8'));
  return accounts.find(({ persona }: { persona: string }) => persona === 'system_admin');
}

async function signIn(): Promise<string> {
  const { email, password } = admin();
  const login = await ask(
    'mutation ($input: AuthLoginInput!) { authLogin(input: $input) { ... on AuthLoginSuccess { tokens { accessToken } } ... on MutationError { code } } }',
    { input: { email, password } },
  );
  return login.authLogin.tokens.accessToken;
}

async function ask(query: string, variables: object, token?: string): Promise<any> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Ends npm, as an orchestrator would, which hands the signal on and ends with what the server ended with. */
async function stop({ child, exit }: Started): Promise<void> {
  child.kill('SIGTERM');
  const code = await exit;
  if (code !== 0) throw new Error(`SIGTERM ended npm start with ${code}`);
}
