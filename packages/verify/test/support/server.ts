/** A server that shows days of a lottery, honestly unless it is told otherwise. */
import { createServer } from "node:http"
import { operator, type PlayedDay } from "./days.ts"

export interface Shown {
  readonly status?: number
  readonly body?: string | object
  readonly headers?: Readonly<Record<string, string>>
  /** A byte of the body every so often, and no end. */
  readonly dripMillis?: number
}

export interface LotteryServer extends AsyncDisposable {
  readonly url: string
  /** What it shows; may be changed while it runs. */
  days: ReadonlyArray<PlayedDay>
  /** Answers instead, where it has something to say to a path. */
  lie: (path: string) => Shown | undefined
  vkeys: string
  /** How many draws a page of the history holds. */
  pageSize: number
  readonly asked: ReadonlyArray<string>
}

const notFound: Shown = { status: 404, body: {} }

const truth = ({ days, pageSize, vkeys }: LotteryServer, url: URL): Shown => {
  const { pathname, searchParams } = url
  if (pathname === "/log/vkey") return { body: vkeys }
  if (pathname === "/lottery/current-draw") {
    const current = days.find(({ stage }) => stage === "open")
    return current === undefined ? { status: 503, body: {} } : { body: current.told }
  }
  if (pathname === "/lottery/draw-history") {
    const over = days.filter(({ day, stage }) => stage !== "open" && day < (searchParams.get("cursor") ?? "9999"))
      .toReversed()
    const items = over.slice(0, pageSize)
    return {
      body: { items: items.map(({ told }) => told), nextCursor: over.length > pageSize ? items.at(-1)?.day : null }
    }
  }
  const [, asked, part] = /^\/lottery\/draws\/([^/]+)\/(proof|records)$/.exec(pathname) ?? []
  const day = days.find((each) => each.day === asked)
  if (day === undefined) return notFound
  return { body: part === "proof" ? day.bundle : day.notes }
}

export const serveDays = (days: ReadonlyArray<PlayedDay>): Promise<LotteryServer> => {
  const asked: Array<string> = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost")
    asked.push(`${url.pathname}${url.search}`)
    const shown = lottery.lie(`${url.pathname}${url.search}`) ?? truth(lottery, url)
    const { body = "", dripMillis, headers = {}, status = 200 } = shown
    response.writeHead(status, headers)
    if (dripMillis === undefined) return void response.end(typeof body === "string" ? body : JSON.stringify(body))
    response.write("{")
    const drip = setInterval(() => response.write(" "), dripMillis)
    response.on("close", () => clearInterval(drip))
  })
  const lottery: LotteryServer = {
    url: "",
    days,
    lie: () => undefined,
    vkeys: `${operator.vkey}\n`,
    pageSize: 100,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resolve(Object.assign(lottery, { url: `http://127.0.0.1:${port}` }))
    })
  })
}
