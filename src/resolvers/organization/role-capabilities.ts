import { powerIn, type RootField } from '../../policy.ts';
import { type Capability, would } from '../capability.ts';
import { changeRoleRefused } from './rules.ts';

interface RoleFacts {
  readonly code: string;
  readonly rank: number;
  readonly builtIn: boolean;
  readonly organizationId: string | null;
}

/** Of a built-in role, which is no organization's, everybody who is signed in is told that alone. */
function changing(mutation: RootField): Capability<RoleFacts> {
  const rules = would<RoleFacts>(mutation, {
    there: ({ organizationId }) => organizationId!,
    rules: (reach, role) => changeRoleRefused(powerIn(reach, role.organizationId!), role),
  });
  // As whoever may read `roles`: there is no organization whose row could be asked.
  const ofBuiltIn = would<RoleFacts>('roles', { rules: (reach, role) => changeRoleRefused(powerIn(reach, ''), role) });
  return { mutation, judge: (asking, role) => (role.builtIn ? ofBuiltIn : rules).judge(asking, role) };
}

/** What the caller may do to a role. */
export const roleCapabilities = {
  update: changing('organizationUpdateRole'),
  delete: changing('organizationDeleteRole'),
} satisfies Record<string, Capability<RoleFacts>>;
