/** The sealers and numberings of this process, each made once: what derives from a secret, or from a draw, is kept. */
import { makeSealer, type Sealer } from "@ddd/core/draws/Seal"
import { makeTicketNumbering } from "@ddd/core/draws/TicketId"
import type { Sha256 } from "@ddd/core/hash/Hash"
import type { Sealing, SealingSecret } from "@ddd/core/ports/Sealing"
import type { DrawId, Position, TicketId } from "@ddd/core/values/Ids"

export interface Seals {
  readonly hash: Sha256
  /** Seals what is sold now. */
  readonly current: Sealer
  /** The sealer of an earlier secret. Throws where that secret is not configured any more: it may never be dropped. */
  readonly sealerOf: (keyId: string) => Sealer
  /** A draw's numbering, under the secret that the draw was opened with. `prefix` is what its ticket ids begin with. */
  readonly numberingOf: (
    draw: { readonly id: DrawId; readonly prefix: string; readonly sealKeyId: string }
  ) => (position: Position) => TicketId
}

// a day's draw and the next one, and the rooms that are buying now
const numberingsMax = 64

export const makeSeals = (sealing: Sealing["Service"]): Seals => {
  const sealers = new Map<string, Sealer>()
  const numberings = new Map<DrawId, (position: Position) => TicketId>()

  const secretOf = (keyId: string): SealingSecret => {
    const secret = sealing.byId(keyId)
    if (secret === undefined) {
      throw new Error(`the sealing secret "${keyId}" is not configured: add it to TICKET_SEAL_SECRET_PREVIOUS`)
    }
    return secret
  }
  const sealerOf = (keyId: string): Sealer => {
    const known = sealers.get(keyId)
    if (known !== undefined) return known
    const sealer = makeSealer(sealing.sha256, secretOf(keyId))
    sealers.set(keyId, sealer)
    return sealer
  }

  return {
    hash: sealing.sha256,
    current: sealerOf(sealing.current.keyId),
    sealerOf,
    numberingOf: ({ id, prefix, sealKeyId }) => {
      const known = numberings.get(id)
      if (known !== undefined) return known
      const numbering = makeTicketNumbering(sealing.sha256, secretOf(sealKeyId).secret, id, prefix)
      const [oldest] = numberings.keys()
      if (numberings.size >= numberingsMax && oldest !== undefined) numberings.delete(oldest)
      numberings.set(id, numbering)
      return numbering
    }
  }
}
