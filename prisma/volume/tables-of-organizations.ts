import { organizationSearchText } from '../../src/search.ts';
import { counted, type Row, type TableRows } from './copy.ts';
import { dieFor } from './die.ts';
import { instant, instantOrNull } from './instant.ts';
import { inTime } from './ranges.ts';
import type { World } from './world.ts';

const profileDie = dieFor('organization profile');
const countries = ['US', 'GB', 'DE', 'FR', 'ES', 'NO', 'NZ', 'IN', 'BR', 'JP', 'IE', 'SE'];
const segments = ['enterprise', 'mid-market', 'small', 'small', 'small'];

export function tablesOfOrganizations(world: World): TableRows[] {
  const { frame, given, people, organizations, memberships, invitations } = world;
  const { customRoles } = organizations;
  const roleId = (role: string | number) =>
    typeof role === 'string' ? given.organizationRoles.get(role)! : organizations.customRole(role).id;
  return [
    {
      table: 'organizations',
      columns: [
        ...[
          'id',
          'name',
          'slug',
          'description',
          'website',
          'metadata',
          'status',
          'suspension_reason',
          'owner_id',
          'member_count',
        ],
        ...['created_at', 'updated_at', 'version', 'search_text'],
      ],
      count: frame.organizations,
      rows: () => counted(frame.organizations, (organization) => organizationRow(world, organization)),
    },
    {
      table: 'roles',
      columns: ['id', 'code', 'name', 'description', 'scope', 'rank', 'organization_id', 'created_at', 'updated_at'],
      count: customRoles.total,
      rows: () =>
        counted(customRoles.total, (role) => {
          const { id, code, name, description, rank, organization, createdAt } = organizations.customRole(role);
          const madeAt = instant(createdAt);
          return [id, code, name, description, 'ORGANIZATION', rank, organizations.id(organization), madeAt, madeAt];
        }),
    },
    {
      table: 'role_permissions',
      columns: ['role_id', 'permission_code'],
      count: customRoles.total * 2,
      *rows() {
        for (let role = 0; role < customRoles.total; role++) {
          const { id, permissions } = organizations.customRole(role);
          for (const permission of permissions) yield [id, permission];
        }
      },
    },
    {
      table: 'memberships',
      columns: ['id', 'organization_id', 'user_id', 'status', 'joined_at', 'invited_by_id', 'updated_at', 'version'],
      count: frame.memberships,
      *rows() {
        for (const number of memberships.inTime()) {
          const { organization, person, joinedAt, suspendedAt, isByOwner } = memberships.membership(number);
          yield [
            ...[memberships.id(number, joinedAt), organizations.id(organization), people.id(person)],
            ...[suspendedAt === null ? 'ACTIVE' : 'SUSPENDED', instant(joinedAt)],
            ...[isByOwner ? people.id(organizations.owner(organization)) : null, instant(suspendedAt ?? joinedAt)],
            suspendedAt === null ? 1 : 2,
          ];
        }
      },
    },
    {
      table: 'membership_roles',
      columns: ['membership_id', 'role_id', 'created_at'],
      count: frame.membershipRoles,
      *rows() {
        for (const number of memberships.inTime()) {
          const { joinedAt } = memberships.membership(number);
          const [id, since] = [memberships.id(number, joinedAt), instant(joinedAt)];
          for (const role of memberships.roles(number)) yield [id, roleId(role), since];
        }
      },
    },
    {
      table: 'invitations',
      columns: [
        ...['id', 'organization_id', 'email', 'token_hash', 'status', 'invited_by_id', 'created_at', 'expires_at'],
        ...['accepted_at', 'sent_at', 'send_error'],
      ],
      count: frame.invitations,
      *rows() {
        for (const number of inTime(frame.invitations, frame.start, (one) => invitations.invitation(one).createdAt)) {
          const { organization, email, tokenHash, status, createdAt, expiresAt, acceptedAt, hasFailed } =
            invitations.invitation(number);
          yield [
            ...[invitations.id(number, createdAt), organizations.id(organization), email, tokenHash, status],
            ...[people.id(organizations.owner(organization)), instant(createdAt), instant(expiresAt), instantOrNull(acceptedAt)],
            ...(hasFailed ? [null, '550 5.1.1 No such mailbox here'] : [instant(createdAt + 2000), null]),
          ];
        }
      },
    },
    {
      table: 'invitation_roles',
      columns: ['invitation_id', 'role_id'],
      count: frame.invitations,
      rows: () =>
        counted(frame.invitations, (number) => {
          const { createdAt, role } = invitations.invitation(number);
          return [invitations.id(number, createdAt), roleId(role)];
        }),
    },
  ];
}

function organizationRow({ organizations, people }: World, organization: number): Row {
  const die = profileDie(organization);
  const { name, slug } = organizations.called(organization);
  const [createdAt, suspension] = [organizations.createdAt(organization), organizations.suspension(organization)];
  return [
    organizations.id(organization),
    name,
    slug,
    die.chance(0.3) ? 'Sells by the piece, and repairs what it has sold.' : null,
    die.chance(0.7) ? `https://${slug}.example` : null,
    JSON.stringify({ country: die.pick(countries), ...(die.chance(0.6) ? { segment: die.pick(segments) } : {}) }),
    suspension ? 'SUSPENDED' : 'ACTIVE',
    suspension?.reason ?? null,
    people.id(organizations.owner(organization)),
    organizations.members.count(organization),
    instant(createdAt),
    instant(suspension?.at ?? createdAt),
    suspension ? 2 : 1,
    organizationSearchText({ name, slug }),
  ];
}
