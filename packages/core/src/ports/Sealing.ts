/**
 * The secrets that seal tickets.
 *
 * New tickets are sealed with the current one; each ticket stores its secret's id, so that old ones still verify after a
 * rotation (FAIRNESS.md, "Tickets").
 */
import { Context, type Redacted } from "effect"
import type { Sha256 } from "../hash/Hash.ts"

export interface SealingSecret {
  readonly keyId: string
  readonly secret: Redacted.Redacted<Uint8Array>
}

export class Sealing extends Context.Service<Sealing, {
  readonly current: SealingSecret
  /** The secret with this id, the current one included; `undefined` where it is not configured. */
  readonly byId: (keyId: string) => SealingSecret | undefined
  /** SHA-256 as fast as this platform has it: sealing is the hot part of a sale. */
  readonly sha256: Sha256
}>()("@ddd/core/ports/Sealing") {}
