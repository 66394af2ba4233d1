import type { Footprint, Input, Module, ModuleCall, Output, ResourceUse } from '../module/model.ts';
import { compareText } from '../text/compare-text.ts';
import { byName, cellText, inlineCode, outsideCode } from './markdown.ts';

/** What is known about a module in the sections and the form of the tables of terraform-docs. */
export function terraformSections({ interface: face, footprint }: Module): string {
  return [
    '## Requirements',
    ...requirements(footprint),
    '## Providers',
    ...providers(footprint),
    '## Modules',
    ...modules(footprint.modules),
    '## Resources',
    ...resources(footprint),
    '## Inputs',
    ...inputs(face.inputs),
    '## Outputs',
    ...outputs(face.outputs),
  ]
    .join('\n\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function requirements({ requiredVersion, providers: needed }: Footprint): string[] {
  const rows = [
    ...(requiredVersion === undefined ? [] : [{ name: 'terraform', version: requiredVersion }]),
    ...byName(needed.filter(({ version }) => version !== undefined)),
  ];
  if (rows.length === 0) return ['No requirements.'];
  return [
    table(
      ['Name', 'Version'],
      rows.map(({ name, version }) => [anchored('requirement', name), plain(version ?? 'n/a')]),
    ),
  ];
}

/** Those that something of the module is made with; others are required only. */
function providers({ resources: made, data, ephemeral, providers: needed }: Footprint): string[] {
  const versions = new Map(needed.map(({ name, version }) => [name, version]));
  const names = [...new Set([...made, ...data, ...ephemeral].map(configurationOf))].sort(
    (a, b) => compareText(providerIn(a), providerIn(b)) || compareText(a, b),
  );
  if (names.length === 0) return ['No providers.'];
  return [
    table(
      ['Name', 'Version'],
      names.map((name) => [anchored('provider', name), plain(versions.get(providerIn(name)) ?? 'n/a')]),
    ),
  ];
}

function modules(calls: readonly ModuleCall[]): string[] {
  if (calls.length === 0) return ['No modules.'];
  const rows = byName(calls).map(({ name, source, version }) => [
    anchored('module', name),
    plain(source ?? 'n/a'),
    plain(version ?? 'n/a'),
  ]);
  return [table(['Name', 'Source', 'Version'], rows)];
}

function resources({ resources: made, data, ephemeral, providers: needed }: Footprint): string[] {
  const sources = new Map(needed.map(({ name, source }) => [name, source]));
  const groups = [
    { uses: made, kind: 'resource', folder: 'resources' },
    { uses: data, kind: 'data source', folder: 'data-sources' },
    { uses: ephemeral, kind: 'ephemeral resource', folder: 'ephemeral-resources' },
  ];
  const rows = groups.flatMap(({ uses, kind, folder }) =>
    uses
      .map((use) => [linked(use, sources.get(providerIn(configurationOf(use))), folder), kind])
      .sort(([a], [b]) => compareText(a!, b!)),
  );
  return rows.length === 0 ? ['No resources.'] : [table(['Name', 'Type'], rows)];
}

/** `azurerm_key_vault` belongs to `azurerm`, unless it has another configuration: `azurerm.hub`, `google-beta`. */
function configurationOf(use: ResourceUse): string {
  return use.provider ?? ownType(use).split('_', 1)[0]!;
}

function providerIn(configuration: string): string {
  return configuration.split('.', 1)[0]!;
}

/** The type in Terraform; that of the model is the one of Azure where AzAPI names it. */
function ownType(use: ResourceUse): string {
  return addressText(use).split('.', 1)[0]!;
}

function linked(use: ResourceUse, source: string | undefined, folder: string): string {
  const label = `[${cellText(addressText(use), ' ')}]`;
  const place = registryPath(source ?? `hashicorp/${providerIn(configurationOf(use))}`);
  const name = ownType(use).split('_').slice(1).join('_');
  if (place === undefined || !/^\w+$/.test(name)) return plain(addressText(use));
  return `${label}(https://registry.terraform.io/providers/${place}/latest/docs/${folder}/${name})`;
}

function addressText({ address }: ResourceUse): string {
  return address.replace(/^(?:data|ephemeral)\./, '');
}

/** Only the public registry has pages of which the address is known. */
function registryPath(source: string): string | undefined {
  const path = source.replace(/^registry\.terraform\.io\//, '');
  return /^[\w-]+\/[\w-]+$/.test(path) ? path : /^[\w-]+$/.test(path) ? `hashicorp/${path}` : undefined;
}

function inputs(items: readonly Input[]): string[] {
  if (items.length === 0) return ['No inputs.'];
  const rows = byName(items).map(({ name, description, typeText, default: fallback, required }) => [
    anchored('input', name),
    description === undefined ? 'n/a' : paragraphText(description),
    codeCell(typeText === '' ? 'any' : typeText),
    required ? 'n/a' : defaultCell(fallback),
    required ? 'yes' : 'no',
  ]);
  return [
    table(['Name', 'Description', 'Type', 'Default', 'Required'], rows, [
      '------',
      '-------------',
      '------',
      '---------',
      ':--------:',
    ]),
  ];
}

function outputs(items: readonly Output[]): string[] {
  if (items.length === 0) return ['No outputs.'];
  const rows = byName(items).map(({ name, description }) => [
    anchored('output', name),
    description === undefined ? 'n/a' : paragraphText(description),
  ]);
  return [table(['Name', 'Description'], rows)];
}

function defaultCell(fallback: Input['default']): string {
  if (fallback === undefined) return inlineCode('null');
  return codeCell(
    'value' in fallback ? JSON.stringify(sorted(fallback.value), null, 2) : fallback.expression,
  );
}

/** With the names of objects in their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}

/** Code of one line, or of several as HTML, which is all that cells of a table can hold. */
function codeCell(text: string): string {
  if (!/[\n\r]/.test(text)) return inlineCode(text).replaceAll('|', String.raw`\|`);
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '&#124;');
  return `<pre>${escaped.replaceAll(/\r\n|\n|\r/g, '<br/>')}</pre>`;
}

/** Lines of one paragraph are joined; paragraphs and lists stay apart. */
function paragraphText(text: string): string {
  return cellText(plainMarks(text), '<br/>');
}

function plain(text: string): string {
  return plainMarks(cellText(text, ' '));
}

/** An underscore within a name is no emphasis, and within an address it belongs to it. */
function plainMarks(text: string): string {
  return outsideCode(text, (part) =>
    part.replaceAll(/https?:\/\/[^\s<>]+|_/g, (found) => (found === '_' ? String.raw`\_` : found)),
  );
}

function anchored(group: string, name: string): string {
  const id = `${group}_${name}`;
  const safe = id.replaceAll(/[^\w.-]/g, '-');
  return `<a name="${safe}"></a> [${plain(name)}](#${safe.replaceAll('_', String.raw`\_`)})`;
}

function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  rule = heading.map((text) => '-'.repeat(text.length + 2)),
): string {
  return [
    `| ${heading.join(' | ')} |`,
    `|${rule.join('|')}|`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}
