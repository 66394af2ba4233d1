import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { bodyOfJson, expressionText, parseHclExpression, parseHclJson } from './index.ts';

const textOf = (text: string) => expressionText(parseHclExpression(text).root);

describe('the text of an expression', () => {
  it.each([
    ['var.a?true:false', 'var.a ? true : false'],
    ['contains( ["a","b",] , var.a )', 'contains(["a", "b"], var.a)'],
    ['a&&!b||-c.d>=1*(2+3)', 'a && !b || -c.d >= 1 * (2 + 3)'],
    ['tags [ "x" ].y.0[*].z.*.w', 'tags["x"].y[0][*].z.*.w'],
    ['f(a, /* why */ b...)', 'f(a, b...)'],
    ['provider::aws::arn_parse( var.x )', 'provider::aws::arn_parse(var.x)'],
    ['[ # first\n  1.0,\n\n  0x,\n]', '[1, 0]'],
    ['{a=1,"b":2\n"c d" = {}\n(var.k)=3}', '{ a = 1, b = 2, "c d" = {}, (var.k) = 3 }'],
    ['{ "${var.k}" = 3 }', '{ (var.k) = 3 }'],
    ['[for k,v in var.m:v if v!=null]', '[for k, v in var.m : v if v != null]'],
    ['{for v in var.l:v.id=>v...}', '{ for v in var.l : v.id => v... }'],
    ['"${var.a}"', 'var.a'],
    ['"a-${ var.a }$${b}\\n\\"\\t\\\\"', '"a-${var.a}$${b}\\n\\"\\t\\\\"'],
    [
      '"%{if a}x%{else}y%{endif}%{ for k,v in m }${v}%{ endfor }"',
      '"%{ if a }x%{ else }y%{ endif }%{ for k, v in m }${v}%{ endfor }"',
    ],
    ['<<-EOT\n    a  b\n      ${c}\n  EOT\n', '"a  b\\n  ${c}\\n"'],
    ['f(', 'f()'],
  ])('%j is %s', (written, text) => {
    expect(textOf(written)).toBe(text);
  });

  it.each([
    ['a ? "x" : ["${b}-c", 1]', '${a ? "x" : ["${b}-c", 1]}'],
    ['"a ${b} \\"c\\""', 'a ${b} "c"'],
    ['var.a', '${var.a}'],
  ])('%s is the same in the JSON syntax', (native, inJson) => {
    const tree = bodyOfJson(parseHclJson(JSON.stringify({ x: inJson })), { blocks: {} });
    const [item] = tree.root.items;

    expect(item?.kind === 'attribute' && expressionText(item.value)).toBe(textOf(native));
  });

  it('takes time in proportion to what is nested', () => {
    const nested = `${'[f({ a = '.repeat(60)}"${'x'.repeat(1_000_000)}"${' })]'.repeat(60)}`;
    const taken = processorTime();

    expect(textOf(nested)).toBe(nested);
    expect(taken()).toBeLessThan(1_000);
  });
});
