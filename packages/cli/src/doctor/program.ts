import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { type Check, fail, ok, skip } from './check.ts';

const run = promisify(execFile);

const programs = {
  terraform: ['version'],
  tofu: ['version'],
  bicep: ['--version'],
  oras: ['version'],
  skopeo: ['--version'],
  docker: ['--version'],
} as const;

export type ProgramName = keyof typeof programs;
/** Versions of the programs that were found; `unknown` when one does not say. */
export type Programs = ReadonlyMap<ProgramName, string>;

export async function findPrograms(): Promise<Programs> {
  const names = Object.keys(programs) as ProgramName[];
  const versions = await Promise.all(names.map(versionOf));
  return new Map(
    names.flatMap((name, index) => (versions[index] === undefined ? [] : [[name, versions[index]]])),
  );
}

export function checkPrograms(found: Programs, minimumBicep: string): Check[] {
  return (Object.keys(programs) as ProgramName[]).map((name) => {
    const version = found.get(name);
    if (version === undefined) return skip('programs', name, 'not in PATH');
    if (name === 'bicep' && isOlder(version, minimumBicep)) {
      return fail(
        'programs',
        name,
        `${version}; older than ${minimumBicep}`,
        'Upgrade it: bicep, or az bicep upgrade',
      );
    }
    return ok('programs', name, version);
  });
}

/** Undefined when there is no such program. */
async function versionOf(name: ProgramName): Promise<string | undefined> {
  try {
    // CHECKPOINT_DISABLE keeps terraform from asking the internet for updates.
    const env = { ...process.env, CHECKPOINT_DISABLE: '1' };
    const { stdout } = await run(name, [...programs[name]], { timeout: 5000, env });
    return /\d+\.\d+\.\d+[\w.+-]*/.exec(stdout)?.[0] ?? 'unknown';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unknown';
  }
}

function isOlder(version: string, minimum: string): boolean {
  const [left, right] = [version, minimum].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  const index = right!.findIndex((part, place) => left![place] !== part);
  return index >= 0 && (left![index] ?? 0) < right![index]!;
}
