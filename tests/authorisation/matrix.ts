import type { RouteRow } from '../../packages/registry/src/server/route-table.ts';
import { type Answer, ociClient, type Send } from '../oci/client.ts';
import { outcomeOf, shownTo } from './answer.ts';
import { expectedOutcome, maySee, type Outcome, provenOutcome } from './model.ts';
import { type Case, casesOf } from './case/index.ts';
import type { Who } from './caller.ts';
import type { Thing } from './thing.ts';
import { namespaces, type World } from './world.ts';

/** One request of the matrix. */
export interface Cell {
  readonly row: RouteRow;
  readonly use: Case;
  readonly thing: Thing;
  readonly who: Who;
  readonly expected: Outcome;
  /** It is carried out and changes something. */
  readonly changes: boolean;
}

export interface Done {
  readonly cell: Cell;
  readonly outcome: Outcome;
  readonly shown: string;
}

/** Row × way to use it × object × caller. */
export function cellsOf(rows: readonly RouteRow[], world: World, callers: readonly Who[]): Cell[] {
  return rows.flatMap((row) =>
    casesOf(row).flatMap((use) =>
      thingsOf(use, world).flatMap((thing) => callers.map((who) => cellOf(row, use, thing, who))),
    ),
  );
}

function cellOf(row: RouteRow, use: Case, thing: Thing, who: Who): Cell {
  const permitted = use.permitted(thing, who);
  const expected = use.isProof
    ? provenOutcome(row.permission, who, thing.namespace, permitted)
    : expectedOutcome(row.permission, who, thing.namespace, permitted);
  const reads = row.method === 'GET' || row.method === 'HEAD';
  return {
    row,
    use,
    thing,
    who,
    expected,
    changes: !reads && expected === permitted && permitted.startsWith('2'),
  };
}

function thingsOf({ about, kinds }: Case, { things }: World): readonly Thing[] {
  if (about === 'nothing') return things.slice(0, 1);
  if (about === 'version') return things.filter(({ kind }) => kinds.includes(kind));
  return things.filter(
    ({ kind, state }) => kind === 'terraform' && (state === 'admitted' || state === 'no-namespace'),
  );
}

/**
 * What the short form keeps: every row, caller, state and way to use a row. It leaves out where these meet once more:
 * Bicep modules besides Terraform modules, variants of HEAD, and two of the three wrong credentials in most places.
 */
export function isInShortForm({ row, use, thing, who }: Cell): boolean {
  const isUsual = thing.state === 'admitted' || thing.state === 'no-namespace';
  if (thing.kind === 'bicep' && !isUsual) return false;
  if (row.method === 'HEAD' && use.note !== '' && !use.route.startsWith('HEAD')) return false;
  const isRepeated = who.name === 'expired' || who.name === 'garbage';
  return !isRepeated || (isUsual && thing.namespace !== namespaces.open) || use.about === 'nothing';
}

/** Sends the requests, those of each caller over a connection of its own. */
export async function sendAll(world: World, cells: readonly Cell[]): Promise<Done[]> {
  const byCaller = Map.groupBy(cells, ({ who }) => who);
  const done = await Promise.all([...byCaller.values()].map(async (own) => await sendOwn(world, own)));
  return done.flat();
}

async function sendOwn(world: World, cells: readonly Cell[]): Promise<Done[]> {
  const { send, close } = ociClient(world.server).overOneConnection();
  const done: Done[] = [];
  for (const cell of cells) done.push(await sendOne(world, cell, send));
  close();
  return done;
}

async function sendOne(world: World, cell: Cell, send: Send): Promise<Done> {
  const { row, use, who } = cell;
  const thing = cell.changes && use.about === 'version' ? await world.spare(cell.thing) : cell.thing;
  const ask = await use.ask(thing, world.server);
  const { path, headers, body } = ask;
  const answer: Answer = await send(row.method, path, {
    headers: { ...headers, ...(who.authorization === undefined ? {} : { authorization: who.authorization }) },
    ...(body === undefined ? {} : { body }),
  });
  return { cell, outcome: outcomeOf(answer), shown: shownTo(answer, ask, thing) };
}

export function nameOf({ row, use, thing, who }: Cell): string {
  const object = use.about === 'nothing' ? '' : `${thing.namespace} ${thing.kind} ${thing.state}`;
  return [`${row.method} ${row.url}`, use.note, object, who.name].filter(Boolean).join(', ');
}

/**
 * Requests about what the caller may not see: those that differ in nothing but what there is must be answered alike.
 * One with a link is about what the link shows.
 */
export function hiddenGroups(done: readonly Done[]): Map<string, Done[]> {
  const hidden = done.filter(({ cell: { use, thing, who, row } }) => {
    const secret = thing.namespace === namespaces.closed || thing.namespace === namespaces.missing;
    const isOpen = row.permission.kind === 'open' || use.about === 'nothing';
    return secret && !isOpen && !use.isProof && !maySee(who, thing.namespace);
  });
  return Map.groupBy(hidden, ({ cell: { row, use, thing, who } }) =>
    [row.method, row.url, use.note, thing.kind, who.name].join(' '),
  );
}
