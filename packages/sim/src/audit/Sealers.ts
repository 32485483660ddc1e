/** A sealer for each sealing secret, made once. */
import { makeSealer, type Sealer } from "@ddd/core/draws/Seal"
import type { Sealing } from "@ddd/core/ports/Sealing"

/** Gives the sealer of a secret's id; `undefined` where the secret is not configured. */
export const makeSealers = (sealing: Sealing["Service"]): (keyId: string) => Sealer | undefined => {
  const sealers = new Map<string, Sealer>()
  return (keyId) => {
    const made = sealers.get(keyId)
    const secret = made === undefined ? sealing.byId(keyId) : undefined
    if (secret === undefined) return made
    const sealer = makeSealer(sealing.sha256, secret)
    sealers.set(keyId, sealer)
    return sealer
  }
}
