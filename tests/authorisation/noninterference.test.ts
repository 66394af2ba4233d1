import { afterAll, beforeAll, expect, it } from 'vitest';

import { ociClient } from '../oci/client.ts';
import { shownTo } from './answer.ts';
import { basic } from './caller.ts';
import { casesOf } from './case/index.ts';
import { makeThing, statesOf, kinds, type Thing } from './thing.ts';
import { nameOf, namespaces, routeTableOf, startFastServer } from './world.ts';

/**
 * What strangers are shown is the same whether there is something private or not: each list, search, page, count and
 * link to a next page, byte for byte.
 */

let server: Awaited<ReturnType<typeof startFastServer>>;
let things: Thing[];
let strangers: ReadonlyMap<string, string | undefined>;

beforeAll(async () => {
  // The time is none of what is compared.
  server = await startFastServer({ clock: { now: () => Date.UTC(2027, 0, 1) } });
  await server.api('POST', '/namespaces', { name: namespaces.open, visibility: 'public' });
  things = await fill(namespaces.open);
  strangers = new Map([
    ['anonymous', undefined],
    ['reader of elsewhere', basic(await server.token('read:elsewhere'))],
    ['manager of elsewhere', basic(await server.token('manage:elsewhere'))],
  ]);
});
afterAll(async () => await server.discard());

async function fill(namespace: string): Promise<Thing[]> {
  const all = kinds.flatMap((kind) =>
    statesOf(kind)
      .filter((state) => state !== 'no-namespace')
      .map((state) => ({ kind, state, namespace, name: nameOf(namespace, kind, state) })),
  );
  const made: Thing[] = [];
  for (const each of all) made.push(await makeThing(server, each));
  return made;
}

/** Everything that can be read in the open: lists with pages of one, and all that names a public thing. */
async function everythingShown(): Promise<Map<string, string>> {
  const { send, close } = ociClient(server).overOneConnection();
  const shown = new Map<string, string>();
  const rows = (await routeTableOf(server)).filter(
    ({ method, permission: { kind } }) => method === 'GET' && kind !== 'ticket',
  );
  for (const row of rows) {
    // What counts downloads changes the next answer; and how many requests were answered, everybody may know.
    if (row.url.endsWith('/download') || row.url === '/metrics') continue;
    for (const use of casesOf(row)) {
      const about =
        use.about === 'version' ? things.filter(({ kind }) => use.kinds.includes(kind)) : things.slice(0, 1);
      for (const thing of about) {
        for (const [name, authorization] of strangers) {
          const ask = await use.ask(thing, server);
          const headers = { ...ask.headers, ...(authorization === undefined ? {} : { authorization }) };
          const answer = await send('GET', ask.path, { headers });
          shown.set(`${ask.path} ${use.note} ${name}`, shownTo(answer, ask, thing));
        }
      }
    }
  }
  close();
  return shown;
}

it('T-15: nothing that strangers are shown depends on what is private', async () => {
  const before = await everythingShown();
  expect(before.size).toBeGreaterThan(700);
  // Before and after what is public, in every order that lists have.
  for (const name of ['aaaaaa', namespaces.closed, 'zzzzzz']) {
    await server.api('POST', '/namespaces', { name, visibility: 'private' });
    await fill(name);
  }
  const after = await everythingShown();

  const changed = [...before].filter(([name, text]) => after.get(name) !== text).map(([name]) => name);
  expect(changed).toEqual([]);
  expect([...after.keys()]).toEqual([...before.keys()]);
});
