import { missingPeers } from '../support/peers.ts';
import { openOverEtcd } from './open-etcd-store.ts';
import { storeContract } from './store-contract.ts';

storeContract(
  'etcd store over etcd 3.4',
  (context) => openOverEtcd(context, '3.4'),
  missingPeers('etcd-3.4'),
);
