import type { Footprint, Module, ModuleCall, ProviderUse, ResourceUse } from '../module/model.ts';
import { compareRanges, parseConstraint } from '../terraform/version-constraint.ts';
import { compareAddresses, type ContentsOf } from './address.ts';
import type { Found } from './found.ts';
import { type SourceParts, sourceParts } from './module-source.ts';
import type { RuleId } from './table.ts';

/** Compares what two versions do to the world. */
export function compareFootprints(
  language: Module['language'],
  before: Footprint,
  after: Footprint,
  at = '',
  contentsOf?: ContentsOf,
): Found[] {
  const found: Found[] = [];
  const path = `${at}footprint.`;
  compareResourceTypes(before, after, path, found);
  compareResourceDetails(before.resources, after.resources, `${path}resources.`, found);
  compareResourceDetails(before.data, after.data, `${path}data.`, found);
  compareResourceDetails(before.ephemeral, after.ephemeral, `${path}data.`, found);
  if (language === 'terraform') compareAddresses(before, after, path, found, contentsOf);
  else compareCounts(before, after, path, found);
  compareModules(language, before.modules, after.modules, path, found);
  compareProviders(language, before.providers, after.providers, path, found);
  compareConstraint(
    'program',
    `${path}requiredVersion`,
    before.requiredVersion,
    after.requiredVersion,
    found,
  );
  compareMarks(before, after, path, found);
  return found;
}

/** Types and their API versions, those of modules inside a template included. */
function compareResourceTypes(before: Footprint, after: Footprint, path: string, found: Found[]): void {
  compareKeys(
    versionsByType(before.resources, false),
    versionsByType(after.resources, false),
    `${path}resources.`,
    found,
    {
      added: 'resource-added',
      removed: 'resource-removed',
      changed: 'api-version-changed',
    },
  );
  const reads = (each: Footprint) =>
    new Map([...versionsByType(each.resources, true), ...namesOf([...each.data, ...each.ephemeral])]);
  compareKeys(reads(before), reads(after), `${path}data.`, found, {
    added: 'data-added',
    removed: 'data-removed',
    changed: 'data-changed',
  });
}

/** How many of a type there are, where nothing else tells one from another. */
function compareCounts(before: Footprint, after: Footprint, path: string, found: Found[]): void {
  const [old, now] = [countsByType(before), countsByType(after)];
  for (const [type, was] of old) {
    const is = now.get(type) ?? 0;
    if (is === 0 || is === was) continue;
    const rule = is > was ? 'resource-added' : 'resource-removed';
    found.push({ rule, path: `${path}resources.${type}`, before: was, after: is });
  }
}

function countsByType({ resources }: Footprint): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, existing, within } of resources) {
    if (existing === true || within !== undefined) continue;
    const key = type.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function versionsByType(resources: readonly ResourceUse[], existing: boolean): Map<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const each of resources) {
    if ((each.existing ?? false) !== existing) continue;
    // Azure compares types without case.
    const type = each.apiVersion === undefined ? each.type : each.type.toLowerCase();
    const known = versions.get(type) ?? new Set();
    versions.set(type, known.add(each.apiVersion ?? ''));
  }
  return new Map([...versions].map(([type, known]) => [type, [...known].sort().join(', ')]));
}

function namesOf(resources: readonly ResourceUse[]): Map<string, string> {
  return new Map(resources.map(({ address, type }) => [address, type]));
}

interface KeyRules {
  readonly added: RuleId;
  readonly removed: RuleId;
  readonly changed?: RuleId;
}

function compareKeys(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  path: string,
  found: Found[],
  rules: KeyRules,
): void {
  for (const [key, was] of before) {
    const is = after.get(key);
    if (is === undefined) found.push({ rule: rules.removed, path: path + key, before: was });
    else if (is !== was && rules.changed !== undefined) {
      found.push({ rule: rules.changed, path: path + key, before: was, after: is });
    }
  }
  for (const [key, is] of after)
    if (!before.has(key)) found.push({ rule: rules.added, path: path + key, after: is });
}

/** What is said about a resource that both versions have at the same address. */
function compareResourceDetails(
  before: readonly ResourceUse[],
  after: readonly ResourceUse[],
  path: string,
  found: Found[],
): void {
  const key = ({ within, address }: ResourceUse) => (within === undefined ? address : `${within}/${address}`);
  const now = new Map(after.map((each) => [key(each), each]));
  for (const each of before) {
    const other = now.get(key(each));
    if (other === undefined) continue;
    const details = [
      ['public-access-changed', each.publicNetworkAccess, other.publicNetworkAccess],
      ['lifecycle-changed', each.lifecycle, other.lifecycle],
      ['condition-changed', each.conditions, other.conditions],
      ['provider-configuration', each.provider, other.provider],
    ] as const;
    for (const [rule, was, is] of details) {
      if (JSON.stringify(was) !== JSON.stringify(is)) {
        found.push({ rule, path: path + key(each), before: was, after: is });
      }
    }
  }
}

function compareModules(
  language: Module['language'],
  before: readonly ModuleCall[],
  after: readonly ModuleCall[],
  path: string,
  found: Found[],
): void {
  const own = (calls: readonly ModuleCall[]) =>
    new Map(calls.filter(({ within }) => within === undefined).map((call) => [call.name, call]));
  const [old, now] = [own(before), own(after)];
  for (const [name, call] of old) {
    const other = now.get(name);
    const place = `${path}modules.${name}`;
    if (other === undefined) {
      // Of Terraform the address says it, and what becomes of it.
      if (language === 'bicep') found.push({ rule: 'module-call-removed', path: place, before: call.source });
    } else compareSources(sourceParts(language, call), sourceParts(language, other), place, found);
    if (other !== undefined && JSON.stringify(call.providers) !== JSON.stringify(other.providers)) {
      const [was, is] = [call.providers, other.providers];
      found.push({ rule: 'provider-configuration', path: place, before: was, after: is });
    }
  }
  if (language !== 'bicep') return;
  for (const [name, call] of now) {
    if (!old.has(name))
      found.push({ rule: 'module-call-added', path: `${path}modules.${name}`, after: call.source });
  }
}

function compareSources(before: SourceParts, after: SourceParts, path: string, found: Found[]): void {
  if (before.source !== after.source) {
    found.push({ rule: 'module-call-source', path, before: before.source, after: after.source });
  } else if (before.version !== after.version) {
    found.push({ rule: 'module-call-version', path, before: before.version, after: after.version });
  }
}

function compareProviders(
  language: Module['language'],
  before: readonly ProviderUse[],
  after: readonly ProviderUse[],
  path: string,
  found: Found[],
): void {
  const byName = (providers: readonly ProviderUse[]) => new Map(providers.map((each) => [each.name, each]));
  const [old, now] = [byName(before), byName(after)];
  for (const [name, provider] of old) {
    const other = now.get(name);
    const place = `${path}providers.${name}`;
    if (other === undefined) {
      found.push({ rule: 'provider-removed', path: place, before: provider.version });
      continue;
    }
    if (sourceOf(provider, language) !== sourceOf(other, language)) {
      found.push({ rule: 'provider-source', path: place, before: provider.source, after: other.source });
    }
    const [aliases, aliasesNow] = [provider, other].map(({ configurationAliases = [] }) =>
      [...configurationAliases].sort().join(', '),
    );
    if (aliases !== aliasesNow) {
      found.push({ rule: 'provider-aliases', path: place, before: aliases, after: aliasesNow });
    }
    if (language === 'terraform') {
      compareConstraint('provider', place, provider.version, other.version, found);
    } else if (provider.version !== other.version) {
      found.push({ rule: 'extension-version', path: place, before: provider.version, after: other.version });
    }
  }
  for (const [name, provider] of now) {
    if (!old.has(name))
      found.push({ rule: 'provider-added', path: `${path}providers.${name}`, after: provider.version });
  }
}

/** Without a word Terraform takes the provider of that name from HashiCorp, and all from the public registry. */
function sourceOf({ name, source }: ProviderUse, language: Module['language']): string | undefined {
  const written = source?.toLowerCase();
  if (language === 'bicep') return written;
  const parts = (written ?? name.toLowerCase()).split('/');
  if (parts.length === 1) return `hashicorp/${parts[0]}`;
  const isPublic = parts.length === 3 && /^registry\.(?:terraform\.io|opentofu\.org)$/.test(parts[0]!);
  return (isPublic ? parts.slice(1) : parts).join('/');
}

function compareConstraint(
  what: 'provider' | 'program',
  path: string,
  before: string | undefined,
  after: string | undefined,
  found: Found[],
): void {
  if (before === after) return;
  const [old, now] = [before, after].map((text) => parseConstraint(text ?? '>= 0', what));
  // Whoever wrote what is no constraint, nobody can tell what it takes.
  const change = old === undefined || now === undefined ? 'changed' : compareRanges(old, now);
  if (change !== 'same') found.push({ rule: `${what}-${change}`, path, before, after });
}

/**
 * What stands out, by its address. Of the modules inside a template only the kinds count: their addresses are nothing that
 * who wrote the module has chosen, and the types of what they make are told above.
 */
function compareMarks(before: Footprint, after: Footprint, path: string, found: Found[]): void {
  const roles = (each: Footprint) => ownNames(each.roleAssignments, ({ role = '' }) => role);
  compareKeys(roles(before), roles(after), `${path}roleAssignments.`, found, {
    added: 'role-assignment-added',
    removed: 'role-assignment-removed',
    changed: 'role-assignment-changed',
  });
  compareKeys(hatchesOf(before), hatchesOf(after), `${path}escapeHatches.`, found, {
    added: 'escape-hatch-added',
    removed: 'escape-hatch-removed',
  });
  const imports = (each: Footprint) => new Map(each.imports.map(({ to }) => [to, to]));
  compareKeys(imports(before), imports(after), `${path}imports.`, found, {
    added: 'import-added',
    removed: 'import-removed',
  });
  const checks = (each: Footprint) => new Map(each.checks.map((name) => [name, name]));
  compareKeys(checks(before), checks(after), `${path}checks.`, found, {
    added: 'check-added',
    removed: 'check-removed',
  });
  const telemetry = (each: Footprint) => ownNames(each.telemetry, ({ prefix = '' }) => prefix);
  compareKeys(telemetry(before), telemetry(after), `${path}telemetry.`, found, {
    added: 'telemetry-added',
    removed: 'telemetry-removed',
    changed: 'telemetry-changed',
  });
}

interface Marked {
  readonly address: string;
  readonly within?: string;
}

function ownNames<Item extends Marked>(
  items: readonly Item[],
  textOf: (item: Item) => string,
): Map<string, string> {
  return new Map(
    items.filter(({ within }) => within === undefined).map((item) => [item.address, textOf(item)]),
  );
}

function hatchesOf({ escapeHatches }: Footprint): Map<string, string> {
  return new Map(
    escapeHatches.map(({ kind, address, within }) => [
      within === undefined ? `${kind} ${address}` : `${kind} in a module`,
      kind,
    ]),
  );
}
