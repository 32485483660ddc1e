/** What the steps of a draw have in common on PostgreSQL. */
import type { PrizeThresholds } from "@ddd/core/draws/PrizeReport"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Outbox } from "@ddd/core/ports/Outbox"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import type { DrawId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Data, Effect, Redacted } from "effect"
import type { Chains } from "./Chains.ts"

/** What the steps need of the outside. */
export interface StepServices {
  readonly sql: PgClient.PgClient
  readonly newId: Identifiers["Service"]["newId"]
  readonly outbox: Outbox["Service"]
  readonly signer: RecordSigner["Service"]
  readonly sealing: Sealing["Service"]
  readonly vault: SeedVault["Service"]
  readonly acknowledged: AcknowledgedService
  readonly chains: Chains
  /** See `RoomPrizeHold`. */
  readonly roomPrizeHold: number
  /** See `PrizesAwaitIdentityFrom`. */
  readonly awaitIdentityFrom: PrizeThresholds | null
}

/** A step cannot be done as things are, which an operator must see to. Nothing was changed. */
export class StepImpossible extends Data.TaggedError("StepImpossible")<{
  readonly message: string
  readonly cause?: unknown
}> {}

interface SecretRow {
  readonly key_id: string
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Opens the seed of a draw, which is about to be revealed: 32 bytes. */
export const openSeed = Effect.fnUntraced(function*({ sql, vault }: Pick<StepServices, "sql" | "vault">, id: DrawId) {
  const [secret] = yield* sql<SecretRow>`
    SELECT key_id, nonce, ciphertext FROM draw_secrets WHERE draw_id = ${id}::uuid`
  if (secret === undefined) return yield* new StepImpossible({ message: `the seed of draw ${id} is missing` })
  return Redacted.value(
    yield* Effect.mapError(
      vault.open(id, { keyId: secret.key_id, nonce: secret.nonce, ciphertext: secret.ciphertext }),
      (cause) => new StepImpossible({ message: cause.message, cause })
    )
  )
})
