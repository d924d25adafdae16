import { missingPeers } from '../support/peers.ts';
import { openOverEtcd } from './open-etcd-store.ts';
import { storeContract } from './store-contract.ts';

storeContract(
  'etcd store over etcd 3.6',
  (context) => openOverEtcd(context, '3.6'),
  missingPeers('etcd-3.6'),
);
