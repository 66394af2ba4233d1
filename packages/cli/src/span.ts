import { usageError } from './cli-error.ts';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const bytes: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Reads `90s`, `30m`, `2h` or `1d`, as seconds. @throws ASH-USAGE */
export async function parseSpan(option: string, text: string): Promise<number> {
  const parts = /^(\d{1,6})([smhd])$/.exec(text);
  if (parts) return Number(parts[1]) * seconds[parts[2]!]!;
  throw await usageError(`"${text}" is not a duration. Write ${option} 30m, 2h or 1d.`);
}

/** Reads `64MiB`, `1GiB` or a number of bytes. @throws ASH-USAGE */
export async function parseSize(option: string, text: string): Promise<number> {
  const parts = /^(\d{1,12})\s?(?:([kmg])i?b?)?$/i.exec(text);
  if (parts) return Number(parts[1]) * bytes[(parts[2] ?? '').toLowerCase()]!;
  throw await usageError(`"${text}" is not a size. Write ${option} 64MiB or 1GiB.`);
}
