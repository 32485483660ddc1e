#!/usr/bin/env node
/**
 * `pictures`: takes the pictures of the public pages that README.md shows, into docs/pictures. Needs Chromium (CHROMIUM_PATH, or
 * `chromium` on the PATH).
 *
 * A server of its own has a few days behind it and one under way; all of it is gone afterwards.
 */
import { remark } from "@ddd/cli/terminal/Output"
import { cents } from "@ddd/core/money/Money"
import { dayMillis } from "@ddd/core/values/Instant"
import { hash } from "@ddd/sim/providers/BeaconStandIn"
import { Data, Effect, Schedule } from "effect"
import { join } from "node:path"
import { type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { chromiumPath } from "./support/Chromium.ts"
import { advanceClock } from "./support/Clocks.ts"
import { inside } from "./support/Inside.ts"
import { makePlayers } from "./support/Players.ts"
import { buyAtPort } from "./support/PortSales.ts"
import { freePort, originAt, startServer } from "./support/ServerProcess.ts"
import { sharedDatabase } from "./support/SharedDatabase.ts"
import { runProgram } from "./support/Terminal.ts"

const folder = join(import.meta.dirname, "../../../docs/pictures")

/** Half past ten at night, so that the page has something to count down. */
const start = "2026-02-03T22:30:00.000Z"

/** How many tickets are sold on each day; the last one's draw is on sale. */
const sales = [
  { day: "2026-02-03", tickets: 2134 },
  { day: "2026-02-04", tickets: 2708 },
  { day: "2026-02-05", tickets: 3391 },
  { day: "2026-02-06", tickets: 1846 }
] as const
const [shown] = sales

const players = 120
const funds = cents(10_000_00n)

/** Purchases of one to twelve tickets that come to so many. */
const quantitiesOf = (tickets: number): ReadonlyArray<number> => {
  const quantities: Array<number> = []
  for (let left = tickets; left > 0;) {
    const quantity = Math.min(left, 1 + quantities.length * 5 % 12)
    quantities.push(quantity)
    left -= quantity
  }
  return quantities
}

class NotYet extends Data.TaggedError("NotYet")<{ readonly message: string }> {}

/** Waits until the draw of a day is locked, or drawn, doing something before each look. */
const until = <E, R>(status: string, origin: string, day: string, before: Effect.Effect<unknown, E, R>) =>
  before.pipe(
    Effect.andThen(Effect.promise(async () => (await fetch(`${origin}/lottery/draws/${day}`)).text())),
    Effect.filterOrFail(
      (text) => text.includes(`"status":"${status}"`),
      (text) => new NotYet({ message: `the draw of ${day} is not ${status}: ${text}` })
    ),
    Effect.retry(Schedule.spaced("500 millis").pipe(Schedule.upTo({ duration: "90 seconds" })))
  )

const minute = 60_000

const look: BrowserContextOptions = {
  viewport: { width: 720, height: 780 },
  locale: "en-GB",
  timezoneId: "Europe/London"
}

interface Picture {
  readonly name: string
  readonly path: string
  /** Brings the page to where it is to be shown. */
  readonly pose: (page: Page) => Promise<void>
}

const pictures: ReadonlyArray<Picture> = [
  {
    name: "draw.png",
    path: "/",
    pose: async (page) => {
      await page.locator(`#feed[data-freshness="live"]`).waitFor()
      await page.locator("#history > li").nth(2).waitFor()
    }
  },
  {
    name: "verified.png",
    path: `/verify?draw=${shown.day}`,
    pose: async (page) => {
      await page.locator("#known > summary").click()
      await page.locator("#keys").fill(await page.locator("#served-key").textContent() ?? "")
      await page.locator("#chain-hash").fill(hash)
      await page.getByRole("button", { name: "Verify this draw" }).click()
      await page.locator("#verdict-line:not([hidden])").waitFor()
      await page.evaluate("document.getElementById('result').scrollIntoView()")
    }
  }
]

const take = (origin: string, executablePath: string) =>
  Effect.promise(async () => {
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : []
    const browser = await chromium.launch({ executablePath, args: ["--disable-gpu", ...sandbox] })
    try {
      for (const { name, path, pose } of pictures) {
        const context = await browser.newContext(look)
        const page = await context.newPage()
        await page.goto(`${origin}${path}`)
        await pose(page)
        // what moves into its place has arrived
        await page.waitForTimeout(1000)
        await page.screenshot({ path: join(folder, name) })
        await context.close()
      }
    } finally {
      await browser.close()
    }
  })

runProgram(Effect.gen(function*() {
  if (chromiumPath === undefined) {
    return yield* Effect.die(new Error("There is no Chromium here: name one in CHROMIUM_PATH."))
  }
  const environment = { ...yield* sharedDatabase, BEACON: "dev", DEV_CLOCK_START: start, LOG_LEVEL: "error" }
  const port = yield* freePort
  const origin = originAt(port)
  yield* startServer(environment, port)
  yield* Effect.gen(function*() {
    const buyers = yield* makePlayers(players, () => funds)
    for (const { day, tickets } of sales) {
      yield* remark(`${day}: ${tickets} tickets`)
      yield* Effect.forEach(
        quantitiesOf(tickets),
        (quantity, index) => {
          const buyer = buyers[index % players]
          return buyer === undefined ? Effect.void : buyAtPort(buyer, quantity)
        },
        { concurrency: 32, discard: true }
      )
      if (day === sales.at(-1)?.day) return
      // to midnight in small steps at the end: a draw that is locked late cannot be of the level BEACON
      yield* advanceClock(environment, 88 * minute)
      yield* until("locked", origin, day, advanceClock(environment, 5000))
      yield* until("drawn", origin, day, advanceClock(environment, minute))
      yield* advanceClock(environment, dayMillis - 95 * minute)
    }
  }).pipe(Effect.provide(inside(environment, origin)))
  yield* take(origin, chromiumPath)
}))
