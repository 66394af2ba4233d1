import type { ModuleClass } from '../../module/address.ts';
import { localFolder } from '../../module/local-folder.ts';
import type { Module, ModuleInterface, Output, Problem, Submodule } from '../../module/model.ts';
import { compareText } from '../../text/compare-text.ts';
import { attributeOf } from './block.ts';
import { type Directory, readDirectory, terraformFiles } from './directory.ts';
import { readFootprint } from './footprint.ts';
import { typeInference } from './inference.ts';
import { inputOf, outputOf, typeProblemsOf } from './interface.ts';
import { declarationProblems } from './problem.ts';
import { sizeOf } from './value-type.ts';

/** The files of a module: their paths with slashes, and how to get their texts. */
export interface ModuleFiles {
  readonly paths: readonly string[];
  readonly textOf: (path: string) => string;
}

/**
 * The model of a Terraform module; undefined when neither its root nor a folder in `modules` has a file that Terraform reads.
 * Some modules have those folders alone. Folders elsewhere are read where calls lead to them.
 */
export function readTerraform(files: ModuleFiles, moduleClass: ModuleClass | null): Module | undefined {
  const folders = terraformFiles(files.paths);
  const below = (folder: string) => partsBelow(folders, files.textOf, folder);
  const [submodules, examples] = [below('modules/'), below('examples/')];
  if (!folders.has('') && submodules.length === 0) return undefined;
  const root = readPart('', folders, files.textOf);
  const internals = partsCalled([root, ...submodules], folders, files.textOf);
  return {
    model: 1,
    language: 'terraform',
    class: moduleClass,
    form: 'source',
    interface: root.part.interface,
    footprint: root.part.footprint,
    submodules: submodules.map(({ part }) => part),
    internals: internals.map(({ part }) => part),
    examples: examples.map(({ part }) => part),
    problems: [root, ...submodules, ...internals].flatMap(({ directory }) => problemsOf(directory)),
  };
}

function interfaceOf(directory: Directory): ModuleInterface {
  return {
    inputs: directory.blocks('variable').map(inputOf),
    outputs: outputsOf(directory),
    types: [],
    functions: [],
  };
}

/** How large the types of all outputs may be together: some quarter of what is kept of a model. */
const maxOutputTypes = 20_000;

function outputsOf(directory: Directory): Output[] {
  const inferredType = typeInference(directory);
  let left = maxOutputTypes;
  return directory.blocks('output').map((placed) => {
    const value = attributeOf(placed, 'value');
    const type = value === undefined ? 'any' : inferredType(value.expression);
    left -= sizeOf(type);
    return outputOf(placed, left < 0 ? 'any' : type);
  });
}

/** A folder that was read. */
interface ReadPart {
  readonly directory: Directory;
  readonly part: Submodule;
}

/** Paths of files by their folders. */
type Folders = ReadonlyMap<string, readonly string[]>;

function readPart(path: string, folders: Folders, textOf: ModuleFiles['textOf']): ReadPart {
  const directory = readDirectory(folders.get(path) ?? [], textOf);
  return {
    directory,
    part: { path, interface: interfaceOf(directory), footprint: readFootprint(directory) },
  };
}

/** The folders directly below a folder that hold a module. */
function partsBelow(folders: Folders, textOf: ModuleFiles['textOf'], folder: string): ReadPart[] {
  return [...folders.keys()]
    .filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes('/'))
    .sort()
    .map((path) => readPart(path, folders, textOf));
}

/** The folders that hold a module and that calls lead to by their paths, from these parts on; each once, by path. */
function partsCalled(
  parts: readonly ReadPart[],
  folders: Folders,
  textOf: ModuleFiles['textOf'],
): ReadPart[] {
  const known = new Set(parts.map(({ part }) => part.path));
  const called: ReadPart[] = [];
  const pending = [...parts];
  for (let caller = pending.pop(); caller !== undefined; caller = pending.pop()) {
    for (const { source } of caller.part.footprint.modules) {
      const path = localFolder(caller.part.path, source);
      if (path === undefined || known.has(path) || !folders.has(path)) continue;
      known.add(path);
      const part = readPart(path, folders, textOf);
      called.push(part);
      pending.push(part);
    }
  }
  return called.sort((a, b) => compareText(a.part.path, b.part.path));
}

function problemsOf(directory: Directory): Problem[] {
  const { files, blocks } = directory;
  const syntax = files.flatMap(({ tree, placeOf }) =>
    tree.problems.map((problem) => ({
      message: problem.message,
      at: placeOf({ kind: 'problem', ...problem }),
    })),
  );
  const types = [...blocks('variable'), ...blocks('output')].flatMap(typeProblemsOf);
  return [...syntax, ...types, ...declarationProblems(directory)];
}
