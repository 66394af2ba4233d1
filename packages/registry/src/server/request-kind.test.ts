import { expect, it } from 'vitest';

import { requestKind } from './request-kind.ts';

it.each([
  ['GET', '/healthz', 'probe'],
  ['GET', '/readyz?verbose', 'probe'],
  ['GET', '/metrics', 'probe'],
  ['GET', '/', 'metadata'],
  ['GET', '/v1/modules/contoso/net/azurerm/versions', 'metadata'],
  ['GET', '/v1/modules/contoso/net/azurerm/1.0.0/download', 'metadata'],
  ['GET', '/v1/archives/ticket/net-1.0.0.zip?checksum=sha256:00', 'transfer'],
  ['HEAD', '/v1/archives/ticket/net-1.0.0.zip', 'transfer'],
  ['GET', '/v2/', 'metadata'],
  ['GET', '/v2/_catalog', 'metadata'],
  ['GET', '/v2/plain/x/tags/list', 'metadata'],
  ['GET', '/v2/plain/x/manifests/latest', 'metadata'],
  ['PUT', '/v2/plain/x/manifests/latest', 'transfer'],
  ['DELETE', '/v2/plain/x/manifests/latest', 'metadata'],
  ['GET', '/v2/plain/x/blobs/sha256:00', 'transfer'],
  ['HEAD', '/v2/plain%2Fx%2fblobs%2Fsha256%3A00', 'transfer'],
  ['POST', '/v2/plain/x/blobs/uploads/', 'transfer'],
  ['PATCH', '/v2/plain/x/blobs/uploads/ticket', 'transfer'],
  ['GET', '/v2/plain/x/blobs/uploads/ticket', 'transfer'],
  ['DELETE', '/v2/plain/x/blobs/uploads/ticket', 'transfer'],
  // Names that hold the word are no way around.
  ['GET', '/v2/plain/blobs/x/tags/list', 'metadata'],
  ['GET', '/v2/plain/blobs/manifests/latest', 'metadata'],
  ['GET', '/v2/plain/x/tags/list?last=/blobs/x', 'metadata'],
  ['PUT', '/api/v1/version?ref=terraform/contoso/net/azurerm@1.0.0', 'transfer'],
  ['GET', '/api/v1/version?ref=terraform/contoso/net/azurerm@1.0.0', 'metadata'],
  ['POST', '/api/v1/version/revoke', 'metadata'],
  ['POST', '/oauth2/token', 'metadata'],
  ['GET', '/acr/v1/_catalog', 'metadata'],
])('%s %s is %s', (method, url, kind) => {
  expect(requestKind(method, url)).toBe(kind);
});
