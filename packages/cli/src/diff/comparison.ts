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
  isPrerelease,
  type Language,
  type Module,
  type ModuleClass,
  normaliseVersion,
  numbersOf,
  parseVersion,
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
  const [from, to] = declaredVersions(versions, [old, now]);
  const verdict = verdictOf(changes, from);
  const declared = from && to && bumpOf(from, to);
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
      ...(from !== undefined && to !== undefined && declared === undefined ? [noBump(from, to)] : []),
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

function unreadWarnings(ref: string, { problems }: Module): string[] {
  if (problems.length === 0) return [];
  const [{ message }] = problems as readonly [Module['problems'][number]];
  return [`${ref} has problems, so changes may be missing: ${message} (all of them: ashlar inspect)`];
}
