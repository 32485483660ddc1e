/**
 * A hub as a team would write it with a library: `node Peer.ts <name> <port>`, on the database that `DATABASE_URL` names.
 *
 * It hears of sales by the notices that our own servers listen to, reads the state of the draw, at most 20 times a second, and sends it to
 * all who are connected. It asks nobody who they are, limits nothing, and looks for no connection that is gone: it does less than a hub
 * that could be put into service. `bare` and `bare uws` do nothing but write one frame to each: what is left is the kernel's.
 */
import { uWS } from "@ddd/uws"
import { createServer as createHttpServer } from "node:http"
import { createServer, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { Server } from "socket.io"
import { WebSocketServer } from "ws"

interface Update {
  readonly drawId: string
  readonly prizePool: string
  readonly totalEntries: number
}

/** Sends an update to all. */
type Broadcast = (update: Update) => void

const textOf = (data: Update) => JSON.stringify({ event: "draw:update", data, channel: "draw" })

const listening = (server: ReturnType<typeof createServer>, port: number) =>
  new Promise<void>((resolve) => server.listen(port, "127.0.0.1", 4_096, resolve))

const hubs: Readonly<Record<string, (port: number) => Promise<Broadcast>>> = {
  "ws": async (port) => {
    const http = createHttpServer()
    const hub = new WebSocketServer({ server: http, path: "/ws", perMessageDeflate: false })
    await listening(http, port)
    return (update) => {
      const text = textOf(update)
      for (const client of hub.clients) if (client.readyState === client.OPEN) client.send(text)
    }
  },
  "socket.io": async (port) => {
    const http = createHttpServer()
    const hub = new Server(http, { transports: ["websocket"], perMessageDeflate: false })
    hub.on("connection", (socket) => void socket.join("draw"))
    await listening(http, port)
    return (update) => void hub.to("draw").emit("draw:update", update)
  },
  "bare": async (port) => {
    const sockets = new Set<Socket>()
    await listening(
      createServer({ noDelay: true }, (socket) => {
        socket.once("data", () => {
          socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
          sockets.add(socket)
        })
        socket.on("error", () => {}) // `close` follows
        socket.once("close", () => sockets.delete(socket))
      }),
      port
    )
    return (update) => {
      const text = Buffer.from(textOf(update))
      const frame = Buffer.concat([Buffer.from([0x81, 126, 0, text.length]), text])
      for (const socket of sockets) socket.write(frame)
    }
  },
  "bare uws": async (port) => {
    const app = uWS.App().ws("/ws", { open: (socket) => void socket.subscribe("draw") })
    await new Promise<void>((resolve) => app.listen("127.0.0.1", port, () => resolve()))
    return (update) => void app.publish("draw", textOf(update))
  }
}

const [, , name = "", port] = process.argv
const hub = hubs[name]
if (hub === undefined) throw new Error(`there is no hub called ${name}`)
const broadcast = await hub(Number(port))

const client = new Client({ connectionString: process.env["DATABASE_URL"] })
await client.connect()

let isStale = false
let isReading = false

/** Reads and sends as long as something has changed, 20 times a second at most. */
const read = async (): Promise<void> => {
  if (isReading) return
  isReading = true
  while (isStale) {
    isStale = false
    const { rows } = await client.query<{ id: string; prize_pool: string; total_entries: string }>({
      name: "draw",
      text: `SELECT id, prize_pool, total_entries FROM draws WHERE status = 'open' AND kind = 'daily' LIMIT 1`
    })
    const [draw] = rows
    if (draw !== undefined) {
      broadcast({ drawId: draw.id, prizePool: draw.prize_pool, totalEntries: Number(draw.total_entries) })
    }
    await sleep(50)
  }
  isReading = false
}

client.on("notification", () => {
  isStale = true
  void read()
})
await client.query("LISTEN ddd_draws")
process.once("disconnect", () => process.exit())
process.send?.("ready")
