import { createHash, X509Certificate } from 'node:crypto';
import selfsigned from 'selfsigned';

/** A throw-away certificate for web.whatsapp.com, trusted only by a browser that is given its `spkiHash`. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a new certificate. Elliptic, because an RSA key would take most of the start-up time. */
export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: 'web.whatsapp.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + 365 * 86_400_000),
  });
  return { key, cert };
}

/** The value for Chromium's `--ignore-certificate-errors-spki-list`. */
export function spkiHash(certificate: Certificate): string {
  const spki = new X509Certificate(certificate.cert).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
