import { resolve } from 'node:path';

import { isLoopback } from '@ashlar/core/loopback';
import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { formatSize } from '../table.ts';
import { runTask } from '../task.ts';

interface BackupFigures {
  readonly snapshot: string;
  readonly rows: number;
  readonly copied: number;
  readonly bytes: number;
  readonly present: number;
  readonly damaged: readonly string[];
  readonly missing: readonly string[];
}

/** `ashlar backup`: everything to a folder, while the server goes on. */
export function backupCommand(): Command {
  return new Command('backup')
    .description('Copy everything to a folder on the machine of the server, while it goes on')
    .argument('<folder>', 'a new folder, or one that holds a backup: then only what is new is copied')
    .addHelpText(
      'after',
      examples('ashlar backup /var/backups/ashlar', 'ashlar restore /var/backups/ashlar --data ./restored') +
        '\nThe folder holds secrets: tokens are in it as hashes, the key of the local certificate authority as it is.\nExit code 1 when the registry itself had not all bytes whole.\n',
    )
    .action(async (folder: string, _options: object, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const client = await connect();
      const json = { folder: isLoopback(client.settings.url) ? resolve(folder) : folder };
      const figures = (await wait(
        'Backing up',
        runTask(client, '/backup', json),
      )) as unknown as BackupFigures;
      const lost = [...figures.damaged, ...figures.missing];
      output.result({ folder: json.folder, ...figures }, () => [
        `Backed up to ${json.folder}, snapshot ${figures.snapshot}.`,
        `${figures.rows} rows; blobs: ${figures.copied} copied, ${formatSize(figures.bytes)}, ${figures.present} were there already.`,
        ...(lost.length === 0
          ? []
          : ['', 'The registry itself has not the whole bytes of:', ...lost.map((digest) => `  ${digest}`)]),
      ]);
      if (lost.length > 0) process.exitCode = 1;
    });
}
