import type { Kysely } from 'kysely';

import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';

export async function up(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('namespace')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('visibility', 'text', (c) => c.notNull())
    .addColumn('immutable', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('repository')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('namespace', 'text', (c) => c.notNull().references('namespace.name'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('repository_by_namespace').on('repository').column('namespace').execute();
  await schema
    .createTable('repository_blob')
    .addColumn('repository', 'text', (c) => c.notNull().references('repository.name'))
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('repository_blob_key', ['repository', 'digest'])
    .execute();
  await schema.createIndex('repository_blob_by_digest').on('repository_blob').column('digest').execute();
  await schema
    .createTable('manifest')
    .addColumn('repository', 'text', (c) => c.notNull().references('repository.name'))
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('media_type', 'text', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('referrer_type', 'text')
    .addColumn('subject', 'text')
    .addColumn('annotations', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('manifest_key', ['repository', 'digest'])
    .execute();
  await schema
    .createIndex('manifest_by_subject')
    .on('manifest')
    .columns(['repository', 'subject', 'digest'])
    .execute();
  await schema
    .createTable('manifest_part')
    .addColumn('repository', 'text', (c) => c.notNull())
    .addColumn('manifest', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('manifest_part_key', ['repository', 'manifest', 'digest', 'kind'])
    .execute();
  await schema
    .createIndex('manifest_part_by_digest')
    .on('manifest_part')
    .columns(['repository', 'digest'])
    .execute();
  await schema
    .createTable('tag')
    .addColumn('repository', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('tag_key', ['repository', 'name'])
    .execute();
  await schema.createIndex('tag_by_digest').on('tag').columns(['repository', 'digest']).execute();
  await createModuleTables(db);
  await createIdentityTables(db);
  await dialect.protectVersions(db);
}

async function createModuleTables({ schema }: Kysely<Schema>): Promise<void> {
  await schema
    .createTable('module')
    .addColumn('repository', 'text', (c) => c.primaryKey().notNull().references('repository.name'))
    .addColumn('namespace', 'text', (c) => c.notNull().references('namespace.name'))
    .addColumn('language', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('class', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema.createIndex('module_by_namespace').on('module').column('namespace').execute();
  await schema
    .createTable('version')
    .addColumn('repository', 'text', (c) => c.notNull().references('module.repository'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('content_digest', 'text', (c) => c.notNull())
    .addColumn('archive_digest', 'text')
    .addColumn('archive_size', 'bigint')
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('documentation', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('link', 'text')
    .addColumn('replacement', 'text')
    .addColumn('sunset_at', 'bigint')
    .addColumn('previous', 'text')
    .addColumn('published_at', 'bigint', (c) => c.notNull())
    .addColumn('published_by', 'text', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint')
    // Last, so that a row is read without it: it may fill many pages.
    .addColumn('readme', 'text')
    .addPrimaryKeyConstraint('version_key', ['repository', 'version'])
    .execute();
  await schema.createIndex('version_by_digest').on('version').columns(['repository', 'digest']).execute();
  await schema
    .createTable('download')
    .addColumn('repository', 'text', (c) => c.notNull())
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('count', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('download_key', ['repository', 'version', 'day'])
    .execute();
}

async function createIdentityTables({ schema }: Kysely<Schema>): Promise<void> {
  await schema
    .createTable('token')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('parent', 'text', (c) => c.references('token.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await schema.createIndex('token_by_parent').on('token').column('parent').execute();
  await schema
    .createTable('used_code')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('secret')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}
