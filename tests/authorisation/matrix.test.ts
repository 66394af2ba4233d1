import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RouteRow } from '../../packages/registry/src/server/route-table.ts';
import { makeCallers, type Who } from './caller.ts';
import { cases, casesOf } from './case/index.ts';
import { everythingIn, secretsOf } from './database.ts';
import { type Cell, cellsOf, type Done, hiddenGroups, isInShortForm, nameOf, sendAll } from './matrix.ts';
import { maySee } from './model.ts';
import { states } from './thing.ts';
import { makeWorld, namespaces, routeTableOf, type World } from './world.ts';

/**
 * Every route × every kind of caller × everything that a name can stand for, from the route table itself: `npm run
 * show:matrix` sends all of it, else a short form is sent.
 */
const isWhole = process.env['ASHLAR_MATRIX'] === 'whole';

let world: World;
let rows: readonly RouteRow[];
let callers: readonly Who[];
let cells: readonly Cell[];
let done: Done[] = [];
/** What there was before and after all requests that must not change anything. */
let before: Record<string, unknown>;
let after: Record<string, unknown>;
let secrets: Record<string, string[]>;

beforeAll(async () => {
  world = await makeWorld();
  rows = await routeTableOf(world.server);
  callers = await makeCallers(world.server);
  cells = cellsOf(rows, world, callers).filter((cell) => isWhole || isInShortForm(cell));
  const { closed, other } = namespaces;
  secrets = { [closed]: secretsOf(world.server, closed), [other]: secretsOf(world.server, other) };
  before = await everythingIn(world.server);
  const [changing, others] = [cells.filter(isCarriedOut), cells.filter((cell) => !isCarriedOut(cell))];
  done = await sendAll(world, others);
  after = await everythingIn(world.server);
  done.push(...(await sendAll(world, changing)));
}, 600_000);
afterAll(async () => await world.stop());

describe('P4: the matrix', () => {
  it('has requests for every row of the route table, and none for a row that is gone', () => {
    expect(rows.filter((row) => casesOf(row).length === 0)).toEqual([]);
    const known = new Set(rows.map(({ method, url }) => `${method} ${url}`));
    expect(cases.map(({ route }) => route).filter((route) => !known.has(route))).toEqual([]);
  });

  it('T-14: answers each request as its row of the table promises', () => {
    const wrong = done
      .filter(({ cell, outcome }) => outcome !== cell.expected)
      .map(({ cell, outcome }) => `${nameOf(cell)}: ${outcome}, not ${cell.expected}`);
    expect(wrong).toEqual([]);
  });

  it('T-15: shows no difference between what a caller may not see and what does not exist', () => {
    const groups = hiddenGroups(done);
    expect(groups.size).toBeGreaterThan(500);
    const different = [...groups].flatMap(([name, group]) => {
      const kinds = new Set(group.map(({ shown }) => shown));
      expect(new Set(group.map(({ cell }) => cell.thing.namespace)).size).toBe(2);
      return kinds.size === 1 ? [] : [`${name}:\n${[...kinds].slice(0, 2).join('\n---\n')}`];
    });
    expect(different).toEqual([]);
  });

  it('T-15: names nothing private to who may not see it, in any answer, header fields included', () => {
    const leaks = done.flatMap(({ cell, shown }) => {
      if (cell.use.isProof) return [];
      return Object.entries(secrets).flatMap(([namespace, values]) => {
        const value = maySee(cell.who, namespace) ? undefined : values.find((each) => shown.includes(each));
        return value === undefined ? [] : [`${nameOf(cell)}: ${value}`];
      });
    });
    expect(leaks).toEqual([]);
    // The search finds what is there: who may see it is shown all of it somewhere.
    const toAdmin = done.filter(({ cell }) => cell.who.isAdmin).map(({ shown }) => shown);
    const repositories = secrets[namespaces.closed]!.filter((value) => value.includes('canary-'));
    expect(repositories.length).toBeGreaterThan(10);
    for (const text of ['canary-te-adm', 'canary-bi-adm', 'canary-pl-adm', 'hidden-te-adm']) {
      expect(toAdmin.some((shown) => shown.includes(text))).toBe(true);
    }
  });

  it('T-17: changes nothing for who may not, whatever the method', () => {
    expect(after).toEqual(before);
    const refused = done.filter(
      ({ cell, outcome }) =>
        cell.who.name === 'reader' && isWrite(cell) && !cell.changes && !outcome.startsWith('2'),
    );
    const rowsRefused = new Set(refused.map(({ cell: { row } }) => `${row.method} ${row.url}`));
    const scoped = rows.filter(
      ({ method, permission }) => permission.kind === 'scope' && !/GET|HEAD/.test(method),
    );
    expect(scoped.length).toBeGreaterThan(10);
    for (const { method, url } of scoped) expect(rowsRefused).toContain(`${method} ${url}`);
  });

  it('is this large', () => {
    const ways = new Set(cells.map(({ row, use }) => `${row.method} ${use.route} ${use.note}`));
    const namespaced = new Set(cells.map(({ thing }) => `${thing.namespace} ${thing.kind} ${thing.state}`));
    console.log(
      `authorisation matrix, ${isWhole ? 'whole' : 'short form'}: ${rows.length} rows (${ways.size} ways to use them) × ${callers.length} callers × ` +
        `${namespaced.size} objects in ${states.length} states = ${done.length} requests`,
    );
    expect(done).toHaveLength(cells.length);
    expect(done.length).toBeGreaterThan(isWhole ? 25_000 : 10_000);
  });
});

/** With a link, everybody acts in the name of its owner. */
function isCarriedOut({ changes, use }: Cell): boolean {
  return changes || use.isProof === true;
}

function isWrite({ row: { method } }: Cell): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
