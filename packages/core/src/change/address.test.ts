import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import type { Footprint } from '../module/model.ts';
import { compareAddresses } from './address.ts';
import type { Found } from './found.ts';

type Addresses = Partial<Pick<Footprint, 'moves' | 'removals'>> & {
  readonly at: readonly (string | readonly [address: string, instances: 'count' | 'for_each'])[];
};

function footprintOf({ at, moves = [], removals = [] }: Addresses): Footprint {
  const all = at.map((each) => (typeof each === 'string' ? ([each, undefined] as const) : each));
  const instancesOf = (instances: 'count' | 'for_each' | undefined) => (instances ? { instances } : {});
  return {
    resources: all.flatMap(([address, instances]) =>
      address.startsWith('module.') ? [] : [{ address, type: 'x', ...instancesOf(instances) }],
    ),
    modules: all.flatMap(([address, instances]) =>
      address.startsWith('module.') ? [{ name: address.slice(7), ...instancesOf(instances) }] : [],
    ),
    data: [],
    ephemeral: [],
    providers: [],
    roleAssignments: [],
    escapeHatches: [],
    telemetry: [],
    moves,
    removals,
    imports: [],
    checks: [],
  };
}

const cases: readonly (readonly [title: string, Addresses, Addresses, readonly Found[]])[] = [
  ['gone', { at: ['x.a'] }, { at: [] }, [{ rule: 'address-removed', path: 'addresses.x.a', before: 'x.a' }]],
  [
    'moved',
    { at: ['x.a'] },
    { at: ['x.b'], moves: [{ from: 'x.a', to: 'x.b' }] },
    [{ rule: 'address-moved', path: 'addresses.x.a', before: 'x.a', after: 'x.b' }],
  ],
  [
    'moved twice',
    { at: ['x.a'] },
    {
      at: ['x.c'],
      moves: [
        { from: 'x.a', to: 'x.b' },
        { from: 'x.b', to: 'x.c' },
      ],
    },
    [{ rule: 'address-moved', path: 'addresses.x.a', before: 'x.a', after: 'x.c' }],
  ],
  [
    'moved to where nothing is',
    { at: ['x.a'] },
    { at: [], moves: [{ from: 'x.a', to: 'x.b' }] },
    [{ rule: 'address-removed', path: 'addresses.x.a', before: 'x.a' }],
  ],
  [
    'moved in a circle',
    { at: ['x.a'] },
    {
      at: [],
      moves: [
        { from: 'x.a', to: 'x.b' },
        { from: 'x.b', to: 'x.a' },
      ],
    },
    [{ rule: 'address-removed', path: 'addresses.x.a', before: 'x.a' }],
  ],
  [
    'moved into a module',
    { at: ['x.a', 'module.m'] },
    { at: ['module.m'], moves: [{ from: 'x.a', to: 'module.m.x.this' }] },
    [{ rule: 'address-moved', path: 'addresses.x.a', before: 'x.a', after: 'module.m.x.this' }],
  ],
  [
    'other keys',
    { at: [['x.a', 'count']] },
    { at: [['x.a', 'for_each']] },
    [
      {
        rule: 'address-rekeyed',
        path: 'addresses.x.a',
        before: 'x.a (count)',
        after: 'x.a (for_each)',
      },
    ],
  ],
  [
    'other keys, moved',
    { at: [['x.a', 'count']] },
    { at: [['x.a', 'for_each']], moves: [{ from: 'x.a[0]', to: 'x.a["k"]' }] },
    [{ rule: 'address-moved', path: 'addresses.x.a', before: 'x.a', after: 'x.a["k"]' }],
  ],
  ['a count of what was single', { at: ['x.a'] }, { at: [['x.a', 'count']] }, []],
  [
    'let go of',
    { at: ['x.a'] },
    { at: [], removals: [{ from: 'x.a', destroy: false }] },
    [{ rule: 'address-released', path: 'addresses.x.a', before: 'x.a' }],
  ],
  [
    'destroyed on purpose',
    { at: ['x.a'] },
    { at: [], removals: [{ from: 'x.a', destroy: true }] },
    [{ rule: 'address-removed', path: 'addresses.x.a', before: 'x.a' }],
  ],
  [
    'several instances that went different ways',
    { at: [['x.a', 'for_each']] },
    {
      at: ['x.b', 'x.c'],
      moves: [
        { from: 'x.a["b"]', to: 'x.b' },
        { from: 'x.a["c"]', to: 'x.c' },
      ],
    },
    [{ rule: 'address-moved', path: 'addresses.x.a', before: 'x.a', after: 'x.b, x.c' }],
  ],
  [
    'all of a module from elsewhere, as far as anybody knows',
    { at: ['module.m'] },
    { at: ['x.a'], moves: [{ from: 'module.m.x.a', to: 'x.a' }] },
    [{ rule: 'address-moved', path: 'addresses.module.m', before: 'module.m', after: 'x.a' }],
  ],
  [
    'a move that is told later',
    { at: ['x.b'] },
    { at: ['x.b'], moves: [{ from: 'x.a', to: 'x.b' }] },
    [{ rule: 'moved-added', path: 'moves.x.a', after: 'x.b' }],
  ],
  [
    'a move that is told no more, of what is gone as well',
    { at: ['x.b'], moves: [{ from: 'x.a', to: 'x.b' }] },
    { at: [] },
    [{ rule: 'address-removed', path: 'addresses.x.b', before: 'x.b' }],
  ],
  [
    'a module call at a new address',
    { at: [] },
    { at: [['module.m', 'for_each']] },
    [{ rule: 'address-added', path: 'addresses.module.m', after: 'module.m (for_each)' }],
  ],
];

describe('an address of Terraform', () => {
  it.each(cases)('%s', (_, before, after, expected) => {
    const found: Found[] = [];
    compareAddresses(footprintOf(before), footprintOf(after), '', found);

    expect(found).toEqual(expected);
  });

  it('takes no long time, whatever stands in it', () => {
    const from = '["'.repeat(50_000);
    const taken = processorTime();
    const found: Found[] = [];
    compareAddresses(
      footprintOf({ at: [] }),
      footprintOf({ at: [], moves: [{ from, to: from }] }),
      '',
      found,
    );

    expect(found).toEqual([]);
    expect(taken()).toBeLessThan(1_000);
  });

  it.each(['a chain', 'a circle'])('is followed once through %s of moves', (title) => {
    const names = Array.from({ length: 20_000 }, (_, index) => `x.a${index}`);
    const moves = names.map((from, index) => ({
      from,
      to: names[index + 1] ?? (title === 'a chain' ? 'x.end' : 'x.a0'),
    }));
    const taken = processorTime();
    const found: Found[] = [];
    compareAddresses(footprintOf({ at: names }), footprintOf({ at: ['x.end'], moves }), '', found);

    const rule = title === 'a chain' ? 'address-moved' : 'address-removed';
    expect(found.filter((each) => each.rule === rule)).toHaveLength(names.length);
    expect(taken()).toBeLessThan(2_000);
  });
});
