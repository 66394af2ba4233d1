import { compareVersions, isPrerelease, isVersion, type Version } from '../module/version.ts';

/** A bound of an interval of versions. */
export interface Bound {
  readonly version: Version;
  readonly inclusive: boolean;
}

/** The versions that a constraint takes: an interval without some of its versions. */
export interface VersionRange {
  /** Undefined when there is no lowest version. */
  readonly floor: Bound | undefined;
  readonly ceiling: Bound | undefined;
  readonly except: readonly Version[];
}

const term =
  /^(=|!=|>=|<=|>|<|~>)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** Terraform takes more numbers than three, and what comes before a release also without a dash. */
const writtenTerm =
  /^(?:=|!=|>=|<=|>|<|~>)?\s*v?\d+(?:\.\d+)*(?:(?:-[0-9A-Za-z~-]|[A-Za-z~])[0-9A-Za-z~-]*(?:\.[0-9A-Za-z~-]+)*)?(?:\+[0-9A-Za-z~-]+(?:\.[0-9A-Za-z~-]+)*)?$/;

/** Whether Terraform takes a text for a version constraint, also where {@link parseConstraint} cannot tell which versions it takes. */
export function isConstraint(text: string): boolean {
  return text.split(',').every((each) => writtenTerm.test(each.trim()));
}

/** What a constraint is about: a provider, or Terraform itself or a module. */
export type Constrained = 'provider' | 'program';

/**
 * Reads a version constraint as Terraform does: terms joined by commas, all of which hold. Undefined for what is none.
 * https://developer.hashicorp.com/terraform/language/expressions/version-constraints
 */
export function parseConstraint(text: string, of: Constrained = 'program'): VersionRange | undefined {
  let range: VersionRange = { floor: undefined, ceiling: undefined, except: [] };
  for (const each of text.split(',')) {
    const next = termRange(each, of);
    if (next === undefined) return undefined;
    range = {
      floor: higher(range.floor, next.floor),
      ceiling: lower(range.ceiling, next.ceiling),
      except: [...range.except, ...next.except],
    };
  }
  return range;
}

function termRange(text: string, of: Constrained): VersionRange | undefined {
  const match = term.exec(text.trim());
  if (match === null) return undefined;
  const [, operator = '=', major = '0', minor, patch, pre = ''] = match;
  const version = `${Number(major)}.${Number(minor ?? 0)}.${Number(patch ?? 0)}${pre}`;
  if (!isVersion(version)) return undefined;
  const at = (inclusive: boolean): Bound => ({ version, inclusive });
  const nothing = { floor: undefined, ceiling: undefined, except: [] };
  switch (operator) {
    case '!=':
      return { ...nothing, except: [version] };
    case '>':
    case '>=':
      return { ...nothing, floor: at(operator === '>=') };
    case '<':
    case '<=':
      return { ...nothing, ceiling: at(operator === '<=') };
    case '~>': {
      // The last number that is written may go up: ~> 1.2 ends before 2, ~> 1.2.3 before 1.3.
      const end =
        patch === undefined ? `${Number(major) + 1}.0.0` : `${Number(major)}.${Number(minor) + 1}.0`;
      // A major number alone leaves no number to its left that could end it; of providers Terraform ends it all the same.
      const isOpen = minor === undefined && of === 'program';
      const ceiling = isOpen ? undefined : { version: end as Version, inclusive: false };
      return { floor: at(true), ceiling, except: [] };
    }
    default:
      return { floor: at(true), ceiling: at(true), except: [] };
  }
}

function higher(a: Bound | undefined, b: Bound | undefined): Bound | undefined {
  return compareFloors(a, b) >= 0 ? a : b;
}

function lower(a: Bound | undefined, b: Bound | undefined): Bound | undefined {
  return compareCeilings(a, b) <= 0 ? a : b;
}

function compareFloors(a: Bound | undefined, b: Bound | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareVersions(a.version, b.version) || Number(b.inclusive) - Number(a.inclusive);
}

function compareCeilings(a: Bound | undefined, b: Bound | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareVersions(a.version, b.version) || Number(a.inclusive) - Number(b.inclusive);
}

/**
 * - `raised`: the lowest version is a later one of the same major version; nothing else is refused
 * - `narrowed`, `widened`: fewer or more versions are taken
 * - `changed`: both
 */
export type RangeChange = 'same' | 'raised' | 'narrowed' | 'widened' | 'changed';

export function compareRanges(before: VersionRange, after: VersionRange): RangeChange {
  const floor = compareFloors(plainFloor(before), plainFloor(after));
  const ceiling = compareCeilings(plainCeiling(before), plainCeiling(after));
  // An exception from what is not taken anyway says nothing.
  const refused = after.except.some((version) => isTaken(version, before));
  const taken = before.except.some((version) => isTaken(version, after));
  const isNarrowed = floor < 0 || ceiling > 0 || refused;
  const isWidened = floor > 0 || ceiling < 0 || taken;
  if (isNarrowed && isWidened) return 'changed';
  if (isWidened) return 'widened';
  if (!isNarrowed) return 'same';
  const isFloorAlone = floor < 0 && ceiling === 0 && !refused;
  return isFloorAlone && majorOf(before.floor) === majorOf(after.floor) ? 'raised' : 'narrowed';
}

/** `> 1.2.3` is `>= 1.2.4`, as pre-releases are taken by name alone, and nothing is before 0.0.0. */
function plainFloor({ floor }: VersionRange): Bound | undefined {
  if (floor === undefined || isPrerelease(floor.version)) return floor;
  if (floor.inclusive) return floor.version === '0.0.0' ? undefined : floor;
  return { version: nextPatch(floor.version), inclusive: true };
}

/** `<= 1.2.3` is `< 1.2.4`. */
function plainCeiling({ ceiling }: VersionRange): Bound | undefined {
  if (!ceiling?.inclusive || isPrerelease(ceiling.version)) return ceiling;
  return { version: nextPatch(ceiling.version), inclusive: false };
}

function nextPatch(version: Version): Version {
  return version.replace(/(?<!\d)\d+$/, (patch) => String(BigInt(patch) + 1n)) as Version;
}

function majorOf(bound: Bound | undefined): string | undefined {
  return bound?.version.split('.', 1)[0];
}

/** Whether a version is taken. A pre-release is taken only by a constraint that names it. */
export function satisfies(version: Version, range: VersionRange): boolean {
  if (isPrerelease(version) && range.floor?.version !== version) return false;
  return isTaken(version, range);
}

function isTaken(version: Version, { floor, ceiling, except }: VersionRange): boolean {
  if (except.includes(version)) return false;
  const [low, high] = [floor, ceiling].map((bound) => bound && compareVersions(version, bound.version));
  if (low !== undefined && (low < 0 || (low === 0 && !floor!.inclusive))) return false;
  return high === undefined || high < 0 || (high === 0 && ceiling!.inclusive);
}
