import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Something that Ashlar promises to who runs it, and what shows that it is kept. */
interface Promised {
  readonly id: string;
  readonly sentence: string;
  /** What the titles of its tests begin with. */
  readonly titles: RegExp;
  /** The long form, which is not part of `npm test`. */
  readonly command?: string;
}

const promised: readonly Promised[] = [
  { id: 'P1', sentence: 'The bytes of a version never change.', titles: /^P1\b/ },
  {
    id: 'P3',
    sentence:
      'What was acknowledged survives `kill -9` and power loss; what was not acknowledged is invisible.',
    titles: /^(?:P3\b|F-0[1-7]\b)/,
    command: 'npm run faults',
  },
  {
    id: 'P4',
    sentence: 'No private byte, name, tag or count without permission, on any path.',
    titles: /^(?:P4\b|T-1[3-8]\b)/,
    command: 'npm run show:matrix-timing',
  },
  {
    id: 'P7',
    sentence: 'Published versions stay readable while PostgreSQL is down.',
    titles: /^P7\b/,
    command: 'npm run show:outage',
  },
  { id: 'P8', sentence: 'Code of modules is never executed on the server.', titles: /^P8\b/ },
  {
    id: 'P9',
    sentence: 'Hostile archives, names and manifests are refused.',
    titles: /^(?:P9\b|T-(?:0\d|1[0-2])\b)/,
    command: 'npm run show:hostile && npm run fuzz',
  },
  {
    id: 'P10',
    sentence: 'Garbage collection never removes content that is referenced or under way.',
    titles: /^P10\b/,
    command: 'npm run show:gc -- --minutes 30',
  },
  {
    id: 'P11',
    sentence: 'Credentials are short-lived or hashed, scoped, revoked within five seconds, and never logged.',
    titles: /^(?:P11|T-2[34])\b/,
  },
  {
    id: 'P13',
    sentence: 'Use of resources is bounded.',
    titles: /^P13\b/,
    command: 'npm run show:soak -- --minutes 30',
  },
  { id: 'P14', sentence: 'Backup and restore are proven.', titles: /^B-0\d\b/ },
];

const root = fileURLToPath(new URL('../../', import.meta.url));
const title =
  /\b(?:it|test|describe|describeWithTool|describeOnLinux)(?:\.each\((?:[^()]|\([^()]*\))*\))?\(\s*(?:(?:\[[^\]]*\]|'[\w-]+'),\s*)?(['`])((?:\\.|(?!\1)[\s\S])+)\1/g;

/**
 * Which tests stand for which promise. They are found by their titles, so that a test that goes away is missed here.
 * @throws when a promise has none
 */
export function promisesPage(): string {
  const tests = findTests();
  const sections = promised.map((promise) => section(promise, tests));
  return `# What Ashlar promises, and the tests that stand for it

The numbers are those of our list of promises; tests name them in their titles. All of them run with \`npm test\`; where a
command is named it runs the same for longer.

${sections.join('\n')}`;
}

interface FoundTest {
  readonly file: string;
  readonly title: string;
}

function findTests(): FoundTest[] {
  const files = globSync(['tests/**/*.{test,suite}.ts', 'packages/*/src/**/*.{test,suite}.ts'], {
    cwd: root,
  });
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((file) =>
      Array.from(readFileSync(`${root}${file}`, 'utf8').matchAll(title), (match) => ({
        file,
        title: match[2]!.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\s+/g, ' '),
      })),
    );
}

function section({ id, sentence, titles, command }: Promised, tests: readonly FoundTest[]): string {
  const own = tests.filter((test) => titles.test(test.title));
  if (own.length === 0) throw new Error(`no test stands for ${id}: ${sentence}`);
  const lines = own.map((test) => `* [${test.title.replaceAll('|', '\\|')}](../${test.file})`);
  return [
    `## ${id}: ${sentence}`,
    '',
    ...(command === undefined ? [] : [`For longer: \`${command}\``, '']),
    ...lines,
    '',
  ].join('\n');
}
