export interface Row {
  readonly fault: string;
  readonly place: string;
  readonly what: string;
  iterations: number;
  /** How often the fault came up; the others passed untouched. */
  hits: number;
  readonly violations: string[];
}

/** The outcome as a table, a line for each place and operation, with the totals of each fault. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['fault', 'place', 'operation', 'iterations', 'hits', 'violations'],
    ...rows.map((row) => [
      row.fault,
      row.place,
      row.what,
      String(row.iterations),
      String(row.hits),
      String(row.violations.length),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** One line for each fault. */
export function summarise(rows: readonly Row[]): Row[] {
  const faults = new Map<string, Row>();
  for (const row of rows) {
    const known = faults.get(row.fault);
    if (known === undefined) {
      faults.set(row.fault, { ...row, place: '', what: 'all', violations: [...row.violations] });
      continue;
    }
    known.iterations += row.iterations;
    known.hits += row.hits;
    known.violations.push(...row.violations);
  }
  return [...faults.values()].toSorted((a, b) => a.fault.localeCompare(b.fault));
}
