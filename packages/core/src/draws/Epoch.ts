/**
 * Epochs: what is sold after a backup was put back is numbered and sealed differently from all that was sold before, so that no ticket id and
 * no salt that somebody was shown is ever given to somebody else (docs/decisions/0053).
 *
 * Epoch 0 is that of a database that never was. Each later one seals with a secret derived from the configured one, whose key id says so:
 * `1.2` is the secret `1` in epoch 2. Key ids of the environment have no dot.
 */
import { Redacted } from "effect"
import { hkdfSha256, type Sha256 } from "../hash/Hash.ts"
import { utf8Bytes } from "../values/Bytes.ts"
import type { SealingSecret } from "./Seal.ts"

/** The last epoch there can be: a ticket's number has room for so many (`makeTicketNumbering`). */
export const epochMax = 255

/** The key id of a secret in an epoch. */
export const epochKeyId = (keyId: string, epoch: number): string => epoch === 0 ? keyId : `${keyId}.${epoch}`

const epochForm = /^([^.]+)\.([1-9]\d{0,2})$/

/** The configured secret and the epoch that a stored key id names. */
export const parseEpochKeyId = (keyId: string): { readonly keyId: string; readonly epoch: number } => {
  const [, base, epoch] = epochForm.exec(keyId) ?? []
  return base === undefined || epoch === undefined ? { keyId, epoch: 0 } : { keyId: base, epoch: Number(epoch) }
}

/** A configured secret as it seals in an epoch: itself in epoch 0, else 32 bytes of HKDF-SHA-256, `info` "ddd/epoch/<epoch>". */
export const secretInEpoch = (hash: Sha256, { keyId, secret }: SealingSecret, epoch: number): SealingSecret =>
  epoch === 0 ? { keyId, secret } : {
    keyId: epochKeyId(keyId, epoch),
    secret: Redacted.make(hkdfSha256(hash, Redacted.value(secret), utf8Bytes(`ddd/epoch/${epoch}`)))
  }
