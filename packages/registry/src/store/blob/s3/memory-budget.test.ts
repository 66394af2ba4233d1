import { expect, it } from 'vitest';

import { memoryBudget } from './memory-budget.ts';

/** Starts work that ends when it is told to. */
function starter(total: number) {
  const budget = memoryBudget(total);
  const running: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    running,
    async start(name: string, size: number): Promise<void> {
      const end = Promise.withResolvers<void>();
      ends.set(name, end);
      await budget.use(size, async () => {
        running.push(name);
        await end.promise.finally(() => running.splice(running.indexOf(name), 1));
      });
    },
    end: (name: string) => ends.get(name)!.resolve(),
    fail: (name: string) => ends.get(name)!.reject(new Error(name)),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets in what fits, in the order of asking', async () => {
  const { start, end, running } = starter(10);
  const all = [start('a', 6), start('b', 4), start('c', 5), start('d', 1)];
  await settled();
  expect(running).toEqual(['a', 'b']);

  end('b');
  await settled();
  expect(running).toEqual(['a']);

  end('a');
  await settled();
  expect(running).toEqual(['c', 'd']);
  end('c');
  end('d');
  await Promise.all(all);
});

it('gives everything to what is larger than all of it', async () => {
  const { start, end, running } = starter(10);
  const all = [start('a', 1), start('large', 11), start('b', 1)];
  await settled();
  expect(running).toEqual(['a']);

  end('a');
  await settled();
  expect(running).toEqual(['large']);

  end('large');
  await settled();
  expect(running).toEqual(['b']);
  end('b');
  await Promise.all(all);
});

it('gets back what failing work had', async () => {
  const { start, fail, end, running } = starter(10);
  const failing = start('a', 10);
  const waiting = start('b', 10);
  await settled();
  fail('a');

  await expect(failing).rejects.toThrow('a');
  await settled();
  expect(running).toEqual(['b']);
  end('b');
  await waiting;
});
