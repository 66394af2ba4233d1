import type { Limit } from './limit.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** What the content of versions and artifacts may be. */
export const contentLimits = {
  archiveSize: {
    value: 20_000_000,
    unit: 'bytes',
    bounds: 'The archive of a module as it arrives',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-SIZE',
  },
  archiveUnpacked: {
    value: 100_000_000,
    unit: 'bytes',
    bounds: 'An archive after unpacking; headers and padding of a tar count',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-UNPACKED-SIZE',
  },
  archiveRatio: {
    value: 50,
    unit: 'times',
    bounds: 'How many times its own size an archive unpacks to',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-RATIO',
  },
  archiveRatioFrom: {
    value: 8_000_000,
    unit: 'bytes',
    bounds: 'Unpacked size up to which the ratio is not judged: small text compresses very well',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-RATIO',
  },
  archiveEntries: {
    value: 5_000,
    unit: 'entries',
    bounds: 'Files and folders of an archive',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-ENTRIES',
  },
  archiveDepth: {
    value: 32,
    unit: 'entries',
    bounds: 'Folders above a file of an archive',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-DEPTH',
  },
  archiveNameLength: {
    value: 255,
    unit: 'bytes',
    bounds: 'The whole name of an archive entry in UTF-8',
    where: 'publishing; the zip layer of a push',
    past: 'ASH-ARCHIVE-NAME-LENGTH',
  },
  archiveExtensions: {
    value: 4 * MiB,
    unit: 'bytes',
    bounds: 'All extension headers of a tar together (pax records, long names)',
    where: 'publishing',
    past: 'ASH-ARCHIVE-FORMAT',
  },
  jsonDepth: {
    value: 1_000,
    unit: 'entries',
    bounds: 'Levels of nesting in a compiled template or a manifest (`ASH-MANIFEST-INVALID`)',
    where: 'publishing; OCI push',
    past: 'ASH-BICEP-TEMPLATE',
  },
  templateEntries: {
    // Six times those of the largest public module, which has 43,000; Azure itself takes 4 MiB.
    value: 250_000,
    unit: 'entries',
    bounds: 'Fields and elements of a compiled template, at all levels together',
    where: 'publishing; OCI push',
    past: 'ASH-BICEP-TEMPLATE',
  },
  manifestEntries: {
    // As many layers as fit into a manifest of the largest size.
    value: 150_000,
    unit: 'entries',
    bounds: 'Fields and elements of a manifest, at all levels together',
    where: 'OCI push',
    past: 'ASH-MANIFEST-INVALID',
  },
  template: {
    value: 16 * MiB,
    unit: 'bytes',
    bounds: 'A compiled Bicep template',
    where: 'publishing; the manifest that names it',
    past: 'ASH-BICEP-ARTIFACT',
  },
  sourceLayer: {
    value: 50 * MiB,
    unit: 'bytes',
    bounds: 'The source layer of a Bicep module',
    where: 'the manifest that names it',
    past: 'ASH-BICEP-ARTIFACT',
  },
  sourcePath: {
    value: 250,
    unit: 'characters',
    bounds: 'A path in the source layer of a Bicep module, as Bicep itself shortens it',
    where: 'publishing',
    past: 'cut',
  },
  manifest: {
    value: 4 * MiB,
    unit: 'bytes',
    bounds: 'A manifest or an index; the Azure SDK and OpenTofu read no more',
    where: 'OCI push',
    past: 'ASH-MANIFEST-SIZE',
  },
  description: {
    value: 2_000,
    unit: 'characters',
    bounds: 'The description of a version; one that its artifact brings along is cut',
    where: 'publishing',
    past: 'ASH-REQUEST-INVALID',
  },
  webAddress: {
    value: 2_000,
    unit: 'characters',
    bounds: 'The address of a documentation page; of an artifact a longer one is left out',
    where: 'publishing, deprecating, revoking',
    past: 'ASH-REQUEST-INVALID',
  },
  readme: {
    value: MiB,
    unit: 'characters',
    bounds: 'The README that is shown; the archive has it whole',
    where: 'publishing; the zip layer of a push',
    past: 'cut',
  },
  summary: {
    value: 300,
    unit: 'characters',
    bounds: 'The description that is made of a README',
    where: 'publishing; the zip layer of a push',
    past: 'cut',
  },
  summarySource: {
    value: 20_000,
    unit: 'characters',
    bounds: 'How far into a README a description is looked for',
    where: 'publishing; the zip layer of a push',
    past: 'cut',
  },
  summaryParagraph: {
    value: 4_000,
    unit: 'characters',
    // With all of it, brackets that nobody closes would cost half a second.
    bounds: 'How much of a paragraph becomes a description',
    where: 'publishing; the zip layer of a push',
    past: 'cut',
  },
} as const satisfies Record<string, Limit>;
