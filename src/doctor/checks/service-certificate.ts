import type { Cause } from '../cause.ts';
import { problemsOf } from '../certificate-problems.ts';
import type { Check } from '../check.ts';

/** The certificate of a service behind TLS, as etcd sees it. */
export const serviceCertificate: Check = {
  id: 'service-certificate',
  proves:
    'The certificate of the service is for its name, in its time, and trusted by an etcd of this machine.',
  run: ({ service, url, hasCa, now }) => {
    const { certificate, distrustOfSystem } = service;
    if (certificate === undefined) return 'skipped';
    const found = problemsOf(certificate, now);
    const base = { id: 'service-certificate', severity: 'problem' } as const;
    const isUntrusted = certificate.distrust !== undefined;
    const causes: Cause[] = [];
    if (found.length > 0 && (found.length > 1 || !isUntrusted)) {
      causes.push({
        ...base,
        sentence: `The certificate of the discovery service does not hold, so that etcd asks again and again without an end.`,
        evidence: found.map((line) => `${url.host}: ${line}`),
        remedy:
          'Give the service a certificate for the name in the URL that is in its time, from a CA that the members trust.',
      });
    } else if (isUntrusted || distrustOfSystem !== undefined) {
      causes.push({
        ...base,
        severity: hasCa && !isUntrusted ? 'warning' : 'problem',
        sentence: `The CA of the service's certificate is none that this machine trusts by itself, and etcd's v2 discovery takes no CA of its own.`,
        evidence: [
          `${url.host}: issued by ${certificate.issuer} (${certificate.distrust ?? distrustOfSystem})`,
        ],
        remedy:
          'Add the CA to those of the system on every machine, or start etcd with SSL_CERT_FILE set to it; v3 discovery has --discovery-cacert.',
      });
    }
    return causes;
  },
};
