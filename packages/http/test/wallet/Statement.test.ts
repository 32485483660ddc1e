import { cents, formatCents } from "@ddd/core/money/Money"
import type { StatementForm } from "@ddd/core/money/Statement"
import { writeStatement } from "@ddd/core/money/Statement"
import type { Transaction } from "@ddd/core/money/Transaction"
import { transactionTypes } from "@ddd/core/money/Wallet"
import { csvText } from "@ddd/core/values/CsvText"
import { instant } from "@ddd/core/values/Instant"
import { monthEnd, monthStart, parseMonth } from "@ddd/core/values/Month"
import { assert, describe, it as test, layer } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import * as fc from "fast-check"
import { StatementBody } from "../../src/wallet/statement/StatementBodies.ts"
import { statementCsv } from "../../src/wallet/statement/StatementCsv.ts"
import { statementHtml } from "../../src/wallet/statement/StatementHtml.ts"
import { statementJson } from "../../src/wallet/statement/StatementJson.ts"
import { get } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, makePlayer } from "../support/Server.ts"

/** Reads CSV as RFC 4180 says. */
const parseCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<Array<string>> = []
  let row: Array<string> = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (field.lastIndex < text.length) {
    const match = field.exec(text)
    if (match === null) throw new Error(`not CSV: ${JSON.stringify(text.slice(0, 200))}`)
    row.push(match[1]?.replaceAll("\"\"", "\"") ?? match[2] ?? "")
    if (match[3] === "\r\n") {
      rows.push(row)
      row = []
    }
  }
  return rows
}

const month = parseMonth("2026-02") ?? assert.fail("2026-02 is a month")
const period = { from: monthStart(month), until: monthEnd(month) }

/** A wallet's movements, some on each page, with any texts for references. */
const movements = fc.record({
  openingBalance: fc.bigInt({ min: 0n, max: 10_000n }).map(cents),
  pages: fc.array(
    fc.array(
      fc.record({
        type: fc.constantFrom(...transactionTypes),
        amount: fc.bigInt({ min: 1n, max: 999_999n }),
        referenceId: fc.option(
          fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("=1+1", "-2", "@A1", "a,\"b\"", "\t=1"))
        )
      }),
      { maxLength: 5 }
    ),
    { maxLength: 4 }
  )
}).map(({ openingBalance, pages }) => {
  let balance: bigint = openingBalance
  let made = 0
  return {
    openingBalance,
    pages: pages.map((page) =>
      page.map(({ amount, referenceId, type }): Transaction => {
        const signed = balance >= amount && made % 2 === 0 ? -amount : amount
        balance += signed
        return {
          id: `019c0000-0000-7000-8000-${String(++made).padStart(12, "0")}`,
          type,
          amount: cents(signed),
          balanceAfter: cents(balance),
          status: "completed",
          referenceId,
          createdAt: instant(period.from + made * 60_000)
        }
      })
    )
  }
})

const textOf = (
  form: StatementForm,
  { openingBalance, pages }: {
    readonly openingBalance: Transaction["amount"]
    readonly pages: ReadonlyArray<ReadonlyArray<Transaction>>
  },
  username = "ada"
): string => {
  const head = { user: { id: "019c0000-0000-7000-8000-00000000000a", username }, month, period, madeAt: period.until }
  const text = writeStatement(form, head, { openingBalance, movements: Stream.fromIterable(pages) })
  return Effect.runSync(Stream.mkString(text))
}

describe("a statement", () => {
  const decode = Schema.decodeUnknownSync(StatementBody, { onExcessProperty: "error" })

  test("is, as JSON, what the contract says, and its opening balance and totals are its closing balance", () => {
    fc.assert(fc.property(movements, (made) => {
      const stated = decode(JSON.parse(textOf(statementJson, made)))
      const all = made.pages.flat()
      assert.deepStrictEqual(stated.movements, all)
      assert.strictEqual(stated.openingBalance, made.openingBalance)
      assert.strictEqual(stated.closingBalance, all.at(-1)?.balanceAfter ?? made.openingBalance)
      const sum = stated.totals.reduce((total, { amount }) => total + amount, 0n)
      assert.strictEqual(made.openingBalance + sum, BigInt(stated.closingBalance))
      assert.strictEqual(stated.totals.reduce((total, { count }) => total + count, 0), all.length)
      assert.isTrue(stated.complete)
    }))
  })

  test("says the same as CSV, in which no field is a formula and each line has as many fields", () => {
    fc.assert(fc.property(movements, (made) => {
      const [head, ...rows] = parseCsv(textOf(statementCsv, made))
      assert.deepStrictEqual(head, ["line", "time", "type", "count", "amount", "balance", "status", "reference", "id"])
      const all = made.pages.flat()
      assert.deepStrictEqual(rows.map(([line]) => line).filter((line) => line !== "total"), [
        "opening",
        ...all.map(() => "movement"),
        "closing"
      ])
      for (const row of rows) {
        assert.lengthOf(row, 9)
        for (const field of row) {
          if (!/^-?[0-9]+\.[0-9]{2}$/.test(field)) assert.notMatch(field, /^[\s\p{Cc}\p{Cf}]*[=+\-@]/u)
        }
      }
      const stated = rows.filter(([line]) => line === "movement")
      assert.deepStrictEqual(stated.map((row) => row[7]), all.map(({ referenceId }) => csvText(referenceId ?? "")))
      assert.deepStrictEqual(stated.map((row) => row[4]), all.map(({ amount }) => formatCents(amount)))
    }))
  })

  test("is, as a page, markup of ours alone, whatever is in a name or a reference", () => {
    fc.assert(fc.property(movements, fc.string({ unit: "binary" }), (made, name) => {
      const withMarkup = {
        ...made,
        pages: [
          ...made.pages,
          [{
            id: "1",
            type: "deposit" as const,
            amount: cents(1n),
            balanceAfter: cents((made.pages.flat().at(-1)?.balanceAfter ?? made.openingBalance) + 1n),
            status: "completed" as const,
            referenceId: `</table><script>alert("${name}")</script>&amp;'\u202e`,
            createdAt: period.from
          }]
        ]
      }
      const html = textOf(statementHtml, withMarkup, `<img src=x onerror=alert(1)>${name}`)
      const tags = new Set(Array.from(html.matchAll(/<([a-z!/][a-z0-9]*)/gi), ([, tag]) => tag?.replace("/", "")))
      const ours = "!doctype html head meta title style body main h1 h2 p dl div dt dd table thead tbody tr th td"
        .split(" ")
      assert.includeMembers(ours, [...tags].map((tag) => tag ?? ""))
      assert.notMatch(html.replace(/<style>[^]*<\/style>/, ""), /\u202e|<script|<img/)
    }))
  })

  test("is not made of movements that do not continue each other", () => {
    const broken: Transaction = {
      id: "1",
      type: "deposit",
      amount: cents(5n),
      balanceAfter: cents(6n),
      status: "completed",
      referenceId: null,
      createdAt: period.from
    }
    assert.throws(() => textOf(statementJson, { openingBalance: cents(0n), pages: [[broken]] }), /does not continue/)
  })
})

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine }), { excludeTestServices: true })("GET /wallet/statement", (it) => {
    const statement = (token: string, query: string) => get(`/wallet/statement?${query}`, token)

    it.effect("states the present month as it stands, and one of before the account as empty", () =>
      Effect.gen(function*() {
        const { call } = yield* Client
        const player = yield* makePlayer(cents(500n))
        yield* call("POST", "/lottery/purchase-ticket", { token: player.token, body: { quantity: 3 } })
        const february = yield* statement(player.token, "month=2026-02")
        assert.strictEqual(february.status, 200, february.text)
        assert.strictEqual(february.headers.get("content-type"), "application/json")
        assert.strictEqual(february.headers.get("cache-control"), "no-store")
        assert.deepInclude(february.json, {
          month: "2026-02",
          from: "2026-02-01T00:00:00.000Z",
          until: "2026-03-01T00:00:00.000Z",
          madeAt: "2026-02-03T10:30:00.000Z",
          complete: false,
          openingBalance: "0.00",
          closingBalance: "2.00",
          totals: [
            { type: "deposit", count: 1, amount: "5.00" },
            { type: "ticket_purchase", count: 3, amount: "-3.00" }
          ]
        })
        const listed = at((yield* get("/wallet/transactions", player.token)).json, "items")
        assert.deepStrictEqual(at(february.json, "movements"), Array.isArray(listed) ? listed.toReversed() : listed)
        const january = yield* statement(player.token, "month=2026-01&format=json")
        assert.deepInclude(january.json, { movements: [], totals: [], closingBalance: "0.00", complete: true })
      }))

    it.effect("gives it as CSV, and as a page that may load nothing and run nothing", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer(cents(500n))
        const csv = yield* statement(player.token, "month=2026-02&format=csv")
        assert.match(csv.headers.get("content-type") ?? "", /^text\/csv; charset=utf-8/)
        assert.match(csv.headers.get("content-disposition") ?? "", /^attachment; filename="statement-2026-02\.csv"$/)
        assert.lengthOf(parseCsv(csv.text), 5)
        const html = yield* statement(player.token, "month=2026-02&format=html")
        assert.strictEqual(html.headers.get("content-type"), "text/html; charset=utf-8")
        assert.strictEqual(html.headers.get("x-content-type-options"), "nosniff")
        const policy = html.headers.get("content-security-policy") ?? ""
        assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'; sandbox$/)
        assert.notInclude(html.text, "<script")
        assert.include(html.text, player.username)
      }))

    it.effect("refuses a month that has not begun, or is none, and any other format", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        for (
          const query of [
            "",
            "month=2027-01",
            "month=9998-12",
            "month=2026-13",
            "month=2026-2",
            "month=0000-01",
            "month=2026-02-01",
            "month=2026-02&format=pdf",
            "month=2026-02&month=2026-01",
            "month=2026-02&more=1"
          ]
        ) assertProblem(yield* statement(token, query), 400, "invalid_request")
        const ahead = yield* statement(token, "month=2027-01")
        assert.deepStrictEqual(at(ahead.json, "errors"), [{ path: "month", message: "has not begun" }])
        assert.strictEqual((yield* statement(token, "month=0001-01")).status, 200)
        const { call } = yield* Client
        assertProblem(yield* call("GET", "/wallet/statement?month=2026-02"), 401, "unauthenticated")
      }))
  })
})
