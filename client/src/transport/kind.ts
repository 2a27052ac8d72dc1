/** What an operation is to the wire: a `secret` is a mutation that the server takes alone only, and keeps no outcome of. */
export type Kind = 'query' | 'mutation' | 'secret';

// Strings and comments say nothing.
const asides = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g;
const mutations = /(?:^|[}"])[\s,\uFEFF]*mutation\b/;
const secrets = /\b(auth[A-Z]\w*|account(ChangePassword|ResetPassword|SignUp)|user(SetPassword|Impersonate))\b/;
/** Secret where the input has the field, be it in the text or in a variable. */
const secretWith = [
  [/\buserCreate\b/, /\bpassword\s*:/, 'password'],
  [/\baccountAcceptInvitation\b/, /\btoken\s*:/, 'token'],
] as const;

/** Where the text leaves a doubt, it is a secret: that is only slower. */
export function kindOf(document: string, variables: unknown): Kind {
  const text = document.replace(asides, '""');
  if (!mutations.test(text)) return 'query';
  const inputs: any[] = Object.values(variables ?? {});
  const isSecret =
    secrets.test(text) ||
    secretWith.some(
      ([field, given, name]) => field.test(text) && (given.test(text) || inputs.some((input) => input?.[name] != null)),
    );
  return isSecret ? 'secret' : 'mutation';
}
