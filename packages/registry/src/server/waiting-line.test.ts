import { beforeEach, describe, expect, it } from 'vitest';

import { createWaitingLine, type WaitingLine } from './waiting-line.ts';

let clock: number;
let next: (() => void)[];
let line: WaitingLine;
let served: string[];
let refused: string[];

beforeEach(() => {
  clock = 1000;
  next = [];
  served = [];
  refused = [];
  line = createWaitingLine(
    () => clock,
    (then) => next.push(then),
  );
});

/** A request whose answer takes `cost` milliseconds once it is let in. */
function arrive(name: string, cost: number): void {
  const turn = line.enter();
  if (turn === 'full') refused.push(name);
  else if (turn === undefined) answer(name, cost);
  else void turn.then(() => answer(name, cost));
}

function answer(name: string, cost: number): void {
  served.push(name);
  clock += cost;
}

/** One turn of the event loop: what was put off, one callback after the other, then what the network brings. */
async function turn(network: () => void = () => {}): Promise<void> {
  for (const then of next.splice(0)) {
    then();
    await Promise.resolve();
  }
  network();
  clock += 0.1;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

function burst(count: number, cost: number, name = 'r'): void {
  for (let i = 0; i < count; i++) arrive(`${name}${i}`, cost);
}

const names = (count: number, name = 'r') => Array.from({ length: count }, (_, i) => `${name}${i}`);

describe('a waiting line', () => {
  it('lets in at once what costs little', async () => {
    for (let i = 0; i < 20; i++) await turn(() => burst(4, 1));
    expect(served).toHaveLength(80);
    expect(refused).toEqual([]);
  });

  it('lets in one after the other, in their order, what is more than the first milliseconds take', async () => {
    await turn(() => burst(20, 2));
    expect(served).toEqual(names(3));
    await turns(1);
    expect(served).toEqual(names(4));
    await turns(200);
    expect(served).toEqual(names(20));
    expect(refused).toEqual([]);
  });

  it('keeps who comes later behind who waits', async () => {
    await turn(() => burst(10, 10));
    await turn(() => arrive('late', 0));
    await turns(200);
    expect(served).toEqual([...names(10), 'late']);
    arrive('after all', 0);
    expect(served.at(-1)).toBe('after all');
  });

  it('looks for others between two answers, as long as an answer takes, and sees them at once', async () => {
    await turn(() => burst(4, 10));
    const before = served.length;
    // Somebody comes in each turn.
    for (let i = 0; i < 90; i++) await turn(() => arrive(`new${i}`, 10));
    // 10 ms are 100 turns of nothing else.
    expect(served.length - before).toBeLessThanOrEqual(2);
    await turns(1_000);
    expect(served).toHaveLength(94);
  });

  it('looks for others only now and then while answers are short', async () => {
    await turn(() => burst(4, 3));
    expect(served).toHaveLength(2);
    await turn(() => burst(40, 0.4, 'short'));
    await turns(30);
    const before = served.length;
    for (let i = 0; i < 20; i++) await turn(() => arrive(`new${i}`, 0.4));
    // Four or five answers of 0.5 ms with their turns, then two milliseconds of looking.
    expect(served.length - before).toBeGreaterThanOrEqual(4);
    expect(served.length - before).toBeLessThanOrEqual(10);
  });

  it('does not wait for others when nobody comes', async () => {
    await turn(() => burst(11, 10));
    await turns(10 * 4);
    expect(served).toHaveLength(11);
  });

  it('refuses who comes when the first has waited for a second and a half', async () => {
    await turn(() => burst(300, 10));
    // All but the first came at 1010.
    while (clock <= 2490) await turn();
    arrive('just in time', 1);
    expect(refused).toEqual([]);
    while (clock <= 2515) await turn();
    arrive('too late', 1);
    expect(refused).toEqual(['too late']);
  });

  it('refuses nobody while fewer than sixty-four wait, however long', async () => {
    await turn(() => burst(64, 1_000));
    // One is served, sixty-three wait.
    clock += 10_000;
    arrive('r64', 1_000);
    expect(refused).toEqual([]);
    arrive('r65', 1_000);
    expect(refused).toEqual(['r65']);
    await turns(2_000);
    expect(served).toEqual(names(65));
  });

  it('takes everybody again when those who waited are gone', async () => {
    await turn(() => burst(1_100, 10));
    expect(refused).toHaveLength(1_100 - 1_001);
    await turns(25_000);
    expect(served).toHaveLength(1_001);
    refused = [];
    await turn(() => burst(100, 1, 'after'));
    expect(refused).toEqual([]);
  });

  it('holds a thousand at most', async () => {
    await turn(() => burst(1_001, 10));
    expect(refused).toEqual([]);
    arrive('one more', 1);
    expect(refused).toEqual(['one more']);
  });

  it('refuses while 256 are being answered elsewhere, until one of them is', () => {
    const begun = Array.from({ length: 255 }, () => line.begin());
    arrive('last', 0);
    begun.push(line.begin());
    arrive('one more', 0);
    begun[0]!();
    begun[0]!();
    arrive('another', 0);
    begun.push(line.begin());
    arrive('too many', 0);
    expect({ served, refused }).toEqual({ served: ['last', 'another'], refused: ['one more', 'too many'] });
  });
});
