import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { inputTypes } from './input-types.ts';
import type { Input, NamedType } from './model.ts';
import { moduleOf } from './model.suite.ts';
import type { Constraints, Type } from './type.ts';

function input(type: Type, rest: Partial<Input> = {}): Input {
  return { name: 'x', type, typeText: '', required: true, ...rest };
}

const typesOf = (inputs: readonly Input[], types: readonly NamedType[] = []) =>
  inputTypes(moduleOf({ inputs, types }));

describe('the type of one input', () => {
  it.each<[Type, Constraints, string]>([
    ['string', {}, 'string'],
    ['int', { nullable: true }, 'number | null'],
    ['any', {}, 'unknown'],
    ['object', {}, '{ [key: string]: unknown }'],
    ['string', { allowed: ['a', "b'"] }, '"a" | "b\'"'],
    [{ kind: 'array', element: 'string' }, { allowed: ['a', 'b'] }, '("a" | "b")[]'],
    ['array', { allowed: [['a'], ['b', 1]] }, '["a"] | ["b", 1]'],
    [{ kind: 'list', element: { kind: 'map', element: 'bool' } }, {}, '({ [key: string]: boolean })[]'],
    [{ kind: 'tuple', elements: ['string', 'int'], rest: 'bool' }, {}, '[string, number, ...(boolean)[]]'],
    [{ kind: 'union', members: ['string', { kind: 'literal', value: 1 }] }, {}, '(string | 1)'],
    [
      { kind: 'array', element: { kind: 'refined', type: 'string', nullable: true } },
      {},
      '((string | null))[]',
    ],
    [{ kind: 'resource', direction: 'input', resource: 'A/b@1' }, {}, 'unknown'],
    [{ kind: 'reference', name: 'gone' }, {}, 'unknown'],
  ])('%j %j', (type, constraints, expected) => {
    const text = typesOf([input(type, constraints)]);

    expect(text).toBe(
      `/** What may be given to the module. */\nexport interface Inputs {\n  x: ${expected};\n}\n`,
    );
  });
});

it('names the types of the module, quotes names, and keeps comments comments', () => {
  const text = typesOf(
    [
      input(
        { kind: 'array', element: { kind: 'reference', name: '_1.node' } },
        {
          name: 'the-nodes',
          required: false,
          description: 'All */ of them.\n\nOne a line.',
          default: { value: [] },
        },
      ),
    ],
    [
      {
        name: '_1.node',
        exported: false,
        description: 'A node.',
        type: {
          kind: 'object',
          properties: [
            { name: 'next', type: { kind: 'reference', name: '_1.node' }, required: false, nullable: true },
          ],
        },
      },
    ],
  );

  expect(text).toBe(`/** What may be given to the module. */
export interface Inputs {
  /**
   * All *\\/ of them.
   *
   * One a line.
   * @default []
   */
  "the-nodes"?: _1_node[];
}

/** A node. */
export type _1_node = {
  next?: _1_node | null;
};
`);
});

describe('TypeScript', () => {
  const names = ['node', 'string', 'Inputs', '1.a', 'a-b', 'a_b', '*/', 'class'];
  const plain = fc.constantFrom<Type>('string', 'int', 'number', 'bool', 'null', 'any', 'object', 'array');
  const anyText = fc.oneof(fc.constantFrom('*/ }', '`${x}`', "it's", '\u2028', '__proto__'), fc.string());
  const constraints = fc.record<Constraints>(
    {
      nullable: fc.constant(true),
      secure: fc.constant(true),
      allowed: fc.array(fc.oneof(anyText, fc.integer(), fc.boolean(), fc.constant(null)), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
  const { type } = fc.letrec<{ type: Type }>((tie) => ({
    type: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      fc.record({ kind: fc.constant('reference' as const), name: fc.constantFrom(...names) }),
      fc.record({
        kind: fc.constant('literal' as const),
        value: fc.oneof(anyText, fc.integer(), fc.boolean()),
      }),
      fc.record({
        kind: fc.constantFrom('array' as const, 'list' as const, 'set' as const),
        element: tie('type'),
      }),
      fc.record({ kind: fc.constant('map' as const), element: tie('type') }),
      fc.record({
        kind: fc.constant('tuple' as const),
        elements: fc.array(tie('type'), { maxLength: 3 }),
        rest: tie('type'),
      }),
      fc.record({ kind: fc.constant('union' as const), members: fc.array(tie('type'), { maxLength: 3 }) }),
      fc
        .tuple(tie('type'), constraints)
        .map(([inner, limits]): Type => ({ kind: 'refined', type: inner, ...limits })),
      fc
        .array(fc.tuple(anyText, tie('type'), fc.boolean(), constraints), { maxLength: 3 })
        .map((items): Type => ({
          kind: 'object',
          properties: items.map(([name, inner, required, limits]) => ({
            name,
            type: inner,
            required,
            ...limits,
          })),
          additional: 'string',
        })),
      fc.record({
        kind: fc.constant('discriminated' as const),
        property: anyText,
        variants: fc.array(fc.record({ value: anyText, type: tie('type') }), { maxLength: 2 }),
      }),
    ),
  }));
  const anyModule = fc
    .record({
      inputs: fc.array(fc.tuple(anyText, type, anyText, constraints), { maxLength: 4 }),
      types: fc.tuple(...names.map(() => type)),
    })
    .map(({ inputs, types }) =>
      moduleOf({
        inputs: inputs.map(([name, inner, description, limits]) =>
          input(inner, { name, description, ...limits }),
        ),
        types: types.map((inner, index) => ({ name: names[index]!, type: inner, exported: true })),
      }),
    );

  it('takes what is made of any module, also of types that are nothing but themselves', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-types-'));
    try {
      const texts = fc.sample(anyModule, 150).map(inputTypes);
      const files = texts.map((text, index) => {
        const file = join(folder, `m${index}.ts`);
        writeFileSync(file, text);
        return file;
      });
      const tsc = resolve(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc');
      const options = ['--strict', '--noEmit', '--ignoreConfig', '--moduleDetection', 'force', '--types', ''];

      expect(run(tsc, [...options, ...files])).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

/** What a program prints, whether it succeeds or not. */
function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  }
}
