import type { Module, ModuleCall, ResourceUse } from '../module/model.ts';
import { compareText } from '../text/compare-text.ts';
import { bicepParameters } from './bicep-parameters.ts';
import { newUnfolding, typeWord } from './bicep-type.ts';
import { byName, cellText, inlineCode } from './markdown.ts';

export interface Section {
  /** Of its heading, which is of the second level. */
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * What is known about a Bicep module, in the sections that AVM's modules have and in their order. Which modules the files below
 * the module call, the sources know best.
 */
export function bicepSections(module: Module, calls = module.footprint.modules): Section[] {
  return [
    { title: 'Resource Types', lines: resourceTypes(module) },
    { title: 'Parameters', lines: bicepParameters(module) },
    { title: 'Exported functions', lines: exportedFunctions(module) },
    { title: 'Outputs', lines: outputs(module) },
    { title: 'Cross-referenced modules', lines: crossReferences(module, calls) },
  ].filter(({ lines }) => lines.length > 0);
}

function resourceTypes({ footprint }: Module): string[] {
  const made = footprint.resources.filter(
    ({ existing, type }) => !existing && type.toLowerCase() !== 'microsoft.resources/deployments',
  );
  const unique = new Map(made.map((each) => [`${each.type}@${each.apiVersion}`, each]));
  if (unique.size === 0) return ['_None_'];
  const sorted = [...unique.values()].sort((a, b) => compareText(a.type.toLowerCase(), b.type.toLowerCase()));
  return ['| Resource Type | API Version | References |', '| :-- | :-- | :-- |', ...sorted.map(resourceRow)];
}

function resourceRow({ type, apiVersion = '' }: ResourceUse): string {
  const [provider, ...rest] = type.split('/');
  const isPlain = /^[\w./-]+$/.test(type) && /^[\w-]*$/.test(apiVersion);
  if (!isPlain) return `| ${inlineCode(cellText(type, ' '))} | ${cellText(apiVersion, ' ')} |  |`;
  const advertiser = `https://www.azadvertizer.net/azresourcetypes/${type.toLowerCase().replaceAll('/', '_')}.html`;
  const reference = `https://learn.microsoft.com/en-us/azure/templates/${[provider, apiVersion, ...rest].join('/')}`;
  return `| \`${type}\` | ${apiVersion} | <ul style="padding-left: 0px;"><li>[AzAdvertizer](${advertiser})</li><li>[Template reference](${reference})</li></ul> |`;
}

function exportedFunctions({ interface: face }: Module): string[] {
  const exported = byName(face.functions.filter((each) => each.exported));
  if (exported.length === 0) return [];
  return [
    '| Function | Description |',
    '| :-- | :-- |',
    ...exported.map(
      ({ name, description = '' }) => `| ${inlineCode(name)} | ${cellText(description, '<p>')} |`,
    ),
  ];
}

function outputs({ interface: face }: Module): string[] {
  if (face.outputs.length === 0) return ['_None_'];
  const unfolding = newUnfolding(face.types);
  const described = face.outputs.some(({ description }) => description !== undefined);
  const rows = byName(face.outputs).map((output) => {
    const { name, type, description = '' } = output;
    const cells = [inlineCode(name), typeWord(type, output, unfolding)];
    return `| ${[...cells, ...(described ? [cellText(description, '<p>')] : [])].join(' | ')} |`;
  });
  return described
    ? ['| Output | Type | Description |', '| :-- | :-- | :-- |', ...rows]
    : ['| Output | Type |', '| :-- | :-- |', ...rows];
}

/** What lies outside of the folder of the module: modules, and the places that types and functions are imported from. */
function crossReferences({ interface: face }: Module, calls: readonly ModuleCall[]): string[] {
  const sources = [
    // A path in another file of the module is from there.
    ...calls
      .filter(({ within, source = '' }) => within === undefined || !source.startsWith('.'))
      .map(calledText),
    ...face.types.map(({ importedFrom }) => importedFrom?.source),
  ].flatMap((source) => (source === undefined ? [] : [withAlias(source)]));
  const references = [...new Set(sources)].sort((a, b) => compareText(a.toLowerCase(), b.toLowerCase()));
  const local = references.filter((source) => source.startsWith('../'));
  const remote = references.filter((source) => /^(?:br|ts)[:/]/.test(source));
  if (local.length + remote.length === 0) return [];
  const rows = (found: readonly string[], kind: string) =>
    found.map((source) => `| ${inlineCode(cellText(source, ' '))} | ${kind} reference |`);
  return [
    'This section gives you an overview of all local-referenced module files (i.e., other modules that are referenced in this module) and all remote-referenced files (i.e., Bicep modules that are referenced from a Bicep Registry or Template Specs).',
    '',
    '| Reference | Type |',
    '| :-- | :-- |',
    ...rows(local, 'Local'),
    ...rows(remote, 'Remote'),
  ];
}

function calledText({ source, version }: ModuleCall): string | undefined {
  return source === undefined || version === undefined ? source : `${source}:${version}`;
}

/** Templates have the address that `br/public` stands for. */
function withAlias(source: string): string {
  return source.replace(/^br:mcr\.microsoft\.com\/bicep\//, 'br/public:');
}
