import { unreadable } from './archive-limits.ts';

/**
 * Reads the records of a pax header, `<length> <key>=<value>\n`, strictly: a record that ends elsewhere than it says,
 * or a key given twice, is where tar readers begin to differ.
 * @throws ASH-ARCHIVE-FORMAT
 */
export function parsePax(data: Buffer): Map<string, Buffer> {
  const records = new Map<string, Buffer>();
  let at = 0;
  while (at < data.length) {
    const length = /^([1-9]\d{0,8}) /.exec(data.toString('latin1', at, at + 10))?.[1];
    if (length === undefined) throw damaged();
    const end = at + Number(length);
    const record = data.subarray(at + length.length + 1, end - 1);
    const equals = record.indexOf('=');
    if (end > data.length || data[end - 1] !== 0x0a || equals < 1) throw damaged();
    const key = record.toString('utf8', 0, equals);
    if (records.has(key)) throw damaged();
    records.set(key, record.subarray(equals + 1));
    at = end;
  }
  return records;
}

function damaged() {
  return unreadable('a pax header is damaged');
}
