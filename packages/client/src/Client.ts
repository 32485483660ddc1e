/** The client: its services over one session, one list of kept requests and one live connection. */
import { DddError } from "./Errors.ts"
import { makeApi, makeSend, valueOf } from "./http/Api.ts"
import { makePatiently } from "./http/Patience.ts"
import { makeTransport } from "./http/Transport.ts"
import { Live } from "./live/Live.ts"
import { makeLock, platformClock, type Ports, type Random, reportedLock } from "./Ports.ts"
import { KeptRequests } from "./requests/KeptRequests.ts"
import { AuthService } from "./services/AuthService.ts"
import { LotteryService } from "./services/LotteryService.ts"
import { RoomsService } from "./services/RoomsService.ts"
import { TransactionService } from "./services/TransactionService.ts"
import { UserService } from "./services/UserService.ts"
import { EndingSessions } from "./session/EndingSessions.ts"
import { Session } from "./session/Session.ts"
import { ServerClock } from "./time/ServerClock.ts"

export interface Client {
  readonly auth: AuthService
  readonly lottery: LotteryService
  readonly user: UserService
  readonly transactions: TransactionService
  readonly rooms: RoomsService
  /** Requests that move money whose answers are not known yet: `settle()` them after a start, and when the device is online again. */
  readonly requests: Pick<KeptRequests, "list" | "onSettled" | "settle">
  /** What is told live. */
  readonly live: Live
  /** The server's time. */
  readonly time: Pick<ServerClock, "isKnown" | "now">
  /**
   * Sends a request to this server as the player who is signed in, for what no service is for. The answer has come whole, and its status is
   * 2xx; anything else rejects as the services do.
   */
  readonly send: (request: Request) => Promise<Response>
  /** Ends what listens. */
  readonly close: () => void
}

/** Looked for when the first connection is made: whoever listens to nothing needs none. */
const platformSocket = (): typeof WebSocket => {
  const { WebSocket } = globalThis
  if (WebSocket === undefined) throw new Error("There is no WebSocket here: give makeClient one.")
  return WebSocket
}

const addressForm = /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/i

/** Throws `invalid_request` for what would fail, or sell the same key twice, only once it is used. */
const checkPorts = (baseUrl: string, random: Random): void => {
  if (!addressForm.test(baseUrl)) {
    throw new DddError("invalid_request", "baseUrl is the server's address, as https://lottery.example.com.")
  }
  const [one, other] = [random(16), random(16)]
  const isBytes = [one, other].every((bytes) => ArrayBuffer.isView(bytes) && bytes.length === 16)
  if (!isBytes || one.join() === other.join()) {
    throw new DddError("invalid_request", "random gives as many bytes as asked for, at once, and others each time.")
  }
}

/**
 * Makes a client. Nothing is asked and nothing is read before one of its functions is called. Throws `invalid_request` for a `baseUrl` that
 * is no address of HTTP, and for a `random` that is none.
 */
export const makeClient = (ports: Ports): Client => {
  const { baseUrl, clock = platformClock, random, storage } = ports
  checkPorts(baseUrl, random)
  const lock = reportedLock(ports.lock ?? makeLock())
  const fetch = ports.fetch ?? ((request: Request, init: RequestInit) => globalThis.fetch(request, init))
  const time = new ServerClock(clock)
  const transport = makeTransport(fetch, clock, time)
  const open = makeApi(baseUrl, makeSend(transport, null))
  const refresh = async (refreshToken: string) =>
    (await valueOf(open.POST("/auth/refresh", { body: { refreshToken } }))).tokens
  const session = new Session({ storage, lock, clock, random, refresh })
  const send = makeSend(transport, session)
  const signed = makeApi(baseUrl, send)
  /** The same of this player alone. */
  const as = (userId: string) =>
    makeApi(
      baseUrl,
      makeSend(transport, {
        player: () => Promise.resolve(userId),
        accessToken: () => session.accessToken(userId),
        renewed: (rejected) => session.renewed(rejected, userId),
        check: () => session.check(userId)
      })
    )
  const requests = new KeptRequests({
    storage,
    lock,
    clock,
    time,
    random,
    session,
    senders: {
      ticket: (body, key, userId) =>
        valueOf(as(userId).POST("/lottery/purchase-ticket", { params: { header: { "idempotency-key": key } }, body })),
      roomTicket: ({ roomId }, key, userId) =>
        valueOf(
          as(userId).POST("/rooms/{id}/purchase-ticket", {
            params: { path: { id: roomId }, header: { "idempotency-key": key } }
          })
        ),
      withdrawal: (body, key, userId) =>
        valueOf(as(userId).POST("/wallet/withdraw", { params: { header: { "idempotency-key": key } }, body })),
      checkout: (body, key, userId) =>
        valueOf(as(userId).POST("/wallet/checkout", { params: { header: { "idempotency-key": key } }, body }))
    }
  })
  const live = new Live({
    url: `${baseUrl.replace(/^http/, "ws").replace(/\/+$/, "")}/ws`,
    open: (url) => new (ports.WebSocket ?? platformSocket())(url),
    clock,
    random,
    session,
    time
  })
  const ending = new EndingSessions(
    storage,
    lock,
    (refreshToken) => open.POST("/auth/sign-out", { body: { refreshToken } })
  )
  const endPresence = ports.presence?.((presence) => {
    live.tell(presence)
    // what cannot be read now is read when it is needed
    if (presence === "active" || presence === "shared") session.sync().catch(() => {})
    if (presence === "active" || presence === "online") ending.retry().catch(() => {})
  })
  return {
    auth: new AuthService(open, signed, session, ending),
    lottery: new LotteryService(open, signed, requests, time, makePatiently(clock, random)),
    user: new UserService(signed, requests, session),
    transactions: new TransactionService(signed, requests),
    rooms: new RoomsService(signed, requests),
    requests: {
      list: () => requests.list(),
      onSettled: (listener) => requests.onSettled(listener),
      settle: () => {
        ending.retry().catch(() => {})
        return requests.settle()
      }
    },
    time,
    live,
    send,
    close: () => {
      endPresence?.()
      live.close()
    }
  }
}
