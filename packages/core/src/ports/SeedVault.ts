/**
 * Where a draw's seed rests between its commitment and its reveal.
 *
 * Nothing but the settling step opens one; what is stored is useless without the key (docs/design.md, "Tables", draw_secrets).
 */
import { Context, Data, type Effect, type Redacted } from "effect"
import type { DrawId } from "../values/Ids.ts"

/** A draw's secret: 32 random bytes (docs/fairness.md, "Records"). */
export type Seed = Redacted.Redacted<Uint8Array>

/** A seed as it is stored. */
export interface SealedSeed {
  /** The id of the key that it was sealed with. */
  readonly keyId: string
  /** 12 bytes, new for each sealing. */
  readonly nonce: Uint8Array
  /** 48 bytes: the seed encrypted, then the 16 bytes that authenticate it and its draw's id. */
  readonly ciphertext: Uint8Array
}

/** A stored seed does not open: its key is not configured, or it was altered, or it belongs to another draw. */
export class SeedUnreadable extends Data.TaggedError("SeedUnreadable")<{
  readonly drawId: DrawId
  readonly keyId: string
  readonly reason: "unknown key" | "not authentic"
}> {
  override get message() {
    return this.reason === "unknown key"
      ? `The seed of draw ${this.drawId} was sealed with the key ${this.keyId}, which is not configured`
      : `The stored seed of draw ${this.drawId} is not what was sealed for it with the key ${this.keyId}`
  }
}

export class SeedVault extends Context.Service<SeedVault, {
  /** A new seed from the system's secure random numbers. */
  readonly generate: Effect.Effect<Seed>
  /** Seals with the current key. Dies unless the seed has 32 bytes. */
  readonly seal: (drawId: DrawId, seed: Seed) => Effect.Effect<SealedSeed>
  /** Opens what was sealed for this draw, under whichever configured key. */
  readonly open: (drawId: DrawId, sealed: SealedSeed) => Effect.Effect<Seed, SeedUnreadable>
}>()("@ddd/core/ports/SeedVault") {}
