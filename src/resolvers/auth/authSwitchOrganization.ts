import { accessTokenSigner } from '../../auth/access-tokens.ts';
import { bearerTokens, readTokenTruth, type Tokens } from '../../auth/tokens.ts';
import { change } from '../../change.ts';
import type { SignedInContext } from '../../context.ts';
import { refuseIf, sessionEnded } from '../../errors.ts';
import { lockPerson, readCaller } from '../../locks/person.ts';
import { lockSession } from '../../locks/session.ts';
import { lockAskedScope } from './rows.ts';
import { switchRefused } from './rules.ts';
import { moveScope } from './scope.ts';

export interface AuthSwitchOrganizationInput {
  /** Null, or left out, leaves every organization. */
  readonly organizationId?: string | null;
}

/** Scopes the caller's session to an organization, or to none. Naming the present scope changes nothing and records nothing. */
export async function authSwitchOrganization(
  context: SignedInContext,
  input: AuthSwitchOrganizationInput,
): Promise<{ tokens: Tokens }> {
  const { reach, steward } = context;
  const sign = await accessTokenSigner(steward);

  const truth = await change(context, async (tx) => {
    const person = await lockPerson(tx, reach.userId, 'share');
    const asked = await lockAskedScope(tx, reach.userId, input.organizationId);
    const session = await lockSession(tx, reach.sessionId);
    await readCaller(tx, context);
    if (!person || !session) throw sessionEnded();

    refuseIf(switchRefused(session, asked, input.organizationId ?? ''));

    const scope = asked?.organizationId ?? null;
    if (scope !== session.organizationId) await moveScope(tx, context, person, session, scope);
    return readTokenTruth(tx, reach.sessionId);
  });

  context.asking.actAs(reach.sessionId);
  return { tokens: bearerTokens(await sign(truth), null) };
}
