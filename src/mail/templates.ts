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
  /** `name` is null: nobody says what the owner of an address is called. Until `expiresAt`. */
  | {
      readonly template: 'invitation';
      readonly name: null;
      readonly organization: { readonly name: string; readonly slug: string };
      readonly inviter: string | null;
      readonly roles: readonly { readonly code: string; readonly name: string }[];
      readonly token: string;
      readonly expiresAt: Date;
    }
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
        link: { label: 'Choose a new password', url: linkTo(settings, 'password', message.token) },
        after: [
          `It is good for one use, within ${count(message.minutes, 'minute')}.`,
          'If you did not ask for it, ignore this message: your password stays as it is.',
        ],
      };
    case 'firstPassword':
      return {
        subject: 'Choose your password',
        before: ['An account at Steward was made for you. To choose its password, open this link:'],
        link: { label: 'Choose your password', url: linkTo(settings, 'password', message.token) },
        after: [
          `It is good for one use, within ${count(message.days, 'day')}.`,
          'If you do not know what this is about, ignore this message.',
        ],
      };
    case 'invitation':
      return {
        subject: 'You are invited',
        before: [`${invitationTo(message)} To accept, open this link:`],
        link: { label: 'Accept the invitation', url: linkTo(settings, 'invitation', message.token) },
        after: [
          `It is good for one use, until ${minuteOf(message.expiresAt)}.`,
          'If you do not know what this is about, ignore this message: nothing happens without you.',
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
function linkTo({ publicUrl }: Pick<Settings, 'publicUrl'>, page: 'password' | 'invitation', token: string): URL {
  const link = new URL(publicUrl);
  link.pathname = `${link.pathname.replace(/\/+$/, '')}/console/${page}`;
  link.searchParams.set('token', token);
  return link;
}

const count = (number: number, unit: string): string => `${number} ${unit}${number === 1 ? '' : 's'}`;

/** Who invites to what, as what. A slug or a code, of which no link can be made, stands for a name that is none. */
function invitationTo({ organization, inviter, roles }: Message & { template: 'invitation' }): string {
  const who = inviter !== null && looksLikeName(inviter) ? `${inviter} invites you` : 'You are invited';
  const where = called(organization.name, organization.slug) ?? 'an organization';
  const as = roles.map(({ name, code }) => called(name, code) ?? 'a role of its own').join(', ');
  return `${who} to join ${where} at Steward, as ${as}.`;
}

const called = (name: string, code: string): string | undefined =>
  looksLikeName(name) ? name : hasPhoneNumber(code) ? undefined : code;

/** `2026-07-01 12:00 UTC`. */
const minuteOf = (instant: Date): string => `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

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
  return isShort && hasLettersAndTheirSignsOnly && !hasHost && !hasPhoneNumber(name);
}

const hasPhoneNumber = (text: string): boolean => /(\p{N}[^\p{L}]*){5}/u.test(text);

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
