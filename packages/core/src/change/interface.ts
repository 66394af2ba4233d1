import type { Module, ModuleInterface } from '../module/model.ts';
import { typeText } from '../module/type-text.ts';
import { type Role, ruleFor } from './aspect-rule.ts';
import type { Found } from './found.ts';
import { compareFunctions } from './function.ts';
import { compareInputs } from './input.ts';
import { compareOutputs } from './output.ts';
import type { RelatePatterns } from './pattern/index.ts';
import type { FindRenames } from './rename.ts';
import { sharedTypes, type SharedTypes } from './shared-type.ts';
import { byName, type Types } from './slot.ts';
import { newProgress, type TypeComparison } from './type-difference.ts';
import { compareVariables } from './variable.ts';

/** Compares what users give, get and import. `at` begins each path, for the modules below a module. */
export function compareInterfaces(
  language: Module['language'],
  before: ModuleInterface,
  after: ModuleInterface,
  at: string,
  findRenames: FindRenames,
  relatePatterns: RelatePatterns,
): Found[] {
  const found: Found[] = [];
  const types = { before: byName(before.types), after: byName(after.types) };
  const shared = sharedTypes(language, types, at, findRenames, relatePatterns);
  const comparisonFor = (role: Role, path: string): TypeComparison => ({
    language,
    ...types,
    progress: newProgress(),
    findRenames,
    relatePatterns,
    onShared: (pair, place, inherits) => shared.note(pair, role, path, place, inherits),
    emit: ({ aspect, ...difference }) =>
      found.push({ ...difference, rule: ruleFor(aspect, new Set([role])) }),
  });
  compareInputs(before.inputs, after.inputs, at, comparisonFor, found);
  compareOutputs(before.outputs, after.outputs, at, comparisonFor, found);
  compareFunctions(before.functions, after.functions, at, { language, types, comparisonFor }, found);
  compareExported(types.before, types.after, shared, found, at);
  compareVariables(before.variables, after.variables, at, { language, types, comparisonFor }, found);
  compareScopes(before.scopes, after.scopes, at, found);
  return [...found, ...shared.compare()];
}

/** Types that others can import, whether the module uses them or not. */
function compareExported(before: Types, after: Types, shared: SharedTypes, found: Found[], at: string): void {
  for (const [name, type] of before) {
    const other = after.get(name);
    const path = `${at}types.${name}`;
    if (!type.exported) continue;
    if (!other?.exported) {
      found.push({ rule: 'type-removed', path, before: typeText(type.type, type) });
      continue;
    }
    shared.note({ before: type, after: other }, 'exported', path, path, true);
    if (type.description !== other.description) {
      found.push({ rule: 'type-description', path, before: type.description, after: other.description });
    }
  }
  for (const [name, type] of after) {
    if (type.exported && !before.get(name)?.exported) {
      found.push({ rule: 'type-added', path: `${at}types.${name}`, after: typeText(type.type, type) });
    }
  }
}

function compareScopes(
  before: readonly string[] = [],
  after: readonly string[] = [],
  at: string,
  found: Found[],
): void {
  const isRemoved = before.some((scope) => !after.includes(scope));
  const isAdded = after.some((scope) => !before.includes(scope));
  if (!isRemoved && !isAdded) return;
  const rule = isRemoved && isAdded ? 'scope-changed' : isRemoved ? 'scope-removed' : 'scope-added';
  found.push({ rule, path: `${at}scopes`, before: before.join(', '), after: after.join(', ') });
}
