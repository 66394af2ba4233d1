import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const fileOf = async (path: string) => await readFile(new URL(path, root), 'utf8');

let page: string;
beforeAll(async () => {
  page = await fileOf('docs/operate.md');
});

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  const [, text] = page.split(`### ${heading}\n`);
  return text!.split(/^##/m)[0]!;
}

describe('docs/operate.md', () => {
  it.each([
    ['nginx', 'deploy/nginx.conf'],
    ['Apache', 'deploy/apache.conf'],
  ])('explains lines that the file for %s has', async (heading, path) => {
    const file = await fileOf(path);
    const cells = Array.from(section(heading).matchAll(/^\| (`[^|]*`) \|/gm), ([, cell]) => cell!);
    expect(cells.length).toBeGreaterThan(5);
    const lines = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, line]) => line!));
    // What is left out of the middle of a line is written as three dots.
    const parts = lines.flatMap((line) => line.split(' … '));
    expect(parts.filter((part) => !file.includes(part))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = Array.from(page.matchAll(/\]\((?!https?:)([^)#]+)\)/g), ([, link]) => link!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(new URL(link, new URL('docs/', root))))).toEqual([]);
  });

  it('names metrics that exist', async () => {
    const known = await fileOf('docs/reference/metrics.md');
    const named = Array.from(page.matchAll(/`(ashlar_\w+)`/g), ([, name]) => name!);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !known.includes(`\`${name}\``))).toEqual([]);
  });
});
