/** An app of a few lines on the hooks, for a browser: what the tests of packages/cli look at. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { createElement, StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { browserPorts } from "../src/browser.ts"
import { makeClient } from "../src/index.ts"
import type { Proofs } from "../src/proof.ts"
import {
  DddProvider,
  useCurrentDraw,
  useDrawReveal,
  usePurchase,
  useRoom,
  useSession,
  useTickets,
  useUnsettled,
  useWallet
} from "../src/react.ts"

const query = new URLSearchParams(location.search)
const ports = browserPorts()
const client = makeClient({ ...ports, baseUrl: query.get("api") ?? location.origin })
// tests sign up and in by it
Reflect.set(globalThis, "client", client)

const roomId = query.get("room")

const line = (id: string, text: string) => createElement("p", { id }, text)

const RoomLine = ({ id }: { readonly id: string }) => {
  const { data, isLive } = useRoom(id)
  return line("room", `${data?.status ?? "…"} ${data?.participants.length ?? 0} ${isLive ? "live" : "stale"}`)
}

const RevealLine = ({ day }: { readonly day: string }) => {
  const { error, reveal } = useDrawReveal(day)
  const winner = reveal.phase === "drawn"
    ? ` ${reveal.winningPosition} ${reveal.isMine === true ? "mine" : "not mine"} ${
      reveal.agrees ? "agreed" : "disputed"
    }`
    : ""
  return line("reveal", `${reveal.phase}${winner}${error === null ? "" : " in trouble"}`)
}

let loaded: Promise<Proofs> | undefined
const proofs =
  () => (loaded ??= import("../src/proof.ts").then(({ Proofs }) => new Proofs({ ...ports, client, keys: "" })))
const day = query.get("day")

const App = () => {
  const session = useSession()
  const draw = useCurrentDraw()
  const wallet = useWallet()
  const tickets = useTickets({ limit: 5 })
  const purchase = usePurchase()
  const unsettled = useUnsettled()
  return createElement(
    "main",
    null,
    line("session", session.data === null ? "nobody" : session.data?.userId ?? "…"),
    line(
      "draw",
      `${draw.data?.prizePool ?? "…"} of ${draw.data?.totalEntries ?? "…"} ${draw.isLive ? "live" : "stale"}`
    ),
    line("wallet", `${wallet.data?.balance ?? "none"} ${wallet.isLive ? "live" : "stale"}`),
    line("tickets", `${tickets.data?.pages.flatMap(({ items }) => items).length ?? 0} tickets`),
    line("error", purchase.error?.code ?? "no error"),
    line("unsettled", `${unsettled.data?.length ?? 0} unsettled`),
    createElement("button", { id: "buy", onClick: () => purchase.mutate({}) }, "Buy"),
    roomId === null ? null : createElement(RoomLine, { id: roomId }),
    day === null ? null : createElement(RevealLine, { day })
  )
}

const root = document.querySelector("#app")
if (root !== null) {
  createRoot(root).render(
    createElement(
      StrictMode,
      null,
      createElement(
        QueryClientProvider,
        { client: new QueryClient() },
        createElement(DddProvider, { client, proofs }, createElement(App))
      )
    )
  )
}
