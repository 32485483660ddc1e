/** How long the live client waits between two tries, where nobody listens. */
import { assert, describe, it } from "@effect/vitest"
import { makeClient, memoryStorage, type SocketPort } from "../src/index.ts"

/** The waits of so many failed tries, in milliseconds, for one who draws this part of each limit, 0 to 255 of 256. */
const waits = (tries: number, part: number): ReadonlyArray<number> => {
  let now = 0
  const found: Array<number> = []
  let timers: ReadonlyArray<{ readonly at: number; readonly work: () => void }> = []
  let refuse = () => {}
  class Refused implements SocketPort {
    addEventListener(type: string, listener: (event: object) => void): void {
      if (type === "close") refuse = () => listener({})
    }
    send(): void {}
    close(): void {}
  }
  const client = makeClient({
    baseUrl: "http://127.0.0.1:1",
    storage: memoryStorage(),
    random: (bytes) => bytes === 2 ? Uint8Array.of(part, 0) : crypto.getRandomValues(new Uint8Array(bytes)),
    WebSocket: Refused,
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
  client.live.watchDraw(() => {})
  for (let nth = 0; nth < tries; nth++) {
    const begin = now
    refuse()
    const [next] = [...timers].sort((a, b) => a.at - b.at)
    timers = timers.filter((each) => each !== next)
    now = next?.at ?? Number.NaN
    found.push(now - begin)
    next?.work()
  }
  client.close()
  assert.deepStrictEqual(timers, [])
  return found
}

describe("the wait before the next try", () => {
  it("is anywhere below a limit that doubles from half a second to thirty", () => {
    const limits = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    assert.deepStrictEqual(waits(8, 128), limits.map((limit) => limit / 2))
    assert.deepStrictEqual(waits(8, 0), limits.map(() => 0))
    for (const [nth, wait] of waits(8, 255).entries()) assert.isBelow(wait, limits[nth] ?? 0)
  })
})
