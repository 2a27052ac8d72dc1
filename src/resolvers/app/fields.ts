import type { App } from '../../locks/app.ts';
import type { PoolOfApp } from './app-pools.ts';

/** What of an app is edited, its pools apart. */
export type AppFields = Pick<App, 'name' | 'description' | 'url' | 'status' | 'autoGrantOnSignup'>;

/** The fields of an app as the API has them, pools by their codes. */
export const shownFields = (
  { name, description, url, status, autoGrantOnSignup }: AppFields,
  readPools: readonly PoolOfApp[],
) => ({
  name,
  description,
  url,
  status,
  autoGrantOnSignup,
  homePool: readPools[0]!.code,
  readPools: readPools.map(({ code }) => code),
});
