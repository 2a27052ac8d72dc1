import { Prisma, type Transaction } from '../../src/database.ts';

interface Tables {
  readonly pools: Prisma.PoolCreateManyInput;
  readonly users: Prisma.UserCreateManyInput;
  readonly user_pools: Prisma.UserPoolCreateManyInput;
  readonly user_roles: Prisma.UserRoleCreateManyInput;
  readonly apps: Prisma.AppCreateManyInput;
  readonly app_read_pools: Prisma.AppReadPoolCreateManyInput;
  readonly app_grants: Prisma.AppGrantCreateManyInput;
  readonly organizations: Prisma.OrganizationCreateManyInput;
  readonly roles: Prisma.RoleCreateManyInput;
  readonly role_permissions: Prisma.RolePermissionCreateManyInput;
  readonly memberships: Prisma.MembershipCreateManyInput;
  readonly membership_roles: Prisma.MembershipRoleCreateManyInput;
  readonly invitations: Prisma.InvitationCreateManyInput;
  readonly invitation_roles: Prisma.InvitationRoleCreateManyInput;
  readonly sessions: Prisma.SessionCreateManyInput;
  readonly login_locks: Prisma.LoginLockCreateManyInput;
  readonly audit_events: Prisma.AuditEventCreateManyInput;
  readonly audit_event_people: Prisma.AuditEventPersonCreateManyInput;
}

/**
 * Inserts the rows by one statement with one parameter, which is several times as fast as `createMany`. All rows have
 * the fields of the first; columns that are left out take their defaults.
 */
export async function insertRows<Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly Tables[Table][],
): Promise<void> {
  const fields = Object.keys(rows[0] ?? {});
  if (fields.length === 0) return;
  const columns = Prisma.raw(fields.map(toColumn).join(', '));
  const records = JSON.stringify(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [toColumn(field), toJson(value)]))),
  );
  const name = Prisma.raw(table);
  await tx.$executeRaw(
    Prisma.sql`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, ${records}::jsonb)`,
  );
}

const toColumn = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Bytes as PostgreSQL reads them from text; all else as JSON has it. */
const toJson = (value: unknown): unknown => (value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value);
