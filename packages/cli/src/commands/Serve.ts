/** `ddd serve`: the server, until it is told to stop. */
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { command, type Declare } from "./Declaration.ts"

/**
 * Loaded when it is asked for: no other command needs a web server. It has no span, as `Server.start` has none.
 */
const run = Effect.fnUntraced(function*() {
  const { serve } = yield* Effect.promise(() => import("../server/Serve.ts"))
  return yield* serve
})

export const serve: Declare = (perform) =>
  command("serve", "run the server, until Ctrl-C or SIGTERM", "PORT=9000 ddd serve")
    .action(() => perform(run(), () => done))
