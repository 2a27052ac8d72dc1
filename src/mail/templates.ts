import type { Settings } from '../settings.ts';
import { type Html, html, joined } from './html.ts';

/**
 * What a message says, by the name of its template. `name` is the recipient's own, as stored, or null; it is shown where it
 * looks like a name and left out where not. `token` is the one in the link, in plain, since the link is all that it is for.
 * A link is good for `minutes` or `days`. A template that is added needs a subject without anything that somebody typed, and
 * paragraphs; greeting, link and both bodies come of themselves.
 */
export type Message =
  | { readonly template: 'passwordReset'; readonly name: string | null; readonly token: string; readonly minutes: number }
  | { readonly template: 'firstPassword'; readonly name: string | null; readonly token: string; readonly days: number }
  /** To the former address, after a change. It says neither who changed it nor to which one. */
  | { readonly template: 'emailChanged'; readonly name: string | null };

/** What is sent. */
export interface Content {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A message as its template has it: nothing in it was typed by anybody. */
interface Draft {
  readonly subject: string;
  readonly before: readonly string[];
  readonly link?: { readonly label: string; readonly url: URL };
  readonly after?: readonly string[];
}

/** Writes a message, in text and HTML. Nothing that somebody typed reaches the subject, or gets into the HTML as markup. */
export function write(message: Message, settings: Pick<Settings, 'publicUrl'>): Content {
  const draft = drafted(message, settings);
  const greeting = greetingTo(message.name);
  return { subject: draft.subject, text: textOf(greeting, draft), html: htmlOf(greeting, draft) };
}

function drafted(message: Message, settings: Pick<Settings, 'publicUrl'>): Draft {
  switch (message.template) {
    case 'passwordReset':
      return {
        subject: 'Reset your password',
        before: ['A new password was asked for, for your account at Steward. To choose one, open this link:'],
        link: { label: 'Choose a new password', url: passwordLink(settings, message.token) },
        after: [
          `It is good for one use, within ${count(message.minutes, 'minute')}.`,
          'If you did not ask for it, ignore this message: your password stays as it is.',
        ],
      };
    case 'firstPassword':
      return {
        subject: 'Choose your password',
        before: ['An account at Steward was made for you. To choose its password, open this link:'],
        link: { label: 'Choose your password', url: passwordLink(settings, message.token) },
        after: [
          `It is good for one use, within ${count(message.days, 'day')}.`,
          'If you do not know what this is about, ignore this message.',
        ],
      };
    case 'emailChanged':
      return {
        subject: 'Your e-mail address was changed',
        before: [
          'The e-mail address of your account at Steward was changed. From now on you sign in with the new one, and messages go there.',
          'If you did not want this, tell your administrator at once.',
        ],
      };
  }
}

/** PUBLIC_URL may have a path of its own, with or without a slash at its end. */
function passwordLink({ publicUrl }: Pick<Settings, 'publicUrl'>, token: string): URL {
  const link = new URL(publicUrl);
  link.pathname = `${link.pathname.replace(/\/+$/, '')}/console/password`;
  link.searchParams.set('token', token);
  return link;
}

const count = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`;

/**
 * People choose their names, and others choose names for them: one could be made to be read as a part of the message, or to
 * be turned into a link by the program that shows it. So only what looks like a name is one; anybody else is greeted without.
 */
function greetingTo(name: string | null): string {
  return name !== null && looksLikeName(name) ? `Hello ${name},` : 'Hello,';
}

function looksLikeName(name: string): boolean {
  const isShort = [...name].length <= 60;
  const hasLettersAndTheirSignsOnly = /^[\p{L}\p{M}\p{N} .,'’·()&-]*\p{L}[\p{L}\p{M}\p{N} .,'’·()&-]*$/u.test(name);
  // `J. R. R.` and `J.R.R.` are initials; `evil.example` would become a link.
  const hasHost = /\.[\p{L}\p{M}\p{N}-]{2}/u.test(name);
  const hasPhoneNumber = /(\p{N}[^\p{L}]*){5}/u.test(name);
  return isShort && hasLettersAndTheirSignsOnly && !hasHost && !hasPhoneNumber;
}

function textOf(greeting: string, { before, link, after = [] }: Draft): string {
  return `${[greeting, ...before, ...(link ? [link.url.href] : []), ...after].join('\n\n')}\n`;
}

function htmlOf(greeting: string, { subject, before, link, after = [] }: Draft): string {
  const paragraphs = (texts: readonly string[]): Html => joined(texts.map((text) => html`<p>${text}</p>\n`));
  // The address is shown as well: some programs show no buttons, and some people trust none.
  const linked = link
    ? html`<p><a href="${link.url.href}">${link.label}</a></p>\n<p style="color: #555; word-break: break-all">${link.url.href}</p>\n`
    : html``;
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p>${greeting}</p>
${paragraphs(before)}${linked}${paragraphs(after)}</body>
</html>
`.html;
}
