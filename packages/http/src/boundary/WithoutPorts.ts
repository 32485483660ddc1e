/**
 * Layers whose requests do not carry ports along.
 *
 * Effect keeps the services that a server and its handlers were built with, and copies them for each request. Where handlers have taken
 * their ports while they were built, none is needed later: fifty services, copied twice for each request, were more than a quarter of what
 * a sale allocates.
 */
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { BeaconRelays } from "@ddd/core/ports/BeaconRelays"
import { ExclusionRegister } from "@ddd/core/ports/ExclusionRegister"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { MinAge } from "@ddd/core/ports/MinAge"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { TicketsPerDraw } from "@ddd/core/ports/TicketsPerDraw"
import { Context, Effect, Layer, Scope } from "effect"
import type { HttpServer } from "effect/http"
import type { InternalOnly, PlayerOnly } from "../requests/Authentication.ts"
import type { OfferedHere } from "../requests/OfferedHere.ts"
import type { ProblemMiddleware } from "./ProblemMiddleware.ts"

/** What is needed once ports are left out. */
type Needs = HttpServer.HttpServer | ProblemMiddleware | PlayerOnly | InternalOnly | OfferedHere

/** These have defaults, so that whoever missed them would not notice: they are carried along. */
const references: ReadonlySet<string> = new Set(
  [
    Acknowledged,
    BeaconChains,
    BeaconRelays,
    ExclusionRegister,
    FourEyesAbove,
    KycAbove,
    MinAge,
    PrizesAwaitIdentityFrom,
    RoomPrizeHold,
    TicketsPerDraw
  ].map(({ key }) => key)
)

/** Whether requests go without it. */
export const isLeftOut = (key: string): boolean => key.startsWith("@ddd/core/ports/") && !references.has(key)

const portsLeftOut = <R>(services: Context.Context<R>): Context.Context<R> =>
  Context.makeUnsafe(new Map(Array.from(services.mapUnsafe).filter(([key]) => !isLeftOut(key))))

/**
 * The layer that `make` gives, built without ports, which `make` itself has. A layer whose requests still ask for a port does not type-check.
 */
export const withoutPorts = <A, E, R extends Needs, E1, R1>(
  make: Effect.Effect<Layer.Layer<A, E, R>, E1, R1>
): Layer.Layer<A, E | E1, R | Exclude<R1, Scope.Scope>> =>
  Layer.fromBuild((memoMap, scope) =>
    Effect.flatMap(
      Scope.provide(make, scope),
      (layer) => Effect.updateContext(Layer.buildWithMemoMap(layer, memoMap, scope), portsLeftOut)
    )
  )
