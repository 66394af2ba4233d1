import { describe } from 'vitest';

import { blobsSuite } from './suite/blobs.suite.ts';
import { collectionSuite } from './suite/collection.suite.ts';
import { deletionSuite } from './suite/deletion.suite.ts';
import { identitySuite } from './suite/identity.suite.ts';
import { listingsSuite } from './suite/listings.suite.ts';
import { manifestsSuite } from './suite/manifests.suite.ts';
import { modelsSuite } from './suite/models.suite.ts';
import { modulesSuite } from './suite/modules.suite.ts';
import { namespacesSuite } from './suite/namespaces.suite.ts';
import { statesSuite } from './suite/states.suite.ts';
import { togetherSuite } from './suite/together.suite.ts';
import { versionsSuite } from './suite/versions.suite.ts';
import { type MetadataStoreFixture, suitePlace } from './suite/place.ts';

export type { MetadataStoreFixture };

/** What every driver of the port must do; a driver's test calls this and adds only what is its own. */
export function metadataStoreSuite(name: string, open: () => Promise<MetadataStoreFixture>): void {
  describe(`metadata store: ${name}`, () => {
    const place = suitePlace(open);
    namespacesSuite(place);
    blobsSuite(place);
    collectionSuite(place);
    manifestsSuite(place);
    listingsSuite(place);
    versionsSuite(place);
    modelsSuite(place);
    deletionSuite(place);
    statesSuite(place);
    modulesSuite(place);
    identitySuite(place);
    togetherSuite(place);
  });
}
