/** What the processes of `bench:live` tell each other. */
import { Schema } from "effect"

/** How a hub is spoken to: plain WebSocket, or Socket.IO over it. */
const Speech = Schema.Literals(["ddd", "socket.io"])
export type Speech = typeof Speech.Type

/** To those who listen: come, count from now on, tell what was counted, go. Each is answered with what was heard. */
export const AudienceOrder = Schema.Union([
  Schema.Struct({ order: Schema.Literal("open"), port: Schema.Int, count: Schema.Int, speech: Speech }),
  Schema.Struct({ order: Schema.Literals(["count", "tell", "leave"]) })
])
export type AudienceOrder = typeof AudienceOrder.Type

/** The entries that an update told of, and when it came, in Unix milliseconds. */
const Heard = Schema.Tuple([Schema.Int, Schema.Finite])
export type Heard = typeof Heard.Type

export const AudienceHeard = Schema.Struct({ frames: Schema.Int, arrivals: Schema.Array(Heard) })
export type AudienceHeard = typeof AudienceHeard.Type
