import type { ModuleClass } from '../../module/address.ts';
import type { Module, ModuleInterface, Problem, Submodule } from '../../module/model.ts';
import { type Directory, readDirectory, terraformFiles } from './directory.ts';
import { readFootprint } from './footprint.ts';
import { inputOf, outputOf, typeProblemsOf } from './interface.ts';

/** The files of a module: their paths with slashes, and how to get their texts. */
export interface ModuleFiles {
  readonly paths: readonly string[];
  readonly textOf: (path: string) => string;
}

/** The model of a Terraform module; undefined when its root has no file that Terraform reads. */
export function readTerraform(files: ModuleFiles, moduleClass: ModuleClass | null): Module | undefined {
  const root = terraformFiles(files.paths, '');
  if (root.length === 0) return undefined;
  const directory = readDirectory(root, files.textOf);
  const below = (folder: string) => partsBelow(files, folder);
  const [submodules, examples] = [below('modules/'), below('examples/')];
  return {
    model: 1,
    language: 'terraform',
    class: moduleClass,
    form: 'source',
    interface: interfaceOf(directory),
    footprint: readFootprint(directory),
    submodules: submodules.map(({ path, directory: each }) => partOf(path, each)),
    examples: examples.map(({ path, directory: each }) => partOf(path, each)),
    problems: [directory, ...submodules.map((each) => each.directory)].flatMap(problemsOf),
  };
}

function interfaceOf(directory: Directory): ModuleInterface {
  return {
    inputs: directory.blocks('variable').map(inputOf),
    outputs: directory.blocks('output').map(outputOf),
    types: [],
    functions: [],
  };
}

function partOf(path: string, directory: Directory): Submodule {
  return { path, interface: interfaceOf(directory), footprint: readFootprint(directory) };
}

/** The directories directly below a folder that hold a module. */
function partsBelow(
  { paths, textOf }: ModuleFiles,
  folder: string,
): { path: string; directory: Directory }[] {
  const names = new Set(
    paths
      .filter((path) => path.startsWith(folder))
      .map((path) => path.slice(folder.length).split('/', 1)[0]!),
  );
  return [...names].sort().flatMap((name) => {
    const path = folder + name;
    const found = terraformFiles(paths, `${path}/`);
    return found.length === 0 ? [] : [{ path, directory: readDirectory(found, textOf) }];
  });
}

function problemsOf({ files, blocks }: Directory): Problem[] {
  const syntax = files.flatMap(({ tree, placeOf }) =>
    tree.problems.map((problem) => ({
      message: problem.message,
      at: placeOf({ kind: 'problem', ...problem }),
    })),
  );
  return [...syntax, ...blocks('variable').flatMap(typeProblemsOf)];
}
