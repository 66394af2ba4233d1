import { describe, expect, it } from 'vitest';

import type { z } from 'zod';

import { settings } from '../config/settings.ts';
import { createRateLimit, placeOf, type RateLimitOptions } from './rate-limit.ts';

function limitAt(options: Omit<RateLimitOptions, 'now'>) {
  const clock = { at: 5 };
  const limit = createRateLimit({ ...options, now: () => clock.at });
  return {
    clock,
    limit,
    takes: (count: number, key = 'a') => Array.from({ length: count }, () => limit.take(key)),
  };
}

describe('a rate limit', () => {
  it('takes a burst and not one more, and says when to come again', () => {
    const { takes, clock } = limitAt({ rate: 2, burst: 5 });
    expect(takes(6)).toEqual([undefined, undefined, undefined, undefined, undefined, 1]);
    clock.at += 499;
    expect(takes(1)).toEqual([1]);
    clock.at += 1;
    expect(takes(2)).toEqual([undefined, 1]);
  });

  it('fills up again to the burst and no further', () => {
    const { takes, clock } = limitAt({ rate: 10, burst: 3 });
    takes(3);
    clock.at += 3_600_000;
    expect(takes(4)).toEqual([undefined, undefined, undefined, 1]);
  });

  it('lets the rate pass for ever', () => {
    const { takes, clock } = limitAt({ rate: 3, burst: 1 });
    for (let i = 0; i < 10_000; i++) {
      expect(takes(1)).toEqual([undefined]);
      clock.at += 1000 / 3;
    }
  });

  it('counts each key for itself', () => {
    const { takes } = limitAt({ rate: 1, burst: 1 });
    expect([...takes(2, 'a'), ...takes(2, 'b')]).toEqual([undefined, 1, undefined, 1]);
  });

  it('waits as long as it takes with a low rate', () => {
    const { takes } = limitAt({ rate: 1 / 60, burst: 1 });
    expect(takes(2)).toEqual([undefined, 60]);
  });

  it('remembers 100,000 callers and no more; who was here least lately is forgotten', () => {
    const { limit, takes } = limitAt({ rate: 1, burst: 1 });
    for (let i = 0; i < 100_000; i++) limit.take(`caller ${i}`);
    expect(limit.size).toBe(100_000);
    expect(takes(1, 'caller 0')).toEqual([1]);
    takes(1, 'one more');
    expect(limit.size).toBe(100_000);
    expect(takes(1, 'caller 99999')).toEqual([1]);
    expect(takes(1, 'caller 0')).toEqual([undefined]);
  });

  it('forgets callers whose buckets are full again', () => {
    const { limit, clock } = limitAt({ rate: 1, burst: 1 });
    for (let i = 0; i < 1000; i++) limit.take(`caller ${i}`);
    for (let i = 0; i < 400; i++) {
      clock.at += 1000;
      limit.take('another');
    }
    expect(limit.size).toBe(1);
  });
});

describe('the defaults', () => {
  const value = ({ default: text, schema }: { default: string; schema: z.ZodType }) =>
    Number(schema.parse(text));
  const options = { rate: value(settings.rateLimit), burst: value(settings.rateBurst) };

  it.each([
    // Discovery once; versions and download of each module.
    ['20 terraform init of 100 modules behind one address', 20 * (1 + 100 * 2)],
    ['a completion of 10,000 repositories in pages of 100, each with its tags', 100 + 10_000 - 500],
    ['a skopeo sync of 3,000 images: tags, and each manifest twice with a token', 3_000 * 3],
  ])('let %s pass at once', (_, requests) => {
    const { takes } = limitAt(options);
    expect(takes(requests).filter((refused) => refused !== undefined)).toEqual([]);
  });
});

describe('the place of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s is %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});
