import type {
  Default,
  Footprint,
  Input,
  Module,
  ModuleFunction,
  ModuleVariable,
  Output as ModuleOutput,
  Place,
  ResourceUse,
} from '@ashlar/core/module';
import { terraformTypeText, typeText } from '@ashlar/core/module';

import type { Output } from '../output.ts';
import { table } from '../table.ts';

/** In a pipe nothing is cut to the width of a terminal, but a description can be a page. */
const maxCell = 100;

/** A module for a person who wants to use it: what to give, what comes back, what it does. */
export function moduleLines(module: Module, ref: string, output: Output): string[] {
  const { language, class: moduleClass, interface: face } = module;
  const kind = `${moduleClass ?? ''} module in ${language === 'bicep' ? 'Bicep' : 'Terraform'}`.trim();
  const scopes = face.scopes === undefined ? '' : `, deployed to ${face.scopes.join(', ')}`;
  const exported = face.types.filter((type) => type.exported);
  const functions = face.functions.filter((each) => each.exported);
  return [
    `${output.style('bold', oneLine(module.name ?? ref))}  ${kind}${scopes}`,
    ...(module.description === undefined ? [] : [oneLine(module.description)]),
    ...section('Inputs', inputRows(language, face.inputs), output),
    ...section('Outputs', outputRows(face.outputs), output),
    ...section(
      'Exported types',
      exported.length === 0
        ? []
        : [
            ['NAME', 'TYPE', 'ABOUT'],
            ...exported.map((type) => [type.name, short(typeText(type.type, type)), about(type.description)]),
          ],
      output,
    ),
    ...section('Exported functions', functionRows(functions), output),
    ...section('Exported variables', variableRows(face.variables ?? []), output),
    ...footprintLines(module.footprint, output),
    ...partLines(module, output),
    ...internalLines(module, output),
    ...problemLines(module, output),
  ];
}

function section(title: string, rows: readonly (readonly string[])[], output: Output): string[] {
  if (rows.length === 0) return [];
  const [heading, ...body] = rows;
  const named = heading!.map((text) => output.style('dim', text));
  return ['', output.style('bold', `${title} (${body.length})`), ...table([named, ...body], output.width)];
}

function inputRows(language: Module['language'], inputs: readonly Input[]): string[][] {
  if (inputs.length === 0) return [];
  const ordered = [...inputs.filter((each) => each.required), ...inputs.filter((each) => !each.required)];
  const rows = ordered.map((input) => [
    input.name,
    // On one line the attributes of an object need commas, which lines of their own do without.
    short(language === 'terraform' && input.type !== 'any' ? terraformTypeText(input.type) : input.typeText),
    input.required ? 'required' : defaultText(input),
    about(input.deprecated === undefined ? input.description : `Deprecated: ${input.deprecated}`),
  ]);
  return [['NAME', 'TYPE', 'DEFAULT', 'ABOUT'], ...rows];
}

function defaultText({ default: fallback }: Input): string {
  return fallback === undefined ? 'null' : valueText(fallback);
}

function valueText(value: Default): string {
  return short('value' in value ? JSON.stringify(value.value) : value.expression, 40);
}

function outputRows(outputs: readonly ModuleOutput[]): string[][] {
  if (outputs.length === 0) return [];
  const rows = outputs.map(({ name, typeText: type, description, secure }) => [
    name,
    short(type ?? ''),
    secure ? 'secret' : '',
    about(description),
  ]);
  return [['NAME', 'TYPE', '', 'ABOUT'], ...rows];
}

function functionRows(functions: readonly ModuleFunction[]): string[][] {
  if (functions.length === 0) return [];
  const rows = functions.map(({ name, parameters, returns, description }) => [
    short(`${name}(${parameters.map((each) => `${each.name} ${typeText(each.type)}`).join(', ')})`),
    short(typeText(returns)),
    about(description),
  ]);
  return [['FUNCTION', 'RETURNS', 'ABOUT'], ...rows];
}

function variableRows(variables: readonly ModuleVariable[]): string[][] {
  if (variables.length === 0) return [];
  const rows = variables.map(({ name, type, value, description }) => [
    name,
    type === undefined ? '' : short(typeText(type)),
    value === undefined ? '' : valueText(value),
    about(description),
  ]);
  return [['NAME', 'TYPE', 'VALUE', 'ABOUT'], ...rows];
}

function footprintLines(footprint: Footprint, output: Output): string[] {
  const { resources, data, modules, providers, roleAssignments, escapeHatches, requiredVersion } = footprint;
  const made = resources.filter(({ existing }) => !existing);
  const read = [...resources.filter(({ existing }) => existing), ...data];
  const own = modules.filter(({ within }) => within === undefined);
  const needs = [
    ...(requiredVersion === undefined ? [] : [['terraform', requiredVersion, '']]),
    ...providers.map(({ name, version, source }) => [name, version ?? '', source ?? '']),
  ];
  return [
    ...section('Resources', resourceRows(made), output),
    ...section('Reads', resourceRows(read), output),
    ...section(
      'Modules',
      own.length === 0 ? [] : [['NAME', 'SOURCE'], ...own.map((call) => [call.name, sourceText(call)])],
      output,
    ),
    ...section('Needs', needs.length === 0 ? [] : [['NAME', 'VERSION', 'SOURCE'], ...needs], output),
    ...section(
      'Role assignments',
      roleAssignments.length === 0
        ? []
        : [
            ['ADDRESS', 'ROLE'],
            ...roleAssignments.map(({ address, within, role }) => [
              inside(within, address),
              short(role ?? ''),
            ]),
          ],
      output,
    ),
    ...section(
      'Escape hatches',
      escapeHatches.length === 0
        ? []
        : [
            ['KIND', 'ADDRESS'],
            ...escapeHatches.map(({ kind, address, within }) => [kind, inside(within, address)]),
          ],
      output,
    ),
  ];
}

function inside(within: string | undefined, address: string): string {
  return within === undefined ? address : `${within}/${address}`;
}

function sourceText({ source, version }: { readonly source?: string; readonly version?: string }): string {
  return [source ?? 'lost in the template', version].filter((part) => part !== undefined).join(' ');
}

/** Each type once, however many are made of it. */
function resourceRows(resources: readonly ResourceUse[]): string[][] {
  if (resources.length === 0) return [];
  const counts = new Map<string, { row: string[]; count: number }>();
  for (const { type, apiVersion = '' } of resources) {
    const key = `${type}@${apiVersion}`;
    const known = counts.get(key) ?? { row: [type, apiVersion], count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  const rows = [...counts.values()].map(({ row, count }) => [...row, count === 1 ? '' : `${count} times`]);
  return [['TYPE', 'API VERSION', ''], ...rows.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))];
}

function partLines({ submodules, examples }: Module, output: Output): string[] {
  const rows = [...submodules, ...examples].map(({ path, interface: face }) => [
    path,
    String(face.inputs.length),
    String(face.outputs.length),
  ]);
  return rows.length === 0
    ? []
    : section('Submodules and examples', [['PATH', 'INPUTS', 'OUTPUTS'], ...rows], output);
}

/** Nobody gives them anything: what counts is what they make. */
function internalLines({ internals = [] }: Module, output: Output): string[] {
  const rows = internals.map(({ path, footprint: { resources, modules } }) => [
    path,
    String(resources.length),
    String(modules.length),
  ]);
  return rows.length === 0
    ? []
    : section('Called by path', [['PATH', 'RESOURCES', 'MODULES'], ...rows], output);
}

function problemLines({ problems }: Module, output: Output): string[] {
  if (problems.length === 0) return [];
  const lines = problems.map(
    ({ message, at }) => `${at === undefined ? '' : `${placeText(at)}: `}${message}`,
  );
  return ['', output.style('red', `Problems (${problems.length})`), ...lines];
}

/** As editors and compilers write it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function about(text: string | undefined): string {
  return text === undefined ? '' : short(text);
}

function short(text: string, length = maxCell): string {
  const line = oneLine(text);
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
