/** The audit of a database that is not the one of the settings, or not yet served: with their keys, and none that is not its own. */
import { Books } from "@ddd/core/ports/Books"
import { Effect } from "effect"
import type { Settings } from "../config/Variables.ts"
import type { Database } from "../Database.ts"
import { keysOf } from "../Keys.ts"
import * as Ports from "../Ports.ts"
import { requireSecrets } from "../SecretGuard.ts"

export const audited = Effect.fnUntraced(function*(database: Database, settings: Settings) {
  const keys = yield* keysOf(settings)
  yield* requireSecrets(database, keys, ["draws"], { keep: false })
  return yield* Effect.provide(Effect.flatMap(Books, (books) => books.audit), Ports.draws(database, keys, settings))
})
