import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Channel, type Reader } from "../../src/live/Channel.ts"

/** A reader that takes what it is sent only when told to. */
class Slow implements Reader {
  readonly had = new Map<string, string>()
  readonly topics = new Set<string>()
  sent = 0
  isOpen = true
  #untaken = false

  send(message: string): void {
    const [subject = "", text = ""] = message.split("=")
    this.had.set(subject, text)
    this.sent++
    this.#untaken = !this.isOpen
  }

  join(topic: string): void {
    this.topics.add(topic)
  }

  leave(topic: string): void {
    this.topics.delete(topic)
  }

  ready(): boolean {
    return !this.#untaken
  }

  /** Takes all of it. */
  read(): void {
    this.#untaken = false
  }
}

/** Sends what is new, as an engine does that looks at once whether it was taken, or only `later`. */
const publish = (channel: Channel, reader: Slow, later = false) => {
  const parts = channel.publish(function*(topic, message) {
    if (reader.topics.has(topic)) reader.send(message)
    yield
  })
  for (const _ of parts) if (!later && !reader.ready()) channel.fallBehind(reader)
}

describe("Channel", () => {
  it("brings every reader to the newest of each subject, however slow", () =>
    fc.assert(fc.property(
      fc.array(
        fc.record({
          subject: fc.constantFrom("a", "b", "c"),
          value: fc.nat(3),
          isOpen: fc.boolean(),
          reads: fc.boolean(),
          isNoticed: fc.boolean()
        }),
        { maxLength: 40 }
      ),
      (steps) => {
        const [channel, reader] = [new Channel("topic"), new Slow()]
        channel.subscribe(reader)
        const newest = new Map<string, string>()
        for (const { isNoticed, isOpen, reads, subject, value } of steps) {
          assert.strictEqual(channel.put(subject, `${subject}=${value}`), newest.get(subject) !== `${value}`)
          newest.set(subject, `${value}`)
          reader.isOpen = isOpen
          publish(channel, reader, !isNoticed)
          if (!reader.ready() && isNoticed) channel.fallBehind(reader)
          if (reads) {
            reader.read()
            channel.catchUp(reader)
          }
          if (reads && isOpen) assert.deepStrictEqual(reader.had, newest)
        }
        reader.isOpen = true
        reader.read()
        channel.catchUp(reader)
        assert.deepStrictEqual(reader.had, newest)
        const { sent } = reader
        channel.catchUp(reader)
        publish(channel, reader)
        assert.strictEqual(reader.sent, sent)
      }
    )))

  it("sends who is behind nothing before it has read, and then the newest alone", () => {
    const [channel, reader] = [new Channel("topic"), new Slow()]
    channel.subscribe(reader)
    reader.isOpen = false
    for (let i = 1; i <= 100; i++) {
      channel.put("a", `a=${i}`)
      publish(channel, reader)
    }
    assert.strictEqual(reader.sent, 1)
    reader.isOpen = true
    reader.read()
    channel.catchUp(reader)
    assert.deepStrictEqual([reader.sent, reader.had.get("a")], [2, "100"])
  })

  it("sends who has read nothing yet no state, however often it subscribes, and then the newest alone", () => {
    const [channel, reader, first] = [new Channel("topic"), new Slow(), new Slow()]
    channel.subscribe(first)
    for (const text of ["status=1", "state=1"]) channel.put(text.split("=")[0] ?? "", text)
    publish(channel, first)
    reader.isOpen = false
    reader.send("before=1")
    for (let i = 0; i < 100; i++) channel.subscribe(reader, "state")
    channel.put("state", "state=2")
    publish(channel, first)
    publish(channel, reader)
    assert.strictEqual(reader.sent, 1)
    reader.isOpen = true
    reader.read()
    channel.catchUp(reader)
    assert.deepStrictEqual([...reader.had], [["before", "1"], ["state", "2"]])
    assert.strictEqual(reader.sent, 2)
  })

  it("goes on with what is new meanwhile where it is publishing already", () => {
    const [channel, reader] = [new Channel("topic"), new Slow()]
    channel.subscribe(reader)
    channel.put("a", "a=1")
    const parts = channel.publish(function*(topic, message) {
      yield
      if (reader.topics.has(topic)) reader.send(message)
    })[Symbol.iterator]()
    parts.next()
    channel.put("b", "b=1")
    publish(channel, reader)
    assert.strictEqual(reader.sent, 0)
    while (parts.next().done !== true);
    assert.deepStrictEqual([...reader.had], [["a", "1"], ["b", "1"]])
  })

  it("publishes again after a publishing that was ended half way", () => {
    const [channel, reader] = [new Channel("topic"), new Slow()]
    channel.subscribe(reader)
    channel.put("a", "a=1")
    const parts = channel.publish(function*() {
      yield
    })[Symbol.iterator]()
    parts.next()
    parts.return?.()
    publish(channel, reader)
    assert.deepStrictEqual([...reader.had], [["a", "1"]])
  })

  it("remembers the 16 subjects that changed last", () => {
    const [channel, reader] = [new Channel("topic"), new Slow()]
    channel.subscribe(reader)
    reader.isOpen = false
    channel.put("first", "first=1")
    publish(channel, reader)
    for (let i = 0; i < 100; i++) channel.put(`s${i}`, `s${i}=1`)
    reader.isOpen = true
    reader.read()
    channel.catchUp(reader)
    assert.deepStrictEqual([...reader.had.keys()].slice(1), Array.from({ length: 16 }, (_, i) => `s${84 + i}`))
  })
})
