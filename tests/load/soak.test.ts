import { describe, expect, it } from 'vitest';

import { describeOnLinux } from '../support/tool.ts';
import { soak } from './soak/run-soak.ts';
import { growthOf, judge, type Sample } from './soak/verdict.ts';

describeOnLinux('L-08: a mix of clients for half a minute', () => {
  it('leaves memory and descriptors as they were, and nothing goes wrong', { timeout: 180_000 }, async () => {
    // Half a minute is too short for the heap to settle: what it may grow by is what a leak of a kilobyte for each byte
    // that is sent would exceed. `npm run show:soak` looks for half an hour.
    const { samples, findings, counts, errors } = await soak({
      minutes: 0.5,
      bounds: { growth: 96, descriptors: 8, eventLoopP99: 250 },
    });
    expect(errors).toEqual([]);
    expect(findings.filter(({ value, bound }) => !(value <= bound))).toEqual([]);
    expect(samples.length).toBeGreaterThanOrEqual(10);
    expect([...counts.keys()]).toEqual(expect.arrayContaining(['publish', 'terraform read', 'push image']));
  });
});

describe('the verdict', () => {
  const bounds = { growth: 10, descriptors: 2, eventLoopP99: 100 };
  const sample = (i: number, more: Partial<Sample>): Sample => ({
    at: i * 10,
    own: 100,
    resident: 200,
    descriptors: 40,
    eventLoopP99: 20,
    idleP99: 10,
    done: i,
    errors: 0,
    ...more,
  });
  const verdict = (of: (i: number) => Partial<Sample>) => {
    const samples = Array.from({ length: 30 }, (_, i) => sample(i, of(i)));
    return judge(samples, bounds).flatMap(({ what, value, bound }) => (value <= bound ? [] : [what]));
  };

  it.each<[string, (i: number) => Partial<Sample>, RegExp[]]>([
    ['what stays as it is', () => ({}), []],
    ['memory that goes up and down', (i) => ({ own: 100 + (i % 5) * 8 }), []],
    ['memory that settles in the first third', (i) => ({ own: Math.min(100 + i * 20, 300) }), []],
    ['memory that grows', (i) => ({ own: 100 + i }), [/memory/]],
    ['descriptors that grow', (i) => ({ descriptors: 40 + i }), [/descriptors/]],
    ['one error', (i) => ({ errors: i > 20 ? 1 : 0 }), [/errors/]],
    ['an event loop that is blocked', () => ({ eventLoopP99: 111 }), [/event loop/]],
    ['an event loop that waits like everybody', () => ({ eventLoopP99: 300, idleP99: 250 }), []],
  ])('about %s', (_, of, expected) => {
    expect(verdict(of)).toEqual(expected.map((what) => expect.stringMatching(what)));
  });

  it('measures growth by the line through all samples', () => {
    const grows = Array.from({ length: 11 }, (_, i) => ({ at: i * 6, own: 50 + 2 * i }));
    expect(growthOf(grows)).toBeCloseTo(20);
  });
});
