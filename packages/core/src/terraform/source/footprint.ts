import type {
  EscapeHatch,
  Footprint,
  Lifecycle,
  ModuleCall,
  ProviderUse,
  ResourceUse,
} from '../../module/model.ts';
import type { SyntaxNode } from '../../syntax/index.ts';
import { type Expression, literalValue } from '../hcl/index.ts';
import {
  attributeOf,
  attributesOf,
  blocksOf,
  flagOf,
  isTrue,
  labelOf,
  type PlacedBlock,
  type PlacedExpression,
  referenceTextOf,
  stringOf,
  valueOf,
  writtenOf,
} from './block.ts';
import { conditionsIn } from './resource-condition.ts';
import type { Directory } from './directory.ts';
import { placeOf } from './interface.ts';

export function readFootprint(directory: Directory): Footprint {
  const resources = directory.blocks('resource');
  const data = directory.blocks('data');
  return {
    resources: resources.map((placed) => resourceUse(placed, '')),
    data: data.map((placed) => resourceUse(placed, 'data.')),
    ephemeral: directory.blocks('ephemeral').map((placed) => resourceUse(placed, 'ephemeral.')),
    modules: directory.blocks('module').map(moduleCall),
    ...programOf(directory),
    roleAssignments: resources.filter(isRoleAssignment).map(roleAssignment),
    escapeHatches: [...resources, ...data].flatMap(escapeHatches),
    telemetry: resources
      .filter((placed) => labelOf(placed).startsWith('modtm_'))
      .map((placed) => ({ address: addressOf(placed, '') })),
    moves: directory
      .blocks('moved')
      .map((placed) => ({ from: referenceIn(placed, 'from'), to: referenceIn(placed, 'to') })),
    removals: directory.blocks('removed').map((placed) => ({
      from: referenceIn(placed, 'from'),
      destroy: blocksOf(placed, 'lifecycle').every((inner) => flagOf(inner, 'destroy') !== false),
    })),
    imports: directory.blocks('import').map((placed) => ({ to: referenceIn(placed, 'to') })),
    checks: directory.blocks('check').map((placed) => labelOf(placed)),
  };
}

function addressOf(placed: PlacedBlock, prefix: string): string {
  return `${prefix}${labelOf(placed)}.${labelOf(placed, 1)}`;
}

function referenceIn(placed: PlacedBlock, name: string): string {
  const found = attributeOf(placed, name);
  return found === undefined ? '' : referenceTextOf(found);
}

function resourceUse(placed: PlacedBlock, prefix: string): ResourceUse {
  const { type, apiVersion } = typeOf(placed);
  const publicAccess = publicAccessOf(placed);
  const defaultAction = defaultActionOf(placed);
  const lifecycle = lifecycleOf(placed);
  return {
    address: addressOf(placed, prefix),
    type,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...instancesOf(placed),
    ...(publicAccess === undefined ? {} : { publicNetworkAccess: publicAccess }),
    ...(defaultAction === undefined ? {} : { networkDefaultAction: defaultAction }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...providerIn(placed),
    ...conditionsIn(blocksOf(placed, 'lifecycle')),
    at: placeOf(placed),
  };
}

/**
 * AzAPI names the type of Azure and its version in an argument: that is the type that counts. The version may be an
 * expression: `"Microsoft.KeyVault/vaults@${var.version}"`.
 */
function typeOf(placed: PlacedBlock): { type: string; apiVersion?: string } {
  const own = labelOf(placed);
  const azure = own.startsWith('azapi_') ? attributeOf(placed, 'type') : undefined;
  const [, type = own, apiVersion] = /^"?([\w.]+(?:\/[\w.]+)+)@(.*?)"?$/.exec(writtenOf(azure) ?? '') ?? [];
  return apiVersion === undefined ? { type } : { type, apiVersion };
}

type Instances = Pick<ResourceUse, 'repeated' | 'instances' | 'count' | 'keys'>;

function instancesOf(placed: PlacedBlock): Instances {
  const [count, each] = [attributeOf(placed, 'count'), attributeOf(placed, 'for_each')];
  if (count !== undefined) {
    const value = valueOf(count);
    const isKnown = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return { repeated: true, instances: 'count', ...(isKnown ? { count: value } : {}) };
  }
  if (each === undefined) return {};
  const keys = keysOf(each.expression);
  return { repeated: true, instances: 'for_each', ...(keys === undefined ? {} : { keys }) };
}

/** The keys of `toset(["a", "b"])` and of `{ a = …, b = … }`, in an order of their own. */
function keysOf(expression: Expression): string[] | undefined {
  if (expression.kind === 'object') {
    const keys = expression.items.map(({ key }) =>
      key.kind === 'identifier' ? key.name : literalValue(key)?.value,
    );
    return keys.every((key) => typeof key === 'string') ? [...new Set(keys)].sort() : undefined;
  }
  const [list] = expression.kind === 'call' && expression.name === 'toset' ? expression.args : [];
  if (list?.kind !== 'tuple') return undefined;
  const keys = list.items.map((item) => literalValue(item)?.value);
  return keys.every((key) => typeof key === 'string') ? [...new Set(keys)].sort() : undefined;
}

/** The configuration without an alias of the provider that a type names is the one that is meant without a word. */
function providerIn(placed: PlacedBlock): { provider?: string } {
  const found = attributeOf(placed, 'provider');
  const provider = found && referenceTextOf(found);
  return provider === undefined || provider === labelOf(placed).split('_', 1)[0] ? {} : { provider };
}

function publicAccessOf(placed: PlacedBlock): string | undefined {
  const own =
    attributeOf(placed, 'public_network_access_enabled') ??
    attributeOf(placed, 'public_network_access') ??
    attributeOf(placed, 'publicly_accessible');
  const found = own ?? memberAt(attributeOf(placed, 'body'), ['properties', 'publicNetworkAccess']);
  return writtenOf(found);
}

/** How the rules of a network are called: of storage and key vaults, of registries, of namespaces. */
const networkRules = ['network_rules', 'network_acls', 'network_rule_set', 'network_rulesets'];
const azureNetworkRules = ['networkAcls', 'networkRuleSet', 'networkRuleSets'];

/** What happens to who is in no rule of the network; of resources that are such rules it is an argument of their own. */
function defaultActionOf(placed: PlacedBlock): string | undefined {
  const [rules = placed] = networkRules.flatMap((type) => [
    ...blocksOf(placed, type),
    ...dynamicBlocksOf(placed, type),
  ]);
  const own = attributeOf(rules, 'default_action');
  const body = attributeOf(placed, 'body');
  const found = azureNetworkRules.map((name) => memberAt(body, ['properties', name, 'defaultAction']));
  return writtenOf(own ?? found.find((each) => each !== undefined));
}

/** What `dynamic` blocks make of a type, once for each. */
function dynamicBlocksOf(placed: PlacedBlock, type: string): PlacedBlock[] {
  return blocksOf(placed, 'dynamic')
    .filter((each) => labelOf(each) === type)
    .flatMap((each) => blocksOf(each, 'content'));
}

/** What stands in an object at this path, through objects alone; they may be made JSON of. */
function memberAt(
  placed: PlacedExpression | undefined,
  path: readonly string[],
): PlacedExpression | undefined {
  let found = placed && { ...placed, expression: beforeJson(placed.expression) };
  for (const name of path) {
    if (found?.expression.kind !== 'object') return undefined;
    const { file } = found;
    const item = found.expression.items.find(({ key }) =>
      key.kind === 'identifier' ? key.name === name : key.kind === 'string' && key.value === name,
    );
    found = item && { expression: item.value, file };
  }
  return found;
}

function beforeJson(expression: Expression): Expression {
  const isEncoded = expression.kind === 'call' && expression.name === 'jsonencode';
  return (isEncoded ? expression.args[0] : undefined) ?? expression;
}

function lifecycleOf(placed: PlacedBlock): Lifecycle | undefined {
  const [block] = blocksOf(placed, 'lifecycle');
  if (block === undefined) return undefined;
  const ignored = attributeOf(block, 'ignore_changes');
  const ignoredNames = ignored && (referenceTextOf(ignored) === 'all' ? 'all' : elementsOf(ignored));
  const triggers = attributeOf(block, 'replace_triggered_by');
  const triggerNames = triggers && elementsOf(triggers);
  const found: Lifecycle = {
    ...(isTrue(block, 'prevent_destroy') ? { preventDestroy: true as const } : {}),
    ...(isTrue(block, 'create_before_destroy') ? { createBeforeDestroy: true as const } : {}),
    ...(ignoredNames?.length ? { ignoreChanges: ignoredNames } : {}),
    ...(triggerNames?.length ? { replaceTriggeredBy: triggerNames } : {}),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** The references in a list, in an order of their own: theirs does not matter. */
function elementsOf({ expression, file }: PlacedExpression): string[] {
  const items = expression.kind === 'tuple' ? expression.items : [expression];
  return items.map((item) => referenceTextOf({ expression: item, file })).sort();
}

function moduleCall(placed: PlacedBlock): ModuleCall {
  const source = writtenOf(attributeOf(placed, 'source'));
  const version = writtenOf(attributeOf(placed, 'version'));
  const providers = attributeOf(placed, 'providers');
  return {
    name: labelOf(placed),
    ...(source === undefined ? {} : { source }),
    ...(version === undefined ? {} : { version }),
    ...instancesOf(placed),
    ...(providers?.expression.kind === 'object' ? { providers: entriesOf(providers) } : {}),
    at: placeOf(placed),
  };
}

function entriesOf({ expression, file }: PlacedExpression): string[] {
  if (expression.kind !== 'object') return [];
  const text = (each: SyntaxNode) => file.tree.text.slice(each.start, each.end).replaceAll(/^"|"$/g, '');
  return expression.items.map(({ key, value }) => `${text(key)} = ${text(value)}`).sort();
}

/** What `terraform` blocks require, and the providers that nobody has to name because their resources do. */
function programOf(directory: Directory): { providers: ProviderUse[]; requiredVersion?: string } {
  const settings = directory.blocks('terraform');
  const providers = new Map<string, ProviderUse>();
  const own = settings.map((each) => ({ ...each, overrides: [] }));
  const overrides = settings[0]?.overrides ?? [];
  // Overrides replace what is required of one provider, not the whole block.
  for (const block of [...own, ...overrides].flatMap((each) => blocksOf(each, 'required_providers'))) {
    for (const { name, value } of attributesOf(block.block.body)) {
      providers.set(name.name, providerOf(name.name, { expression: value, file: block.file }));
    }
  }
  for (const placed of [...directory.blocks('provider'), ...directory.overrides('provider')])
    if (labelOf(placed) !== '') addConfigured(providers, placed);
  for (const name of impliedProviders(directory)) if (!providers.has(name)) providers.set(name, { name });
  const versionsIn = (blocks: readonly PlacedBlock[]) =>
    blocks.map((each) => stringOf(each, 'required_version')).filter((each) => each !== undefined);
  const last = versionsIn(overrides).slice(-1);
  const versions = last.length > 0 ? last : versionsIn(own);
  return {
    providers: [...providers.values()],
    ...(versions.length === 0 ? {} : { requiredVersion: versions.join(', ') }),
  };
}

/** What is configured is required, too; before Terraform 0.13 with its version. */
function addConfigured(providers: Map<string, ProviderUse>, placed: PlacedBlock): void {
  const name = labelOf(placed);
  const known = providers.get(name) ?? { name };
  const versions = [known.version, stringOf(placed, 'version')].filter((each) => each !== undefined);
  providers.set(name, {
    ...known,
    ...(versions.length === 0 ? {} : { version: versions.join(', ') }),
    ...(isConfiguration(placed) ? { configured: true as const } : {}),
  });
}

/** An empty block only says that a configuration is passed in; so it was written before Terraform 0.15. */
function isConfiguration({ block }: PlacedBlock): boolean {
  return block.body.items.some(
    (item) => item.kind !== 'attribute' || (item.name.name !== 'alias' && item.name.name !== 'version'),
  );
}

function providerOf(name: string, value: PlacedExpression): ProviderUse {
  const written = valueOf(value);
  // The way of Terraform 0.12: a version alone.
  if (typeof written === 'string') return { name, version: written };
  const part = (key: string) => valueOf(memberAt(value, [key]));
  const [source, version] = [part('source'), part('version')];
  const aliases = memberAt(value, ['configuration_aliases']);
  return {
    name,
    ...(typeof source === 'string' ? { source } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(aliases === undefined ? {} : { configurationAliases: elementsOf(aliases) }),
  };
}

/** A type of resource begins with the name of its provider; `terraform_data` belongs to Terraform itself. */
function impliedProviders(directory: Directory): Set<string> {
  const names = new Set<string>();
  for (const type of ['resource', 'data', 'ephemeral']) {
    for (const placed of directory.blocks(type)) {
      const explicit = attributeOf(placed, 'provider');
      const text =
        explicit === undefined
          ? labelOf(placed).split('_', 1)[0]!
          : referenceTextOf(explicit).split('.', 1)[0]!;
      if (text !== 'terraform' && text !== '') names.add(text);
    }
  }
  return names;
}

function isRoleAssignment(placed: PlacedBlock): boolean {
  const type = typeOf(placed).type.toLowerCase();
  return (
    type === 'microsoft.authorization/roleassignments' ||
    /_role_assignment$|_iam_(?:member|binding)$/.test(type) ||
    isPolicyAttachment(type)
  );
}

/** Where who gets a policy has a name of its own: `role`, `user`, `group`. */
function isPolicyAttachment(type: string): boolean {
  return /_(?:role|user|group)_policy_attachment$/.test(type);
}

function roleAssignment(placed: PlacedBlock): { address: string; role?: string } {
  const names = isPolicyAttachment(labelOf(placed))
    ? ['policy_arn']
    : ['role_definition_name', 'role_definition_id', 'role'];
  const own = names.map((name) => attributeOf(placed, name)).find((each) => each !== undefined);
  const role = writtenOf(own ?? memberAt(attributeOf(placed, 'body'), ['properties', 'roleDefinitionId']));
  return { address: addressOf(placed, ''), ...(role === undefined ? {} : { role }) };
}

const hatchTypes: ReadonlyMap<string, EscapeHatch['kind']> = new Map(
  Object.entries({
    'data.external': 'external-data',
    'data.http': 'http-data',
    'data.local_file': 'local-file',
    'data.local_sensitive_file': 'local-file',
    'data.local_command': 'local-command',
    local_file: 'local-file',
    local_sensitive_file: 'local-file',
    'Microsoft.Resources/deploymentScripts': 'deployment-script',
    azurerm_resource_deployment_script_azure_cli: 'deployment-script',
    azurerm_resource_deployment_script_azure_power_shell: 'deployment-script',
  } as const),
);

function escapeHatches(placed: PlacedBlock): EscapeHatch[] {
  const prefix = placed.block.type.name === 'data' ? 'data.' : '';
  const address = addressOf(placed, prefix);
  const kind = hatchTypes.get(prefix + typeOf(placed).type);
  return [
    ...(kind === undefined ? [] : [{ kind, address, at: placeOf(placed) }]),
    ...blocksOf(placed, 'provisioner').map((inner): EscapeHatch => ({
      kind: 'provisioner',
      address: `${address} (${labelOf(inner)})`,
      at: placeOf(inner),
    })),
  ];
}
