import type { Route } from './gate.ts';
import type { PlainAnswer } from './plain.ts';

const page = (title: string, text: string): PlainAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
${text}
</html>
`,
});

/** Where the links in mail lead until the console stands. The token is in the address, and stays there. */
const password = page(
  'Set your password',
  `<p>This link is good for one use. The page to choose a password on is not here yet; your administrator can set one for
you, or an application can: it sends the link's <code>token</code> and the new password with the mutation
<code>accountResetPassword</code>.</p>`,
);

const invitation = page(
  'You are invited',
  `<p>This link is good for one use. The page to accept an invitation on is not here yet; an application can do it for you:
signed in, it sends the link's <code>token</code> with the mutation <code>accountAcceptInvitation</code>; without an account,
with <code>accountSignUp</code>.</p>`,
);

export const consolePages: readonly [string, Route][] = [
  ['/console/password', { methods: { GET: () => password } }],
  ['/console/invitation', { methods: { GET: () => invitation } }],
];
