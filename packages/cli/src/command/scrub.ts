import { Command } from 'commander';

import { contextOf, examples } from '../context.ts';
import { parseSize } from '../span.ts';
import { formatSize } from '../table.ts';
import { runTask } from '../task.ts';

interface Loss {
  readonly digest: string;
  readonly repositories: readonly string[];
}

interface ScrubFigures {
  readonly checked: number;
  readonly bytes: number;
  readonly damaged: readonly Loss[];
  readonly missing: readonly Loss[];
  readonly unreadable: readonly Loss[];
}

/** `ashlar scrub`: finds bytes that changed at rest. */
export function scrubCommand(): Command {
  return new Command('scrub')
    .description('Read and hash everything that is stored, and report what is damaged or missing')
    .option('--rate <size>', 'bytes a second that are read at most; 64MiB unless told')
    .addHelpText(
      'after',
      examples('ashlar scrub', 'ashlar scrub --rate 200MiB') +
        '\nDamaged content is put into quarantine and served to nobody. Exit code 1 when something is damaged or missing.\n',
    )
    .action(async (options: { readonly rate?: string }, command: Command) => {
      const { output, client: connect, wait } = contextOf(command);
      const rate = options.rate === undefined ? undefined : await parseSize('--rate', options.rate);
      const client = await connect();
      const json = rate === undefined ? {} : { rate };
      const figures = (await wait('Scrubbing', runTask(client, '/scrub', json))) as unknown as ScrubFigures;
      const { checked, bytes, damaged, missing, unreadable } = figures;
      const isWhole = damaged.length + missing.length + unreadable.length === 0;
      output.result(figures, () => [
        `Checked ${checked} blobs, ${formatSize(bytes)}: ${isWhole ? 'everything is as it was stored.' : 'not all is well.'}`,
        ...lossLines('damaged, now in quarantine', damaged),
        ...lossLines('missing', missing),
        ...lossLines('unreadable this time', unreadable),
        ...(isWhole
          ? []
          : ['', 'Restore them with ashlar restore, or push the same content again: both heal it.']),
      ]);
      if (!isWhole) process.exitCode = 1;
    });
}

function lossLines(what: string, losses: readonly Loss[]): string[] {
  if (losses.length === 0) return [];
  return [
    '',
    `${losses.length} ${what}:`,
    ...losses.map(
      ({ digest, repositories }) => `  ${digest}  ${repositories.join(', ') || 'of no repository'}`,
    ),
  ];
}
