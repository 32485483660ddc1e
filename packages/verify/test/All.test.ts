import { type Day, dayAfter, parseDay } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { joint, type Link } from "../src/all/Chain.ts"
import { verify } from "../src/Verify.ts"
import type { VerifyFlags } from "../src/VerifyOptions.ts"
import { makeSigner, operator, playDay, playDays } from "./support/days.ts"
import { type LotteryServer, serveDays, type Shown } from "./support/server.ts"
import { makeTerminal } from "./support/terminal.ts"

const first = parseDay("2026-02-01") ?? assert.fail()
const at = (index: number): Day => dayAfter(first, index)

/** A week: six draws that are over, one of them void, one that is locked, one on sale and two to come. */
const week = playDays(first, ["drawn", "drawn", "drawn", "void", "drawn", "drawn", "locked", "open", "open", "open"])
const pinned: VerifyFlags = { vkey: [operator.vkey] }

const ask = async (server: LotteryServer, flags: VerifyFlags = pinned) => {
  const terminal = makeTerminal()
  const code = await verify(undefined, { ...flags, all: server.url }, terminal)
  return { code, lines: terminal.printed, text: terminal.printed.join("\n") }
}

/** What is found of a week that the server shows otherwise than it was. */
const askLiar = async (change: (server: LotteryServer) => void, flags: VerifyFlags = pinned) => {
  await using server = await serveDays(week)
  change(server)
  return await ask(server, flags)
}

const proofOf = (index: number): string => `/lottery/draws/${at(index)}/proof`
const answering = (path: string, shown: Shown) => (server: LotteryServer) => {
  server.lie = (asked) => asked === path ? shown : undefined
}

describe("verify --all", () => {
  it("finds an honest server's draws valid, void or pending, a line each and the counts last", async () => {
    const { code, lines } = await askLiar(() => {})
    assert.strictEqual(code, 0)
    assert.lengthOf(lines, 11)
    assert.match(lines[1] ?? "", /^2026-02-02 +1 entry {2}VALID SIGNED$/)
    assert.match(lines[3] ?? "", /^2026-02-04 +3 entries {2}VOID$/)
    assert.match(lines[6] ?? "", /^2026-02-07 +6 entries {2}PENDING LOCKED$/)
    assert.match(lines[9] ?? "", /^2026-02-10 +– {2}PENDING OPEN$/)
    assert.strictEqual(
      lines[10],
      "10 draws from 2026-02-01 to 2026-02-10: 5 valid, 1 void, 4 pending, 0 invalid, 0 missing, 0 unreadable"
    )
  })

  it("goes through the history page by page", async () => {
    await using server = await serveDays(week)
    server.pageSize = 2
    assert.strictEqual((await ask(server)).code, 0)
    assert.lengthOf(server.asked.filter((path) => path.startsWith("/lottery/draw-history")), 4)
  })

  it("gives machines everything", async () => {
    await using server = await serveDays(week.filter((_, index) => index !== 2))
    const { code, text } = await ask(server, { ...pinned, json: true })
    const report: {
      readonly draws: ReadonlyArray<{ readonly day: string; readonly verdict: string }>
      readonly missing: ReadonlyArray<object>
      readonly exit: number
    } = JSON.parse(text)
    assert.deepStrictEqual([code, report.exit], [1, 1])
    assert.deepInclude(report.draws[0], { day: "2026-02-01", verdict: "VALID SIGNED" })
    assert.deepStrictEqual(report.missing, [{ hash: week[2]?.openHash, after: at(1), before: at(3) }])
  })

  it("holds each draw against the pinned key", async () => {
    const { code, text } = await askLiar(() => {}, { vkey: [makeSigner(8).vkey] })
    assert.strictEqual(code, 1)
    assert.include(text, "INVALID 2")
    assert.include(text, "10 invalid")
    assert.include((await askLiar(() => {}, {})).text, "VALID ARITHMETIC")
  })

  it("finds a draw that is hidden, wherever in the row it was", async () => {
    for (const hidden of [0, 1, 3, 5, 6, 7]) {
      const { code, lines } = await askLiar((server) => {
        server.days = week.filter((_, index) => index !== hidden)
      })
      assert.strictEqual(code, 1, at(hidden))
      const missing = lines.filter((line) => line.startsWith("missing"))
      assert.lengthOf(missing, 1)
      assert.include(missing[0], `before ${at(hidden + 1)}`)
      assert.include(missing[0], week[hidden]?.openHash)
    }
  })

  it("finds a draw that the history leaves out, though it is there for who knows of it", async () => {
    for (const hidden of [0, 2, 5]) {
      const { code, text } = await askLiar((server) => {
        const items = week.filter(({ stage }, index) => index !== hidden && (stage === "drawn" || stage === "void"))
        const history = { items: items.map(({ told }) => told).toReversed(), nextCursor: null }
        server.lie = (path) => path.startsWith("/lottery/draw-history") ? { body: history } : undefined
      })
      assert.strictEqual(code, 1)
      assert.include(text, "The draw history leaves it out.")
      assert.include(text, "0 missing")
    }
  })

  it("finds a draw that is altered, and names the check", async () => {
    const bundle = week[2]?.bundle.replace("DDL-20260203-00001", "DDL-20260203-00007") ?? ""
    const { code, lines } = await askLiar(answering(proofOf(2), { body: bundle }))
    assert.strictEqual(code, 1)
    assert.match(lines[2] ?? "", /^2026-02-03 .*INVALID 5/)
    assert.match(lines.at(-1) ?? "", /4 valid.* 1 invalid/)
  })

  it("finds a draw in the place of another", async () => {
    const { code, text } = await askLiar(answering(proofOf(2), { body: week[4]?.bundle ?? "" }))
    assert.strictEqual(code, 1)
    assert.include(text, "Its open record is not of this day.")
  })

  it("finds a draw that was played over", async () => {
    const again = playDay({ day: at(2), entries: 2, previous: week[1]?.openHash ?? null, fill: 1 })
    const { code, text } = await askLiar((server) => {
      server.days = week.with(2, again)
    })
    assert.strictEqual(code, 1)
    assert.match(text, new RegExp(`^missing .*${week[2]?.openHash}`, "m"))
  })

  it("finds a chain that passes over a draw, or begins anew", async () => {
    const passing = playDay({ day: at(5), entries: 5, previous: week[3]?.openHash ?? null })
    const passed = await askLiar((server) => {
      server.days = [...week.slice(0, 5), passing]
    })
    assert.strictEqual(passed.code, 1)
    assert.include(passed.text, "Its open record passes over the draw of 2026-02-05.")
    const anew = await askLiar((server) => {
      server.days = [...week.slice(0, 5), playDay({ day: at(5), previous: null })]
    })
    assert.strictEqual(anew.code, 1)
    assert.include(anew.text, "passes over the draw of 2026-02-01, 2026-02-02")
  })

  it("finds a history in another order, one that does not end, and one that says otherwise than the bundle", async () => {
    const items = week.slice(0, 6).map(({ told }) => told)
    const telling = (body: object) =>
      askLiar((server) => {
        server.lie = (path) => path.startsWith("/lottery/draw-history") ? { body } : undefined
      })
    const inOrder = await telling({ items, nextCursor: null })
    assert.strictEqual(inOrder.code, 1)
    assert.include(inOrder.text, "not newest first")
    const endless = await telling({ items: items.toReversed(), nextCursor: "again" })
    assert.strictEqual(endless.code, 1)
    assert.include(endless.text, "does not end")
    const another = items.toReversed().map((told, index) =>
      index === 1 ? { ...told, winningTicketId: "DDL-20260205-ZZZZZ" } : told
    )
    const contradicted = await telling({ items: another, nextCursor: null })
    assert.strictEqual(contradicted.code, 1)
    assert.include(contradicted.text, "says that the winning ticket is DDL-20260205-ZZZZZ")
  })

  it("ends with 2 where one draw cannot be read, and says which; the draw after it is not called missing one", async () => {
    const { code, lines, text } = await askLiar(answering(proofOf(2), { status: 500, headers: { "retry-after": "0" } }))
    assert.strictEqual(code, 2)
    assert.match(lines[2] ?? "", /^2026-02-03 .*UNREADABLE/)
    assert.include(text, "answered 500")
    assert.include(text, "0 missing, 1 unreadable")
  })

  it("asks again where the server is busy for a moment", async () => {
    await using server = await serveDays(week)
    let busy = 2
    server.lie = (path) =>
      path === proofOf(2) && busy-- > 0 ? { status: 503, headers: { "retry-after": "0" } } : undefined
    assert.strictEqual((await ask(server)).code, 0)
  })

  it("ends with 2 where nobody answers, or something else does", async () => {
    await using server = await serveDays([])
    server.lie = () => ({ body: "<html>" })
    const { code, text } = await ask(server)
    assert.strictEqual(code, 2)
    assert.include(text, "not what a lottery's server answers")
  })

  it("refuses a bundle beside it, what is of one draw, and what is no address", async () => {
    const refused: ReadonlyArray<readonly [string | undefined, VerifyFlags]> = [
      ["x", { all: "http://localhost" }],
      [undefined, { all: "http://localhost", ticket: "DDL-20260203-7K3QX" }],
      [undefined, { all: "http://localhost", seen: import.meta.filename, seenAt: "2026-02-04T00:00:10.000Z" }],
      [undefined, { all: "localhost:8080" }],
      [undefined, { all: "file:///x" }],
      [undefined, {}]
    ]
    for (const [bundle, flags] of refused) {
      let name = ""
      await verify(bundle, flags, makeTerminal()).catch((error: Error) => {
        name = error.name
      })
      assert.strictEqual(name, "WrongUsage", JSON.stringify(flags))
    }
  })
})

describe("a chain of draws", () => {
  it("fits wherever each names the one before, and nowhere else", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (length, pick) => {
      const links: ReadonlyArray<Link> = Array.from({ length }, (_, i) => ({
        day: at(i),
        hash: `hash ${i}`,
        previous: i === 0 ? null : `hash ${i - 1}`
      }))
      for (const [i, link] of links.entries()) assert.strictEqual(joint(links.slice(0, i), link)._tag, "Fits")
      const left = pick % length
      if (left + 1 < length) {
        const found = joint(links.slice(0, left), links[left + 1] ?? assert.fail())
        assert.deepStrictEqual(found, {
          _tag: "Missing",
          missing: { hash: `hash ${left}`, after: left === 0 ? null : at(left - 1), before: at(left + 1) }
        })
      }
    }))
  })
})
