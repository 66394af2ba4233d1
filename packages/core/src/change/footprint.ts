import { withoutAlias } from '../bicep/registry-alias.ts';
import { deploymentType } from '../bicep/special.ts';
import type { Footprint, Module, ModuleCall, ProviderUse, ResourceUse } from '../module/model.ts';
import { compareRanges, parseConstraint } from '../terraform/version-constraint.ts';
import { compareAddresses, type LocalContents } from './address.ts';
import type { Found } from './found.ts';
import { hasUnknownType, withKnownTypes } from './known-resource.ts';
import { plainAddress, sourceParts, withoutPublicHost } from './module-source.ts';
import { withoutKeys } from './moves.ts';
import type { RuleId } from './table.ts';

/** Compares what two versions do to the world. */
export function compareFootprints(
  language: Module['language'],
  before: Footprint,
  after: Footprint,
  at = '',
  contents?: LocalContents,
): Found[] {
  const found: Found[] = [];
  const path = `${at}footprint.`;
  const [old, now] = language === 'bicep' ? [counted(before), counted(after)] : withKnownTypes(before, after);
  compareResourceTypes(old, now, path, found);
  compareResourceDetails(language, old.resources, now.resources, `${path}resources.`, found);
  compareResourceDetails(language, old.data, now.data, `${path}data.`, found);
  compareResourceDetails(language, old.ephemeral, now.ephemeral, `${path}data.`, found);
  if (language === 'terraform') compareAddresses(before, after, path, found, contents);
  else compareCounts(old, now, path, found);
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

/** Without the deployments that report the use of a module, which have rules of their own. */
function counted(footprint: Footprint): Footprint {
  const reports = new Set(footprint.telemetry.map(placeOf));
  const isReport = (each: ResourceUse) =>
    each.type.toLowerCase() === deploymentType && reports.has(placeOf(each));
  return { ...footprint, resources: footprint.resources.filter((each) => !isReport(each)) };
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
  return new Map(
    resources.map(({ address, type, apiVersion }) => [address, [type, apiVersion].filter(Boolean).join('@')]),
  );
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
  language: Module['language'],
  before: readonly ResourceUse[],
  after: readonly ResourceUse[],
  path: string,
  found: Found[],
): void {
  // Without symbolic names several can have one address: their name, which is only one for each type.
  const keyOf = (each: ResourceUse) => `${each.type.toLowerCase()} ${placeOf(each)}`;
  const [old, now] = [Map.groupBy(before, keyOf), Map.groupBy(after, keyOf)];
  for (const [key, all] of old) {
    const others = now.get(key);
    if (others === undefined) continue;
    const place = path + placeOf(all[0]!);
    const tell = (rule: RuleId, at: string, detail: (each: ResourceUse) => unknown) => {
      const [was, is] = [all, others].map((each) => inOne(each.map(detail)));
      if (JSON.stringify(was) !== JSON.stringify(is)) found.push({ rule, path: at, before: was, after: is });
    };
    tell('public-access-changed', place, (each) => each.publicNetworkAccess);
    tell('public-access-changed', `${place}.networkAcls`, (each) => each.networkDefaultAction);
    tell('lifecycle-changed', place, (each) => each.lifecycle);
    tell('condition-changed', place, (each) => each.conditions);
    tell('provider-configuration', place, (each) => each.provider);
    const isMade = ![...all, ...others].some(({ existing }) => existing);
    if (language === 'bicep' && isMade) tell('resource-circumstances', place, circumstancesOf);
  }
}

/** What is said about one; about several, whatever their order. */
function inOne(details: readonly unknown[]): unknown {
  if (details.length === 1) return details[0];
  const texts = new Map(details.map((each) => [JSON.stringify(each ?? null), each ?? null]));
  return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

function placeOf({ within, address }: Marked): string {
  return within === undefined ? address : `${within}/${address}`;
}

function circumstancesOf({ conditional, repeated }: Pick<ModuleCall, 'conditional' | 'repeated'>): string {
  if (repeated) return conditional ? 'in a loop, under a condition' : 'in a loop';
  return conditional ? 'under a condition' : 'once';
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
  const renames = language === 'bicep' ? renamedCalls(old, now) : new Map<string, string>();
  for (const [name, call] of old) {
    const other = now.get(renames.get(name) ?? name);
    const place = `${path}modules.${name}`;
    if (other !== undefined) compareCall(language, place, call, other, found);
    // Of Terraform the address says it, and what becomes of it.
    else if (language === 'bicep')
      found.push({ rule: 'module-call-removed', path: place, before: call.source });
  }
  if (language !== 'bicep') return;
  const renamed = new Set(renames.values());
  for (const [name, call] of now) {
    if (!old.has(name) && !renamed.has(name))
      found.push({ rule: 'module-call-added', path: `${path}modules.${name}`, after: call.source });
  }
}

function compareCall(
  language: Module['language'],
  path: string,
  before: ModuleCall,
  after: ModuleCall,
  found: Found[],
): void {
  const tell = (rule: RuleId, was: unknown, is: unknown) => {
    if (JSON.stringify(was) !== JSON.stringify(is)) found.push({ rule, path, before: was, after: is });
  };
  tell('module-call-renamed', before.name, after.name);
  const [old, now] = [sourceParts(language, before), sourceParts(language, after)];
  // Where a module has its own files is its own matter; what is in them is compared.
  const isElsewhere =
    plainSource(old) !== plainSource(now) && !(isLocal(language, old) && isLocal(language, now));
  if (isElsewhere) tell('module-call-source', old.source, now.source);
  // Only registries have versions.
  const isKnown = old.version !== undefined && now.version !== undefined;
  const isSame = language === 'terraform' && isSameConstraint(before.version, after.version);
  if ((!isElsewhere || isKnown) && !isSame) tell('module-call-version', old.version, now.version);
  tell('provider-configuration', passedProviders(before), passedProviders(after));
  if (language === 'bicep') {
    tell('module-call-circumstances', circumstancesOf(before), circumstancesOf(after));
  }
}

/** What a call has anyway, the configuration without a name (`aws = aws`), says nothing. */
function passedProviders({ providers = [] }: ModuleCall): readonly string[] | undefined {
  const others = providers.filter((each) => !/^([\w-]+) = \1$/.test(each));
  return others.length === 0 ? undefined : others;
}

function isLocal(language: Module['language'], { source = '' }: Pick<ModuleCall, 'source'>): boolean {
  return language === 'bicep' ? !/^(?:br|ts)[:/]|:\/\//.test(source) : /^\.{1,2}\//.test(source);
}

function plainSource({ source }: Pick<ModuleCall, 'source'>): string | undefined {
  return source === undefined ? undefined : withoutAlias(plainAddress(source));
}

/** What a registry is asked for may be written in several ways: `1.2.0` and `= 1.2.0`, `~> 1.2` and `>= 1.2, < 2`. */
function isSameConstraint(before: string | undefined, after: string | undefined): boolean {
  const [old, now] = [before, after].map((text) => (text === undefined ? undefined : parseConstraint(text)));
  return old !== undefined && now !== undefined && compareRanges(old, now) === 'same';
}

type Calls = ReadonlyMap<string, ModuleCall>;

/** Calls under another symbolic name, by the old one: the only ones that are gone and new of their source. */
function renamedCalls(before: Calls, after: Calls): Map<string, string> {
  const without = (calls: Calls, others: Calls) =>
    Map.groupBy(
      [...calls.values()].filter(({ name }) => !others.has(name)),
      plainSource,
    );
  const [gone, fresh] = [without(before, after), without(after, before)];
  const renames = new Map<string, string>();
  for (const [source, calls] of gone) {
    const others = fresh.get(source) ?? [];
    if (source !== undefined && calls.length === 1 && others.length === 1) {
      renames.set(calls[0]!.name, others[0]!.name);
    }
  }
  return renames;
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
    if (provider.configured && !other?.configured) found.push({ rule: 'provider-unconfigured', path: place });
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
    const place = `${path}providers.${name}`;
    if (!old.has(name)) found.push({ rule: 'provider-added', path: place, after: provider.version });
    if (provider.configured && !old.get(name)?.configured)
      found.push({ rule: 'provider-configured', path: place });
  }
}

/** Without a word Terraform takes the provider of that name from HashiCorp, and all from the public registry. */
function sourceOf({ name, source }: ProviderUse, language: Module['language']): string | undefined {
  const written = source?.toLowerCase();
  if (language === 'bicep') return written;
  const address = written ?? name.toLowerCase();
  return address.includes('/') ? withoutPublicHost(address) : `hashicorp/${address}`;
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
  const unclear = new Set([
    ...after.moves.flatMap(({ from, to }) => [withoutKeys(from), withoutKeys(to)]),
    ...[...before.resources, ...after.resources].filter(hasUnknownType).map(({ address }) => address),
  ]);
  const roles = (each: Footprint) =>
    ownNames(
      each.roleAssignments.filter(({ address }) => !unclear.has(address)),
      ({ role = '' }) => (isWritten(role) ? role : ''),
    );
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

/**
 * A name, as `roles/viewer` and `arn:aws:iam::aws:policy/ReadOnlyAccess` are too, an id, or what functions make of these; of
 * other expressions nobody knows what comes out, however they are written.
 */
function isWritten(role: string): boolean {
  const isName = /^[\w -]+$/.test(role) || /^[\w.-]+(?:[/:][\w.@-]*)+$/.test(role);
  if (isName || /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/i.test(role)) return true;
  const calls = role.replaceAll(/'(?:[^'\\]|\\[\s\S])*(?:'|\\?$)|"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, "''");
  return !/(?<!\w)(?:parameters|variables|copyIndex)\(|(?<!\w)[A-Za-z_]\w*(?![\w(])/.test(calls);
}

interface Marked {
  readonly address: string;
  readonly within?: string;
}

/** Texts by address, of which several can share one where there are no symbolic names. */
function ownNames<Item extends Marked>(
  items: readonly Item[],
  textOf: (item: Item) => string,
): Map<string, string> {
  const own = Map.groupBy(
    items.filter(({ within }) => within === undefined),
    ({ address }) => address,
  );
  return new Map(
    [...own].map(([address, all]) => [address, [...new Set(all.map(textOf))].sort().join(', ')]),
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
