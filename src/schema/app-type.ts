import type { AppRow } from '../loaders/app.ts';
import type { Visible } from '../policy.ts';
import { builder } from './builder.ts';

/** The type that pools, grants and sessions refer to; `src/schema/app.ts` says what it has. */
export const App = builder.objectRef<Visible<AppRow>>('App');
