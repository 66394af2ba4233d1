import { ashlarError, classOf, parseVersionReference, type VersionReference } from '@ashlar/core';
import { packZip, sha256 } from '@ashlar/registry/intake';
import { buildUpload, type BuiltUpload } from '@ashlar/registry/source/upload';
import { Command, Option } from 'commander';

import { contextOf, type Context, examples } from '../context.ts';
import {
  artifactSize,
  fileLines,
  filesOfArtifact,
  type FileSummary,
  readModuleContent,
} from '../publish/index.ts';
import { facts, formatSize } from '../table.ts';
import { usageLines } from '../usage.ts';

interface PublishOptions {
  readonly dryRun?: true;
  readonly class?: string;
  readonly documentation?: string;
  readonly description?: string;
  readonly stampTelemetry?: true;
  readonly source?: boolean;
}

export function publishCommand(): Command {
  return new Command('publish')
    .description('Publish a module folder as a version')
    .argument('<folder>', 'folder of the module')
    .argument('<ref>', 'ADDRESS@VERSION')
    .option('--dry-run', 'show files, size and digest; talks to no server')
    .addOption(
      new Option('--class <class>', 'when the name does not say it').choices([
        'resource',
        'pattern',
        'utility',
      ]),
    )
    .option('--documentation <url>', 'page about the module')
    .option('--description <text>', 'Terraform: one line about the module')
    .option('--stamp-telemetry', "Bicep: write the version into AVM's telemetry mark -..--..-")
    .option('--source', 'Bicep: attach the source; done whenever there is a main.bicep')
    .option('--no-source', 'Bicep: attach no source')
    .addHelpText(
      'after',
      examples(
        'ashlar publish . terraform/contoso/network/azurerm@1.2.0',
        'ashlar publish modules/vnet bicep/contoso/res/network/virtual-network@1.2.0 --dry-run',
        'ashlar publish . bicep/contoso/utl/types@1.0.0 --documentation https://contoso.example/types --no-source',
      ) + '\nEqual content again is "already published"; other content under the same version is refused.\n',
    )
    .action(async (folder: string, text: string, options: PublishOptions, command: Command) => {
      const context = contextOf(command);
      const reference = parseVersionReference(text);
      checkOptions(reference, options);
      const { warn } = context.output;
      const work = readModuleContent(folder, reference.address, { source: options.source, warn });
      const files = await context.wait('Reading', work);
      const artifact = await context.wait('Packing', buildUpload({ ...reference, files }, options));
      if (options.dryRun)
        await showDryRun(context, reference, options, artifact, await filesOfArtifact(files, artifact));
      else await publish(context, reference, options, await packZip(files));
    });
}

function checkOptions({ address: { language } }: VersionReference, options: PublishOptions): void {
  const refuse = (reason: string) => ashlarError('ASH-USAGE', { reason });
  if (language === 'bicep' && options.description !== undefined) {
    throw refuse('--description is for Terraform: a Bicep module says it itself, with metadata description.');
  }
  if (language === 'terraform' && options.stampTelemetry)
    throw refuse('--stamp-telemetry is for Bicep modules.');
  if (language === 'terraform' && options.source !== undefined) {
    throw refuse('--source and --no-source are for Bicep: a Terraform module is its source.');
  }
}

async function publish(
  context: Context,
  { address, version }: VersionReference,
  { class: kind, documentation, description, stampTelemetry }: PublishOptions,
  bytes: Buffer,
): Promise<void> {
  const client = await context.client();
  const written = addressText(address);
  const query = {
    ref: `${written}@${version}`,
    class: kind,
    documentation,
    description,
    stampTelemetry: stampTelemetry ? 'true' : undefined,
  };
  const body = { type: 'application/zip', bytes };
  const work = client.call('Published', '/version', { method: 'PUT', query, body, timeout: 120_000 });
  const published = await context.wait(`Publishing to ${client.settings.url}`, work);
  context.output.result(published, () => [
    published.status === 'published'
      ? `Published ${written}@${version} to ${client.settings.url}`
      : `Already published: ${written}@${version} has this content since before.`,
    ...digestLines(published),
    '',
    ...usageLines(written, version, new URL(client.settings.url).host),
  ]);
}

async function showDryRun(
  { output, settings }: Context,
  { address, version }: VersionReference,
  options: PublishOptions,
  artifact: BuiltUpload,
  files: readonly FileSummary[],
): Promise<void> {
  const digest = sha256(artifact.manifest);
  const { contentDigest } = artifact;
  const kind = options.class ?? classOf(address);
  const size = artifactSize(artifact);
  const { url } = await settings();
  const written = addressText(address);
  const data = {
    address: written,
    version,
    status: 'dry-run',
    class: kind,
    files,
    size,
    digest,
    contentDigest,
  };
  output.result(data, () => [
    `${written}@${version}${kind === undefined ? '' : `, ${kind}`}`,
    ...fileLines(files),
    '',
    ...facts([['artifact', formatSize(size)]]).map((line) => `  ${line}`),
    ...digestLines({ digest, contentDigest }),
    '',
    `Dry run: nothing was sent. Without --dry-run this is published to ${url}`,
  ]);
}

function digestLines({
  digest,
  contentDigest,
}: {
  readonly digest: string;
  readonly contentDigest: string;
}): string[] {
  return [`  digest    ${digest}`, `  content   ${contentDigest}`];
}

/** Terraform modules keep their owner's spelling. */
function addressText(address: VersionReference['address']): string {
  if (address.language === 'bicep') return address.repository;
  const { namespace, name, system } = address.spelling;
  return `terraform/${namespace}/${name}/${system}`;
}
