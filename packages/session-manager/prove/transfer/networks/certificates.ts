import selfsigned from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

const USUAL = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A certificate authority of the proof: a client that trusts its certificate trusts those that it signs. */
export async function makeAuthority(): Promise<Certificate> {
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: 'a proof' }], {
    ...USUAL,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { key, cert };
}

/** A certificate for an IP address. */
export async function certify(address: string, authority: Certificate): Promise<Certificate> {
  const { private: key, cert } = await selfsigned.generate([{ name: 'commonName', value: address }], {
    ...USUAL,
    ca: authority,
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: address }] },
    ],
  });
  return { key, cert };
}
