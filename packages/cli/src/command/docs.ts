import { basename, join, resolve } from 'node:path';

import { type Frame, updateReadme } from '@ashlar/core/docs';
import { ashlarError } from '@ashlar/core/error';
import { readdir, readFile, writeFile } from '@ashlar/registry/gateway/file-system';
import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { differingLines } from '../diff/differing-lines.ts';
import { readSubject } from '../reference/subject.ts';

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
      const path = join(folder, await readmeName(folder));
      const before = await readFile(path, 'utf8').catch(undefinedWhenMissing);
      const frame = reading.module.language === 'terraform' ? await readFrame(folder) : {};
      const after = updateReadme(before, reading.module, basename(resolve(folder)), frame);
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
      if (status !== 'unchanged') await writeFile(path, after);
      output.result({ path, status }, () => [`${status} ${path}`]);
    });
}

/** AVM's Terraform modules keep the rest of what stands between the marks in files of their own. */
async function readFrame(folder: string): Promise<Frame> {
  const [header, footer] = await Promise.all(
    ['_header.md', '_footer.md'].map(
      async (name) => await readFile(join(folder, name), 'utf8').catch(undefinedWhenMissing),
    ),
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

function undefinedWhenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
