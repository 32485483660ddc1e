/**
 * Where the payout provider sends players back to, from its pages: it tells them to go back to the app, and nothing else.
 *
 * Whether they can be paid out is asked of the provider, never learnt from who opens this page.
 */
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { hash } from "node:crypto"
import type { Route } from "../boundary/RouteTable.ts"

const path = "/payout-account"

export const payoutAccountRoutes: ReadonlyArray<Route> = [{ method: "GET", path, countedAs: "pages" }]

const style = `:root { color-scheme: light dark }
body { margin: 0; padding: 24px; font: 16px/24px system-ui, sans-serif; background: Canvas; color: CanvasText }
main { max-width: 480px; margin: 10vh auto 0 }
h1 { font-size: 22px; line-height: 28px }`

const pageOf = (title: string, text: string): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Daily Dollar Draw</title>
<style>${style}</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`

const done = pageOf(
  "Thank you",
  "You can close this page and go back to the app. It shows whether your account is ready to be paid out to."
)
const again = pageOf(
  "This link is no longer good",
  "Please go back to the app and open the page for your payout account once more."
)

const simulated = pageOf(
  "Payouts are simulated here",
  "A provider would ask on this page who you are and where your money is to go. Here nothing is asked and no money moves: your " +
    "account is ready. You can close this page and go back to the app."
)

const headers = {
  "content-security-policy":
    `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; base-uri 'none'; form-action 'none'; ` +
    "frame-ancestors 'none'",
  "cache-control": "no-store"
}

/** `?state=again`: a link was opened too late, or twice. `?state=simulated`: the page of payouts that are simulated, where they are. */
export const layer = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const { name } = yield* PayoutProvider
  const pages = new Map([["again", again], ...name === "simulated" ? [["simulated", simulated]] as const : []])
  yield* router.add(
    "GET",
    path,
    Effect.map(
      HttpServerRequest.HttpServerRequest,
      ({ url }) =>
        HttpServerResponse.text(pages.get(/\?state=(\w+)$/.exec(url)?.[1] ?? "") ?? done, {
          contentType: "text/html; charset=utf-8",
          headers
        })
    )
  )
}))
