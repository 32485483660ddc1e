/** A live source that a test drives, and connections without a network whose reader may be slow. */
import { type SessionId, sessionId } from "@ddd/core/accounts/Session"
import { Now } from "@ddd/core/ports/Now"
import { instant } from "@ddd/core/values/Instant"
import { Clock, Effect, Layer, PubSub, Redacted, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type LiveSocket, type SocketListener, Sockets } from "../../src/engine/Sockets.ts"
import type { DrawUpdate, RoomUpdate, WalletUpdate } from "../../src/live/Events.ts"
import * as LiveHub from "../../src/live/LiveHub.ts"
import { type LiveChange, LiveSource, LiveSourceUnavailable, TokenRefused } from "../../src/live/LiveSource.ts"

export const drawId = "0190e1a2-0000-7000-8000-000000000001"
export const userId = "0190e1a2-0000-7000-8000-00000000000a"
/** Another player, whose token is `guest`. */
export const guestId = "0190e1a2-0000-7000-8000-00000000000d"
export const roomId = "0190e1a2-0000-7000-8000-000000000003"
/** The sessions of the tokens `good` and `slow`, and of `other`: all of one player. */
export const session = sessionId("0190e1a2-0000-7000-8000-00000000000b")
const otherSession = sessionId("0190e1a2-0000-7000-8000-00000000000c")

const sessions = new Map([
  ["good", session],
  ["slow", session],
  ["other", otherSession],
  ["guest", sessionId("0190e1a2-0000-7000-8000-00000000000e")]
])

/** A member as the room's channel shows them. */
export const participant = (userId: string): RoomUpdate["participants"][number] => ({
  userId,
  username: userId.slice(-1),
  hasTicket: false,
  ticketPosition: null,
  joinedAt: "2026-02-03T10:30:00.000Z"
})

/** What the hub is told, changed by the test. */
export class Stage {
  /** The draw on sale. */
  draw: DrawUpdate | null = { drawId, prizePool: "0.95", totalEntries: 1 }
  /** How often the hub has read it. */
  reads = 0
  /** How often it has read a room by itself. */
  roomReads = 0
  /** The room `roomId`, as it is read. */
  room: RoomUpdate = { roomId, prizePool: "0.00", participants: [participant(userId)] }
  /** The wallet of `userId`. */
  wallet: WalletUpdate = { balance: "5.00", withdrawable: "0.00", maturing: "0.00", pendingWithdrawal: "0.00" }
  /** Who is in it, as it is asked. */
  readonly members = new Set([userId])
  /** How long the answer takes, in milliseconds. */
  membershipMillis = 0
  /** How many rooms the hub has asked about, each time. */
  readonly marked: Array<number> = []
  /** The hub's reads fail. */
  broken = false
  /** How often the hub has begun to listen to changes. */
  listens = 0
  readonly changes = Effect.runSync(PubSub.unbounded<LiveChange | "lost">())
  readonly #ended = Effect.runSync(PubSub.unbounded<SessionId>())
  /** Until when the tokens are good: Unix milliseconds. */
  expiresAt = 60_000

  tell(change: LiveChange | "lost"): void {
    PubSub.publishUnsafe(this.changes, change)
  }

  endSession(session: SessionId): void {
    PubSub.publishUnsafe(this.#ended, session)
  }

  /** `count` tickets have been sold in all. */
  sell(count: number): void {
    this.draw = { drawId, prizePool: `${count}.00`, totalEntries: count }
    this.tell({ _tag: "DrawSold", drawId })
  }

  /** Who is in the room from now on, and that something changed. */
  fill(...members: ReadonlyArray<string>): void {
    this.members.clear()
    for (const member of members) this.members.add(member)
    this.room = { ...this.room, participants: members.map(participant) }
    this.tell({ _tag: "RoomChanged", roomId })
  }

  /** What is read now, unless reads fail. */
  #read<A>(value: () => A): Effect.Effect<A, LiveSourceUnavailable> {
    return Effect.suspend(() =>
      this.broken ? Effect.fail(new LiveSourceUnavailable({ message: "broken" })) : Effect.sync(value)
    )
  }

  readonly layer = Layer.succeed(LiveSource, {
    drawUpdate: Effect.suspend(() => {
      this.reads++
      return this.#read(() => this.draw)
    }),
    roomUpdate: (id) =>
      Effect.suspend(() => {
        this.roomReads++
        return this.#read(() => id === roomId ? this.room : null)
      }),
    roomMarks: (ids) =>
      this.#read(() => {
        this.marked.push(ids.length)
        return new Map(ids.flatMap((id) => id === roomId ? [[id, JSON.stringify(this.room)] as const] : []))
      }),
    walletUpdates: (ids) =>
      this.#read(() => new Map(ids.flatMap((id) => id === userId ? [[id, this.wallet] as const] : []))),
    isMember: (id, user) =>
      Effect.suspend(() => {
        const isMember = id === roomId && this.members.has(user)
        return Effect.delay(this.#read(() => isMember), this.membershipMillis)
      }),
    changes: Stream.suspend(() => {
      this.listens++
      return Stream.fromPubSub(this.changes).pipe(
        Stream.mapEffect((change) =>
          change === "lost" ? Effect.fail(new LiveSourceUnavailable({ message: "lost" })) : Effect.succeed(change)
        )
      )
    }),
    endedSessions: Stream.fromPubSub(this.#ended),
    authenticate: (token) => {
      const name = Redacted.value(token)
      const sessionId = sessions.get(name)
      return sessionId === undefined
        ? Effect.fail(new TokenRefused({ code: "unauthenticated", detail: "The token is not one of ours." }))
        : Effect.delay(
          Effect.succeed({ userId: name === "guest" ? guestId : userId, sessionId, expiresAt: this.expiresAt }),
          name === "slow" ? 1_000 : 0
        )
    }
  })
}

/** The port's clock is Effect's, so that `TestClock` moves it. */
const now = Layer.succeed(Now, { now: Effect.map(Clock.currentTimeMillis, instant) })

/** The hub on `stage`, serving `Sockets`. */
export const hub = (stage: Stage): Layer.Layer<never, never, Sockets> =>
  LiveHub.layer.pipe(Layer.provide([stage.layer, now]))

interface Event {
  readonly event: string
  readonly data: { readonly [name: string]: unknown }
  readonly channel?: string
}

/** The server's side of a connection whose reader is the test. */
export class LocalSocket implements LiveSocket {
  readonly clientAddress = "192.0.2.7"
  /** While true, nothing that is sent is taken. */
  slow = false
  closedWith: number | undefined
  readonly sent: Array<string> = []
  listener: SocketListener | undefined
  readonly topics = new Set<string>()
  #untaken = 0

  send(text: string): void {
    if (this.closedWith !== undefined) return
    this.sent.push(text)
    if (this.slow) this.#untaken += text.length
  }

  join(topic: string): void {
    this.topics.add(topic)
  }

  leave(topic: string): void {
    this.topics.delete(topic)
  }

  bufferedAmount(): number {
    return this.#untaken
  }

  close(code: number): void {
    if (this.closedWith !== undefined) return
    this.closedWith = code
    this.listener?.closed()
  }

  /** The reader takes all that was sent. */
  read(): void {
    this.#untaken = 0
    this.listener?.drained()
  }

  say(message: object): void {
    this.listener?.message(JSON.stringify(message))
  }

  /** What was sent since the last call. */
  events(): ReadonlyArray<Event> {
    return this.sent.splice(0).map((text): Event => JSON.parse(text))
  }
}

function* sendTo(sockets: ReadonlyArray<LocalSocket>, text: string): Iterable<void> {
  for (const [nth, socket] of sockets.entries()) {
    socket.send(text)
    if (socket.bufferedAmount() > 0) socket.listener?.behind?.()
    if (nth % 256 === 255) yield
  }
}

/** Connections without a network. */
export class LocalSockets {
  countRead: Sockets["Service"]["countRead"] = () => undefined
  #accept: ((socket: LiveSocket) => SocketListener) | undefined
  readonly #open: Array<LocalSocket> = []

  readonly layer = Layer.succeed(Sockets, {
    serve: (accept) =>
      Effect.sync(() => {
        this.#accept = accept
      }),
    countRead: (address, player) => this.countRead(address, player),
    publish: (topic, text) => sendTo(this.#open.filter(({ topics }) => topics.has(topic)), text)
  })

  connect(): LocalSocket {
    const socket = new LocalSocket()
    this.#open.push(socket)
    socket.listener = this.#accept?.(socket)
    return socket
  }
}

/** Lets everything happen that happens without time going by. */
export const settle = TestClock.adjust(0)

/** A hub on a stage, and connections to it. */
export const startHub = Effect.gen(function*() {
  const stage = new Stage()
  const sockets = new LocalSockets()
  yield* Layer.build(hub(stage).pipe(Layer.provide(sockets.layer)))
  yield* settle
  return { stage, sockets, connect: () => sockets.connect() }
})
