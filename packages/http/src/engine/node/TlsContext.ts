/** What TLS connections are opened with: a certificate and its key, and no protocol or cipher that is weak. */
import { Result } from "effect"
import { constants, X509Certificate } from "node:crypto"
import { createSecureContext, type SecureContext } from "node:tls"

/** A certificate with its key, as it is served. */
export interface TlsContext {
  readonly context: SecureContext
  /** When the certificate ends. */
  readonly validTo: Date
}

/** Forward secret and authenticated (Mozilla's "intermediate", without the finite-field Diffie-Hellman). */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305"
].join(":")

/** `cert`: a chain in PEM, the server's own certificate first; `key`: its key in PEM, without a passphrase. Fails with what is wrong. */
export const readTlsContext = (cert: Buffer, key: Buffer): Result.Result<TlsContext, string> =>
  Result.try({
    try: () => ({
      // a client that asks for a new handshake again and again would have the server compute
      context: createSecureContext({
        cert,
        key,
        ciphers,
        minVersion: "TLSv1.2",
        secureOptions: constants.SSL_OP_NO_RENEGOTIATION
      }),
      validTo: new Date(new X509Certificate(cert).validTo)
    }),
    catch: (error) => error instanceof Error ? error.message : String(error)
  })
