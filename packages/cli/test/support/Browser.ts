/** A real browser, Debian's Chromium, and what its pages complain of. Where there is none its tests are skipped. */
import { assert } from "@effect/vitest"
import axe from "axe-core"
import { Context, Effect, Layer } from "effect"
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { type Browser as Chromium, type BrowserContextOptions, chromium, type Page } from "playwright-core"

/** CHROMIUM_PATH, or the first `chromium` on the PATH. */
export const chromiumPath: string | undefined = process.env["CHROMIUM_PATH"] ||
  (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "chromium")).find((file) =>
    existsSync(file)
  )

/** Why these tests are skipped where there is none. */
export const needsChromium = { meta: { needs: "chromium on the PATH, or CHROMIUM_PATH" } }

/** How long an element may take to come. Milliseconds. */
const patience = 30_000

const start = Effect.acquireRelease(
  Effect.promise(() =>
    chromium.launch({
      executablePath: chromiumPath ?? "chromium",
      args: [
        "--disable-gpu",
        "--disable-background-networking",
        // root has no sandbox
        ...process.getuid?.() === 0 ? ["--no-sandbox"] : []
      ]
    })
  ),
  (browser) => Effect.promise(() => browser.close())
)

export class Browser extends Context.Service<Browser, Chromium>()("@ddd/cli/test/Browser") {
  static readonly layer = Layer.effect(Browser, start)
}

export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }
export const desktop = { viewport: { width: 1280, height: 900 } }

export interface Visit extends BrowserContextOptions {
  /** What may be said in the console: answers that a test is about. */
  readonly expected?: RegExp
  /** Another server that the page leads to; of what its own pages complain nobody is told. */
  readonly leadsTo?: string
}

/** Waits until the element holds the text, seen or not: what a page shows, it may have to ask for first. */
export const untilShown = (page: Page, selector: string, text: string | RegExp): Promise<void> =>
  page.locator(selector, { hasText: text }).waitFor({ state: "attached" })

/**
 * Opens a page of a server and does something there.
 *
 * Fails where the page said an error in the console (which is where a browser tells of a policy that was broken), threw one, or asked
 * anybody but the server.
 */
export const visit = <A>(
  server: string,
  path: string,
  act: (page: Page) => Promise<A>,
  { expected, leadsTo, ...options }: Visit = {}
): Effect.Effect<A, never, Browser> =>
  Effect.gen(function*() {
    const browser = yield* Browser
    const complaints: Array<string> = []
    const result = yield* Effect.acquireUseRelease(
      Effect.promise(() =>
        browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...desktop, ...options })
      ),
      (context) =>
        Effect.promise(async () => {
          context.setDefaultTimeout(patience)
          const page = await context.newPage()
          page.on("console", (message) => {
            const [text, { url }] = [message.text(), message.location()]
            const isOurs = leadsTo === undefined || !url.startsWith(leadsTo)
            if (isOurs && message.type() === "error" && expected?.test(text) !== true) {
              complaints.push(`${text} (${url})`)
            }
          })
          page.on("pageerror", (error) => complaints.push(String(error)))
          page.on("request", (request) => {
            const url = request.url()
            const isKnown = [server, "blob:", ...leadsTo === undefined ? [] : [leadsTo]].some((one) =>
              url.startsWith(one)
            )
            if (!isKnown) complaints.push(`asked for ${url}`)
          })
          const opened = await page.goto(`${server}${path}`)
          // a page that is not built says what builds it
          if (opened?.ok() !== true) throw new Error(`${path} cannot be opened: ${await opened?.text()}`)
          const done = await act(page)
          // what the page still asks for is answered by no test any more
          await page.unrouteAll({ behavior: "ignoreErrors" })
          return done
        }),
      (context) => Effect.promise(() => context.close())
    )
    assert.deepStrictEqual(complaints, [])
    return result
  })

/** By how many pixels the page is wider than its window. */
export const overhang = (page: Page): Promise<unknown> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

/**
 * What axe finds wrong for those who do not see, or not well, or use no mouse. The page must have been opened with `bypassCSP`:
 * its policy would not let a test's code in.
 */
export const accessibilityFaults = async (page: Page): Promise<unknown> => {
  await page.evaluate(axe.source)
  return await page.evaluate(`axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
  }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`)
}
