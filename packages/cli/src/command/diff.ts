import { escaped } from '@ashlar/core/printable';
import { Command, Option } from 'commander';

import manifest from '../../package.json' with { type: 'json' };
import { usageError } from '../cli-error.ts';
import { type Context, contextOf, examples } from '../context.ts';
import { type Compared, compareSubjects } from '../diff/comparison.ts';
import { comparisonLines, isRefused } from '../diff/comparison-lines.ts';
import { leaveRevoked, revocationOf } from '../diff/revoked.ts';
import { referenceHelp } from '../reference/help.ts';
import { readSubject, type Subject } from '../reference/subject.ts';

interface DiffOptions {
  readonly markdown?: true;
  readonly sarif?: true;
  readonly oldVersion?: string;
  readonly newVersion?: string;
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('Show what changed between two versions of a module, and which version number that deserves')
    .argument('<old>', 'the version that was; a reference as of ashlar inspect')
    .argument('<new>', 'the version that is to be')
    .option('--old-version <version>', 'version of OLD, when its reference does not say it')
    .option('--new-version <version>', 'version of NEW, when its reference does not say it')
    .addOption(new Option('--markdown', 'print a comment for a pull request').conflicts('sarif'))
    .option('--sarif', 'print SARIF 2.1.0')
    .addHelpText(
      'after',
      examples(
        'ashlar diff git:HEAD: .',
        'ashlar diff git:v1.2.0:modules/vnet modules/vnet --new-version 1.3.0',
        'ashlar diff terraform/contoso/network/azurerm@1.2.0 . --new-version 1.3.0 --markdown',
      ) +
        '\nExit code 1 when the version that NEW declares is too small for what changed, and when OLD or NEW cannot be read wholly.\n' +
        referenceHelp,
    )
    .action(async (old: string, now: string, options: DiffOptions, command: Command) => {
      const context = contextOf(command);
      const { output } = context;
      if (output.json && (options.markdown || options.sarif)) {
        throw await usageError('Name one of --json, --markdown and --sarif.');
      }
      const work = compareReferences([old, now], options, context);
      const { comparison, after: module, warnings, root } = await context.wait('Reading', work);
      for (const warning of warnings) output.warn(warning);
      if (options.markdown) {
        output.text((await import('../diff/markdown.ts')).comparisonMarkdown(comparison));
      } else if (options.sarif) {
        const { comparisonSarif } = await import('../diff/sarif.ts');
        const { version } = manifest;
        const sarif = comparisonSarif(comparison, module, { version, root: root ?? '' });
        output.text(escaped(JSON.stringify(sarif, null, 2)));
      } else output.result(comparison, () => comparisonLines(comparison, output));
      if (isRefused(comparison)) process.exitCode = 1;
    });
}

async function compareReferences(
  [old, now]: readonly [old: string, now: string],
  options: DiffOptions,
  context: Context,
): Promise<Compared & Pick<Subject, 'root'>> {
  const [before, after] = await Promise.all([
    readSubject(old, context).catch(revocationOf),
    readSubject(now, context),
  ]);
  const { root } = after;
  if ('reading' in before) return { ...compareSubjects(before, after, options), root };
  const left = await leaveRevoked(before, [old, after], context);
  return { ...compareSubjects(left.old, after, { ...options, changes: left.changes }), root };
}
