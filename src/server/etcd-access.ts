import { MusterError } from '../errors.ts';
import { readSettingFile } from './load-settings.ts';
import type { OptionValues } from './setting-options.ts';
import { assertUsableTls } from './tls.ts';
import { parseUsers } from './users.ts';

/** What Muster shows to the etcd cluster behind it. */
export interface EtcdCredentials {
  /** Texts in PEM form. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

type EtcdFiles = Pick<OptionValues, 'etcdCaFile' | 'etcdCertFile' | 'etcdKeyFile' | 'etcdUserFile'>;

/** Reads the files that the settings name. @throws MusterError `bad-setting`, which never shows a password */
export function readEtcdCredentials(settings: EtcdFiles): EtcdCredentials {
  const { etcdCaFile, etcdCertFile, etcdKeyFile, etcdUserFile } = settings;
  if ((etcdCertFile === undefined) !== (etcdKeyFile === undefined)) {
    const lone = etcdCertFile === undefined ? '--etcd-key' : '--etcd-cert';
    throw new MusterError('bad-setting', `${lone} cannot stand alone`, {
      remedy: 'Give both --etcd-cert FILE and --etcd-key FILE, or none of them.',
    });
  }
  const tls = {
    ...(etcdCaFile === undefined ? {} : { ca: readSettingFile(etcdCaFile, 'CA of the etcd cluster') }),
    ...(etcdCertFile === undefined
      ? {}
      : { cert: readSettingFile(etcdCertFile, 'client certificate for etcd') }),
    ...(etcdKeyFile === undefined
      ? {}
      : { key: readSettingFile(etcdKeyFile, 'key of the certificate for etcd') }),
  };
  assertUsableTls(tls, {
    ca: `the CA of the etcd cluster ${JSON.stringify(etcdCaFile)}`,
    cert: `the client certificate for etcd ${JSON.stringify(etcdCertFile)}`,
    key: `the key of the certificate for etcd ${JSON.stringify(etcdKeyFile)}`,
  });
  return { tls, user: etcdUserFile === undefined ? undefined : readUser(etcdUserFile) };
}

function readUser(file: string): EtcdCredentials['user'] {
  const [user, ...others] = parseUsers(readSettingFile(file, 'file of the etcd user'), file);
  if (user === undefined || others.length > 0) {
    throw new MusterError(
      'bad-setting',
      `the file of the etcd user ${JSON.stringify(file)} names several users`,
      {
        remedy: 'Leave the one line NAME:PASSWORD by which Muster authenticates to the etcd cluster.',
      },
    );
  }
  const [name, password] = user;
  return { name, password };
}
