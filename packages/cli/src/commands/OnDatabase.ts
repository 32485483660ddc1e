/** What commands that work beside the server have in common: the database of the environment, at the right schema, and its ports. */
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { Data, Effect, Layer } from "effect"
import { settingsFor } from "../config/Environment.ts"
import type { Need, Settings } from "../config/Variables.ts"
import type * as Database from "../Database.ts"
import { type Keys, keysOf } from "../Keys.ts"
import * as Logging from "../Logging.ts"
import type * as Ports from "../Ports.ts"

type PortLayers = typeof Ports

/** The adapters, and what opens the database: loaded by the first command that needs them, so that `ddd --help` does without. */
const adapters = Effect.promise(() =>
  Promise.all([import("../Database.ts"), import("../Ports.ts"), import("../SecretGuard.ts")])
)

/**
 * `acts`: it may sign, sell or pay out, or protects a player, so it must know where the database is behind, and remember what it did
 * (docs/decisions/0053). `tells`: it says itself what the database lacks.
 */
interface Conduct {
  readonly acts: boolean
  readonly keep: boolean
  readonly tells?: boolean
}

/** What was asked for was done, and could not be remembered outside the database. */
class NotRemembered extends Data.TaggedError("NotRemembered")<{ readonly message: string }> {}

const requireRemembered = ({ acknowledged }: Database.Database) => {
  const problem = acknowledged.problem()
  return problem === null ? Effect.void : Effect.fail(
    new NotRemembered({
      message: `It was done, but ${problem}. What this did would be missed by nobody, should a backup be put back: ` +
        "make PROOF_DIR usable, then start a server anew, which writes down what was done to players in the last 14 days."
    })
  )
}

const looking: Conduct = { acts: false, keep: false }

/**
 * Runs a task on these ports, beside the server that runs on the same database, or alone. With other secrets than the database was used
 * with it does nothing. `keep`: it uses them as a server does, so those that are new to the database are written down.
 */
const on = <Port, Failure>(
  needs: ReadonlyArray<Need>,
  choose: (
    ports: PortLayers
  ) => (database: Database.Database, keys: Keys, settings: Settings) => Layer.Layer<Port, Failure>,
  { acts, keep, tells = false }: Conduct = looking
) =>
<A, E>(task: Effect.Effect<A, E, Port>) =>
  Effect.gen(function*() {
    const settings = yield* settingsFor("database", ...needs)
    return yield* Effect.gen(function*() {
      const [{ openExisting, remembering, requireSchema }, ports, { requireSecrets }] = yield* adapters
      const opened = yield* openExisting(settings)
      yield* requireSchema(opened)
      const keys = yield* keysOf(settings)
      yield* requireSecrets(opened, keys, needs, { keep })
      const database = acts ? yield* remembering(opened, settings, { isServer: false, isTold: tells }) : opened
      const done = yield* Effect.provide(task, choose(ports)(database, keys, settings))
      return acts ? yield* Effect.as(requireRemembered(database), done) : done
    }).pipe(Effect.scoped, Effect.provide(Logging.layer(settings)))
  })

/** For tasks that work on draws, or audit the books. */
export const onDraws = on(["draws"], ({ draws }) => draws)

/** For tasks that do what is due of draws, with the keys of draws. */
export const drawing = on(["draws"], ({ draws }) => draws, { acts: true, keep: true })

/** For the task that begins a new epoch on a database that a backup replaced. */
export const restoring = on(
  ["draws", "accounts"],
  ({ accounts, draws }) => (database, keys, settings) =>
    Layer.mergeAll(
      draws(database, keys, settings),
      accounts(database, keys),
      Layer.succeed(Acknowledged, database.acknowledged)
    ),
  { acts: true, keep: true, tells: true }
)

/** For tasks that work on players. */
export const onAccounts = on(["accounts"], ({ accounts }) => accounts)

/** For tasks that protect players, which is remembered outside the database too. */
export const protecting = on(["accounts"], ({ accounts }) => accounts, { acts: true, keep: false })

/** For tasks that work on jobs, on money that comes in and goes out, and on whose it is. */
export const onMoney = on(["accounts"], ({ money }) => money, { acts: true, keep: false })
