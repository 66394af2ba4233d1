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
  type Language,
  type Module,
  type ModuleClass,
  normaliseVersion,
  type Version,
} from '@ashlar/core/module';

import type { Subject } from '../reference/subject.ts';

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
}

export interface GivenVersions {
  readonly oldVersion?: string;
  readonly newVersion?: string;
}

/** A comparison, the module that it ended at, and what should be known before it is relied on. */
export interface Compared {
  readonly comparison: Comparison;
  readonly after: Module;
  readonly warnings: readonly string[];
}

/** @throws ASH-USAGE for modules in two languages · ASH-VERSION-INVALID */
export function compareSubjects(old: Subject, now: Subject, given: GivenVersions = {}): Compared {
  const { before, after, warning } = sameForm(old, now);
  if (before.language !== after.language) {
    const reason = `${old.ref} is a ${before.language} module and ${now.ref} a ${after.language} module. Only two of one language can be compared.`;
    throw ashlarError('ASH-USAGE', { reason });
  }
  const versions = [
    given.oldVersion === undefined ? old.version : normaliseVersion(given.oldVersion),
    given.newVersion === undefined ? now.version : normaliseVersion(given.newVersion),
  ] as const;
  const changes = compareModules(before, after);
  const numbers = numbersOf(versions, [old, now]);
  const verdict = verdictOf(changes, numbers?.from);
  const declared = numbers?.to && bumpOf(numbers.from, numbers.to);
  return {
    comparison: {
      before: sideOf(old.ref, versions[0], before),
      after: sideOf(now.ref, versions[1], after),
      changes,
      verdict,
      declared: declared ?? null,
      honest: declared === undefined ? null : honestyOf(declared, verdict),
    },
    after,
    warnings: [
      ...(warning === undefined ? [] : [warning]),
      ...unreadWarnings(old.ref, before),
      ...unreadWarnings(now.ref, after),
      ...(numbers?.to !== undefined && declared === undefined
        ? [
            `${versions[1] ?? now.series} is not later than ${versions[0] ?? old.series}; no bump is declared.`,
          ]
        : []),
    ],
  };
}

function sideOf(ref: string, version: Version | undefined, module: Module): ComparedSide {
  const { language, class: moduleClass, form } = module;
  return { ref, version: version ?? null, language, class: moduleClass, form };
}

/** The forms of a Bicep module know different things: only equal ones can be compared without inventing changes. */
function sameForm(old: Subject, now: Subject): { before: Module; after: Module; warning?: string } {
  const [{ module: before, ...one }, { module: after, ...other }] = [old.reading, now.reading];
  if (before.form === after.form) return { before, after };
  if (one.source && other.source) return { before: one.source, after: other.source };
  if (one.compiled && other.compiled) {
    const warning = 'The compiled templates are compared, and one of them does not fit to its main.bicep.';
    return { before: one.compiled, after: other.compiled, warning };
  }
  const warning = `Of ${old.ref} the ${before.form} form is compared with the ${after.form} form of ${now.ref}: some changes may be none.`;
  return { before, after, warning };
}

interface Numbers {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

type Pair<Item> = readonly [Item, Item];

/** Of versions where they are known; else of both `version.json`, which fix all but the patch number. */
function numbersOf(
  [from, to]: Pair<Version | undefined>,
  [old, now]: Pair<Subject>,
): { from: Numbers; to: Numbers | undefined } | undefined {
  if (from !== undefined) return { from: parse(from), to: to && parse(to) };
  if (old.series === undefined) return undefined;
  return { from: parse(old.series), to: now.series === undefined ? undefined : parse(to ?? now.series) };
}

function parse(version: string): Numbers {
  const [major = 0, minor = 0, patch = 0] = version.split(/[-+]/, 1)[0]!.split('.').map(Number);
  return { major, minor, patch };
}

function unreadWarnings(ref: string, { problems }: Module): string[] {
  if (problems.length === 0) return [];
  const [{ message }] = problems as readonly [Module['problems'][number]];
  return [`${ref} has problems, so changes may be missing: ${message} (all of them: ashlar inspect)`];
}
