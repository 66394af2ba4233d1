import { isTerraformSource, type Language, type ModuleFiles, type Version } from '@ashlar/core/module';

/** The files behind a reference, before they are read as a module. */
export interface FoundModule {
  readonly files: ModuleFiles;
  /** Found out by the files unless told. */
  readonly language?: Language | undefined;
  /** Bicep: which file is the module, when another one than `main.bicep` was named. */
  readonly main?: string | undefined;
  /** What may tell the class of the module: a path or an address. */
  readonly place: string;
  readonly version?: Version | undefined;
  /** Where its files lie below the current folder, with slashes; empty for that folder itself, undefined elsewhere. */
  readonly root?: string | undefined;
  /** What should be known before it is relied on. */
  readonly warnings?: readonly string[];
}

/** What the readers of modules look at; everything else in a folder costs only time. */
export function isModuleFile(path: string): boolean {
  return path.endsWith('.bicep') || isTerraformSource(path) || /^(?:main|version)\.json$/.test(path);
}

/** Folders that hold no part of a module, and often very many files. */
export function isPassedOver(folder: string): boolean {
  return ['.git', '.terraform', 'node_modules'].includes(folder);
}
