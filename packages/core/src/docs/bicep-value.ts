/** A value as Bicep writes it, over several lines where it has parts. */
export function bicepValue(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map((item: unknown) => `${inner}${bicepValue(item, inner)}\n`);
    return `[\n${items.join('')}${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  // As in AVM's modules, where the outermost object is indented twice.
  const within = indent === '' ? '    ' : inner;
  const lines = entries.map(
    ([name, item]) => `${within}${isIdentifier(name) ? name : quoted(name)}: ${bicepValue(item, within)}\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll(/[\\']/g, String.raw`\$&`)
    .replaceAll('${', String.raw`\${`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);
  return `'${escaped}'`;
}

function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
