/** What runs etcd, or the form in which it is told what to do. */
export type PlatformId =
  | 'flags'
  | 'env'
  | 'yaml'
  | 'systemd'
  | 'docker'
  | 'compose'
  | 'quadlet'
  | 'cloud-init'
  | 'butane-flatcar'
  | 'butane-fcos'
  | 'clc'
  | 'ansible'
  | 'terraform'
  | 'late';
