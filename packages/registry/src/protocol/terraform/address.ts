import { parseRepository, type Repository, type TerraformAddress, terraformAddress } from '@ashlar/core';
import { z } from 'zod';

/** The path parameters of a module. */
export const modulePath = z.object({ namespace: z.string(), name: z.string(), system: z.string() });
export const versionPath = modulePath.extend({ version: z.string() });

/** @throws ASH-ADDRESS-INVALID */
export function addressOf(path: z.infer<typeof modulePath>): TerraformAddress {
  return terraformAddress(path.namespace, path.name, path.system);
}

export function repositoryOf(address: TerraformAddress): Repository {
  return parseRepository(address.repository);
}
