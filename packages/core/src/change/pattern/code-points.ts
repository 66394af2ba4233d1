/** One code point after the other, both inclusive. */
export type Range = readonly [low: number, high: number];

/** Sets of code points: their ranges in order, of which none touches the next. */
export type CodePoints = readonly Range[];

export const lastCodePoint = 0x10ffff;

export function codePointsOf(ranges: readonly Range[]): CodePoints {
  const merged: [number, number][] = [];
  for (const [low, high] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export function allBut(points: CodePoints): CodePoints {
  const others: Range[] = [];
  let low = 0;
  for (const [from, to] of points) {
    if (from > low) others.push([low, from - 1]);
    low = to + 1;
  }
  return low > lastCodePoint ? others : [...others, [low, lastCodePoint]];
}
