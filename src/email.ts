// What the database's own check allows: printable ASCII with one `@` inside.
const form = /^[!-?A-~]+@[!-?A-~]+$/;

/** The address in the one spelling that is stored and compared; null where the text is none. */
export function normalizeEmail(text: string): string | null {
  const trimmed = text.trim();
  // Judged before it is lowered: some letters outside of ASCII have a lower case inside (the Kelvin sign, for one).
  return trimmed.length <= 254 && form.test(trimmed) ? trimmed.toLowerCase() : null;
}
