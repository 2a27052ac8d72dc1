import { randomBytes } from 'node:crypto';
import anyAscii from 'any-ascii';
import type { Transaction } from '../../database.ts';
import { conflict } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { claimSlugs } from '../../locks/slug.ts';

const longest = 100;

/** Claims a slug that somebody wrote. Throws SLUG_TAKEN where an organization has it. */
export async function claimGivenSlug(tx: Transaction, slug: string): Promise<string> {
  const existing = (await claimSlugs(tx, [slug])).get(slug);
  if (existing !== undefined) throw conflict('SLUG_TAKEN', encodeId('org', existing), ['input', 'slug']);
  return slug;
}

/** Claims a slug that reads like the name: as it is, else with a number, else with eight digits that nobody else has drawn. */
export async function claimSlugLike(tx: Transaction, name: string): Promise<string> {
  const slug = slugOf(name);
  const endings = ['', ...Array.from({ length: 8 }, (_, i) => `-${i + 2}`), `-${randomBytes(4).toString('hex')}`];
  const candidates = endings.map((ending) => withEnding(slug, ending));
  const taken = await claimSlugs(tx, candidates);
  return candidates.find((candidate) => !taken.has(candidate))!;
}

/** A name in any script, as letters and digits that an address can hold. */
export function slugOf(name: string): string {
  const words = anyAscii(name)
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words === null ? 'organization' : withEnding(words.join('-'), '');
}

const withEnding = (slug: string, ending: string): string => slug.slice(0, longest - ending.length).replace(/-+$/, '') + ending;
