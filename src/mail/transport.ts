import type { Logger } from 'pino';
import type { Settings } from '../settings.ts';
import type { Transport } from './delivery.ts';
import { smtpTransport } from './smtp.ts';

/** The way out: SMTP, in development without it the mailbox; null where mail stays queued. */
export function transportFor(settings: Settings, log: Logger): Transport | null {
  if (settings.holdMail) return null;
  if (settings.smtpUrl !== null) return smtpTransport(settings.smtpUrl, settings);
  return settings.mode === 'development' ? mailbox(settings, log) : null;
}

/** The mailbox shows what is in the outbox, so there is nothing to hand over. The log says where to look, and nothing of the link. */
function mailbox({ publicUrl }: Settings, log: Logger): Transport {
  const address = new URL('/mailbox', publicUrl).href;
  return async ({ to, subject }) => log.info({ to, subject, mailbox: address }, 'mail for the development mailbox');
}
