/** The clock of an engine's bounds, which are told in whole seconds. */
import { Effect, type Scope } from "effect"

/** Calls `sweep` each second, until the scope closes. */
export const eachSecond = (sweep: () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.sync(sweep).pipe(Effect.delay("1 second"), Effect.forever, Effect.forkScoped, Effect.asVoid)
