import {
  type Bump,
  bumpOf,
  type Change,
  compareModules,
  type Honesty,
  honestyOf,
  verdictOf,
} from '@ashlar/core/change';
import { ashlarError } from '@ashlar/core/error';
import {
  compareVersions,
  isPrerelease,
  type Language,
  type Module,
  type ModuleClass,
  normaliseVersion,
  numbersOf,
  parseVersion,
  type Problem,
  type Version,
} from '@ashlar/core/module';

import { placeText } from '../inspect/module-lines.ts';
import { type Subject, unreadProblems } from '../reference/subject.ts';

/** What `ashlar diff --json` prints; `docs/reference/diff.schema.json` is its schema. */
export interface Comparison {
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  readonly changes: readonly Change[];
  /** The smallest honest bump. */
  readonly verdict: Bump;
  /** Which bump the versions make; null where a version is not known, or not later. */
  readonly declared: Bump | null;
  readonly honest: Honesty | null;
}

export interface ComparedSide {
  readonly ref: string;
  readonly version: Version | null;
  readonly language: Language;
  readonly class: ModuleClass | null;
  /** Which form was compared. */
  readonly form: Module['form'];
  /** Places in it that could not be read. Where there are some, nothing is said about honesty. */
  readonly problems: number;
}

export interface Given {
  readonly oldVersion?: string;
  readonly newVersion?: string;
  /** When somebody else compared the two. */
  readonly changes?: readonly Change[];
}

/** A comparison, the module that it ended at, and what should be known before it is relied on. */
export interface Compared {
  readonly comparison: Comparison;
  readonly after: Module;
  readonly warnings: readonly string[];
}

/** @throws ASH-USAGE for modules in two languages · ASH-VERSION-INVALID */
export function compareSubjects(old: Subject, now: Subject, given: Given = {}): Compared {
  const { before, after, warning } = sameForm(old, now);
  if (before.language !== after.language) {
    const reason = `${old.ref} is a ${before.language} module and ${now.ref} a ${after.language} module. Only two of one language can be compared.`;
    throw ashlarError('ASH-USAGE', { reason });
  }
  const versions = [
    given.oldVersion === undefined ? old.version : normaliseVersion(given.oldVersion),
    given.newVersion === undefined ? now.version : normaliseVersion(given.newVersion),
  ] as const;
  const unread = [unreadProblems(old.reading, before), unreadProblems(now.reading, after)] as const;
  const changes = given.changes ?? compareModules(before, after);
  const judged = judge(changes, declaredVersions(versions, [old, now]));
  const isWhole = unread.every(({ length }) => length === 0);
  return {
    comparison: {
      before: sideOf(old.ref, versions[0], before, unread[0]),
      after: sideOf(now.ref, versions[1], after, unread[1]),
      changes,
      verdict: judged.verdict,
      declared: judged.declared ?? null,
      // What was not read may be what changed.
      honest: isWhole ? judged.honest : null,
    },
    after,
    warnings: [
      ...old.warnings,
      ...now.warnings,
      ...(warning === undefined ? [] : [warning]),
      ...problemWarnings(old.ref, before, unread[0]),
      ...problemWarnings(now.ref, after, unread[1]),
      ...(judged.warning === undefined ? [] : [judged.warning]),
    ],
  };
}

interface Judged {
  readonly verdict: Bump;
  readonly declared?: Bump | undefined;
  readonly honest: Honesty | null;
  readonly warning?: string;
}

/** What the two versions declare beside what changed. One that was not raised is too small for any change. */
function judge(changes: readonly Change[], [from, to]: Pair<Version | undefined>): Judged {
  const verdict = verdictOf(changes, from);
  if (from === undefined || to === undefined) return { verdict, honest: null };
  if (changes.length > 0 && compareVersions(from, to) === 0) {
    return { verdict, honest: 'too small', warning: `${from} was not raised, and there are changes.` };
  }
  const declared = bumpOf(from, to);
  if (declared === undefined) return { verdict, honest: null, warning: noBump(from, to) };
  return { verdict, declared, honest: honestyOf(declared, verdict) };
}

function sideOf(
  ref: string,
  version: Version | undefined,
  module: Module,
  unread: readonly Problem[],
): ComparedSide {
  const { language, class: moduleClass, form } = module;
  return { ref, version: version ?? null, language, class: moduleClass, form, problems: unread.length };
}

/** The forms of a Bicep module know different things: only equal ones can be compared without inventing changes. */
function sameForm(old: Subject, now: Subject): { before: Module; after: Module; warning?: string } {
  const [{ module: before, ...one }, { module: after, ...other }] = [old.reading, now.reading];
  if (before.form === after.form) return { before, after };
  if (one.source && other.source) {
    // A source that stands in for a template knows what is wrong with that.
    return {
      before: before.form === 'source' ? before : one.source,
      after: after.form === 'source' ? after : other.source,
    };
  }
  if (one.compiled && other.compiled) {
    const warning = 'The compiled templates are compared, and one of them does not fit to its main.bicep.';
    return { before: one.compiled, after: other.compiled, warning };
  }
  const warning = `Of ${old.ref} the ${before.form} form is compared with the ${after.form} form of ${now.ref}: some changes may be none.`;
  return { before, after, warning };
}

type Pair<Item> = readonly [Item, Item];

/**
 * The versions where they are known; else those that the `version.json` beside the modules allow, which fix all but the patch
 * number: within one series, it is the patch number that goes up.
 */
function declaredVersions(
  [from, to]: Pair<Version | undefined>,
  [old, now]: Pair<Subject>,
): Pair<Version | undefined> {
  const before = from ?? (old.series === undefined ? undefined : parseVersion(`${old.series}.0`));
  if (to !== undefined || now.series === undefined) return [before, to];
  const isSame = before?.startsWith(`${now.series}.`);
  return [before, parseVersion(`${now.series}.${isSame ? numbersOf(before!).patch + 1 : 0}`)];
}

function noBump(from: Version, to: Version): string {
  return isPrerelease(from)
    ? `${from} is a pre-release, which nobody relies on to stay as it is; no bump is declared.`
    : `${to} is not later than ${from}; no bump is declared.`;
}

function problemWarnings(ref: string, { problems }: Module, unread: readonly Problem[]): string[] {
  const [first] = unread.length > 0 ? unread : problems;
  if (first === undefined) return [];
  const place = first.at === undefined ? '' : `${placeText(first.at)}: `;
  const [what, follows] =
    unread.length > 0
      ? ['cannot be read wholly', 'the verdict is not to be relied on']
      : ['has problems', 'changes may be missing'];
  return [`${ref} ${what}, so ${follows}: ${place}${first.message} (all of them: ashlar inspect)`];
}
