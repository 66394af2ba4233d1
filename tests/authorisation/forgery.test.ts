import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTicketBox, type TicketKind } from '../../packages/registry/src/identity/ticket.ts';
import { type Answer, ociClient, type Send } from '../oci/client.ts';
import { adminClaims } from './caller.ts';
import { forgeries } from './forgery.ts';
import { makeThing, type Thing } from './thing.ts';
import { startFastServer } from './world.ts';

/** T-21: our own tickets, in every place where one is taken, forged by who holds a valid one but not the key. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let send: Send;
let close: () => void;
let thing: Thing;

beforeAll(async () => {
  server = await startFastServer();
  ({ send, close } = ociClient(server).overOneConnection());
  await server.api('POST', '/namespaces', { name: 'closed', visibility: 'private' });
  thing = await makeThing(server, { kind: 'terraform', state: 'admitted', namespace: 'closed', name: 'net' });
});
afterAll(async () => {
  close();
  await server.discard();
});

const form = (fields: Record<string, string>) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

/** Where a ticket of each kind is taken. */
const places: Record<TicketKind, (ticket: string) => Promise<Answer>> = {
  access: async (ticket) =>
    await send('GET', `/v2/${thing.repository}/manifests/1.0.0`, {
      headers: { authorization: `Bearer ${ticket}` },
    }),
  refresh: async (ticket) =>
    await send('POST', '/oauth2/token', form({ grant_type: 'refresh_token', refresh_token: ticket })),
  upload: async (ticket) =>
    await send('GET', `/v2/${thing.repository}/blobs/uploads/${encodeURIComponent(ticket)}`),
  archive: async (ticket) => await send('GET', `/v1/archives/${encodeURIComponent(ticket)}/module.zip`),
  code: async (ticket) =>
    await send(
      'POST',
      '/oauth/token',
      form({ grant_type: 'authorization_code', code: ticket, code_verifier: 'x' }),
    ),
};
const kinds = Object.keys(places) as TicketKind[];

/** Claims of a ticket that opens something. */
async function claimsOf(kind: TicketKind) {
  const { repository, blob, blobSize } = thing;
  const upload = kind === 'upload' ? await server.registry.blobs.createUpload('sha256') : '';
  return {
    ...(await adminClaims(server.registry)),
    access: [{ type: 'repository', name: repository, actions: ['pull'] }],
    repository,
    version: '1.0.0',
    digest: blob,
    size: kind === 'upload' ? 0 : blobSize,
    upload,
    jti: 'once',
    // Of the verifier "x".
    challenge: 'LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE',
  };
}

const isRefused = ({ status }: Answer) => status >= 400 && status < 500;

describe('T-21: tickets', () => {
  it.each(kinds)('for %s: the good one is taken, each forgery is refused', async (kind) => {
    const good = await server.registry.identity.tickets.issue(kind, await claimsOf(kind), 300);
    const all = forgeries(good, {
      sub: 'token:admin',
      access: [{ type: 'repository', name: '*', actions: ['*'] }],
    });
    expect(all.size).toBeGreaterThanOrEqual(40);
    const taken: string[] = [];
    for (const [name, forged] of all) if (!isRefused(await places[kind](forged))) taken.push(name);
    expect(taken).toEqual([]);
    if (kind !== 'code') expect((await places[kind](good)).status).toBeLessThan(300);
  });

  it('of every kind are refused in all places but their own', async () => {
    for (const kind of kinds) {
      const good = await server.registry.identity.tickets.issue(kind, await claimsOf(kind), 300);
      for (const other of kinds.filter((each) => each !== kind)) {
        expect([kind, other, isRefused(await places[other](good))]).toEqual([kind, other, true]);
      }
    }
  });

  it('are refused a second after their end', async () => {
    for (const kind of kinds) {
      const late = await server.registry.identity.tickets.issue(kind, await claimsOf(kind), -1);
      expect([kind, isRefused(await places[kind](late))]).toEqual([kind, true]);
    }
  });
});

describe('T-21: of 10,000 altered tickets', () => {
  it('none is read, only the original', async () => {
    const box = createTicketBox(Buffer.alloc(32, 7), { now: () => Date.UTC(2027, 0, 1) });
    const good = await box.issue('access', { sub: 'token:1', access: [] }, 300);
    expect(await box.read('access', good)).toBeDefined();
    await fc.assert(
      fc.asyncProperty(alterations(good), async (altered) => {
        fc.pre(altered !== good);
        expect(await box.read('access', altered)).toBeUndefined();
        expect(await box.readExpired('access', altered)).toBeUndefined();
      }),
      { numRuns: 10_000 },
    );
  });
});

/** Characters changed, left out, doubled, moved, put in; parts of it and more of it. */
function alterations(text: string): fc.Arbitrary<string> {
  const at = fc.nat(text.length - 1);
  const character = fc.constantFrom(
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é'.split(''),
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(at, character).map(([i, by]) => text.slice(0, i) + by + text.slice(i + 1)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.integer({ min: text.length - 6, max: text.length - 1 }), character)
        .map(([i, by]) => text.slice(0, i) + by + text.slice(i + 1)),
    },
    fc.tuple(at, character).map(([i, by]) => text.slice(0, i) + by + text.slice(i)),
    at.map((i) => text.slice(0, i) + text.slice(i + 1)),
    fc.tuple(at, at).map(([i, j]) => text.slice(Math.min(i, j), Math.max(i, j))),
    fc.tuple(at, at).map(([i, j]) => text + text.slice(Math.min(i, j), Math.max(i, j))),
    fc
      .array(fc.tuple(at, character), { minLength: 2, maxLength: 8 })
      .map((changes) => changes.reduce((rest, [i, by]) => rest.slice(0, i) + by + rest.slice(i + 1), text)),
  );
}
