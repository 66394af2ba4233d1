import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import {
  latestVersion,
  requireRepository,
  stateSentences,
  terraformVersions,
} from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { needs } from '../../server/route-table.ts';
import { takeTurns } from '../../turns.ts';
import { addressOf, modulePath, repositoryOf } from './address.ts';
import { sourceAnnotations, sourceOf, versionKey } from './module-source.ts';

const module = { config: { permission: needs('read', 'repository', 'ASH-MODULE-UNKNOWN') } };

/** `GET :namespace/:name/:system/versions`: every version, never cut, because Terraform does not page. */
export function versionsRoute(app: FastifyInstance, registry: Registry): void {
  app.get('/:namespace/:name/:system/versions', module, async (request) => {
    const address = addressOf(modulePath.parse(request.params));
    const missing = () => ashlarError('ASH-MODULE-UNKNOWN', { address: address.repository });
    await requireRepository(registry, request.caller, 'read', repositoryOf(address), missing);
    const rows = await registry.metadata.query.listVersionStates(address.repository);
    if (rows.length === 0) throw missing();
    const afterRows = takeTurns();
    await afterRows(rows.length);
    const sentenceOf = stateSentences(rows);
    const latest = latestVersion(rows);
    await afterRows(rows.length);
    const shown = terraformVersions(rows);
    await afterRows(rows.length);
    const annotations = latest && (await sourceAnnotations(registry, [latest])).get(versionKey(latest));
    return {
      modules: [
        {
          // Renovate and Dependabot look here for release notes.
          source: sourceOf(request, address.repository, latest, annotations),
          versions: shown.map((row) => ({
            version: row.version,
            ...(row.state === 'admitted'
              ? {}
              : { deprecation: { reason: sentenceOf(row)!, link: row.link ?? '' } }),
          })),
        },
      ],
    };
  });
}
