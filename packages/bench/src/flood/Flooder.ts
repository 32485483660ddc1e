/**
 * Anonymous connections that send as fast as they can, in a process of their own: `node Flooder.ts <port> <kind>`.
 *
 * Where the server ends one, it comes back a second later. They go on until nobody is left who started it.
 */
import { connect, type Socket } from "node:net"
import { handshake } from "../live/Handshake.ts"
import { type Kind, kinds } from "./Kinds.ts"

const [, , portText, name] = process.argv
const port = Number(portText)
const kind = kinds.find((each) => each.name === name)
if (kind === undefined) throw new Error(`there is no flood called ${String(name)}`)

/** Writes again whenever the kernel has taken the last. */
const flood = (socket: Socket, { bytes }: Kind): void => {
  const more = (): void => {
    if (socket.writable) socket.write(bytes, more)
  }
  more()
}

const attack = (kind: Kind): void => {
  const socket = connect(port, "127.0.0.1")
  socket.on("error", () => {}) // `close` follows
  socket.on("close", () => void setTimeout(attack, 1_000, kind))
  if (!kind.isSocket) flood(socket, kind)
  else {
    socket.write(handshake)
    socket.once("data", () => flood(socket, kind))
  }
  if (kind.reads) socket.resume()
  else if (!kind.isSocket) socket.pause()
}

process.once("disconnect", () => process.exit())
for (let nth = 0; nth < kind.connections; nth++) attack(kind)
