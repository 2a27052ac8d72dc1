/** In the order of their places: fields are answered, and refused, in their own time. */
export const byPlace = <Failure extends { readonly path?: unknown }>(errors: readonly Failure[]): Failure[] =>
  errors.toSorted((one, other) => (String(one.path) < String(other.path) ? -1 : 1));
