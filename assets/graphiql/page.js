import { examples } from './examples.js';

const { dataset } = document.getElementById('page');
const element = (id) => document.getElementById(id);
const kept = 'steward-session';

// ---------------------------------------------------------------- asking

/** The tokens of this tab: kept in sessionStorage, so that another tab can be somebody else. */
const session = {
  read: () => JSON.parse(sessionStorage.getItem(kept) ?? 'null'),
  write: (tokens) => (tokens ? sessionStorage.setItem(kept, JSON.stringify(tokens)) : sessionStorage.removeItem(kept)),
};

async function post(params, headers = {}) {
  const response = await fetch('graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(params),
  });
  return response.json();
}

const authorization = () => {
  const tokens = session.read();
  return tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {};
};

/** What GraphiQL sends, with the token of who is signed in unless the headers editor has another. */
async function fetcher(params, { headers, documentAST } = {}) {
  const own = Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  if (isSubscription(params, documentAST)) return follow(params, own);
  const result = await post(params, { ...authorization(), ...own });
  if (!(await isRefreshed(result, own))) return result;
  return post(params, { ...authorization(), ...own });
}

/** Whether the result says that the token is over, and there is another one now. */
async function isRefreshed(result, own) {
  const code = result.errors?.[0]?.extensions?.code;
  const mayRefresh =
    session.read() && !('authorization' in own) && ['TOKEN_EXPIRED', 'TOKEN_STALE', 'UNAUTHENTICATED'].includes(code);
  return mayRefresh && (await refresh());
}

const isSubscription = ({ operationName }, document) =>
  document?.definitions.some(
    ({ operation, name }) => operation === 'subscription' && (!operationName || name?.value === operationName),
  );

/** The results of a subscription, until GraphiQL has enough of them. */
function follow(params, own) {
  const leaving = new AbortController();

  async function* opened() {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization(), ...own },
      body: JSON.stringify(params),
      signal: leaving.signal,
    });
    if (!response.headers.get('content-type').startsWith('text/event-stream')) return yield await response.json();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const events = (text + piece.value).split('\n\n');
      text = events.pop();
      for (const event of events) if (event.startsWith('event: next\ndata: ')) yield JSON.parse(event.slice(18));
    }
  }

  async function* results() {
    try {
      let isFirst = true;
      for await (const result of opened()) {
        if (isFirst && (await isRefreshed(result, own))) return yield* opened();
        isFirst = false;
        yield result;
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
  }

  const told = results();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => told.next(),
      return() {
        leaving.abort();
        return told.return();
      },
    }),
  };
}

// ---------------------------------------------------------------- signing in

const viewerFields = 'viewer { user { email name roles { code } } }';
const tokenFields = 'tokens { accessToken refreshToken }';
const errorFields = '... on MutationError { code message }';

async function signIn(input) {
  const { errors, data } = await post({
    query: `mutation SignIn($input: AuthLoginInput!) { authLogin(input: $input) {
      ... on AuthLoginSuccess { ${tokenFields} ${viewerFields} } ${errorFields} } }`,
    variables: { input },
  });
  return taken(errors, data?.authLogin);
}

/** The next pair of tokens. Where there is none, nobody is signed in any more. */
async function refresh() {
  const { errors, data } = await post({
    query: `mutation Refresh($input: AuthRefreshInput!) { authRefresh(input: $input) {
      ... on AuthRefreshSuccess { ${tokenFields} ${viewerFields} } ${errorFields} } }`,
    variables: { input: { refreshToken: session.read().refreshToken } },
  });
  const problem = taken(errors, data?.authRefresh);
  if (problem) {
    session.write(null);
    show(`You are signed out: ${problem}`);
  }
  return !problem;
}

/** Keeps what a login gave; or says why there is nothing. */
function taken(errors, result) {
  if (errors) return errors[0].message;
  if (!result.tokens) return `${result.message} (${result.code})`;
  const { email, name, roles } = result.viewer.user;
  const who = `${name ?? email} · ${email} · ${roles.map(({ code }) => code).join(', ') || 'no platform role'}`;
  session.write({ ...result.tokens, who });
  show('');
  return null;
}

async function signOut() {
  const headers = authorization();
  session.write(null);
  show('');
  await post({ query: 'mutation SignOut { authLogout { ... on AuthLogoutSuccess { ok } } }' }, headers).catch(() => {});
}

function show(message) {
  const tokens = session.read();
  element('form').hidden = tokens !== null;
  element('signed-in').hidden = tokens === null;
  element('who').textContent = tokens ? `Signed in as ${tokens.who}` : '';
  element('said').textContent = message;
}

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const { email, password, appCode } = Object.fromEntries(new FormData(form));
  show('Signing in …');
  try {
    const problem = await signIn({ email, password, ...(appCode && { appCode }) });
    if (problem) show(problem);
    else form.reset();
  } catch {
    show('The server can not be reached.');
  }
});
element('sign-out').addEventListener('click', signOut);
show('');

// ---------------------------------------------------------------- GraphiQL

const workers = { editorWorkerService: dataset.editorWorker, json: dataset.jsonWorker, graphql: dataset.graphqlWorker };
globalThis.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => new URL(workers[label], location.href).href,
};

/** GraphiQL opens an empty tab after a reload unless it is told what the present one held. */
function presentTab() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    const { query, variables } = tabs[activeTabIndex];
    return { ...(query && { query }), ...(variables && { variables }) };
  } catch {
    return {};
  }
}

const script = document.createElement('script');
script.src = dataset.graphiql;
script.onload = () => {
  element('root').textContent = '';
  globalThis.YogaGraphiQL.renderYogaGraphiQL(element('root'), {
    fetcher,
    title: 'Steward',
    defaultTabs: examples.map(({ persona, query }) => ({ query: `# ${persona}\n${query}` })),
    // A token typed into the headers editor is gone with the tab.
    shouldPersistHeaders: false,
    ...presentTab(),
  });
};
script.onerror = () => {
  element('root').textContent = 'GraphiQL could not be loaded.';
};
document.head.append(script);
