/** The sealing secrets of the environment, and Node's SHA-256 to use them with. */
import { Sealing } from "@ddd/core/ports/Sealing"
import { Effect, Layer } from "effect"
import { type KeyRingConfig, makeKeyRing } from "./KeyRing.ts"
import type { KeysUnusable } from "./KeysUnusable.ts"
import { nodeSha256 } from "./NodeSha256.ts"

/** TICKET_SEAL_SECRET, TICKET_SEAL_SECRET_KEY_ID, TICKET_SEAL_SECRET_PREVIOUS. */
export const layer = (config: KeyRingConfig): Layer.Layer<Sealing, KeysUnusable> =>
  Layer.effect(
    Sealing,
    Effect.map(
      Effect.fromResult(makeKeyRing("TICKET_SEAL_SECRET", config)),
      ({ byId, current }) => Sealing.of({ byId, current, sha256: nodeSha256 })
    )
  )
