import { cursorOf, pageRequest } from '../../src/loaders/page.ts';
import { type UserRow, userOrder } from '../../src/loaders/user.ts';
import { type Contender, overGraphql } from '../contender.ts';
import { startServer } from '../server-process.ts';

const users = pageRequest<UserRow>('users', userOrder('CREATED_AT', 'DESC'), {}, 100);

/** As it ships: what `npm start` runs in production, with its log and with every limit. */
export const steward: Contender = {
  name: 'steward',
  start: ({ databaseUrl, issuer, secret, port, folder, profileFolder }) =>
    startServer({
      name: 'steward',
      args: ['scripts/start.mjs'],
      nodeOptions: profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [],
      // Ten connections are its default, as everybody's here.
      environment: { DATABASE_URL: databaseUrl, STEWARD_SECRET: secret, PUBLIC_URL: issuer, HOST: '127.0.0.1', MAIL: 'hold' },
      port,
      folder,
    }),
  ...overGraphql((place) => cursorOf(users, place as UserRow)),
};
