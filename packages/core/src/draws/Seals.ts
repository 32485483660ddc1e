/** The sealers and numberings of a process, each made once: what derives from a secret, or from a draw, is kept. */
import type { Sha256 } from "../hash/Hash.ts"
import type { DrawId, Position, TicketId } from "../values/Ids.ts"
import { epochKeyId, parseEpochKeyId, secretInEpoch } from "./Epoch.ts"
import { makeSealer, type Sealer, type SealingSecret, type SealingSecrets } from "./Seal.ts"
import { makeTicketNumbering } from "./TicketId.ts"

export interface Seals {
  readonly hash: Sha256
  /** Seals what is sold now, in this epoch. */
  readonly currentIn: (epoch: number) => Sealer
  /** The sealer of a secret's id; `undefined` where that secret is not configured. */
  readonly find: (keyId: string) => Sealer | undefined
  /** The same, where the secret must be there: throws where it is not, since a secret that sealed tickets is never dropped. */
  readonly sealerOf: (keyId: string) => Sealer
  /** A draw's numbering in an epoch, under the secret that the draw was opened with. `prefix` is what its ticket ids begin with. */
  readonly numberingOf: (
    draw: { readonly id: DrawId; readonly prefix: string; readonly sealKeyId: string; readonly epoch: number }
  ) => (position: Position) => TicketId
}

// a day's draw and the next one, and the rooms that are buying now
const numberingsMax = 64

export const makeSeals = (secrets: SealingSecrets): Seals => {
  const sealers = new Map<string, Sealer>()
  const numberings = new Map<string, (position: Position) => TicketId>()

  const findSecret = (stored: string): SealingSecret | undefined => {
    const { epoch, keyId } = parseEpochKeyId(stored)
    const secret = secrets.byId(keyId)
    return secret === undefined ? undefined : secretInEpoch(secrets.sha256, secret, epoch)
  }
  const secretOf = (keyId: string): SealingSecret => {
    const secret = findSecret(keyId)
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
    currentIn: (epoch) => sealerOf(epochKeyId(secrets.current.keyId, epoch)),
    find: (keyId) => {
      const made = sealers.get(keyId)
      const secret = made === undefined ? findSecret(keyId) : undefined
      return secret === undefined ? made : keep(secret)
    },
    sealerOf,
    numberingOf: ({ epoch, id, prefix, sealKeyId }) => {
      const name = `${id} ${epoch}`
      const known = numberings.get(name)
      if (known !== undefined) return known
      const numbering = makeTicketNumbering(secrets.sha256, secretOf(sealKeyId).secret, id, prefix, epoch)
      const [oldest] = numberings.keys()
      if (numberings.size >= numberingsMax && oldest !== undefined) numberings.delete(oldest)
      numberings.set(name, numbering)
      return numbering
    }
  }
}
