/** The client: its services over one session, one list of kept requests and one live connection. */
import { makeApi, valueOf } from "./http/Api.ts"
import { makePatiently } from "./http/Patience.ts"
import { makeTransport } from "./http/Transport.ts"
import { Live } from "./live/Live.ts"
import { makeLock, platformClock, type Ports } from "./Ports.ts"
import { KeptRequests } from "./requests/KeptRequests.ts"
import { AuthService } from "./services/AuthService.ts"
import { LotteryService } from "./services/LotteryService.ts"
import { RoomsService } from "./services/RoomsService.ts"
import { TransactionService } from "./services/TransactionService.ts"
import { UserService } from "./services/UserService.ts"
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
  /** Ends what listens. */
  readonly close: () => void
}

/** Looked for when the first connection is made: whoever listens to nothing needs none. */
const platformSocket = (): typeof WebSocket => {
  const { WebSocket } = globalThis
  if (WebSocket === undefined) throw new Error("There is no WebSocket here: give makeClient one.")
  return WebSocket
}

/** Makes a client. Nothing is asked and nothing is read before one of its functions is called. */
export const makeClient = (ports: Ports): Client => {
  const { baseUrl, clock = platformClock, lock = makeLock(), random, storage } = ports
  const fetch = ports.fetch ?? ((request: Request, init: RequestInit) => globalThis.fetch(request, init))
  const time = new ServerClock(clock)
  const transport = makeTransport(fetch, clock, time)
  const open = makeApi(baseUrl, transport, null)
  const refresh = async (refreshToken: string) =>
    (await valueOf(open.POST("/auth/refresh", { body: { refreshToken } }))).tokens
  const session = new Session({ storage, lock, clock, random, refresh })
  const signed = makeApi(baseUrl, transport, {
    accessToken: () => session.accessToken(),
    renewed: (rejected) => session.renewed(rejected)
  })
  const requests = new KeptRequests({
    storage,
    lock,
    clock,
    time,
    random,
    session,
    senders: {
      ticket: (body, key) =>
        valueOf(signed.POST("/lottery/purchase-ticket", { params: { header: { "idempotency-key": key } }, body })),
      roomTicket: ({ roomId }, key) =>
        valueOf(signed.POST("/rooms/{id}/purchase-ticket", {
          params: { path: { id: roomId }, header: { "idempotency-key": key } }
        })),
      withdrawal: (body, key) =>
        valueOf(signed.POST("/wallet/withdraw", { params: { header: { "idempotency-key": key } }, body }))
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
  const endPresence = ports.presence?.((presence) => {
    live.tell(presence)
    // what cannot be read now is read when it is needed
    if (presence === "active") session.sync().catch(() => {})
  })
  return {
    auth: new AuthService(open, signed, session),
    lottery: new LotteryService(open, signed, requests, time, makePatiently(clock, random)),
    user: new UserService(signed, requests, session),
    transactions: new TransactionService(signed),
    rooms: new RoomsService(signed, requests),
    requests,
    time,
    live,
    close: () => {
      endPresence?.()
      live.close()
    }
  }
}
