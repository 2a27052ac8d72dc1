import { NotFoundError, UnauthenticatedError } from '../errors.ts';

/** What was asked for; where the graph answers null, a `NotFoundError`. */
export function found<T>(value: T | null | undefined, what: string, id: string | null = null): T {
  if (value === null || value === undefined) {
    throw new NotFoundError(`There is no such ${what}, or it is not yours to see.`, { id });
  }
  return value;
}

/** Who is signed in; where nobody is, an `UnauthenticatedError`. */
export function signedIn<Viewer>(viewer: Viewer | null): Viewer {
  if (viewer === null) throw new UnauthenticatedError('UNAUTHENTICATED', 401, 'Nobody is signed in.');
  return viewer;
}
