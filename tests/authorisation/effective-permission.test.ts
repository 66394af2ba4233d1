import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { people, startIssuer, tenant, type LocalIssuer } from '../bicep/entra.ts';
import { ociClient, type Send } from '../oci/client.ts';
import { digestOf } from '../oci/content.ts';
import { basic } from './caller.ts';
import { startFastServer } from './world.ts';

/** T-18: what somebody may do follows from what is the case now, whatever was the case before. */

const actions = ['read', 'publish', 'manage'] as const;
type Action = (typeof actions)[number];
const groups = [
  '0a1b2c3d-0000-4000-8000-0000000000a1',
  '0a1b2c3d-0000-4000-8000-0000000000a2',
  '0a1b2c3d-0000-4000-8000-0000000000a3',
] as const;
/** What each group grants. */
const granted = { [groups[0]]: 'read:one', [groups[1]]: 'publish:two', [groups[2]]: 'manage:one' };

let server: Awaited<ReturnType<typeof startFastServer>>;
let issuer: LocalIssuer;
let send: Send;
let close: () => void;
let now = Date.UTC(2027, 0, 1);

beforeAll(async () => {
  issuer = await startIssuer(() => now);
  const rules = Object.entries(granted).map(([group, scope]) => ({ tenant, group, scopes: [scope] }));
  server = await startFastServer({
    clock: { now: () => now },
    env: { ASHLAR_ENTRA: JSON.stringify({ tenants: issuer.tenants, rules }) },
  });
  ({ send, close } = ociClient(server).overOneConnection());
});
afterAll(async () => {
  close();
  await server.discard();
  await issuer.close();
});

/** Whether a request that needs the action is let through. */
async function may(authorization: string, action: Action, namespace: string): Promise<boolean> {
  const headers = { authorization };
  const repository = `/v2/${namespace}/x`;
  const { status } =
    action === 'read'
      ? await send('GET', `${repository}/referrers/sha256:${'0'.repeat(64)}`, { headers })
      : action === 'publish'
        ? await send('POST', `${repository}/blobs/uploads/`, { headers })
        : await send('DELETE', await blobToDelete(namespace), { headers });
  if (status < 300) return true;
  expect([401, 403, 404]).toContain(status);
  return false;
}

async function blobToDelete(namespace: string): Promise<string> {
  const bytes = Buffer.from('to be deleted');
  const { registry } = server;
  await registry.metadata.command.addBlob({
    now,
    repository: { name: `${namespace}/x`, namespace, kind: 'plain', createNamespace: false },
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return `/v2/${namespace}/x/blobs/${digestOf(bytes)}`;
}

interface Made {
  readonly id: string;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly parent: Made | undefined;
  readonly expiresAt: number;
  isRevoked: boolean;
}

/** The facts, and nothing of how they came about. */
interface Facts {
  readonly tokens: Made[];
  readonly visibility: Map<string, 'public' | 'private'>;
}

function isLive(token: Made | undefined): boolean {
  if (token === undefined) return true;
  return !token.isRevoked && token.expiresAt > now && isLive(token.parent);
}

function covers(scopes: readonly string[], action: Action, namespace: string): boolean {
  return scopes.some((scope) => {
    const [has, on] = scope.split(':') as [Action, string];
    return (on === '*' || on === namespace) && actions.indexOf(has) >= actions.indexOf(action);
  });
}

function shouldBe({ visibility }: Facts, token: Made, action: Action, namespace: string): boolean {
  if (!isLive(token)) return false;
  if (action === 'read' && visibility.get(namespace) === 'public') return true;
  return covers(token.scopes, action, namespace);
}

type Step = (facts: Facts) => Promise<void>;
const letters = ['a', 'b'] as const;

/** Random steps; `run` keeps the namespaces of each run apart. */
function steps(run: () => number): fc.Arbitrary<{ name: string; step: Step }[]> {
  const namespace = fc.constantFrom(...letters).map((letter) => () => `run${run()}${letter}`);
  const scope = fc.tuple(fc.constantFrom(...actions), namespace).map(
    ([action, on]) =>
      () =>
        `${action}:${on()}`,
  );
  const scopes = fc.array(scope, { minLength: 1, maxLength: 2 });
  const pick = fc.nat(100);
  const make = fc
    .tuple(scopes, pick, fc.option(fc.integer({ min: 1, max: 5 })))
    .map(([wanted, by, days]) => ({
      name: 'make',
      step: async ({ tokens }: Facts) =>
        await makeToken(
          tokens,
          wanted.map((each) => each()),
          tokens[by % (tokens.length + 2)],
          days,
        ),
    }));
  const revoke = pick.map((which) => ({
    name: 'revoke',
    step: async ({ tokens }: Facts) => {
      const token = tokens[which % Math.max(tokens.length, 1)];
      if (token === undefined) return;
      await server.api('DELETE', `/tokens/${token.id}`);
      token.isRevoked = true;
    },
  }));
  const show = fc
    .tuple(namespace, fc.constantFrom('public' as const, 'private' as const))
    .map(([on, visibility]) => ({
      name: visibility,
      step: async (facts: Facts) => {
        await server.api('PATCH', `/namespaces/${on()}`, { visibility });
        facts.visibility.set(on(), visibility);
      },
    }));
  const recreate = namespace.map((on) => ({
    name: 'recreate',
    step: async (facts: Facts) => {
      await server.api('DELETE', `/namespaces/${on()}`);
      await server.api('POST', '/namespaces', { name: on() });
      facts.visibility.set(on(), 'private');
    },
  }));
  const wait = fc.integer({ min: 1, max: 3 }).map((days) => ({
    name: 'wait',
    step: async () => {
      now += days * 86_400_000;
    },
  }));
  return fc.array(fc.oneof({ weight: 4, arbitrary: make }, revoke, show, recreate, wait), {
    minLength: 3,
    maxLength: 20,
  });
}

async function makeToken(tokens: Made[], scopes: string[], parent: Made | undefined, days: number | null) {
  const asked = days === null ? Infinity : now + days * 86_400_000;
  const body = { name: 'x', scopes, ...(days === null ? {} : { expiresAt: new Date(asked).toISOString() }) };
  const answer = await server.api('POST', '/tokens', body, parent?.token ?? server.admin);
  const fits =
    parent === undefined ||
    scopes.every((scope) => covers(parent.scopes, ...(scope.split(':') as [Action, string])));
  expect(answer.status).toBe(parent !== undefined && !isLive(parent) ? 401 : fits ? 201 : 403);
  if (answer.status !== 201) return;
  const { id, token } = answer.body;
  tokens.push({ id, token, scopes, parent, expiresAt: asked, isRevoked: false });
}

describe('T-18: what a token may do', () => {
  it(
    'is a function of what is the case, after any history of grants, revocations and namespaces',
    { timeout: 180_000 },
    async () => {
      let run = 0;
      let probes = 0;
      await fc.assert(
        fc.asyncProperty(
          steps(() => run),
          async (history) => {
            run += 1;
            const facts: Facts = { tokens: [], visibility: new Map() };
            for (const letter of letters) {
              await server.api('POST', '/namespaces', { name: `run${run}${letter}` });
              facts.visibility.set(`run${run}${letter}`, 'private');
            }
            for (const { step } of history) await step(facts);
            for (const token of facts.tokens.slice(-6)) {
              for (const letter of letters) {
                for (const action of actions) {
                  const namespace = `run${run}${letter}`;
                  const expected = shouldBe(facts, token, action, namespace);
                  expect([action, token.scopes, await may(basic(token.token), action, namespace)]).toEqual([
                    action,
                    token.scopes,
                    expected,
                  ]);
                  probes += 1;
                }
              }
            }
          },
        ),
        { numRuns: 40 },
      );
      expect(probes).toBeGreaterThan(400);
    },
  );
});

describe('T-18: what a person of Entra ID may do', () => {
  const namespaces = ['one', 'two'] as const;

  async function signIn(memberOf: readonly string[]): Promise<string | undefined> {
    const form = async (path: string, fields: Record<string, string>) =>
      await send('POST', path, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ service: server.httpHost, ...fields }).toString(),
      });
    const token = issuer.token(people.alice, { groups: memberOf });
    const exchanged = await form('/oauth2/exchange', { grant_type: 'access_token', access_token: token });
    if (exchanged.status !== 200) return undefined;
    const scope = namespaces.map((name) => `repository:${name}/x:pull,push,delete`).join(' ');
    const bought = await form('/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token: exchanged.json.refresh_token,
      scope,
    });
    return `Bearer ${bought.json.access_token}`;
  }

  it('is what the groups of this sign-in grant, and nothing of earlier ones', async () => {
    for (const name of namespaces) await server.api('POST', '/namespaces', { name });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.subarray([...groups]), { minLength: 2, maxLength: 5 }),
        async (history) => {
          for (const memberOf of history) {
            const authorization = await signIn(memberOf);
            expect(authorization === undefined).toBe(memberOf.length === 0);
            if (authorization === undefined) continue;
            const scopes = memberOf.map((group) => granted[group]);
            for (const namespace of namespaces) {
              for (const action of actions) {
                expect([memberOf, action, namespace, await may(authorization, action, namespace)]).toEqual([
                  memberOf,
                  action,
                  namespace,
                  covers(scopes, action, namespace),
                ]);
              }
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
