import type { Module, Submodule } from '../module/model.ts';
import { type Change, changeClasses } from './change.ts';
import { compareFootprints } from './footprint.ts';
import type { Found } from './found.ts';
import { compareInterfaces } from './interface.ts';
import { compareInternals } from './internals.ts';
import { contentsOfCalls, type Parts, partsOf } from './local-module.ts';
import { patternRelater, type RelatePatterns } from './pattern/index.ts';
import { type FindRenames, renameFinder } from './rename.ts';
import { compareText } from '../text/compare-text.ts';
import { sentenceOf } from './sentence.ts';
import { changeRules } from './table.ts';

/** Every difference between two versions of a module, the gravest first. Both must be of the same language and form. */
export function compareModules(before: Module, after: Module): Change[] {
  const { language } = before;
  const context = {
    language,
    findRenames: renameFinder(),
    relatePatterns: patternRelater(language === 'terraform' ? 're2' : 'ecma'),
    old: partsOf(before),
    now: partsOf(after),
  };
  const found = [
    ...compareParts(context, { ...before, path: '' }, { ...after, path: '' }, ''),
    ...compareSubmodules(context, before, after),
    ...compareInternals(before, after, context.old, context.now),
  ];
  return found.map((each) => changeOf(language, each)).sort(byGravity);
}

interface Context {
  readonly language: Module['language'];
  readonly findRenames: FindRenames;
  readonly relatePatterns: RelatePatterns;
  readonly old: Parts;
  readonly now: Parts;
}

function compareParts(
  { language, findRenames, relatePatterns, old, now }: Context,
  before: Submodule,
  after: Submodule,
  at: string,
): Found[] {
  return [
    ...compareInterfaces(language, before.interface, after.interface, at, findRenames, relatePatterns),
    ...compareFootprints(
      language,
      before.footprint,
      after.footprint,
      at,
      contentsOfCalls(before, after, old, now),
    ),
  ];
}

function compareSubmodules(context: Context, before: Module, after: Module): Found[] {
  const byPath = (modules: readonly Submodule[]) => new Map(modules.map((each) => [each.path, each]));
  const [old, now] = [byPath(before.submodules), byPath(after.submodules)];
  const found: Found[] = [];
  for (const [path, each] of old) {
    const other = now.get(path);
    if (other === undefined)
      found.push({ rule: 'submodule-removed', path: `submodules.${path}`, before: path });
    else found.push(...compareParts(context, each, other, `submodules.${path}.`));
  }
  for (const path of now.keys()) {
    if (!old.has(path)) found.push({ rule: 'submodule-added', path: `submodules.${path}`, after: path });
  }
  return found;
}

function changeOf(
  language: Module['language'],
  { rule, path, before, after, uses, moreUses }: Found,
): Change {
  const { class: changeClass, kind } = changeRules[rule];
  return {
    class: changeClass,
    kind,
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    rule,
    message: sentenceOf(language, { rule, path, before, after }),
    ...(uses === undefined || uses.length === 0 ? {} : { uses }),
    ...(moreUses === undefined ? {} : { moreUses }),
  };
}

function byGravity(a: Change, b: Change): number {
  const order = changeClasses.indexOf(a.class) - changeClasses.indexOf(b.class);
  return order || compareText(a.path, b.path) || compareText(a.rule, b.rule);
}
