// What the API's DateTime takes: a date, and a time with a zone.
const form = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** The instant that the text names, such as `2026-01-31T12:00:00Z`; null where it names none. */
export function readInstant(text: string): Date | null {
  const day = form.exec(text)?.[1];
  // `Date` takes the 30th of February for a day in March.
  if (!day || Number.isNaN(Date.parse(day)) || !new Date(day).toISOString().startsWith(day)) return null;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
