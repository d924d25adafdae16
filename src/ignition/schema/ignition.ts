import { checkDuplicates } from '../checks/duplicates.ts';
import { checkProxy } from '../checks/proxy.ts';
import { checkMergeSources } from '../checks/source.ts';
import { many, one, type Section, text, texts, whole } from './declare.ts';
import { certificateAuthority, configReference } from './resource.ts';

const references: Section = {
  name: 'the list of other configurations',
  fields: {
    append: many(configReference, { until: '3.0' }),
    merge: many(configReference, { since: '3.0' }),
    replace: one(configReference),
  },
  checks: [checkMergeSources, checkDuplicates({ lists: [{ key: 'merge', by: 'source' }] })],
};

const tls: Section = {
  name: 'the settings of TLS',
  fields: { certificateAuthorities: many(certificateAuthority) },
  checks: [checkDuplicates({ lists: [{ key: 'certificateAuthorities', by: 'source' }] })],
};

const security: Section = { name: 'the security section', fields: { tls: one(tls) } };

const timeouts: Section = {
  name: 'the timeouts',
  fields: { httpResponseHeaders: whole(), httpTotal: whole() },
};

const proxy: Section = {
  name: 'the proxy section',
  fields: { httpProxy: text(), httpsProxy: text(), noProxy: texts() },
  checks: [checkProxy, checkDuplicates({ lists: [{ key: 'noProxy' }] })],
};

/** What is about Ignition itself: the spec, other documents, how things are fetched. */
export const ignition: Section = {
  name: 'the ignition section',
  fields: {
    version: text(),
    config: one(references),
    timeouts: one(timeouts, { since: '2.1' }),
    security: one(security, { since: '2.2' }),
    proxy: [one(proxy, { since: '2.4', until: '3.0' }), one(proxy, { since: '3.1' })],
  },
};

/** Enough of a document to tell its spec. */
export const versionOnly: Section = {
  name: 'an Ignition document',
  fields: { ignition: one({ name: 'the ignition section', fields: { version: text() } }) },
};
