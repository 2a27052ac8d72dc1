/** Text that is HTML already: whatever was not written by us in it has been escaped. */
export interface Html {
  readonly html: string;
}

/** HTML around values, each of which is escaped unless it is `Html` itself: so that forgetting is not possible. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  const filled = parts.slice(1).map((part, i) => asHtml(values[i]!) + part);
  return { html: parts[0] + filled.join('') };
}

export const joined = (pieces: readonly Html[]): Html => ({ html: pieces.map((piece) => piece.html).join('') });

const asHtml = (value: string | number | Html): string => (typeof value === 'object' ? value.html : escaped(String(value)));

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
