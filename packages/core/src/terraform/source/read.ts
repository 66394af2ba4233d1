import type { ModuleClass } from '../../module/address.ts';
import type { Module, ModuleInterface, Output, Problem, Submodule } from '../../module/model.ts';
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
 * Some modules have those folders alone.
 */
export function readTerraform(files: ModuleFiles, moduleClass: ModuleClass | null): Module | undefined {
  const root = terraformFiles(files.paths, '');
  const directory = readDirectory(root, files.textOf);
  const below = (folder: string) => partsBelow(files, folder);
  const [submodules, examples] = [below('modules/'), below('examples/')];
  if (root.length === 0 && submodules.length === 0) return undefined;
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
