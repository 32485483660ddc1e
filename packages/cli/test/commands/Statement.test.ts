/** `ddd wallet statement`, `ddd report prizes` and `ddd user export` on the database of a server. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { arrayAt, Site, textAt } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "3 minutes" })("ddd wallet statement", (it) => {
  it.effect("tells operators what the player is told, in each form", () =>
    Effect.gen(function*() {
      const { ask, buy, ddd, deposit, internalToken, newPlayer, post } = yield* Site
      const player = yield* newPlayer
      yield* deposit(player, "5.00")
      const referenceId = "=HYPERLINK(1)"
      yield* post("/wallet/deposit", { userId: player.id, amount: "0.50", referenceId }, { token: internalToken })
      yield* buy(player.accessToken, 2)
      const own = (format: string) =>
        ask("GET", `/wallet/statement?month=2026-02&format=${format}`, { token: player.accessToken })
      const ofOperator = (...flags: ReadonlyArray<string>) =>
        ddd(["wallet", "statement", player.email, "--month", "2026-02", ...flags])
      const json = yield* ofOperator("--json")
      assert.strictEqual(json.code, 0, json.stderr)
      const [shown, told] = [JSON.parse(json.stdout) as object, Object((yield* own("json")).json)]
      assert.deepStrictEqual({ ...shown, madeAt: "" }, { ...told, madeAt: "" })
      const csv = yield* ofOperator("--csv")
      const lines = csv.stdout.split("\r\n")
      assert.deepStrictEqual(lines.slice(0, -2), (yield* own("csv")).text.split("\r\n").slice(0, -2))
      assert.include(lines.find((line) => line.includes("HYPERLINK")), ",'=HYPERLINK(1),")
      const html = yield* ofOperator("--html")
      assert.match(html.stdout, /^<!doctype html>[^]*<\/html>\n$/)
      const text = yield* ofOperator()
      for (const part of [player.username, "opening balance", "0.50", "closing balance", "3.50", "2 in all"]) {
        assert.include(text.stdout, part)
      }
    }))

  it.effect("says what is wrong with a month, and states none that has not begun", () =>
    Effect.gen(function*() {
      const { ddd, newPlayer } = yield* Site
      const { id } = yield* newPlayer
      for (
        const [flags, complaint] of [
          [["--month", "2026-13"], "a month such as 2026-02"],
          [[], "--month"],
          [["--month", "2027-01"], "The month 2027-01 has not begun"],
          [["--month", "2026-02", "--csv", "--html"], "cannot be used with"]
        ] as const
      ) {
        const { code, stderr, stdout } = yield* ddd(["wallet", "statement", id, ...flags])
        assert.strictEqual(code, 2)
        assert.strictEqual(stdout, "")
        assert.include(stderr, complaint)
      }
    }))

  it.effect(
    "lists the prizes that are to be reported, by the amount that holds on their day",
    () =>
      Effect.gen(function*() {
        const { advance, ask, buy, ddd, deposit, newPlayer, untilDrawn } = yield* Site
        const player = yield* newPlayer
        yield* deposit(player, "9.00")
        yield* buy(player.accessToken, 9)
        yield* advance(86_400_000)
        yield* untilDrawn("2026-02-03")
        const report = (own: string, ...flags: ReadonlyArray<string>) =>
          ddd(["report", "prizes", ...flags], undefined, { PRIZE_REPORT_FROM: own })
        const none = yield* ddd(["report", "prizes"])
        assert.strictEqual(
          none.stdout.split("\n")[1],
          "No prize from 2026-01-01 to 2026-02-04 is to be reported.",
          none.stderr
        )
        const draw = yield* ask("GET", "/lottery/draws/2026-02-03")
        const prizePool = textAt(draw.json, "prizePool")
        const listed: unknown = JSON.parse((yield* report("2025-01-01=600.00,2026-02-04=0.50", "--json")).stdout)
        assert.deepInclude(arrayAt({ listed }, "listed")[0], {
          amount: prizePool,
          threshold: "0.50",
          kind: "daily",
          drawDate: "2026-02-03",
          ticketId: textAt(draw.json, "winningTicketId")
        })
        const csv = (yield* report("0.50", "--csv")).stdout.split("\r\n")
        assert.strictEqual(
          csv[0],
          "at,amount,threshold,userId,username,country,kycStatus,kind,drawDate,drawId,ticketId,id"
        )
        assert.lengthOf(csv, 3)
        assert.deepStrictEqual(JSON.parse((yield* report("0.50", "--json", "--to", "2026-02-03")).stdout), [])
        const reversed = yield* report("0.50", "--from", "2026-02-05", "--to", "2026-02-04")
        assert.deepStrictEqual([reversed.code, reversed.stdout], [2, ""])
        assert.include(reversed.stderr, "the last day comes second")
        const unread = yield* report("600")
        assert.strictEqual(unread.code, 2)
        assert.include(unread.stderr, "PRIZE_REPORT_FROM must be an amount such as 2000.00")
      })
  )
})
