/**
 * Of the sections of parameters in AVM's modules, what is not known from the interface of a module: names of roles and
 * examples. Those of the old text are put back into the new one.
 */
export function keepRemarks(before: string, after: readonly string[]): string[] {
  const remarks = remarksIn(before.split('\n'));
  if (remarks.size === 0) return [...after];
  const lines: string[] = [];
  let waiting: readonly string[] = [];
  let fenced = false;
  for (const line of after) {
    if (!fenced && line.startsWith('### ')) waiting = remarks.get(line) ?? [];
    // Behind all that is said about the parameter but its discriminator.
    else if (
      waiting.length > 0 &&
      !fenced &&
      hasFacts(lines) &&
      (line === '' || line.startsWith('- Discriminator:'))
    ) {
      lines.push(...waiting);
      waiting = [];
    }
    if (isFence(line)) fenced = !fenced;
    lines.push(line);
  }
  return lines;
}

function hasFacts(lines: readonly string[]): boolean {
  const last = lines.at(-1) ?? '';
  return last.startsWith('- ') || last.startsWith('  ');
}

function isFence(line: string): boolean {
  return /^\s*(?:```|~~~)/.test(line);
}

/** By the heading of the parameter. */
function remarksIn(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let [heading, keeping, fenced] = ['', false, false];
  for (const line of lines) {
    if (!fenced && line.startsWith('### ')) heading = line;
    if (!fenced && /^\S|^$/.test(line)) keeping = /^- (?:Roles configurable by name|Example):/.test(line);
    if (isFence(line)) fenced = !fenced;
    if (keeping && heading !== '') found.set(heading, [...(found.get(heading) ?? []), line]);
  }
  return found;
}
