/** What floods are made of. */
import { frame } from "../live/Handshake.ts"

export interface Kind {
  readonly name: string
  /** Sent again and again, in one write. */
  readonly bytes: Buffer
  /** Over a WebSocket. */
  readonly isSocket: boolean
  /** Whether it reads what it is answered. */
  readonly reads: boolean
  /** How many do the same at once. */
  readonly connections: number
}

const get = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
const times = (count: number, bytes: Buffer) => Buffer.concat(Array.from({ length: count }, () => bytes))

export const kinds: ReadonlyArray<Kind> = [
  {
    name: "GETs of /docs, 300 in one write",
    bytes: times(300, get("/docs")),
    isSocket: false,
    reads: true,
    connections: 1
  },
  {
    name: "the same, and reads nothing",
    bytes: times(300, get("/docs")),
    isSocket: false,
    reads: false,
    connections: 1
  },
  { name: "GETs of /healthz", bytes: times(300, get("/healthz")), isSocket: false, reads: true, connections: 1 },
  { name: "WebSocket pings", bytes: times(1_000, frame(0x9, "")), isSocket: true, reads: true, connections: 1 },
  {
    name: "WebSocket texts",
    bytes: times(1_000, frame(0x1, "{\"type\":\"ping\"}")),
    isSocket: true,
    reads: true,
    connections: 1
  },
  {
    name: "WebSocket texts, 100 connections",
    bytes: times(1_000, frame(0x1, "{\"type\":\"ping\"}")),
    isSocket: true,
    reads: true,
    connections: 100
  }
]
