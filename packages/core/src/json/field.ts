/** The fields of an object so far. Most objects are small, and a million of them can be open at once. */
type Fields = Set<string> | string | undefined;

const code = {
  quote: 0x22,
  backslash: 0x5c,
  colon: 0x3a,
  openObject: 0x7b,
  closeObject: 0x7d,
  openList: 0x5b,
  closeList: 0x5d,
};

/**
 * The first field that some object of a JSON text has twice, if there is one. Which of the two counts differs between
 * readers, and `JSON.parse` does not tell. `text` must be JSON.
 */
export function repeatedField(text: string): string | undefined {
  const open: Fields[] = [];
  let lastString = '';
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case code.quote: {
        const end = endOfString(text, at);
        lastString = text.slice(at, end);
        at = end - 1;
        break;
      }
      case code.colon: {
        const name = nameOf(lastString);
        const fields = open.at(-1);
        if (typeof fields === 'object' ? fields.has(name) : fields === name) return name;
        open[open.length - 1] = withField(fields, name);
        break;
      }
      case code.openObject:
      case code.openList:
        open.push(undefined);
        break;
      case code.closeObject:
      case code.closeList:
        open.pop();
        break;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const char = text.charCodeAt(at);
    if (char === code.quote) return at + 1;
    if (char === code.backslash) at++;
  }
}

function nameOf(string: string): string {
  return string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
}

function withField(fields: Fields, name: string): Fields {
  if (fields === undefined) return name;
  return typeof fields === 'string' ? new Set([fields, name]) : fields.add(name);
}

/**
 * The first key that is one of `known` in other letters, as clients in Go read it: `Layers` for `layers`.
 * encoding/json folds case as Unicode does, where the long s is an s and the sign of Kelvin a k.
 */
export function disguisedField(keys: readonly string[], known: readonly string[]): string | undefined {
  return keys.find((key) => !known.includes(key) && known.some((name) => folded(name) === folded(key)));
}

function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}
