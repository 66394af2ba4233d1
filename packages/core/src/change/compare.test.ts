import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Module } from '../module/model.ts';
import { parseVersion } from '../module/version.ts';
import { twoVersions } from './module.suite.ts';
import type { Change, ChangeKind } from './change.ts';
import { compareModules } from './compare.ts';
import { bicepModule, terraformModule } from './pairs/module-of.ts';
import { type Bump, verdictOf } from './verdict.ts';

const opposite: Readonly<Record<ChangeKind, ChangeKind>> = {
  added: 'removed',
  removed: 'added',
  renamed: 'renamed',
  widened: 'narrowed',
  narrowed: 'widened',
  changed: 'changed',
};

/** What a change says whichever rule it comes from. */
function facts({ path, kind, before, after }: Omit<Change, 'class' | 'rule' | 'message'>): string {
  return JSON.stringify([path, kind, before ?? null, after ?? null]);
}

const bumps: readonly Bump[] = ['patch', 'minor', 'major'];

describe('comparing modules', () => {
  it('finds nothing between a module and itself', () => {
    fc.assert(
      fc.property(twoVersions, ([module]) => {
        expect(compareModules(module, structuredClone(module))).toEqual([]);
      }),
    );
  });

  /** What was renamed or moved has the path that it had before, and only the later version says that it moved. */
  it('says the opposite the other way round, but for what has another name', () => {
    fc.assert(
      fc.property(twoVersions, ([before, after]) => {
        const forth = compareModules(before, after);
        const back = compareModules(after, before).map((change) => ({
          path: change.path,
          kind: opposite[change.kind],
          before: change.after,
          after: change.before,
        }));

        expect(back.map(facts).sort()).toEqual(forth.map(facts).sort());
      }),
      { numRuns: 300 },
    );
  });

  it('gives no smaller verdict when something else breaks', () => {
    const breaks = fc.constantFrom<(module: Module, before: Module) => Module>(
      (module) => withInterface(module, { inputs: [...module.interface.inputs, required] }),
      (module, { interface: { inputs } }) =>
        withInterface(module, {
          inputs: module.interface.inputs.filter(({ name }) => name !== inputs[0]?.name),
        }),
      (module) => withInterface(module, { scopes: [] }),
      (module, { interface: { outputs } }) =>
        withInterface(module, {
          outputs: module.interface.outputs.filter(({ name }) => name !== outputs[0]?.name),
        }),
    );
    fc.assert(
      fc.property(
        twoVersions,
        breaks,
        fc.constantFrom(parseVersion('0.1.0'), parseVersion('1.0.0')),
        ([before, after], breakIt, from) => {
          const verdict = (module: Module) => bumps.indexOf(verdictOf(compareModules(before, module), from));

          expect(verdict(breakIt(after, before))).toBeGreaterThanOrEqual(verdict(after));
        },
      ),
    );
  });

  it('tells a change of a shared type once, with its uses', () => {
    const type = { kind: 'reference', name: 'lock' } as const;
    const versionOf = (kind: 'string' | 'int'): Module => ({
      ...empty,
      interface: {
        ...empty.interface,
        inputs: ['a', 'b'].map((name) => ({ name, type, typeText: 'lock', required: true })),
        outputs: [{ name: 'c', type: { kind: 'array', element: type } }],
        types: [
          {
            name: 'lock',
            exported: true,
            type: { kind: 'object', properties: [{ name: 'kind', type: kind, required: true }] },
          },
        ],
      },
    });

    expect(compareModules(versionOf('string'), versionOf('int'))).toEqual([
      {
        class: 'breaking',
        kind: 'changed',
        path: 'types.lock.kind',
        before: 'string',
        after: 'int',
        rule: 'input-type-changed',
        message: 'types.lock.kind: the type of an input takes other values: string → int.',
        uses: ['inputs.a', 'inputs.b', 'outputs.c'],
      },
    ]);
  });

  it('says nothing of internal modules that one of both does not know', () => {
    const versionOf = (resource: string) =>
      terraformModule({ 'main.tf': 'module "a" {\n  source = "./a"\n}\n', 'a/main.tf': resource });
    const [before, after] = [versionOf('resource "x_y" "z" {}\n'), versionOf('')];
    const { internals: _, ...unknown } = before;

    expect(compareModules(before, after)).not.toEqual([]);
    expect(compareModules(unknown, after)).toEqual([]);
    expect(compareModules(after, unknown)).toEqual([]);
  });

  it('lists the first uses of a type, and says how many more there are', () => {
    const inputs = Array.from({ length: 30 }, (_, index) => `param i${index + 10} lock`).join('\n');
    const versionOf = (kind: string) => bicepModule(`type lock = { kind: ${kind} }\n${inputs}`);
    const [change] = compareModules(versionOf('string'), versionOf('int'));

    expect(change).toMatchObject({ moreUses: 10 });
    expect(change?.uses).toEqual(Array.from({ length: 20 }, (_, index) => `inputs.i${index + 10}`));
  });
});

const required = { name: 'ydy', type: 'string', typeText: 'string', required: true } as const;

function withInterface(module: Module, parts: Partial<Module['interface']>): Module {
  return { ...module, interface: { ...module.interface, ...parts } };
}

const empty: Module = {
  model: 1,
  language: 'bicep',
  class: null,
  form: 'source',
  interface: { inputs: [], outputs: [], types: [], functions: [] },
  footprint: {
    resources: [],
    data: [],
    ephemeral: [],
    modules: [],
    providers: [],
    roleAssignments: [],
    escapeHatches: [],
    telemetry: [],
    moves: [],
    removals: [],
    imports: [],
    checks: [],
  },
  submodules: [],
  examples: [],
  problems: [],
};
