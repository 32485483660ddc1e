/** A process of its own: `node KeepPostgres.ts start|acquire <folder>` has the folder's server, says "up", and keeps it until told to end. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { acquire, start } from "../../src/embedded/EmbeddedPostgres.ts"

const [how, dataDir = ""] = process.argv.slice(2)

const told = Effect.callback<void>((resume) => {
  process.stdin.once("data", () => resume(Effect.void))
})

const keep = (how === "start" ? start(dataDir) : acquire(dataDir)).pipe(
  Effect.andThen(Effect.sync(() => process.stdout.write("up"))),
  Effect.andThen(told),
  Effect.scoped,
  Effect.andThen(Effect.sync(() => process.exit(0)))
)
NodeRuntime.runMain(keep)
