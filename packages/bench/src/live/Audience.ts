/**
 * Those who listen, in a process of their own: so many WebSockets, of which the frames are counted and no more is done than must be.
 *
 * `node Audience.ts`, told what to do over IPC: see `Hubs.ts`. It goes on until nobody is left who started it.
 */
import { Schema } from "effect"
import { connect, type Socket } from "node:net"
import { handshakeAt, subscribe, textFrame } from "./Handshake.ts"
import { AudienceOrder, type Heard, type Speech } from "./Orders.ts"

interface Speaking {
  readonly path: string
  /** Said once the connection is open. */
  readonly first: Buffer
  /** What answers a message, where one is to be answered. */
  readonly answer?: readonly [message: number, answer: Buffer]
}

const speakings: Readonly<Record<Speech, Speaking>> = {
  ddd: { path: "/ws", first: subscribe },
  // Engine.IO's ping is the text `2`, its pong `3`; Socket.IO's connect is `40`
  "socket.io": {
    path: "/socket.io/?EIO=4&transport=websocket",
    first: textFrame("40"),
    answer: ["2".charCodeAt(0), textFrame("3")]
  }
}

/** Frames of updates, and when those of some connections came, with the entries that they told of. */
let frames = 0
let arrivals: Array<Heard> = []

const entriesOf = /"totalEntries":(\d+)/

const note = (text: string): void => {
  const entries = Number(entriesOf.exec(text)?.[1])
  if (entries > 0) arrivals.push([entries, performance.timeOrigin + performance.now()])
}

/** Reads what one connection is sent: the answer to its handshake, then frames of less than 64 KiB, in whatever pieces. */
const reader = (socket: Socket, { answer, first }: Speaking, isTimed: boolean) => {
  let rest: Buffer | undefined
  let isOpen = false
  return (length: number, buffer: Uint8Array): boolean => {
    const piece = Buffer.from(buffer.buffer, buffer.byteOffset, length)
    const bytes = rest === undefined ? piece : Buffer.concat([rest, piece])
    let at = 0
    if (!isOpen) {
      const end = bytes.indexOf("\r\n\r\n")
      if (end < 0) {
        rest = Buffer.from(bytes)
        return true
      }
      if (bytes.toString("latin1", 9, 12) !== "101") throw new Error(`refused: ${bytes.toString("latin1", 0, end)}`)
      isOpen = true
      at = end + 4
      socket.write(first)
    }
    while (bytes.length >= at + 2) {
      const short = (bytes[at + 1] ?? 0) & 0x7f
      const start = at + (short === 126 ? 4 : 2)
      if (bytes.length < start) break
      const size = short === 126 ? bytes.readUInt16BE(at + 2) : short
      if (bytes.length < start + size) break
      // an update is longer than what else is said to everybody
      if (size > 80) {
        frames++
        if (isTimed) note(bytes.toString("latin1", start, start + size))
      }
      if (answer !== undefined && size === 1 && bytes[start] === answer[0]) socket.write(answer[1])
      at = start + size
    }
    // the buffer is used again
    rest = at === bytes.length ? undefined : Buffer.from(bytes.subarray(at))
    return true
  }
}

/** Of so many connections one tells how late its updates are: to look at each would take more than to read it. */
const timedEvery = 50
/** What all connections read into, one after the other. */
const shared = Buffer.allocUnsafe(64 * 1024)

const openingAtOnce = 64

let sockets: Array<Socket> = []

/** Opens connections, a few at a time; from several addresses, of which each has ports enough. */
const open = async (port: number, count: number, speech: Speech): Promise<void> => {
  const speaking = speakings[speech]
  let opened = 0
  const next = async (): Promise<void> => {
    if (opened >= count) return
    const nth = opened++
    await new Promise<void>((resolve, reject) => {
      const socket = connect({
        port,
        host: "127.0.0.1",
        localAddress: `127.0.1.${1 + Math.floor(nth / 5_000)}`,
        noDelay: true,
        onread: { buffer: shared, callback: (length, buffer) => read(length, buffer) }
      }, () => {
        socket.write(handshakeAt(speaking.path))
        resolve()
      })
      const read = reader(socket, speaking, nth % timedEvery === 0)
      socket.once("error", reject)
      sockets.push(socket)
    })
    await next()
  }
  await Promise.all(Array.from({ length: openingAtOnce }, () => next()))
}

const obey = async (order: AudienceOrder): Promise<void> => {
  switch (order.order) {
    case "open":
      await open(order.port, order.count, order.speech)
      break
    case "count":
      frames = 0
      arrivals = []
      break
    case "leave":
      for (const socket of sockets) socket.destroy()
      sockets = []
  }
  process.send?.({ frames, arrivals })
}

process.on("message", (order) => void obey(Schema.decodeUnknownSync(AudienceOrder)(order)))
process.once("disconnect", () => process.exit())
