import type { Limit } from './limit.ts';

const MiB = 1024 * 1024;

/** What reading a module takes. A text that is past a limit of the parsers has a problem at that place. */
export const syntaxLimits = {
  syntaxText: {
    value: 16 * MiB,
    unit: 'characters',
    bounds: 'A file in the language of a module',
    where: 'reading a module',
    past: 'problem',
  },
  syntaxDepth: {
    value: 250,
    unit: 'entries',
    bounds: 'Levels of nesting in a file, such as brackets in brackets or operators in a row',
    where: 'reading a module',
    past: 'problem',
  },
  syntaxProblems: {
    value: 100,
    unit: 'entries',
    bounds: 'Problems of a file that are told',
    where: 'reading a module',
    past: 'cut',
  },
  readingTime: {
    // The largest public modules take a twentieth of a second.
    value: 10,
    unit: 'seconds',
    bounds:
      'Processor time for which the server reads a version, or compares two; by the clock six times as long',
    where: 'publishing, OCI push',
    past: 'ASH-MODULE-TOO-COMPLEX',
  },
  readingText: {
    // Four times those of the largest public modules.
    value: 8 * MiB,
    unit: 'bytes',
    bounds:
      'The sources of a module that the server reads, all together; of Bicep what is past it is not read',
    where: 'publishing, OCI push',
    past: 'ASH-MODULE-TOO-COMPLEX',
  },
  readingMemory: {
    value: 512 * MiB,
    unit: 'bytes',
    bounds: 'Memory for reading a version, or comparing two, besides their files',
    where: 'publishing, OCI push; what the API tells of versions',
    past: 'ASH-MODULE-TOO-COMPLEX',
  },
  visitorReadingTime: {
    value: 2,
    unit: 'seconds',
    bounds: 'The same for comparisons and schemas that the API is asked for',
    where: '`/version/diff` and `/version/schema`',
    past: 'ASH-MODULE-TOO-COMPLEX',
  },
  visitorReadings: {
    // Each holds a place among the requests that are answered at the same time; real modules take some hundredths of a second.
    value: 32,
    unit: 'entries',
    bounds:
      'Comparisons and schemas that the API is asked for and that are under way or wait; twice as many for namespaces that have none among them',
    where: '`/version/diff` and `/version/schema`',
    past: 'ASH-OVERLOADED',
  },
  visitorReadingsOfNamespace: {
    value: 8,
    unit: 'entries',
    bounds: 'Those about the modules of one namespace; namespaces take turns',
    where: '`/version/diff` and `/version/schema`',
    past: 'ASH-OVERLOADED',
  },
  moduleModel: {
    // Nearly three times that of the largest public module (terraform-aws-security-group with all its submodules).
    value: 4 * MiB,
    unit: 'characters',
    bounds:
      'What is kept of a version: its inputs, outputs, types and resources as JSON; nothing of a larger one',
    where: 'publishing, OCI push',
    past: 'cut',
  },
} as const satisfies Record<string, Limit>;
