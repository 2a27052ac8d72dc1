import { unescape as unescaped } from 'node:querystring';
import { createTransport } from 'nodemailer';
import { isLoopback } from '../loopback.ts';
import type { Settings } from '../settings.ts';
import { type Transport, Undelivered } from './delivery.ts';

/**
 * Letters, digits and the signs that mean nothing in a list of addresses. In `jo,evil@example.com`, which the database takes
 * for an address, nodemailer would find two, and send somebody's link to somebody else.
 */
const singleAddress = /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+$/;

/**
 * One connection for each message, so that cutting off one that hangs harms no other. Parameters in SMTP_URL are those of
 * nodemailer, and win over ours. A password goes over an encrypted connection alone, except to this machine. A message may take
 * `deliveryMs`, from the connection to the last answer, however busily the mail server talks.
 */
export function smtpTransport(
  url: string,
  { mailFrom, publicUrl }: Pick<Settings, 'mailFrom' | 'publicUrl'>,
  { deliveryMs = 30_000 } = {},
): Transport {
  const { username, password, hostname } = new URL(url);
  const transporter = createTransport({
    url,
    requireTLS: username !== '' && !isLoopback(hostname),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    socketCloseTimeout: 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ id, to, subject, text, html }, signal) => {
    if (!singleAddress.test(to)) throw new Undelivered('The address is not one that mail can be sent to.');
    const end = endAfter(deliveryMs, signal);
    try {
      await transporter.sendMail({
        from: mailFrom,
        to: { name: '', address: to },
        subject,
        text,
        html,
        // The same at every attempt: a copy that is sent twice can be told.
        messageId: `<${id}@${publicUrl.hostname}>`,
        // No answer of an absent person is wanted (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: end.signal,
      });
    } catch (error) {
      throw new Undelivered(reasonOf(error as SmtpError), saidIn(error as SmtpError, unescaped(password)));
    } finally {
      end.forget();
    }
  };
}

/** What `AbortSignal.any` is for; but in Node 20 that keeps a piece of memory for as long as `signal` lives. */
function endAfter(ms: number, signal: AbortSignal): { readonly signal: AbortSignal; forget(): void } {
  const end = new AbortController();
  const abort = () => end.abort();
  const timer = setTimeout(abort, ms);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  return {
    signal: end.signal,
    forget() {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}

/** As nodemailer throws it. */
interface SmtpError {
  readonly code?: unknown;
  /** The system's code, where `code` is nodemailer's. */
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

/** Made of codes alone, since it is kept and shown, and a mail server may repeat what it was sent. */
function reasonOf({ code, originalCode, responseCode, response }: SmtpError): string {
  if (typeof responseCode === 'number') {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(String(response))?.[1];
    const codes = enhanced ? `${responseCode} ${enhanced}` : String(responseCode);
    return code === 'EAUTH' ? `The mail server refused the login: ${codes}` : `The mail server refused the message: ${codes}`;
  }
  if (code === 'EABORT') return 'It took too long, or the server was stopped meanwhile.';
  if (code === 'ETIMEDOUT') return 'The mail server did not answer in time.';
  const named = [originalCode, code].find((name) => /^E[A-Z]+$/.test(String(name)));
  return named ? `The mail server can not be reached: ${named}` : 'The message could not be sent.';
}

/** The short words of the mail server's answer: a link, a token or an address is none. Of an answer to a login, nothing. */
function saidIn({ code, response }: SmtpError, password: string): string | null {
  if (code === 'EAUTH' || typeof response !== 'string') return null;
  const isPlain = (word: string) => /^[\w.,:;'()#-]{1,20}$/.test(word) && !(password !== '' && word.includes(password));
  const words = response.split(/\s+/).map((word) => (isPlain(word) ? word : '…'));
  return words.join(' ').slice(0, 200);
}
