import { isMet, type Judged, judgedText } from './aim.ts';

export type Cell = string | Judged;

/** A Markdown table; a judged cell shows its aim and whether it is met. */
export function tableText(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'string' ? cell : judgedText(cell))),
  );
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Prints a table and remembers in the exit code of the process when an aim is missed. */
export function report(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const judged = rows.flat().filter((cell) => typeof cell !== 'string');
  const missed = judged.filter((cell) => !isMet(cell)).length;
  console.log(`\n### ${title}\n\n${tableText(head, rows)}\n`);
  console.log(missed === 0 ? `${judged.length} aims, all met` : `${missed} of ${judged.length} aims missed`);
  if (missed > 0) process.exitCode = 1;
}

export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
