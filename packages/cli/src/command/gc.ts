import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { formatSize } from '../table.ts';
import { runTask } from '../task.ts';
import { parseSpan } from '../span.ts';

interface GcOptions {
  readonly grace?: string;
  readonly dryRun?: true;
}

interface GcFigures {
  readonly uploads: number;
  readonly unnamed: number;
  readonly blobs: number;
  readonly bytes: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

/** `ashlar gc`: frees what nobody can reach. */
export function gcCommand(): Command {
  return new Command('gc')
    .description('Remove stored content that nobody can reach')
    .option(
      '--grace <duration>',
      'how long content stays after its last use; the setting gcGrace unless told',
    )
    .option('--dry-run', 'count only, remove nothing')
    .addHelpText(
      'after',
      examples('ashlar gc --dry-run', 'ashlar gc --grace 2h') +
        '\nThe server goes on meanwhile. Its clients must finish a push within the grace: what they sent before may be\ngone otherwise, and they push again.\n',
    )
    .action(async (options: GcOptions, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const grace = options.grace === undefined ? undefined : await parseSpan('--grace', options.grace);
      const client = await connect();
      const json = { ...(grace === undefined ? {} : { grace }), dryRun: options.dryRun ?? false };
      const figures = (await wait('Collecting', runTask(client, '/gc', json))) as unknown as GcFigures;
      output.result(figures, () => lines(figures, options.dryRun === true));
    });
}

function lines(
  { uploads, unnamed, blobs, bytes, waiting, waitingBytes }: GcFigures,
  dryRun: boolean,
): string[] {
  const verb = dryRun ? 'Would remove' : 'Removed';
  return [
    `${verb} ${count(blobs, 'blob')}, ${formatSize(bytes)}.`,
    ...(unnamed > 0 ? [`${count(unnamed, 'blob')} ${dryRun ? 'are' : 'were'} named by no manifest.`] : []),
    ...(uploads > 0 ? [`${count(uploads, 'unfinished upload')} dropped.`] : []),
    ...(waiting > 0
      ? [`${count(waiting, 'blob')}, ${formatSize(waitingBytes)}, wait for the end of their grace.`]
      : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
