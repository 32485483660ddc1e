import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Channel, type Reader } from "../../src/live/Channel.ts"

/** A reader that takes what it is sent only when told to. */
class Slow implements Reader {
  readonly had = new Map<string, string>()
  sent = 0
  open = true

  send(message: string): void {
    const [subject = "", text = ""] = message.split("=")
    this.had.set(subject, text)
    this.sent++
  }

  ready(): boolean {
    return this.open
  }
}

describe("Channel", () => {
  it("brings every reader to the newest of each subject, however slow, and sends nothing twice", () =>
    fc.assert(fc.property(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(3), fc.boolean()), { maxLength: 40 }),
      (steps) => {
        const [channel, reader] = [new Channel(), new Slow()]
        channel.subscribe(reader)
        const newest = new Map<string, string>()
        let puts = 0
        for (const [subject, value, ready] of steps) {
          assert.strictEqual(channel.put(subject, `${subject}=${value}`), newest.get(subject) !== `${value}`)
          if (newest.get(subject) !== `${value}`) puts++
          newest.set(subject, `${value}`)
          reader.open = ready
          channel.catchUp(reader)
          if (ready) assert.deepStrictEqual(reader.had, newest)
        }
        reader.open = true
        channel.catchUp(reader)
        assert.deepStrictEqual(reader.had, newest)
        assert.isAtMost(reader.sent, puts)
        const { sent } = reader
        channel.catchUp(reader)
        assert.strictEqual(reader.sent, sent)
      }
    )))

  it("remembers the 16 subjects that changed last", () => {
    const [channel, reader] = [new Channel(), new Slow()]
    channel.subscribe(reader)
    for (let i = 0; i < 100; i++) channel.put(`s${i}`, `s${i}=1`)
    channel.catchUp(reader)
    assert.deepStrictEqual([...reader.had.keys()], Array.from({ length: 16 }, (_, i) => `s${84 + i}`))
  })
})
