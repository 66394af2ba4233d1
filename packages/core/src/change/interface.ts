import type { Input, Module, ModuleFunction, ModuleInterface, Output } from '../module/model.ts';
import { typeText } from '../module/type-text.ts';
import { ruleFor, type Role } from './aspect-rule.ts';
import type { Difference } from './change.ts';
import { probableRenames } from './rename.ts';
import { compareSlots, type TypeComparison } from './type-difference.ts';
import type { Slot, Types } from './slot.ts';
import type { RuleId } from './table.ts';

/** What a comparison says; its sentence is written later. */
export type Found = Omit<Difference, 'message'>;

interface SharedUse {
  readonly roles: Set<Role>;
  readonly uses: string[];
}

/** Compares what users give, get and import. `at` begins each path, for the modules below a module. */
export function compareInterfaces(
  language: Module['language'],
  before: ModuleInterface,
  after: ModuleInterface,
  at = '',
): Found[] {
  const found: Found[] = [];
  const shared = new Map<string, SharedUse>();
  const types = { before: typesOf(before), after: typesOf(after) };
  const comparisonFor = (role: Role, path: string): TypeComparison => ({
    language,
    ...types,
    onShared: (name) => noteUse(shared, name, role, path),
    emit: ({ aspect, ...difference }) =>
      found.push({ ...difference, rule: ruleFor(aspect, new Set([role])) }),
  });
  compareInputs(before, after, at, comparisonFor, found);
  compareOutputs(before, after, at, comparisonFor, found);
  noteExported(types.before, types.after, shared, found, at);
  compareShared(language, types, shared, found, at);
  compareFunctions(before, after, at, found);
  compareVariables(before, after, at, found);
  const [was, is] = [before.scopes, after.scopes].map((scopes) => scopes?.join(', '));
  if (was !== is) found.push({ rule: 'scope-changed', path: `${at}scopes`, before: was, after: is });
  return found;
}

type ComparisonFor = (role: Role, path: string) => TypeComparison;

function typesOf({ types }: ModuleInterface): Types {
  return new Map(types.map((type) => [type.name, type]));
}

function noteUse(shared: Map<string, SharedUse>, name: string, role: Role, path: string): void {
  const use = shared.get(name) ?? { roles: new Set(), uses: [] };
  shared.set(name, use);
  use.roles.add(role);
  if (!use.uses.includes(path)) use.uses.push(path);
}

function byName<Item extends { readonly name: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.name, item]));
}

function compareInputs(
  before: ModuleInterface,
  after: ModuleInterface,
  at: string,
  comparisonFor: ComparisonFor,
  found: Found[],
): void {
  const [old, now] = [byName(before.inputs), byName(after.inputs)];
  const gone = before.inputs.filter(({ name }) => !now.has(name));
  const fresh = after.inputs.filter(({ name }) => !old.has(name));
  const renames = probableRenames(gone, fresh);
  for (const [from, to] of renames) {
    found.push({ rule: 'input-renamed', path: `${at}inputs.${from}`, before: from, after: to });
  }
  const renamed = new Set([...renames.keys(), ...renames.values()]);
  for (const input of gone.filter(({ name }) => !renamed.has(name))) {
    found.push({ rule: 'input-removed', path: `${at}inputs.${input.name}`, before: briefly(input) });
  }
  for (const input of fresh.filter(({ name }) => !renamed.has(name))) {
    const rule = input.required ? 'input-required-added' : 'input-optional-added';
    found.push({ rule, path: `${at}inputs.${input.name}`, after: briefly(input) });
  }
  for (const [name, input] of old) {
    const other = now.get(name);
    if (other === undefined) continue;
    const path = `${at}inputs.${name}`;
    const comparison = comparisonFor('input', path);
    if (comparison.language === 'terraform' && input.default !== undefined && other.default !== undefined) {
      compareSlots(path, nullableApart(input), nullableApart(other), comparison);
      if (input.nullable !== other.nullable) {
        const [was, is] = [input.nullable ?? false, other.nullable ?? false];
        found.push({ rule: 'input-null-means-default', path, before: was, after: is });
      }
    } else compareSlots(path, input, other, comparison);
    compareInputDetails(path, input, other, found);
  }
}

/** What null does to a Terraform variable that has a default is no matter of its type. */
function nullableApart({ nullable: _, ...input }: Input): Slot {
  return input;
}

function compareInputDetails(path: string, before: Input, after: Input, found: Found[]): void {
  const tell = (rule: RuleId, was: unknown, is: unknown) =>
    found.push({
      rule,
      path,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    });
  if (before.ephemeral !== after.ephemeral) {
    tell(
      after.ephemeral ? 'input-ephemeral-added' : 'input-ephemeral-removed',
      before.ephemeral,
      after.ephemeral,
    );
  }
  if (before.deprecated !== after.deprecated) tell('input-deprecated', before.deprecated, after.deprecated);
  if (before.description !== after.description) {
    tell('input-description', before.description, after.description);
  }
  // A default that comes or goes makes an input optional or required, which says it all, unless null did that already.
  if (
    (before.default === undefined) !== (after.default === undefined) &&
    before.required === after.required
  ) {
    tell('input-default-changed', before.default ?? null, after.default ?? null);
  }
  compareValidations(before, after, tell);
}

function compareValidations(
  before: Input,
  after: Input,
  tell: (rule: RuleId, was: unknown, is: unknown) => void,
): void {
  const [old, now] = [before, after].map(({ validations = [] }) =>
    validations.map(({ condition }) => condition),
  ) as [string[], string[]];
  const gone = old.filter((condition) => !now.includes(condition));
  const fresh = now.filter((condition) => !old.includes(condition));
  for (let index = 0; index < Math.max(gone.length, fresh.length); index++) {
    const [was, is] = [gone[index], fresh[index]];
    if (was === undefined) tell('input-validation-added', was, is);
    else tell(is === undefined ? 'input-validation-removed' : 'input-validation-changed', was, is);
  }
}

function compareOutputs(
  before: ModuleInterface,
  after: ModuleInterface,
  at: string,
  comparisonFor: ComparisonFor,
  found: Found[],
): void {
  const [old, now] = [byName(before.outputs), byName(after.outputs)];
  const gone = before.outputs.filter(({ name }) => !now.has(name));
  const fresh = after.outputs.filter(({ name }) => !old.has(name));
  const renames = probableRenames(gone, fresh);
  for (const [from, to] of renames) {
    found.push({ rule: 'output-renamed', path: `${at}outputs.${from}`, before: from, after: to });
  }
  const renamed = new Set([...renames.keys(), ...renames.values()]);
  for (const { name, ...output } of gone) {
    if (!renamed.has(name))
      found.push({
        rule: 'output-removed',
        path: `${at}outputs.${name}`,
        before: typeText(output.type, output),
      });
  }
  for (const { name, ...output } of fresh) {
    if (!renamed.has(name))
      found.push({
        rule: 'output-added',
        path: `${at}outputs.${name}`,
        after: typeText(output.type, output),
      });
  }
  for (const [name, output] of old) {
    const other = now.get(name);
    if (other === undefined) continue;
    const path = `${at}outputs.${name}`;
    compareSlots(path, output, other, comparisonFor('output', path));
    compareOutputDetails(path, output, other, found);
  }
}

function compareOutputDetails(path: string, before: Output, after: Output, found: Found[]): void {
  if (before.ephemeral !== after.ephemeral) {
    found.push({
      rule: 'output-ephemeral',
      path,
      before: before.ephemeral ?? false,
      after: after.ephemeral ?? false,
    });
  }
  for (const [rule, name] of [
    ['output-deprecated', 'deprecated'],
    ['output-description', 'description'],
  ] as const) {
    if (before[name] !== after[name]) found.push({ rule, path, before: before[name], after: after[name] });
  }
}

/** Types that others can import, whether the module uses them or not. */
function noteExported(
  before: Types,
  after: Types,
  shared: Map<string, SharedUse>,
  found: Found[],
  at: string,
): void {
  for (const [name, type] of before) {
    const other = after.get(name);
    const path = `${at}types.${name}`;
    if (!type.exported) continue;
    if (!other?.exported) found.push({ rule: 'type-removed', path, before: typeText(type.type, type) });
    else {
      if (!shared.has(name)) noteUse(shared, name, 'exported', path);
      if (type.description !== other.description) {
        found.push({ rule: 'type-description', path, before: type.description, after: other.description });
      }
    }
  }
  for (const [name, type] of after) {
    if (type.exported && !before.get(name)?.exported) {
      found.push({ rule: 'type-added', path: `${at}types.${name}`, after: typeText(type.type, type) });
    }
  }
}

/** Each type that is used under its name is compared once; what it uses itself joins the queue in the same roles. */
function compareShared(
  language: Module['language'],
  types: { readonly before: Types; readonly after: Types },
  shared: Map<string, SharedUse>,
  found: Found[],
  at: string,
): void {
  spreadRoles(types, shared);
  for (const [name, { roles, uses }] of shared) {
    const path = `${at}types.${name}`;
    compareSlots(path, behind(types.before.get(name)!), behind(types.after.get(name)!), {
      language,
      ...types,
      onShared: () => undefined,
      emit: ({ aspect, ...difference }) =>
        found.push({ ...difference, rule: ruleFor(aspect, roles), uses: uses.filter((use) => use !== path) }),
    });
  }
}

/** Finds, to the end, what types the shared types use. */
function spreadRoles(
  types: { readonly before: Types; readonly after: Types },
  shared: Map<string, SharedUse>,
): void {
  const queue = [...shared.keys()];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const { roles, uses } = shared.get(name)!;
    compareSlots('', behind(types.before.get(name)!), behind(types.after.get(name)!), {
      language: 'bicep',
      ...types,
      emit: () => undefined,
      onShared: (other) => {
        const known = shared.get(other);
        const isNews =
          known === undefined ||
          [...roles].some((role) => !known.roles.has(role)) ||
          uses.some((use) => !known.uses.includes(use));
        for (const role of roles) for (const use of uses) noteUse(shared, other, role, use);
        if (isNews) queue.push(other);
      },
    });
  }
}

/** What a named type stands for, as a slot: its name alone would be the type itself again. */
function behind({
  name: _,
  exported: __,
  importedFrom: ___,
  at: ____,
  description: _____,
  ...slot
}: {
  readonly name: string;
  readonly exported: boolean;
  readonly importedFrom?: unknown;
  readonly at?: unknown;
  readonly description?: string;
} & Slot): Slot {
  return slot;
}

function compareFunctions(before: ModuleInterface, after: ModuleInterface, at: string, found: Found[]): void {
  const exported = (functions: readonly ModuleFunction[]) =>
    byName(functions.filter((each) => each.exported));
  const [old, now] = [exported(before.functions), exported(after.functions)];
  for (const [name, each] of old) {
    const other = now.get(name);
    const path = `${at}functions.${name}`;
    if (other === undefined) found.push({ rule: 'function-removed', path, before: signature(each) });
    else if (signature(each) !== signature(other)) {
      found.push({ rule: 'function-changed', path, before: signature(each), after: signature(other) });
    }
  }
  for (const [name, each] of now) {
    if (!old.has(name))
      found.push({ rule: 'function-added', path: `${at}functions.${name}`, after: signature(each) });
  }
}

/** Names of parameters do not matter to who calls. */
function signature({ parameters, returns }: ModuleFunction): string {
  return `(${parameters.map(({ type }) => typeText(type)).join(', ')}) → ${typeText(returns)}`;
}

function compareVariables(before: ModuleInterface, after: ModuleInterface, at: string, found: Found[]): void {
  const [old, now] = [before, after].map(({ variables = [] }) => variables.map(({ name }) => name)) as [
    string[],
    string[],
  ];
  for (const name of old)
    if (!now.includes(name)) found.push({ rule: 'variable-removed', path: `${at}variables.${name}` });
  for (const name of now)
    if (!old.includes(name)) found.push({ rule: 'variable-added', path: `${at}variables.${name}` });
}

function briefly({ typeText: type, required, default: value }: Input): unknown {
  return { type, required, ...(value === undefined ? {} : { default: value }) };
}
