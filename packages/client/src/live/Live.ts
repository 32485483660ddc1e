/**
 * What is told live: the draw on sale, the player's wallet and rooms.
 *
 * A machine of four states: `idle`, nothing is listened to; `waiting` for the next try; `connecting`; `open`. A lost connection is made
 * again by itself after a wait that is anywhere below a limit which doubles (full jitter); at once when the device is online again or
 * looked at. On each connection everything is asked for anew, and is stale until its newest state is there.
 */
import { at } from "../http/Transport.ts"
import { chance, type Clock, type Presence, type Random, type SocketPort } from "../Ports.ts"
import type { Session } from "../session/Session.ts"
import type { ServerClock } from "../time/ServerClock.ts"
import type { AnyChannel, Channel, ViewListener } from "./Channels.ts"
import { ChannelSet } from "./ChannelSet.ts"
import { Connection } from "./Connection.ts"
import {
  type DrawStatus,
  type DrawUpdate,
  isDrawStatus,
  type LiveEvent,
  type RoomUpdate,
  type WalletUpdate
} from "./Events.ts"
import { SignIn } from "./SignIn.ts"

export interface LivePorts {
  /** `wss://lottery.example.com/ws`. */
  readonly url: string
  readonly open: (url: string) => SocketPort
  readonly clock: Clock
  readonly random: Random
  readonly session: Session
  readonly time: ServerClock
}

type State =
  | { readonly at: "idle" }
  | { readonly at: "waiting"; readonly timer: unknown }
  | { readonly at: "connecting"; readonly socket: SocketPort; readonly timer: unknown }
  | { readonly at: "open"; readonly connection: Connection; readonly since: number }

export type LiveState = State["at"]

/** The limit of the first wait, and of any. Milliseconds. */
const firstWaitMax = 500
const waitMax = 30_000
/** A connection that lasted so long was good: the next wait is a first one. */
const goodMillis = 10_000
const connectMillis = 10_000
/** Who comes back soon, as pages do that follow each other, finds the connection. */
const lingerMillis = 5_000

export class Live {
  readonly #ports: LivePorts
  readonly #channels = new ChannelSet()
  readonly #statusListeners = new Set<(status: DrawStatus) => void>()
  readonly #stateListeners = new Set<(state: LiveState) => void>()
  readonly #signIn: SignIn
  readonly #endSession: () => void
  #state: State = { at: "idle" }
  #told: LiveState = "idle"
  #failures = 0

  constructor(ports: LivePorts) {
    this.#ports = ports
    this.#signIn = new SignIn({ ...ports, ready: () => this.#askAll() })
    this.#endSession = ports.session.onChange(() => {
      // another player's rooms and wallet are not this one's
      const privates = this.#channels.privates()
      for (const channel of privates) channel.forget()
      if (this.#signIn.isBegun || privates.some(({ listeners }) => listeners.size > 0)) this.#reconnect()
    })
  }

  get state(): LiveState {
    return this.#state.at
  }

  /** Called with each state. Gives what ends that. */
  onState(listener: (state: LiveState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => void this.#stateListeners.delete(listener)
  }

  /** Listens to the draw on sale: called at once, and at each change. Gives what ends that. */
  watchDraw(listener: ViewListener<DrawUpdate>): () => void {
    return this.#watch(this.#channels.draw, listener)
  }

  /** The same of the wallet of who is signed in. */
  watchWallet(listener: ViewListener<WalletUpdate>): () => void {
    return this.#watch(this.#channels.wallet, listener)
  }

  /** The same of a room, by its id; of its members alone. */
  watchRoom(roomId: string, listener: ViewListener<RoomUpdate>): () => void {
    return this.#watch(this.#channels.room(roomId), listener)
  }

  /** Called when a draw opens, locks, is drawn or void. What happened while the draw was stale is not told: ask for it. */
  onDrawStatus(listener: (status: DrawStatus) => void): () => void {
    this.#statusListeners.add(listener)
    const end = this.watchDraw(() => {})
    return () => {
      this.#statusListeners.delete(listener)
      end()
    }
  }

  /** The app is looked at or not, the device online or not. */
  tell(presence: Presence): void {
    if (this.#state.at === "idle" || presence === "background" || presence === "shared") return
    if (presence === "offline") this.#lose(waitMax)
    else if (this.#state.at === "waiting") this.#connect()
    else if (this.#state.at === "open") this.#state.connection.check()
  }

  /** Ends everything. */
  close(): void {
    this.#endSession()
    for (const { linger } of this.#channels.all()) this.#ports.clock.clearTimeout(linger)
    this.#channels.clear()
    this.#drop()
    this.#enter({ at: "idle" })
  }

  #watch<A>(channel: Channel<A>, listener: ViewListener<A>): () => void {
    const own: ViewListener<A> = (view) => listener(view)
    channel.listeners.add(own)
    listener(channel.view)
    this.#ports.clock.clearTimeout(channel.linger)
    if (channel.phase === "refused") channel.phase = "none"
    if (this.#state.at === "idle") this.#connect()
    else this.#ask(channel)
    return () => {
      if (!channel.listeners.delete(own) || channel.listeners.size > 0) return
      this.#ports.clock.clearTimeout(channel.linger)
      channel.linger = this.#ports.clock.setTimeout(() => this.#leave(channel), lingerMillis)
    }
  }

  /** Leaves a channel that nobody listens to any more. */
  #leave(channel: AnyChannel): void {
    if (channel.phase !== "none" && channel.phase !== "refused" && this.#state.at === "open") {
      this.#state.connection.say({ type: "unsubscribe", channel: channel.name })
    }
    channel.phase = "none"
    this.#show()
    this.#channels.drop(channel)
    if (this.#channels.all().some(({ listeners }) => listeners.size > 0)) return
    this.#drop()
    this.#enter({ at: "idle" })
  }

  #enter(state: State): void {
    this.#state = state
    const before = this.#told
    this.#told = state.at
    if (state.at !== before) { for (const listener of this.#stateListeners) listener(state.at) }
  }

  #connect(): void {
    this.#drop()
    const { clock, open, time, url } = this.#ports
    const socket = open(url)
    const timer = clock.setTimeout(() => this.#lose(), connectMillis)
    const connecting: State = { at: "connecting", socket, timer }
    this.#enter(connecting)
    const fail = () => {
      if (this.#state === connecting) this.#lose()
    }
    socket.addEventListener("close", fail)
    socket.addEventListener("error", fail)
    socket.addEventListener("open", () => {
      if (this.#state !== connecting) return
      clock.clearTimeout(timer)
      const connection = new Connection(socket, clock, time, {
        hear: (event) => this.#hear(event),
        doubt: () => this.#show(),
        lost: (code) => {
          // the session may have ended: it tells its own listeners
          if (code === 1008 && this.#signIn.isDone) this.#checkSession().catch(() => {})
          this.#lose()
        }
      })
      this.#enter({ at: "open", connection, since: clock.now() })
      this.#askAll()
    })
  }

  /** Lets go of the connection, or of what waits for one. Everything is stale. */
  #drop(): void {
    const state = this.#state
    const { clock } = this.#ports
    // what ends now is heard of by nobody
    this.#state = { at: "waiting", timer: undefined }
    this.#signIn.reset()
    if (state.at === "waiting") clock.clearTimeout(state.timer)
    if (state.at === "connecting") {
      clock.clearTimeout(state.timer)
      state.socket.close()
    }
    if (state.at === "open") state.connection.close()
    for (const channel of this.#channels.all()) channel.phase = "none"
    this.#show()
  }

  /** The connection is no more, or was never made: another one is made after a while, `wait` at most. */
  #lose(wait?: number): void {
    const state = this.#state
    if (state.at === "idle" || state.at === "waiting" && wait === undefined) return
    const { clock, random } = this.#ports
    const wasGood = state.at === "open" && clock.now() - state.since > goodMillis
    this.#failures = wasGood ? 0 : this.#failures + 1
    const limit = Math.min(waitMax, firstWaitMax * 2 ** (this.#failures - (wasGood ? 0 : 1)))
    this.#drop()
    const timer = clock.setTimeout(() => this.#connect(), wait ?? chance(random) * limit)
    this.#enter({ at: "waiting", timer })
  }

  #reconnect(): void {
    if (this.#state.at !== "idle") this.#connect()
  }

  async #checkSession(): Promise<void> {
    const { session } = this.#ports
    const userId = await session.player()
    await session.renewed(await session.accessToken(userId), userId)
  }

  /** Asks for a channel that is listened to and not asked for yet; for a private one once the connection is signed in. */
  #ask(channel: AnyChannel): void {
    if (this.#state.at !== "open" || channel.phase !== "none" || channel.listeners.size === 0) return
    const { connection } = this.#state
    if (channel.isPrivate && !this.#signIn.isDone) return this.#signIn.begin(connection)
    channel.phase = "asked"
    connection.say({ type: "subscribe", channel: channel.name }, (answer) => {
      if (answer.ok) {
        // its snapshot follows, or that there is nothing
        if (channel.phase === "asked") channel.phase = "granted"
      } else if (answer.code === "token_expired" || answer.code === "unauthenticated") this.#expire()
      else if (["unavailable", "limit_exceeded", "rate_limited"].includes(answer.code)) {
        channel.phase = "none"
        this.#signIn.tryLater()
      } else channel.phase = "refused"
      this.#show()
    })
  }

  #askAll(): void {
    for (const channel of this.#channels.all()) this.#ask(channel)
  }

  /** The token has ended on the connection, and with it the private channels. */
  #expire(): void {
    for (const channel of this.#channels.privates()) channel.phase = "none"
    this.#signIn.expire()
    this.#show()
    this.#askAll()
  }

  #hear({ data, event }: LiveEvent): void {
    this.#channels.take({ data, event })
    if (event === "draw:status" && isDrawStatus(data)) {
      for (const listener of this.#statusListeners) listener(data)
    } else if (event === "error" && at(data, "code") === "token_expired") return this.#expire()
    else if (event === "unsubscribed") {
      const channel = this.#channels.named(at(data, "channel"))
      if (channel !== undefined) channel.phase = "refused"
    }
    this.#show()
  }

  #show(): void {
    const isInDoubt = this.#state.at === "open" && this.#state.connection.isInDoubt
    for (const channel of this.#channels.all()) channel.show(isInDoubt)
  }
}
