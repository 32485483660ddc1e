/** What the live client says to the server of its channels, and what it makes of the answers. */
import { assert, describe, it } from "@effect/vitest"
import { type Client, type LiveView, makeClient, memoryStorage, type SocketPort } from "../src/index.ts"

/** A server of a few lines, which tells what it is made to tell; a clock that is moved. */
const stage = () => {
  let now = 0
  let timers: ReadonlyArray<{ readonly at: number; readonly work: () => void }> = []
  const said: Array<string> = []
  /** Those of the newest socket. */
  let listeners = new Map<string, (event: { readonly data?: unknown }) => void>()
  class Told implements SocketPort {
    readonly #own: typeof listeners = listeners = new Map()
    addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void {
      const before = this.#own.get(type)
      this.#own.set(type, (event) => {
        before?.(event)
        listener(event)
      })
    }
    send(text: string): void {
      const { channel, type } = JSON.parse(text) as { readonly type: string; readonly channel?: string }
      said.push(channel === undefined ? type : `${type} ${channel}`)
      if (type === "auth") tell("authenticated", { expiresAt: "2100-01-01T00:00:00.000Z" })
      if (type === "subscribe") tell("subscribed", { channel })
      if (type === "unsubscribe") tell("unsubscribed", { channel })
      if (type === "ping") tell("pong", { serverTime: "2026-02-03T10:30:00.000Z" })
    }
    close(): void {}
  }
  const tell = (event: string, data: object) =>
    queueMicrotask(() => listeners.get("message")?.({ data: JSON.stringify({ event, data }) }))
  const storage = memoryStorage()
  void storage.setItem(
    "ddd.session",
    JSON.stringify({ userId: "ann", accessToken: "a", refreshToken: "r", expiresAt: 1e15 })
  )
  const client: Client = makeClient({
    baseUrl: "http://127.0.0.1:1",
    storage,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    WebSocket: Told,
    clock: {
      now: () => now,
      setTimeout: (work, millis) => {
        const timer = { at: now + millis, work }
        timers = [...timers, timer]
        return timer
      },
      clearTimeout: (timer) => {
        timers = timers.filter((each) => each !== timer)
      }
    }
  })
  /** Everything that can happen without time. */
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
  return {
    client,
    said,
    settle,
    tell: (event: string, data: object) => {
      tell(event, data)
      return settle()
    },
    open: () => {
      listeners.get("open")?.({})
      return settle()
    },
    lose: () => {
      listeners.get("close")?.({})
      return settle()
    },
    pass: async (millis: number) => {
      const until = now + millis
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        timers = timers.filter((each) => each !== next)
        now = next.at
        next.work()
        await settle()
      }
      now = until
    }
  }
}

const update = (totalEntries: number) => ({ drawId: "d", prizePool: "1.00", totalEntries })

describe("a channel", () => {
  it("is stale on each connection until its state is told, or that there is nothing", async () => {
    const { client, lose, open, pass, tell } = stage()
    let view: LiveView<unknown> | undefined
    client.live.watchDraw((now) => view = now)
    await open()
    assert.deepInclude(view, { data: null, isStale: true })
    await tell("draw:update", update(1))
    assert.deepInclude(view, { data: update(1), isStale: false })
    await lose()
    await pass(1_000)
    await open()
    // what is answered meanwhile says nothing of the draw
    await tell("pong", { serverTime: "2026-02-03T10:30:00.000Z" })
    await pass(21_000)
    assert.deepInclude(view, { data: update(1), isStale: true })
    await tell("nothing", { channel: "draw" })
    assert.deepInclude(view, { data: null, isStale: false })
    client.close()
  })

  it("is left once nobody has listened for five seconds, however many others are listened to by then", async () => {
    const { client, open, pass, said, settle } = stage()
    let end = client.live.watchRoom("room-0", () => {})
    await open()
    for (let nth = 1; nth <= 5; nth++) {
      await pass(2_000)
      end()
      end = client.live.watchRoom(`room-${nth}`, () => {})
      await settle()
    }
    await pass(5_000)
    assert.deepStrictEqual(
      said.filter((message) => message.startsWith("unsubscribe")),
      [0, 1, 2, 3, 4].map((nth) => `unsubscribe lobby:room-${nth}`)
    )
    client.close()
  })

  it("that is listened to again was left only if nobody did for so long", async () => {
    const { client, open, pass, said, tell } = stage()
    client.live.watchWallet(() => {})
    const end = client.live.watchDraw(() => {})
    await open()
    end()
    await pass(3_000)
    client.live.watchDraw(() => {})()
    await pass(4_000)
    assert.notInclude(said, "unsubscribe draw")
    await pass(1_000)
    assert.include(said, "unsubscribe draw")
    // what was on its way is of no subscription any more
    await tell("draw:update", update(7))
    client.live.watchDraw(() => {})
    assert.strictEqual(said.filter((message) => message === "subscribe draw").length, 2)
    client.close()
  })
})
