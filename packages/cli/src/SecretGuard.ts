/** Keeps a process with other secrets than its database was used with from doing anything there (docs/decisions/0052). */
import { publicKeysOf } from "@ddd/adapters-crypto/AccessTokensJose"
import * as MailedTokensNode from "@ddd/adapters-crypto/MailedTokensNode"
import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import * as RecordSignerNode from "@ddd/adapters-crypto/RecordSignerNode"
import * as SealingNode from "@ddd/adapters-crypto/SealingNode"
import * as SecretValues from "@ddd/adapters-crypto/SecretChecks"
import * as SeedVaultNode from "@ddd/adapters-crypto/SeedVaultNode"
import { type Waits, workWaits } from "@ddd/adapters-pg/database/Client"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as SecretChecks from "@ddd/adapters-pg/database/SecretChecks"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import type { HeldSecret } from "@ddd/core/values/SecretChecks"
import { Effect, Layer } from "effect"
import type { Need } from "./config/Variables.ts"
import type { Database } from "./Database.ts"
import type { Keys } from "./Keys.ts"

interface Guarded {
  readonly held: ReadonlyArray<HeldSecret>
  readonly contradictions: SecretChecks.Contradictions
}

const ofDraws = ({ log, sealing, seeds }: Keys) =>
  Effect.gen(function*() {
    const { vkeys } = yield* RecordSigner
    const held: ReadonlyArray<HeldSecret> = [
      ...(yield* Effect.fromResult(SecretValues.ringChecks("TICKET_SEAL_SECRET", sealing))),
      ...(yield* Effect.fromResult(SecretValues.ringChecks("SEED_KEY", seeds))),
      ...SecretValues.logChecks(log.origin, vkeys)
    ]
    const records = SecretChecks.records(vkeys.flatMap((vkey) => parseVerifierKey(nodeSha256, vkey) ?? []))
    const guarded: Guarded = {
      held,
      contradictions: {
        TICKET_SEAL_SECRET: SecretChecks.tickets(yield* Sealing),
        SEED_KEY: SecretChecks.seeds(yield* SeedVault),
        LOG_SIGNING_KEYS: records
      }
    }
    return guarded
  }).pipe(
    Effect.provide(
      Layer.mergeAll(SealingNode.layer(sealing), SeedVaultNode.layer(seeds), RecordSignerNode.layer(log))
    )
  )

const ofAccounts = ({ refresh, refreshKeyId }: Keys) =>
  Effect.gen(function*() {
    const guarded: Guarded = {
      held: [yield* Effect.fromResult(SecretValues.refreshCheck(refresh, refreshKeyId))],
      contradictions: { REFRESH_KEY: SecretChecks.mailedTokens(yield* MailedTokens) }
    }
    return guarded
  }).pipe(Effect.provide(MailedTokensNode.layer(refresh)))

const ofServer = ({ accessTokens }: Keys) =>
  Effect.map(Effect.fromResult(publicKeysOf(accessTokens)), (keys): Guarded => ({
    held: SecretValues.accessTokenChecks(keys),
    contradictions: {}
  }))

/**
 * Fails, saying which variable it is and what to do, where a secret that these needs use is not the one that the database was used with.
 * `keep`: those that are new to it are written down, which who only looks does not.
 */
export const requireSecrets = Effect.fn("SecretGuard.requireSecrets")(function*(
  { app, servers }: Database,
  keys: Keys,
  needs: ReadonlyArray<Need>,
  { keep, waits = workWaits }: { readonly keep: boolean; readonly waits?: Waits }
) {
  const none: Guarded = { held: [], contradictions: {} }
  const parts: ReadonlyArray<Guarded> = [
    needs.includes("draws") ? yield* ofDraws(keys) : none,
    needs.includes("accounts") ? yield* ofAccounts(keys) : none,
    needs.includes("server") ? yield* ofServer(keys) : none
  ]
  yield* SecretChecks.requireSecrets(
    parts.flatMap(({ held }) => held),
    parts.reduce((all, { contradictions }) => ({ ...all, ...contradictions }), none.contradictions),
    { keep }
  ).pipe(Effect.provide(Provision.layer(app, { applicationName: "ddd", maxConnections: 1, servers, waits })))
})
