import type { ErrorCode } from '@ashlar/core';

import { digestOf } from '../../oci/content.ts';
import type { HostileCase, HostileGroup, HostileRequest } from '../hostile-case.ts';
import { pushBlobTo } from './push-blob.ts';

type Headers = HostileRequest['headers'] & {};

function get(
  name: string,
  target: string,
  headers: Headers,
  status: number,
  code?: ErrorCode,
  more: Partial<HostileRequest> = {},
): HostileCase {
  return {
    threat: 'T-28',
    name,
    send: () => ({ target, headers, ...more }),
    status,
    ...(code === undefined ? {} : { code }),
  };
}

/** Bytes as they are: what no client library would send. */
function bytes(name: string, text: string, status: number, code?: ErrorCode): HostileCase {
  return { threat: 'T-28', name, send: () => text, status, ...(code === undefined ? {} : { code }) };
}

const long = (length: number) => 'a'.repeat(length);
const host = 'Host: registry.example\r\n';
const list = '/api/v1/modules';
const invalid = 'ASH-REQUEST-INVALID';

const smuggling: HostileCase[] = [
  bytes(
    'length and chunks',
    `POST /token HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'two lengths',
    `POST /token HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    400,
    invalid,
  ),
  bytes(
    'two equal lengths',
    `POST /token HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
    400,
    invalid,
  ),
  bytes('a list of lengths', `POST /token HTTP/1.1\r\n${host}Content-Length: 1, 1\r\n\r\na`, 400, invalid),
  bytes('a length below zero', `POST /token HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400, invalid),
  bytes('a length with a sign', `POST /token HTTP/1.1\r\n${host}Content-Length: +1\r\n\r\na`, 400, invalid),
  bytes(
    'a length in hexadecimal',
    `POST /token HTTP/1.1\r\n${host}Content-Length: 0x1\r\n\r\na`,
    400,
    invalid,
  ),
  bytes(
    'a length of 40 digits',
    `POST /token HTTP/1.1\r\n${host}Content-Length: ${'9'.repeat(40)}\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'a blank before the colon',
    `POST /token HTTP/1.1\r\n${host}Content-Length : 1\r\n\r\na`,
    400,
    invalid,
  ),
  bytes('two hosts', `GET /healthz HTTP/1.1\r\n${host}Host: other\r\n\r\n`, 400, invalid),
  bytes('two equal hosts', `GET /healthz HTTP/1.1\r\n${host}${host}\r\n`, 400, invalid),
  bytes('a folded field', `GET / HTTP/1.1\r\n${host}X-A: a\r\n b\r\n\r\n`, 400, invalid),
  bytes(
    'chunked twice',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'chunked, but not last',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'an encoding with a tab',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'a chunk that is no number',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    400,
    invalid,
  ),
  bytes(
    'a chunk of 17 digits',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`,
    400,
    invalid,
  ),
  bytes(
    'a chunk extension of 20 KB',
    `POST /token HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1;${long(20_000)}\r\na\r\n0\r\n\r\n`,
    413,
    invalid,
  ),
  bytes('a bare line feed', `GET / HTTP/1.1\n${host}\n\n`, 400, invalid),
  bytes('a bare carriage return', `GET / HTTP/1.1\r\n${host}X-A: a\rb\r\n\r\n`, 400, invalid),
  bytes('a NUL in a field', `GET / HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`, 400, invalid),
  bytes('a field without name', `GET / HTTP/1.1\r\n${host}: a\r\n\r\n`, 400, invalid),
  bytes('a field name with a blank', `GET / HTTP/1.1\r\n${host}X A: a\r\n\r\n`, 400, invalid),
  bytes('HTTP/9.9', `GET / HTTP/9.9\r\n${host}\r\n`, 400, invalid),
  bytes('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, invalid),
  bytes('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, invalid),
  bytes('no HTTP', 'hello\r\n\r\n', 400, invalid),
  bytes('a method of 10 KB', `${'A'.repeat(10_000)} / HTTP/1.1\r\n${host}\r\n`, 400, invalid),
  bytes('a target without a slash', `GET admin-token HTTP/1.1\r\n${host}\r\n`, 400, invalid),
  bytes('no host', 'GET / HTTP/1.1\r\n\r\n', 400),
];

const sizes: HostileCase[] = [
  get('a field of 17 KB', '/healthz', [['X-A', long(17_000)]], 431, 'ASH-HEADER-SIZE'),
  get(
    '2,000 fields',
    '/healthz',
    Array.from({ length: 2_000 }, (_, i): [string, string] => [`X-${i}`, 'aaaaaa']),
    431,
    'ASH-HEADER-SIZE',
  ),
  get('a field name of 17 KB', '/healthz', [[long(17_000), 'a']], 431, 'ASH-HEADER-SIZE'),
  get('an address of 9 KB', `/${long(9_000)}`, [], 414, 'ASH-URL-LENGTH'),
  get('an address of 9 KB, OCI', `/v2/${long(9_000)}/tags/list`, [], 414, 'ASH-URL-LENGTH'),
  get('an address of 9 KB, Terraform', `/v1/modules/${long(9_000)}/b/c/versions`, [], 414, 'ASH-URL-LENGTH'),
  get('an address of 9 KB, ACR', `/acr/v1/${long(9_000)}/_tags`, [], 414, 'ASH-URL-LENGTH'),
  get('a query of 9 KB', `${list}?search=${long(9_000)}`, [], 414, 'ASH-URL-LENGTH'),
  get(
    'an Accept of 12 KB',
    '/v2/hostile/a/manifests/1',
    [['Accept', 'a/b;q=0.1,'.repeat(1_200)]],
    404,
    'ASH-MANIFEST-UNKNOWN',
  ),
  get(
    'an If-None-Match of 12 KB',
    '/v2/hostile/a/manifests/1',
    [['If-None-Match', '"a",'.repeat(3_000)]],
    404,
    'ASH-MANIFEST-UNKNOWN',
  ),
  get('a Cookie of 12 KB', list, [['Cookie', 'a=b;'.repeat(3_000)]], 200),
];

const token = (value: string): Headers => [['Authorization', value]];
const authorisation: HostileCase[] = [
  ...[
    'Bearer',
    'Bearer  ',
    'Bearer a b',
    `Bearer ${long(12_000)}`,
    `Bearer ash_${long(49)}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0b2tlbjphZG1pbiJ9.',
    `Bearer ${'.'.repeat(10_000)}`,
    `Bearer ${long(4_000)}.${long(4_000)}.${long(4_000)}`,
    'Basic',
    'Basic !!!!',
    'Basic YWJj',
    `Basic ${Buffer.from(`a:${long(8_000)}`).toString('base64')}`,
    `Basic ${Buffer.from('a:b\r\nX-A: c').toString('base64')}`,
    `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0x00]).toString('base64')}`,
    'Digest username="a"',
    'Negotiate YII=',
    `${long(12_000)} a`,
    `a${'\t'.repeat(10_000)}`,
  ].flatMap((value) => [
    get(`Authorization, API: ${value.slice(0, 40)}`, '/api/v1/status', token(value), 401, 'ASH-AUTH-INVALID'),
    get(`Authorization, OCI: ${value.slice(0, 40)}`, '/v2/', token(value), 401, 'ASH-AUTH-INVALID'),
  ]),
  get(
    'Authorization twice',
    '/api/v1/status',
    [...token('Bearer a'), ...token('Bearer b')],
    401,
    'ASH-AUTH-INVALID',
  ),
];

const module = '/v1/modules/contoso/net/azurerm';
const hosts: HostileCase[] = [
  'evil.example',
  'evil.example:1@registry.example',
  'registry.example, evil.example',
  '[::1',
  'a b',
  long(8_000),
  '..',
].map((name) => get(`Host: ${name.slice(0, 40)}`, '/.well-known/terraform.json', [['Host', name]], 200));

/** A blob of which ranges are asked. */
const content = Buffer.from('0123456789');

function getRange(range: string, status: number, code?: ErrorCode): HostileCase {
  const target = `/v2/hostile/range/blobs/${digestOf(content)}`;
  return {
    ...get(`Range: ${range.slice(0, 30)}`, target, [['Range', range]], status, code),
    prepare: async (server) => void (await pushBlobTo(server, 'hostile/range', content)),
  };
}

const ranges: HostileCase[] = [
  'bytes=5-2',
  'bytes=99999999999999999999999-',
  'bytes=-0',
  'bytes=100-200',
].map((range) => getRange(range, 416, 'ASH-RANGE-INVALID'));
const ignoredRanges: HostileCase[] = [
  'bytes=a-b',
  'bytes=0-0,-1',
  `bytes=${'0-0,'.repeat(2_000)}0-0`,
  'lines=1-2',
  'bytes=',
  'bytes=--1',
  `bytes=${' '.repeat(10_000)}`,
  'bytes=0x0-0x1',
].map((range) => getRange(range, 200));

const other: HostileCase[] = [
  get('a body with GET', '/healthz', [['Content-Length', '5']], 200, undefined, { body: 'hello' }),
  get('Expect: something', '/healthz', [['Expect', 'the-unexpected']], 417, invalid),
  get(
    'an upgrade',
    '/healthz',
    [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
    ],
    200,
  ),
  get(
    'an upgrade to HTTP/2',
    '/healthz',
    [
      ['Connection', 'Upgrade, HTTP2-Settings'],
      ['Upgrade', 'h2c'],
      ['HTTP2-Settings', 'AAA'],
    ],
    200,
  ),
  get(
    'another address behind a proxy',
    '/.well-known/terraform.json',
    [
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Proto', 'gopher'],
    ],
    200,
  ),
  get('another method in a field', list, [['X-HTTP-Method-Override', 'DELETE']], 200),
  get('TRACE', '/', [], 404, 'ASH-ROUTE-UNKNOWN', { method: 'TRACE' }),
  get('another host in the target', 'http://evil.example/healthz', [], 200),
  get('a module under a line end', `${module}%0d%0aX-A:%20b/versions`, [], 404, 'ASH-ADDRESS-INVALID'),
  get('an Accept-Encoding of everything', list, [['Accept-Encoding', 'gzip, br;q=1, *;q=0']], 200),
];

export const headerGroup: HostileGroup = {
  title: 'headers and framing',
  cases: [...smuggling, ...sizes, ...authorisation, ...hosts, ...ranges, ...ignoredRanges, ...other],
};
