import { stripVTControlCharacters } from 'node:util';

/**
 * Aligns rows in columns, two spaces apart; columns that are empty in every row are left out. With a width the last
 * column is cut to it.
 */
export function table(texts: readonly (readonly string[])[], width?: number): string[] {
  // A cell is one line, whatever stands in it.
  const rows = texts.map((row) => row.map((cell) => cell.replaceAll(/[\r\n\t]+/g, ' ')));
  const count = Math.max(0, ...rows.map((row) => row.length));
  // The first row is the heading.
  const body = rows.slice(1);
  const columns = Array.from({ length: count }, (_, index) => index).filter((index) =>
    body.some((row) => (row[index] ?? '') !== ''),
  );
  const widths = columns.map((index) => Math.max(...rows.map((row) => lengthOf(row[index] ?? ''))));
  return rows.map((row) =>
    columns
      .map((index, place) => {
        const cell = row[index] ?? '';
        if (place < columns.length - 1) return cell + ' '.repeat(widths[place]! - lengthOf(cell));
        const used = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
        return width === undefined ? cell : cut(cell, Math.max(10, width - used));
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `name  value` lines, aligned; entries without value are left out. */
export function facts(entries: readonly (readonly [string, string | undefined])[]): string[] {
  const given = entries.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...given.map(([name]) => lengthOf(name)));
  return given.map(([name, value]) => `${name}${' '.repeat(width - lengthOf(name))}  ${value}`);
}

/** `1.2 kB`; decimal units, as disks and browsers count. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `2026-08-21 10:11` in UTC. */
export function formatTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function cut(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${text.slice(0, width - 1).trimEnd()}…`;
}
