import { expect, it } from 'vitest';

import { usageLines } from './usage.ts';

it.each([
  [
    'terraform/Azure/avm-res-x/azurerm',
    '127.0.0.1:8484',
    '  source  = "127.0.0.1:8484/Azure/avm-res-x/azurerm"',
  ],
  ['terraform/contoso/net/azurerm', 'localhost:8484', '  source  = "contoso/net/azurerm"'],
])('%s at %s', (address, host, source) => {
  expect(usageLines(address, '1.0.0', host)).toContain(source);
});

it('writes the tag of a Bicep version and a symbol that Bicep takes', () => {
  const [first] = usageLines('bicep/contoso/res/3d-network.hub', '1.0.0+a', 'h');

  expect(first).toBe("module module3dNetworkHub 'br/ashlar:contoso/res/3d-network.hub:1.0.0_a' = {");
});
