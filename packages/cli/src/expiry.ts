import { usageError } from './cli-error.ts';

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** Reads `90d`, `12h`, `2w` or a day or time in ISO 8601. @throws ASH-USAGE */
export async function parseExpiry(text: string, now: number): Promise<string> {
  const span = /^(\d{1,5})([hdw])$/.exec(text);
  if (span) return new Date(now + Number(span[1]) * units[span[2]!]!).toISOString();
  const at = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw await usageError(`"${text}" is not a time. Write --expires 90d, 12h, 2w or 2027-01-31.`);
}
