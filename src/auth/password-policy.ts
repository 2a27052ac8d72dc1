import { dictionary } from '@zxcvbn-ts/language-common';
import type { Limits } from '../settings.ts';
import { isPasswordTooLong, passwordBytes } from './passwords.ts';

/** One thing that is wrong with a password; whoever knows the input adds the place. */
export interface PasswordIssue {
  readonly code: 'TOO_SHORT' | 'TOO_LONG' | 'NOT_TEXT' | 'TOO_COMMON' | 'CONTAINS_EMAIL' | 'CONTAINS_PRODUCT_NAME';
  readonly message: string;
}

const product = 'steward';

/** What NIST SP 800-63B asks of a new password, all at once; nothing of its composition. None where it is acceptable. */
export function passwordIssues(
  password: string,
  person: { email: string },
  limits: Pick<Limits, 'passwordLength'>,
): PasswordIssue[] {
  if (isPasswordTooLong(password)) {
    return [{ code: 'TOO_LONG', message: `A password has at most ${passwordBytes} bytes.` }];
  }
  const text = password.normalize('NFC');
  const folded = fold(password);
  const local = person.email.slice(0, person.email.lastIndexOf('@')).toLowerCase();
  const issues: (PasswordIssue | false)[] = [
    [...text].length < limits.passwordLength && {
      code: 'TOO_SHORT',
      message: `A password has at least ${limits.passwordLength} characters.`,
    },
    /[\p{Surrogate}\0]/u.test(text) && { code: 'NOT_TEXT', message: 'The password holds what is no character.' },
    isCommon(folded) && { code: 'TOO_COMMON', message: 'This password is among the first that anybody would guess.' },
    // A local part of one or two letters is in every second password, and gives nothing away.
    (folded.includes(person.email.toLowerCase()) || (local.length > 2 && folded.includes(local))) && {
      code: 'CONTAINS_EMAIL',
      message: 'The password repeats the e-mail address.',
    },
    folded.includes(product) && { code: 'CONTAINS_PRODUCT_NAME', message: 'The password repeats the name of the product.' },
  ];
  return issues.filter((issue) => issue !== false);
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

// The most common first.
const ranked: readonly string[] = dictionary['passwords-common'] ?? [];
const common: ReadonlySet<string> = new Set(ranked);
const mostCommon: ReadonlySet<string> = new Set(ranked.slice(0, 1000));

/**
 * Lists of leaked passwords hold few of twelve characters or more, so what people lengthen the common ones by counts as
 * well: repetition, a run along the alphabet or the keyboard, digits and signs around one of the thousand most common.
 */
function isCommon(folded: string): boolean {
  return common.has(folded) || isRepeated(folded) || isRun(folded) || isPadded(folded);
}

/** `aaaaaaaaaaaa`, `123123123123`, `letmeinletmein`. */
function isRepeated(text: string): boolean {
  const part = text.match(/^(.+?)\1+$/su)?.[1];
  return part !== undefined && (part.length <= 4 || common.has(part));
}

const runs = ['abcdefghijklmnopqrstuvwxyz', '1234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm'].flatMap(
  (run) => [run.repeat(3), [...run].reverse().join('').repeat(3)],
);

/** `abcdefghijkl`, `1234567890123`, `qwertyuiopas`, in either direction. */
const isRun = (text: string): boolean => runs.some((run) => run.includes(text));

/** `password12345`, `!monkey123456`: the common word is at least a third of it. */
function isPadded(text: string): boolean {
  const word = text.replace(/^[^\p{Letter}]+|[^\p{Letter}]+$/gu, '');
  return word.length * 3 >= text.length && mostCommon.has(word);
}
