import { numberEnd } from './character.ts';
import type { NumberLiteral } from './node.ts';
import { complain, type Scanner } from './scanner.ts';

export function parseNumber(scanner: Scanner): NumberLiteral {
  const start = scanner.at;
  const end = numberEnd(scanner.text, start);
  const text = scanner.text.slice(start, end);
  scanner.at = end;
  if (!/^\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(text)) complain(scanner, start, end, 'this is not a number');
  return { kind: 'number', start, end, text, value: Number(text) };
}
