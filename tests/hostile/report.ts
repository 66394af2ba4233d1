import type { Outcome } from './attack.ts';

interface Row {
  cases: number;
  slowest: number;
  processor: number;
  growth: number;
}

/** Collects what each group cost, for the table at the end. */
export function createReport() {
  const rows = new Map<string, Row>();
  return {
    add(group: string, { milliseconds, usage }: Outcome): void {
      const row = rows.get(group) ?? { cases: 0, slowest: 0, processor: 0, growth: 0 };
      rows.set(group, {
        cases: row.cases + 1,
        slowest: Math.max(row.slowest, milliseconds),
        processor: Math.max(row.processor, usage?.processor ?? 0),
        growth: Math.max(row.growth, usage?.growth ?? 0),
      });
    },
    table(): string {
      const all = [...rows.values()];
      const total: Row = {
        cases: all.reduce((sum, { cases }) => sum + cases, 0),
        slowest: Math.max(...all.map(({ slowest }) => slowest)),
        processor: Math.max(...all.map(({ processor }) => processor)),
        growth: Math.max(...all.map(({ growth }) => growth)),
      };
      return [
        `| ${'group'.padEnd(32)} | cases | slowest ms | most CPU ms | largest growth MB |`,
        `|${'-'.repeat(34)}|-------|------------|-------------|-------------------|`,
        ...[...rows, ['all', total] as const].map(([group, row]) => line(group, row)),
      ].join('\n');
    },
  };
}

function line(group: string, { cases, slowest, processor, growth }: Row): string {
  const [count, ms, cpu, megabytes] = [cases, slowest, processor, growth].map((each) => each.toFixed(0));
  return `| ${group.padEnd(32)} | ${count!.padStart(5)} | ${ms!.padStart(10)} | ${cpu!.padStart(11)} | ${megabytes!.padStart(17)} |`;
}
