import { setImmediate } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { createRoom } from './room.ts';

/** Work that begins with a note and ends when told. */
function jobs() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  return {
    begun,
    work: (name: string) => async () => {
      begun.push(name);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ends.set(name, { resolve, reject });
      await promise;
      return name;
    },
    end: async (name: string) => {
      ends.get(name)!.resolve();
      await setImmediate();
    },
    fail: async (name: string) => {
      ends.get(name)!.reject(new Error(name));
      await setImmediate();
    },
  };
}

it('lets work in while there is room, in the order of asking', async () => {
  const room = createRoom(100);
  const { begun, work, end } = jobs();
  const all = [
    room.hold('a', 60, work('a')),
    room.hold('b', 40, work('b')),
    room.hold('c', 50, work('c')),
    room.hold('d', 10, work('d')),
  ];
  await setImmediate();
  expect(begun).toEqual(['a', 'b']);
  // There would be room for d, but c asked before.
  await end('b');
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  await end('c');
  await end('d');
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
});

it('gives all of it to what needs more', async () => {
  const room = createRoom(100);
  const { begun, work, end } = jobs();
  const all = [
    room.hold('small', 1, work('small')),
    room.hold('large', 1_000, work('large')),
    room.hold('next', 1, work('next')),
  ];
  await setImmediate();
  expect(begun).toEqual(['small']);
  await end('small');
  expect(begun).toEqual(['small', 'large']);
  await end('large');
  await end('next');
  expect(await Promise.all(all)).toEqual(['small', 'large', 'next']);
});

it('is free again after what failed', async () => {
  const room = createRoom(100);
  const { work, end, fail } = jobs();
  const results = Promise.allSettled([room.hold('a', 100, work('a')), room.hold('b', 100, work('b'))]);
  await setImmediate();
  await fail('a');
  await end('b');
  expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

it('lets one owner have two under way, and others go past what it still wants', async () => {
  const room = createRoom(100);
  const { begun, work, end } = jobs();
  const all = [
    ...['a1', 'a2', 'a3', 'a4'].map(async (name) => await room.hold('a', 10, work(name))),
    room.hold('b', 10, work('b1')),
  ];
  await setImmediate();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('a2');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  for (const name of ['a1', 'a3', 'a4', 'b1']) await end(name);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
});

it('lets those go first who have nothing under way, and does not begin what nobody waits for', async () => {
  const room = createRoom(150);
  const { begun, work, end } = jobs();
  let isWanted = true;
  const all = [
    room.hold('a', 100, work('a1')),
    room.hold('a', 100, work('a2')),
    room.hold('b', 10, work('b1')),
    room.hold('c', 100, work('c1')),
    room.hold('d', 10, work('d1')),
  ];
  const gone = room.hold('b', 10, work('b2'), () => isWanted).catch(({ code }) => code);
  await setImmediate();
  // d waits behind c, which has nothing under way either.
  expect(begun).toEqual(['a1', 'b1']);
  isWanted = false;
  await end('a1');
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  await end('a2');
  expect(begun).toEqual(['a1', 'b1', 'a2', 'c1', 'd1']);
  expect(await gone).toBe('ASH-OVERLOADED');
  for (const name of ['b1', 'c1', 'd1']) await end(name);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'b1', 'c1', 'd1']);
});
