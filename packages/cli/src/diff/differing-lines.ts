/** Lines of each side that are shown. */
const maxShown = 12;

/** Where two texts differ first and last: the lines between, of each side only the first. */
export function differingLines(before: string, after: string): string[] {
  const [old, now] = [before, after].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (
    end < old.length - start &&
    end < now.length - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  ) {
    end++;
  }
  return [
    `@@ line ${start + 1} @@`,
    ...shown(old.slice(start, old.length - end), '-'),
    ...shown(now.slice(start, now.length - end), '+'),
  ];
}

function shown(lines: readonly string[], mark: string): string[] {
  const more = lines.length - maxShown;
  return [
    ...lines.slice(0, maxShown).map((line) => mark + line),
    ...(more > 0 ? [`${mark}… ${more} more lines`] : []),
  ];
}
