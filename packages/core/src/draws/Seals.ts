/** The sealers and numberings of a process, each made once: what derives from a secret, or from a draw, is kept. */
import type { Sha256 } from "../hash/Hash.ts"
import type { DrawId, Position, TicketId } from "../values/Ids.ts"
import { makeSealer, type Sealer, type SealingSecret, type SealingSecrets } from "./Seal.ts"
import { makeTicketNumbering } from "./TicketId.ts"

export interface Seals {
  readonly hash: Sha256
  /** Seals what is sold now. */
  readonly current: Sealer
  /** The sealer of a secret's id; `undefined` where that secret is not configured. */
  readonly find: (keyId: string) => Sealer | undefined
  /** The same, where the secret must be there: throws where it is not, since a secret that sealed tickets is never dropped. */
  readonly sealerOf: (keyId: string) => Sealer
  /** A draw's numbering, under the secret that the draw was opened with. `prefix` is what its ticket ids begin with. */
  readonly numberingOf: (
    draw: { readonly id: DrawId; readonly prefix: string; readonly sealKeyId: string }
  ) => (position: Position) => TicketId
}

// a day's draw and the next one, and the rooms that are buying now
const numberingsMax = 64

export const makeSeals = (secrets: SealingSecrets): Seals => {
  const sealers = new Map<string, Sealer>()
  const numberings = new Map<DrawId, (position: Position) => TicketId>()

  const secretOf = (keyId: string): SealingSecret => {
    const secret = secrets.byId(keyId)
    if (secret === undefined) {
      throw new Error(`the sealing secret "${keyId}" is not configured: add it to TICKET_SEAL_SECRET_PREVIOUS`)
    }
    return secret
  }
  const keep = (secret: SealingSecret): Sealer => {
    const sealer = makeSealer(secrets.sha256, secret)
    sealers.set(secret.keyId, sealer)
    return sealer
  }
  const sealerOf = (keyId: string): Sealer => sealers.get(keyId) ?? keep(secretOf(keyId))

  return {
    hash: secrets.sha256,
    current: keep(secrets.current),
    find: (keyId) => {
      const made = sealers.get(keyId)
      const secret = made === undefined ? secrets.byId(keyId) : undefined
      return secret === undefined ? made : keep(secret)
    },
    sealerOf,
    numberingOf: ({ id, prefix, sealKeyId }) => {
      const known = numberings.get(id)
      if (known !== undefined) return known
      const numbering = makeTicketNumbering(secrets.sha256, secretOf(sealKeyId).secret, id, prefix)
      const [oldest] = numberings.keys()
      if (numberings.size >= numberingsMax && oldest !== undefined) numberings.delete(oldest)
      numberings.set(id, numbering)
      return numbering
    }
  }
}
