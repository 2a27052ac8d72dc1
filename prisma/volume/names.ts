import { day, dice } from '../demo/dice.ts';
import { ascii, namer, ownScripts } from '../demo/names.ts';
import type { Die } from './die.ts';

interface Culture {
  readonly locale: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly familyFirst: boolean;
}

export interface Name {
  readonly name: string;
  readonly family: string;
  readonly locale: string;
  /** What an address begins with, in small ASCII letters. */
  readonly first: string;
  readonly last: string;
}

/** The demo's names, taken apart again: put together in more ways they are enough for a city. */
const cultures: readonly Culture[] = collect();

function collect(): Culture[] {
  const found = new Map<string, { given: Set<string>; family: Set<string>; familyFirst: boolean }>();
  const chance = dice(11, new Date(day));
  // Each time a new one, since one gives every name once: the names of all cultures are met long before the end.
  for (let round = 0; round < 20_000; round++) {
    const { name, given, family, locale } = namer(chance)();
    if (!found.has(locale))
      found.set(locale, { given: new Set(), family: new Set(), familyFirst: name === `${family} ${given}` });
    found.get(locale)!.given.add(given);
    found.get(locale)!.family.add(family);
  }
  return [...found].map(([locale, { given, family, familyFirst }]) => ({
    locale,
    given: [...given].sort(),
    family: [...family].sort(),
    familyFirst,
  }));
}

/** Memory for `ascii`, which takes a while. */
const letters = new Map<string, string>();
function lettersOf(text: string): string {
  if (!letters.has(text)) letters.set(text, ascii(text));
  return letters.get(text)!;
}

export function nameOf(die: Die): Name {
  if (die.chance(0.005)) {
    const { name, locale, address } = die.pick(ownScripts);
    const [first, last] = address.split('.') as [string, string];
    return { name, family: name, locale, first, last };
  }
  const { locale, familyFirst, ...names } = die.pick(cultures);
  const [given, family] = [die.pick(names.given), die.pick(names.family)];
  const [second, other] = [die.pick(names.given), die.pick(names.family)];
  const way = second === given || other === family ? 0 : die.roll();
  const whole =
    way < 0.45 || familyFirst
      ? [given, family]
      : way < 0.65
        ? [`${given} ${second}`, family]
        : way < 0.82
          ? [`${given} ${second[0]}.`, family]
          : [given, `${family}-${other}`];
  const name = (familyFirst ? whole.reverse() : whole).join(' ');
  return { name, family, locale, first: lettersOf(given), last: lettersOf(family) };
}

const domains = ['example.com', 'example.com', 'example.org', 'example.net', 'mail.example.com', 'post.example.org'];

/** An address that the number makes the only one of its kind, at a domain that is reserved for examples (RFC 2606). */
export function addressOf({ first, last }: Name, number: string, die: Die): string {
  const local = die.pick([`${first}.${last}`, `${first}.${last}`, `${first[0]}.${last}`, `${first}_${last}`, first]);
  return `${local}${number}@${die.pick(domains)}`;
}
