import { z } from 'zod';
import { begun, record } from '../../audit.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { Prisma, type Transaction } from '../../database.ts';
import { notFound, refuseIf, ruleRefusal } from '../../errors.ts';
import { decodeId, encodeId, newId } from '../../ids.ts';
import { given, metadata, name, optionalDescription, optionalUrl, parseInput, slug } from '../../input.ts';
import { lockPeople, type Person, type PersonLock, readCaller } from '../../locks/person.ts';
import { organizationSearchText } from '../../search.ts';
import { filledFields, type OrganizationFields } from './fields.ts';
import { isOrgAdmin } from './members.ts';
import { readRolesThere } from './roles.ts';
import { claimGivenSlug, claimSlugLike } from './slugs.ts';
import { insertMembership } from './write-membership.ts';

const OrganizationCreate = z.object({
  name,
  slug: slug.nullish(),
  description: optionalDescription.default(null),
  website: optionalUrl.default(null),
  logoUrl: optionalUrl.default(null),
  metadata: metadata.default({}),
  ownerId: given<string | null>(),
});

/** Null is as left out. */
export interface OrganizationCreateInput {
  readonly name: string;
  readonly slug?: string | null;
  readonly description?: string | null;
  readonly website?: string | null;
  readonly logoUrl?: string | null;
  readonly metadata?: unknown;
  readonly ownerId?: string | null;
}

/** Creates an organization. Its owner, the caller unless told, is its first member, with `org_admin`. */
export async function organizationCreate(context: SignedInContext, input: OrganizationCreateInput) {
  const { ownerId, slug: wanted, ...rest } = parseInput(OrganizationCreate, input);

  return change(context, async (tx) => {
    const owner = await lockOwner(tx, context, ownerId ?? null);
    const id = newId();
    const orgAdmin = (await readRolesThere(tx, id)).filter(isOrgAdmin);
    const slug = await (wanted ? claimGivenSlug(tx, wanted) : claimSlugLike(tx, rest.name));
    const organization = { ...rest, slug };

    await insertOrganization(tx, id, organization, owner.id);
    await insertMembership(tx, { organizationId: id, userId: owner.id, roles: orgAdmin, invitedById: null });
    await record(tx, context, {
      action: 'organization.created',
      subject: { type: 'org', id },
      organizationId: id,
      changes: begun({ ...filledFields(organization), owner: encodeId('user', owner.id) }),
      people: [owner.id],
    });
    return { organizationId: id };
  });
}

/** Locks the caller and the owner to be. Somebody else's account has to be active; the caller's is. */
async function lockOwner(tx: Transaction, context: SignedInContext, ownerId: string | null): Promise<Person> {
  const callerId = context.reach.userId;
  const id = ownerId === null ? callerId : decodeId('user', ownerId);
  const people = await lockPeople(
    tx,
    new Map<string, PersonLock>([[callerId, 'share'], ...(id ? [[id, 'share'] as const] : [])]),
  );
  await readCaller(tx, context);
  const owner = id && people.get(id);
  if (!owner) throw notFound(ownerId, ['input', 'ownerId']);
  refuseIf(owner.suspended && ruleRefusal('USER_SUSPENDED'));
  return owner;
}

async function insertOrganization(tx: Transaction, id: string, organization: OrganizationFields, ownerId: string): Promise<void> {
  const { name, slug, description, website, logoUrl } = organization;
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO organizations (id, name, slug, description, website, logo_url, metadata, owner_id, search_text)
    VALUES (${id}::uuid, ${name}, ${slug}, ${description}, ${website}, ${logoUrl}, ${JSON.stringify(organization.metadata)}::jsonb,
            ${ownerId}::uuid, ${organizationSearchText(organization)})`);
}
