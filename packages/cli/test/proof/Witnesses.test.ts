import { dayMillis } from "@ddd/core/values/Instant"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { dataFolder, eventually } from "../support/Ddd.ts"
import { proxyTo } from "../support/LyingProxy.ts"
import { at, Site, textAt } from "../support/Site.ts"

const tickets = [3, 2, 0] as const
const days = ["2026-02-03", "2026-02-04", "2026-02-05"] as const

/** Three days that were drawn, with the tickets above, and the fourth on sale. */
const played = Effect.gen(function*() {
  const site = yield* Site
  for (const [index, day] of days.entries()) {
    const count = tickets[index] ?? 0
    if (count > 0) {
      // a token of yesterday is none today
      const player = yield* site.newPlayer
      yield* site.deposit(player, "20.00")
      assert.strictEqual((yield* site.buy(player.accessToken, count)).status, 201)
    }
    yield* site.advance(dayMillis)
    yield* site.untilDrawn(day)
    yield* eventually(
      "the next one",
      site.ask("GET", "/lottery/current-draw"),
      ({ json, status }) => status === 200 && at(json, "drawDate") !== day
    )
  }
})

const site = Layer.effectDiscard(played).pipe(Layer.provideMerge(Site.layer()))

layer(site, { excludeTestServices: true, timeout: "120 seconds" })("of a server's draws", (it) => {
  const vkeyOf = Effect.map(Effect.flatMap(Site, ({ ask }) => ask("GET", "/log/vkey")), ({ text }) => text.trim())

  it.effect("ddd verify --all finds all of an honest server's valid, and none missing", () =>
    Effect.gen(function*() {
      const { ddd, urls } = yield* Site
      const { code, stdout } = yield* ddd(["verify", "--all", urls[0] ?? "", "--vkey", yield* vkeyOf])
      const lines = stdout.trimEnd().split("\n")
      assert.strictEqual(code, 0, stdout)
      for (const [index, day] of days.entries()) {
        assert.match(lines[index] ?? "", new RegExp(`^${day} +${tickets[index]} entries {2}VALID SIGNED$`))
      }
      assert.match(lines[3] ?? "", /^2026-02-06 .*PENDING OPEN$/)
      assert.match(
        lines.at(-1) ?? "",
        / from 2026-02-03 to 2026-02-1\d: 3 valid, 0 void, \d pending, 0 invalid, 0 missing, 0 unreadable$/
      )
    }), 180_000)

  it.effect(
    "ddd verify --all finds what is hidden, altered, told in another order, or not answered",
    () =>
      Effect.gen(function*() {
        const { ddd, urls } = yield* Site
        const proxy = yield* proxyTo(urls[0] ?? "")
        const vkey = yield* vkeyOf
        const verifyAll = Effect.suspend(() => ddd(["verify", "--all", proxy.url, "--vkey", vkey]))
        const proof = "/lottery/draws/2026-02-04/proof"

        const hidden = (path: string, { body, status }: { readonly body: string; readonly status: number }) => {
          if (path.includes("2026-02-04")) return { status: 404, body: "{}" }
          if (!path.startsWith("/lottery/draw-history")) return undefined
          const page: { readonly items: ReadonlyArray<{ readonly drawDate: string }> } = JSON.parse(body)
          return {
            status,
            body: JSON.stringify({ ...page, items: page.items.filter((item) => item.drawDate !== "2026-02-04") })
          }
        }
        proxy.lie = hidden
        const missing = yield* verifyAll
        assert.strictEqual(missing.code, 1)
        assert.match(missing.stdout, /^missing +a draw before 2026-02-05 and after 2026-02-03/m)

        proxy.lie = (path, { body, status }) =>
          path === proof
            ? {
              status,
              body: body.replace(
                /\["(DDL-\d{8}-....)(.)"/,
                (_, id: string, last: string) => `["${id}${last === "2" ? "3" : "2"}"`
              )
            }
            : undefined
        const altered = yield* verifyAll
        assert.strictEqual(altered.code, 1)
        assert.match(altered.stdout, /^2026-02-04 .*INVALID 5/m)

        proxy.lie = (path, { body, status }) => {
          if (!path.startsWith("/lottery/draw-history")) return undefined
          const page: { readonly items: ReadonlyArray<object> } = JSON.parse(body)
          return { status, body: JSON.stringify({ ...page, items: page.items.toReversed() }) }
        }
        const disordered = yield* verifyAll
        assert.strictEqual(disordered.code, 1)
        assert.include(disordered.stdout, "not newest first")

        proxy.lie = (path) => path === proof ? { status: 500, body: "" } : undefined
        const broken = yield* verifyAll
        assert.strictEqual(broken.code, 2)
        assert.match(broken.stdout, /^2026-02-04 .*UNREADABLE/m)

        proxy.lie = () => ({ status: 500, body: "" })
        assert.strictEqual((yield* verifyAll).code, 2)
      }).pipe(Effect.scoped),
    180_000
  )

  it.effect("ddd watch keeps the records, and cries when the server shows another", () =>
    Effect.gen(function*() {
      const { advance, buy, ddd, deposit, newPlayer, untilDrawn, urls } = yield* Site
      const dir = join(yield* dataFolder, "watch")
      const proxy = yield* proxyTo(urls[0] ?? "")
      const watchOnce = ddd(["watch", proxy.url, "--once", "--dir", dir])

      const first = yield* watchOnce
      assert.strictEqual(first.code, 0, first.stderr)
      assert.include(first.stdout, "trusted on first use")
      assert.include(first.stdout, yield* vkeyOf)
      assert.isTrue(fs.existsSync(join(dir, "2026-02-06.open.note")))
      assert.isTrue(fs.existsSync(join(dir, "2026-02-10.open.note")), "the coming week's too")

      const player = yield* newPlayer
      yield* deposit(player, "5.00")
      assert.strictEqual((yield* buy(player.accessToken, 4)).status, 201)
      yield* advance(dayMillis)
      yield* untilDrawn("2026-02-06")
      const second = yield* watchOnce
      assert.strictEqual(second.code, 0, second.stderr)
      assert.include(second.stdout, "4 entries")
      // the command that it tells is used as it stands
      const [, told = ""] = /^ {2}npm run -s ddd -- (verify .*)$/m.exec(second.stdout) ?? []
      const verified = yield* ddd(told.split(" ").map((argument) => argument.replaceAll("'", "")))
      assert.match(verified.stdout, /VALID SIGNED\n$/)
      assert.match(verified.stdout, /^– +12 {2}.*It is the one that you kept/m)

      proxy.lie = (path, { body, status }) =>
        path === "/lottery/draws/2026-02-06/records"
          ? { status, body: body.replace("entries 4", "entries 5") }
          : undefined
      const third = yield* watchOnce
      assert.strictEqual(third.code, 1)
      assert.include(third.stderr, "The lock record of 2026-02-06 changed")
      const [evidence = ""] = fs.readdirSync(dir).filter((name) => name.startsWith("CHANGED"))
      const text = fs.readFileSync(join(dir, evidence), "utf8")
      assert.include(text, "entries 4")
      assert.include(text, "entries 5")
    }).pipe(Effect.scoped), 180_000)
})

/** Years ahead of this machine's clock: what is fetched now was fetched before the beacon's round. */
const yearsAhead = { DEV_CLOCK_START: "2051-02-03T23:59:00.000Z", BEACON: "dev" }

describe("a lock record that ddd watch kept", () => {
  it.live(
    "lifts the verdict on a draw with a beacon to WITNESSED, and finds a lock that was made anew",
    () =>
      Effect.gen(function*() {
        const { advance, ask, buy, ddd, deposit, newPlayer, urls } = yield* Site
        const dir = join(yield* dataFolder, "watch")
        const day = "/lottery/draws/2051-02-03"
        const player = yield* newPlayer
        yield* deposit(player, "5.00")
        assert.strictEqual((yield* buy(player.accessToken, 5)).status, 201)
        const chain = textAt((yield* ask("GET", day)).json, "beacon", "chainHash")

        yield* advance(60_000)
        yield* eventually("the lock", ask("GET", day), ({ json }) => at(json, "status") === "locked")
        const watched = yield* ddd(["watch", urls[0] ?? "", "--once", "--dir", dir, "--chain", chain])
        assert.strictEqual(watched.code, 0, watched.stderr)
        assert.match(watched.stdout, /It is older than the beacon's round \d+\. Once the draw is decided:/)
        yield* advance(40_000)
        yield* eventually("the result", ask("GET", day), ({ json }) => at(json, "status") === "drawn")

        const [, told = ""] = /^ {2}npm run -s ddd -- (verify .*)$/m.exec(watched.stdout) ?? []
        const witnessed = yield* ddd(told.split(" "))
        assert.match(witnessed.stdout, /not one of drand's.*\nVALID WITNESSED\n$/)
        const withoutIt = yield* ddd(told.replace(/ --seen .*/, "").split(" "))
        assert.match(withoutIt.stdout, /\nVALID BEACON\n$/)
        const kept = join(dir, "2051-02-03.lock.note")
        fs.writeFileSync(kept, fs.readFileSync(kept, "utf8").replace("entries 5", "entries 6"))
        assert.match((yield* ddd(told.split(" "))).stdout, /\nINVALID 12\n$/)
      }).pipe(Effect.scoped, Effect.provide(Site.layer({ processes: [yearsAhead] }))),
    180_000
  )
})

describe("ddd watch", () => {
  it.live("refuses options that cannot be, without a stack", () =>
    Effect.gen(function*() {
      const site = yield* Site
      const { code, stderr } = yield* site.ddd(["watch", site.urls[0] ?? "", "--every", "0"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "--every is a whole number of seconds")
      assert.notMatch(stderr, /^\s+at /m)
    }).pipe(Effect.provide(Site.layer())), 180_000)
})
