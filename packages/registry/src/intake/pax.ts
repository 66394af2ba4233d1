import { unreadable } from './archive-limits.ts';

const [blank, lineFeed, equalsSign] = [0x20, 0x0a, 0x3d];
const maxDigits = 9;

/**
 * Reads the records of a pax header, `<length> <key>=<value>\n`, strictly: a record that ends elsewhere than it says,
 * or a key given twice, is where tar readers begin to differ.
 * @throws ASH-ARCHIVE-FORMAT
 */
export function parsePax(data: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  let at = 0;
  while (at < data.length) {
    const { length, start } = readLength(data, at);
    const end = at + length;
    if (end > data.length || end <= start || data[end - 1] !== lineFeed) throw damaged();
    const equals = data.indexOf(equalsSign, start);
    if (equals <= start || equals >= end - 1) throw damaged();
    const key = data.toString('utf8', start, equals);
    if (records.has(key)) throw damaged();
    records.set(key, data.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The decimal number before the first blank, without leading zeros, and where the record goes on behind it. */
function readLength(data: Buffer, at: number): { length: number; start: number } {
  let length = 0;
  let digits = 0;
  for (; digits <= maxDigits; digits++) {
    const digit = data[at + digits]! - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    length = length * 10 + digit;
  }
  const isNumber = digits > 0 && digits <= maxDigits && data[at] !== 0x30;
  if (!isNumber || data[at + digits] !== blank) throw damaged();
  return { length, start: at + digits + 1 };
}

function damaged() {
  return unreadable('a pax header is damaged');
}
