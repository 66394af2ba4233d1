import { basename, join, resolve } from 'node:path';

import { type Frame, updateReadme } from '@ashlar/core/docs';
import { ashlarError } from '@ashlar/core/error';
import type { ModuleReading, Problem } from '@ashlar/core/module';
import { readdir, readFile, writeFile } from '@ashlar/registry/gateway/file-system';
import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { differingLines } from '../diff/differing-lines.ts';
import { placeText } from '../inspect/module-lines.ts';
import { unreadable, unwritable } from '../reference/file-trouble.ts';
import { readSubject, unreadProblems } from '../reference/subject.ts';

export function docsCommand(): Command {
  return new Command('docs')
    .description('Write inputs, outputs and resources of a module into its README')
    .argument('<folder>', 'folder of the module')
    .option('--check', 'write nothing; exit code 1 when the README is out of date')
    .addHelpText('after', examples('ashlar docs .', 'ashlar docs modules/vnet --check'))
    .action(async (folder: string, { check }: { check?: true }, command: Command) => {
      const context = contextOf(command);
      const { output } = context;
      const { reading } = await context.wait('Reading', readSubject(folder, context));
      requireWhole(folder, reading);
      const path = join(folder, await readmeName(folder));
      const before = await textAt(path);
      const frame =
        reading.module.language === 'terraform'
          ? await readFrame(folder)
          : { calls: reading.source?.footprint.modules };
      const after = updateReadme(before, reading.module, basename(resolve(folder)), { ...frame, path });
      const status = before === undefined ? 'created' : before === after ? 'unchanged' : 'changed';
      if (check) {
        const upToDate = status === 'unchanged';
        output.result({ path, upToDate }, () =>
          upToDate
            ? [`${path} is up to date.`]
            : [
                `${path} is ${status === 'created' ? 'missing' : 'out of date'}; bring it up to date with: ashlar docs ${folder}`,
                ...differingLines(before ?? '', after),
              ],
        );
        if (!upToDate) process.exitCode = 1;
        return;
      }
      if (status !== 'unchanged') {
        await writeFile(path, after).catch((error: unknown) => {
          throw unwritable(path, error);
        });
      }
      output.result({ path, status }, () => [`${status} ${path}`]);
    });
}

/** What could not be read would vanish from the README. @throws ASH-REFERENCE-REFUSED */
function requireWhole(ref: string, reading: ModuleReading): void {
  const problems = unreadProblems(reading);
  if (problems.length === 0) return;
  const [{ message, at }] = problems as readonly [Problem];
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more; all of them: ashlar inspect)`;
  const place = at === undefined ? '' : `${placeText(at)}: `;
  throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason: `${place}${message.replace(/\.$/, '')}${more}` });
}

/** AVM's Terraform modules keep the rest of what stands between the marks in files of their own. */
async function readFrame(folder: string): Promise<Frame> {
  const [header, footer] = await Promise.all(
    ['_header.md', '_footer.md'].map(async (name) => await textAt(join(folder, name))),
  );
  return { header, footer };
}

/** As it is written there; systems differ in whether case counts. */
async function readmeName(folder: string): Promise<string> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw ashlarError(
      'ASH-USAGE',
      { reason: `${folder} is not a folder. Name the folder of the module.` },
      { cause },
    );
  });
  return names.find((name) => name.toLowerCase() === 'readme.md') ?? 'README.md';
}

/** Undefined when there is no such file. @throws ASH-REFERENCE-REFUSED */
async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}
