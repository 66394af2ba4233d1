import { createHash } from 'node:crypto';

import { type Client, expectStatus } from '../client.ts';
import type { Outcome } from '../violation.ts';
import type { Operation } from './operation.ts';

async function makeToken(client: Client, name: string): Promise<{ id: string; token: string }> {
  const answer = await client.api('POST', '/tokens', { name, scopes: ['read:*'] });
  return expectStatus('a token', answer, 201).json;
}

/** Whether somebody holds a token of that name; who lost the answer cannot know its text. */
async function tokenOutcome(client: Client, name: string): Promise<Outcome> {
  const rows = expectStatus('the tokens', await client.api('GET', '/tokens'), 200).json as { name: string }[];
  return rows.some((row) => row.name === name) ? 'after' : 'before';
}

async function works(client: Client, token: string): Promise<boolean> {
  return expectStatus('a token', await client.as(token).api('GET', '/tokens'), 200, 401).status === 200;
}

const creation: Operation = {
  name: 'creation of a token',
  points: [],
  commands: ['createToken'],
  make(random) {
    const name = random.name();
    let held: string | undefined;
    return {
      async run({ client }) {
        held = (await makeToken(client, name)).token;
      },
      async observe({ client }) {
        if (held !== undefined && !(await works(client, held))) return 'before';
        return await tokenOutcome(client, name);
      },
    };
  },
};

const revocation: Operation = {
  name: 'end of a token',
  points: [],
  commands: ['revokeToken'],
  make(random) {
    const name = random.name();
    let made: { id: string; token: string } | undefined;
    return {
      async prepare({ client }) {
        made = await makeToken(client, name);
      },
      run: async ({ client }) =>
        void expectStatus('its end', await client.api('DELETE', `/tokens/${made!.id}`), 204),
      observe: async ({ client }) => ((await works(client, made!.token)) ? 'before' : 'after'),
    };
  },
};

const use: Operation = {
  name: 'note of when a token was used',
  points: [],
  commands: ['touchTokens'],
  make(random) {
    const name = random.name();
    let token = '';
    return {
      async prepare({ client }) {
        ({ token } = await makeToken(client, name));
      },
      run: async ({ client }) =>
        void expectStatus('the tokens', await client.as(token).api('GET', '/tokens'), 200),
      observe: async ({ client }) => await tokenOutcome(client, name),
    };
  },
};

const login: Operation = {
  name: 'terraform login',
  points: [],
  commands: ['redeemCode'],
  make(random) {
    const name = random.name();
    const verifier = random.bytes(32).toString('base64url');
    const form = (fields: Record<string, string>) => ({
      bytes: Buffer.from(new URLSearchParams(fields).toString()),
      type: 'application/x-www-form-urlencoded',
    });
    const redirect = 'http://localhost:10000/login';
    let token = '';
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: 'terraform-cli',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      redirect_uri: redirect,
      state: 'x',
    });
    return {
      async prepare({ client }) {
        ({ token } = await makeToken(client, name));
      },
      async run({ client }) {
        const signedIn = await client.send('POST', `/oauth/authorize?${asked.toString()}`, form({ token }));
        const code = new URL(expectStatus('a login', signedIn, 303).headers.location!).searchParams.get(
          'code',
        )!;
        const fields = {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: redirect,
        };
        expectStatus('a code', await client.send('POST', '/oauth/token', form(fields)), 200);
      },
      observe: async ({ client }) => await tokenOutcome(client, `terraform login with ${name}`),
    };
  },
};

interface NamespaceRow {
  readonly name: string;
  readonly visibility: string;
}

async function findNamespace(client: Client, name: string): Promise<NamespaceRow | undefined> {
  const rows = expectStatus('the namespaces', await client.api('GET', '/namespaces'), 200)
    .json as NamespaceRow[];
  return rows.find((row) => row.name === name);
}

function namespaceOperation(
  name: string,
  command: Operation['commands'][number],
  change: (client: Client, namespace: string) => Promise<void>,
  isDone: (row: NamespaceRow | undefined) => boolean,
): Operation {
  return {
    name,
    points: [],
    commands: [command],
    make(random) {
      const namespace = random.name();
      return {
        async prepare({ client }) {
          if (command === 'createNamespace') return;
          expectStatus('a namespace', await client.api('POST', '/namespaces', { name: namespace }), 201);
        },
        run: async ({ client }) => await change(client, namespace),
        observe: async ({ client }) => (isDone(await findNamespace(client, namespace)) ? 'after' : 'before'),
      };
    },
  };
}

export const identityOperations = [
  creation,
  revocation,
  use,
  login,
  namespaceOperation(
    'creation of a namespace',
    'createNamespace',
    async (client, name) =>
      void expectStatus('it', await client.api('POST', '/namespaces', { name }), 201, 409),
    (row) => row !== undefined,
  ),
  namespaceOperation(
    'change of a namespace',
    'updateNamespace',
    async (client, name) =>
      void expectStatus(
        'it',
        await client.api('PATCH', `/namespaces/${name}`, { visibility: 'public' }),
        200,
      ),
    (row) => row?.visibility === 'public',
  ),
  namespaceOperation(
    'deletion of a namespace',
    'deleteNamespace',
    async (client, name) =>
      void expectStatus('it', await client.api('DELETE', `/namespaces/${name}`), 204, 404),
    (row) => row === undefined,
  ),
];
