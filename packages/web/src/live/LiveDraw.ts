/**
 * What is told live of the draws, over the WebSocket (docs/api.md, "WebSocket").
 *
 * A lost connection is made again by itself, later and later; at once when the device says that it is online, or the reader comes
 * back to the page. A connection that has gone silent counts as lost.
 */
import type { Cents } from "@ddd/core/money/Money"
import { at, numberAt, textAt, timeAt } from "../api/Json.ts"
import { moneyAt } from "../api/Lottery.ts"
import { backoff } from "./Backoff.ts"

/** The newest state of the draw on sale. */
export interface DrawUpdate {
  readonly drawId: string
  readonly pot: Cents
  readonly entries: number
}

/** A draw opened, locked, was drawn or declared void. */
export interface DrawStatus {
  readonly drawId: string
  readonly status: string
}

export interface LiveListener {
  /** The server's time, as it was `ago` milliseconds ago. */
  readonly time: (millis: number, ago: number) => void
  readonly update: (update: DrawUpdate) => void
  readonly status: (status: DrawStatus) => void
  /** The connection stands, and the newest state follows. */
  readonly connected: () => void
  /** There is no connection; called again each time that one could not be made. */
  readonly lost: () => void
}

/** How often the server is asked for the time, and for a sign of life. Milliseconds. */
const pingInterval = 20_000
/** The server tells something at least at each ping. */
const silenceMax = 45_000

/** Listens until the page goes. */
export const listen = (url: string, listener: LiveListener): void => {
  let socket: WebSocket | undefined
  let failures = 0
  let retry: number | undefined
  let heardAt = 0
  let pingedAt = 0

  const say = (message: object): void => socket?.send(JSON.stringify(message))

  const ping = (): void => {
    pingedAt = performance.now()
    say({ type: "ping" })
  }

  const hear = (message: unknown): void => {
    const data = at(message, "data")
    switch (at(message, "event")) {
      case "connected":
        return listener.time(timeAt(data, "serverTime"), 0)
      case "pong":
        // it was answered about half way between asking and now
        return listener.time(timeAt(data, "serverTime"), (performance.now() - pingedAt) / 2)
      case "draw:update":
        return listener.update({
          drawId: textAt(data, "drawId"),
          pot: moneyAt(data, "prizePool"),
          entries: numberAt(data, "totalEntries")
        })
      case "draw:status":
        ping() // a countdown begins or ends: by the server's time as it is now
        return listener.status({ drawId: textAt(data, "drawId"), status: textAt(data, "status") })
      default:
        return
    }
  }

  /** The connection is no more, or was never made. */
  const lose = (lost: WebSocket): void => {
    if (socket !== lost) return
    socket = undefined
    lost.close()
    listener.lost()
    retry = setTimeout(connect, backoff(failures++, Math.random()))
  }

  const connect = (): void => {
    clearTimeout(retry)
    const opened = new WebSocket(url)
    socket = opened
    heardAt = performance.now()
    opened.addEventListener("open", () => {
      failures = 0
      say({ type: "subscribe", channel: "draw" })
      ping()
      listener.connected()
    })
    opened.addEventListener("message", ({ data }) => {
      heardAt = performance.now()
      try {
        hear(JSON.parse(String(data)))
      } catch {
        // an event that this page does not understand is one of a newer server
      }
    })
    opened.addEventListener("close", () => lose(opened))
  }

  setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return
    if (performance.now() - heardAt > silenceMax) lose(socket)
    else ping()
  }, pingInterval)

  const hurry = (): void => {
    if (socket === undefined) connect()
    else if (socket.readyState === WebSocket.OPEN) ping()
  }
  addEventListener("online", hurry)
  addEventListener("offline", () => {
    if (socket !== undefined) lose(socket)
  })
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry()
  })
  connect()
}
