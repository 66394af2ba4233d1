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
    room.hold(60, work('a')),
    room.hold(40, work('b')),
    room.hold(50, work('c')),
    room.hold(10, work('d')),
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
  const all = [room.hold(1, work('small')), room.hold(1_000, work('large')), room.hold(1, work('next'))];
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
  const results = Promise.allSettled([room.hold(100, work('a')), room.hold(100, work('b'))]);
  await setImmediate();
  await fail('a');
  await end('b');
  expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
