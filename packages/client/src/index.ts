/** `@ddd/client`: the typed client of the Daily Dollar Draw (docs/integrate.md). */
export { type Client, makeClient } from "./Client.ts"
export type * from "./Contract.ts"
export { type ClientError, DddError, type ErrorCode, isClientError, type OwnCode, type ProblemCode } from "./Errors.ts"
export type { LiveView } from "./live/Channels.ts"
export type { DecidingRound, DrawStatus, DrawUpdate, RoomUpdate, WalletUpdate } from "./live/Events.ts"
export type { LiveState } from "./live/Live.ts"
export { amountOf, centsOf } from "./Money.ts"
export {
  type Clock,
  type KeyValueStorage,
  type LockPort,
  makeLock,
  memoryStorage,
  type Ports,
  type Presence,
  type PresencePort,
  type Random,
  type SocketPort
} from "./Ports.ts"
export type { Settled, Unsettled } from "./requests/Kinds.ts"
export type { SessionChange, SignedIn } from "./session/Session.ts"
