import { ashlarError } from '@ashlar/core/error';
import { classOfPath, type ModuleReading, type Problem, readModule, type Version } from '@ashlar/core/module';

import type { Context } from '../context.ts';
import { findInFolder } from './folder.ts';
import type { FoundModule } from './found-module.ts';

/** A module that a reference of the command line leads to. */
export interface Subject {
  /** As it was named. */
  readonly ref: string;
  readonly reading: ModuleReading;
  readonly version?: Version | undefined;
  /** `MAJOR.MINOR` of the `version.json` beside an AVM module, whose patch number is made when it is published. */
  readonly series?: string | undefined;
  /** Where its files lie below the current folder; see {@link FoundModule}. */
  readonly root?: string | undefined;
  /** What should be known before it is relied on. */
  readonly warnings: readonly string[];
}

/** Reads the module behind a reference. @throws ASH-USAGE ASH-MODULE-MISSING ASH-REFERENCE-… ASH-UPSTREAM… ASH-ARCHIVE-… */
export async function readSubject(ref: string, context: Context): Promise<Subject> {
  const { files, language, main, place, version, root, warnings = [] } = await find(ref, context);
  const reading = readModule(files, { language, main, class: classOfPath(place) });
  if (reading === undefined) throw ashlarError('ASH-MODULE-MISSING', { ref });
  return { ref, reading, version, series: seriesOf(files), root, warnings };
}

async function find(ref: string, context: Context): Promise<FoundModule> {
  if (ref === '') {
    throw ashlarError('ASH-USAGE', {
      reason: 'The reference is empty. Name a module; a dot is the folder here.',
    });
  }
  if (ref.startsWith('git:')) return await (await import('./git.ts')).findInGit(ref);
  const local = await findInFolder(ref);
  if (local === 'archive') return await (await import('./archive.ts')).findInArchive(ref);
  if (local !== undefined) return local;
  return await (await import('./remote.ts')).findRemote(ref, context);
}

function seriesOf({ paths, textOf }: FoundModule['files']): string | undefined {
  if (!paths.includes('version.json')) return undefined;
  return /"version"\s*:\s*"(\d{1,9}\.\d{1,9})"/.exec(textOf('version.json'))?.[1];
}

/**
 * What could not be read of the form that counts, or of the one that was chosen. A compiled template that does not fit to
 * its source is no such thing: what counts is read wholly then.
 */
export function unreadProblems(
  { module, source, compiled }: ModuleReading,
  chosen = module,
): readonly Problem[] {
  return ((chosen.form === 'source' ? source : compiled) ?? chosen).problems;
}
