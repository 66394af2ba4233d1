import { readCompiled } from '../bicep/compiled/read.ts';
import { readSource } from '../bicep/source/read.ts';
import { compareTwins } from '../bicep/twins.ts';
import { isObject } from '../json/index.ts';
import { readTerraform } from '../terraform/source/read.ts';
import type { Language, ModuleClass } from './address.ts';
import type { Module, ModuleCall, Place } from './model.ts';

/** The files of a module: their paths with slashes, and how to get their texts. */
export interface ModuleFiles {
  readonly paths: readonly string[];
  readonly textOf: (path: string) => string;
}

export interface ReadOptions {
  /** Found out by the files unless told. */
  readonly language?: Language | undefined;
  readonly class?: ModuleClass | null | undefined;
  /** Bicep: the file that is read instead of `main.bicep`, or the template instead of `main.json`. */
  readonly main?: string | undefined;
}

/** What can be read of a module. A Bicep module can have both forms, which know different things. */
export interface ModuleReading {
  /** What counts: the compiled form while it fits to the source, which says where things are. */
  readonly module: Module;
  readonly source?: Module;
  readonly compiled?: Module;
}

export const bicepSourceFile = 'main.bicep';
export const bicepTemplateFile = 'main.json';

/** Reads a module from its files; undefined when there is no module among them. Never throws. */
export function readModule(files: ModuleFiles, options: ReadOptions = {}): ModuleReading | undefined {
  const moduleClass = options.class ?? null;
  const language = options.language ?? languageOf(files);
  if (language === 'bicep') return readBicep(files, moduleClass, options.main ?? bicepSourceFile);
  const module = language === 'terraform' ? readTerraform(files, moduleClass) : undefined;
  return module && { module, source: module };
}

function languageOf({ paths }: ModuleFiles): Language | undefined {
  if (paths.includes(bicepSourceFile)) return 'bicep';
  if (paths.some((path) => /^[^/]+\.(?:tf|tofu)(?:\.json)?$/.test(path))) return 'terraform';
  if (paths.includes(bicepTemplateFile)) return 'bicep';
  return paths.some((path) => /^modules\/[^/]+\/[^/]+\.(?:tf|tofu)(?:\.json)?$/.test(path))
    ? 'terraform'
    : undefined;
}

function readBicep(
  files: ModuleFiles,
  moduleClass: ModuleClass | null,
  main: string,
): ModuleReading | undefined {
  const known = new Set(files.paths);
  const textAt = (path: string) => (known.has(path) ? files.textOf(path) : undefined);
  const templateFile = main.replace(/\.bicep$/, '.json');
  const source =
    main === templateFile ? undefined : readSource(textAt, main, moduleClass, (path) => known.has(path));
  const text = textAt(templateFile);
  const compiled = text === undefined ? undefined : readTemplateText(text, moduleClass);
  if (source === undefined) return compiled && { module: compiled, compiled };
  if (compiled === undefined) return { module: source, source };
  const problems = compareTwins(source, compiled).map(({ message, at }) => ({
    message: `${templateFile} is out of date: ${message}`,
    at: at ?? { file: templateFile, line: 1, column: 1 },
  }));
  if (problems.length > 0 || source.problems.length > 0) {
    return { module: { ...source, problems: [...source.problems, ...problems] }, source, compiled };
  }
  return { module: withPlaces(compiled, source), source, compiled };
}

/** The model of a template; undefined for what is no template. */
export function readTemplateText(text: string, moduleClass: ModuleClass | null): Module | undefined {
  try {
    const template = parseTemplate(text.replace(/^\uFEFF/, ''));
    if (!isObject(template) || typeof template['$schema'] !== 'string') return undefined;
    return readCompiled(template, moduleClass);
  } catch {
    return undefined;
  }
}

/** Numbers that are too large to be numbers here stay texts, as those of Terraform do: infinity cannot be written in JSON. */
function parseTemplate(text: string): unknown {
  const keepLarge = (_: string, value: unknown, context?: { readonly source?: string }) =>
    value === Infinity || value === -Infinity ? context?.source : value;
  // Asking for the source of each value takes five times as long, and identifiers of roles look much like such numbers.
  const mayBeLarge = /\d[eE]\+?\d{3,}[\s,\]}]|(?<!\d)\d{309}/.test(text);
  return mayBeLarge ? JSON.parse(text, keepLarge) : JSON.parse(text);
}

/** Where in the source stands what the template says. */
function withPlaces(compiled: Module, source: Module): Module {
  const { inputs, outputs, types, functions, variables = [] } = compiled.interface;
  return {
    ...compiled,
    interface: {
      ...compiled.interface,
      inputs: placed(inputs, source.interface.inputs),
      outputs: placed(outputs, source.interface.outputs),
      types: placed(types, source.interface.types),
      functions: placed(functions, source.interface.functions),
      variables: placed(variables, source.interface.variables ?? []),
    },
    footprint: { ...compiled.footprint, modules: callsOf(compiled, source) },
  };
}

function placed<Item extends { readonly name: string; readonly at?: Place }>(
  items: readonly Item[],
  twins: readonly Item[],
): Item[] {
  const places = new Map(twins.map(({ name, at }) => [name, at]));
  return items.map((item) => {
    const at = places.get(item.name);
    return at === undefined ? item : { ...item, at };
  });
}

/** Where modules come from is lost in a template. */
function callsOf(compiled: Module, source: Module): Module['footprint']['modules'] {
  const keyOf = ({ within, name }: ModuleCall) => (within === undefined ? name : `${within}/${name}`);
  const calls = new Map(source.footprint.modules.map((call) => [keyOf(call), call]));
  return compiled.footprint.modules.map((call) => ({ ...calls.get(keyOf(call)), ...call }));
}

/** The class that a path or the name of a repository tells: `avm/res/…`, `terraform-azurerm-avm-ptn-…`. */
export function classOfPath(path: string): ModuleClass | undefined {
  const mark =
    /(?:^|[/\\])(res|ptn|utl)[/\\]/.exec(path)?.[1] ?? /(?:^|[-/\\])avm-(res|ptn|utl)-/.exec(path)?.[1];
  if (mark === undefined) return undefined;
  return mark === 'res' ? 'resource' : mark === 'ptn' ? 'pattern' : 'utility';
}
