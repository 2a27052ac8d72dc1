import type { Steward } from '../context.ts';
import { type Html, html, joined } from '../mail/html.ts';
import { newestMessages, openContent, type Shown } from '../mail/outbox.ts';
import type { Content } from '../mail/templates.ts';
import type { Route } from './gate.ts';
import { json, single } from './plain.ts';

const shownAtMost = 100;

type Opened = Omit<Shown, 'sealedContent'> & { readonly content: Content | null };

/** The development mailbox: what the outbox holds, newest first, as a page or, for programs, as JSON. */
export function mailbox({ database, secrets }: Pick<Steward, 'database' | 'secrets'>): Route {
  async function newest(): Promise<Opened[]> {
    const messages = await database.read(newestMessages, [shownAtMost]);
    return messages.map(({ sealedContent, ...message }) => ({ ...message, content: opened(sealedContent) }));
  }

  /** Null where it was sealed under another secret, as after a change of it. */
  function opened(sealed: Uint8Array): Content | null {
    try {
      return openContent(secrets, sealed);
    } catch {
      return null;
    }
  }

  return {
    methods: {
      GET: async ({ headers }) => {
        const messages = await newest();
        if (single(headers, 'accept')?.includes('application/json')) return json(200, { messages: messages.map(toJson) });
        return {
          status: 200,
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
          body: page(messages).html,
        };
      },
    },
  };
}

/** The bodies in their frames are under it as well: they can style themselves, and load and run nothing. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'";

function toJson({ id, kind, recipient, status, attempts, lastError, createdAt, sentAt, content }: Opened) {
  const { subject = null, text = null, html = null } = content ?? {};
  return { id, kind, to: recipient, subject, text, html, status, attempts, lastError, createdAt, sentAt };
}

const page = (messages: readonly Opened[]): Html => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mailbox</title>
<style>
body { font-family: sans-serif; line-height: 1.5; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #999; margin-top: 2rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
iframe { width: 100%; height: 20rem; border: 1px solid #ccc }
</style>
<h1>Mailbox</h1>
<p>Mail of this development server, newest first. Nothing here has left the machine, unless <code>SMTP_URL</code> is set.</p>
${messages.length === 0 ? html`<p>No message yet.</p>` : joined(messages.map(article))}
</html>
`;

const article = ({ recipient, kind, status, createdAt, lastError, content }: Opened): Html => html`<article>
<h2>${content?.subject ?? kind}</h2>
<p>To ${recipient}, ${createdAt.toISOString()}, ${outcomes[status]}${lastError ? ` (${lastError})` : ''}</p>
${content ? bodies(content) : html`<p>It was sealed under another secret, and can not be shown.</p>`}
</article>
`;

const outcomes = { PENDING: 'waiting', SENT: 'sent', GIVEN_UP: 'given up' };

/** The HTML is shown as a mail program shows it: without scripts, and its links open a tab of their own. */
const bodies = (content: Content): Html => html`<pre>${linked(content.text)}</pre>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML" srcdoc="${`<base target="_blank">${content.html}`}"></iframe>`;

const linked = (text: string): Html =>
  joined(text.split(/(https?:\/\/\S+)/).map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`)));
