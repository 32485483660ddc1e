/** What is known of draw, wallet and tickets, kept on the device: what is shown, as old, where the server cannot be reached. */
import { dehydrate, type DehydratedState, hydrate, type Query, type QueryClient } from "@tanstack/react-query"
import { client, ports } from "./Server.ts"

const keptAs = "ddd.known"
/** So long after a change it is written. Milliseconds. */
const settleMillis = 1_000
/** What is older is of no use. Milliseconds. */
const oldestMillis = 7 * 86_400_000

const kept: ReadonlySet<unknown> = new Set(["draw", "last-winner", "wallet", "tickets", "profile", "rooms", "room"])

const isKept = ({ queryKey: [first, second, , name], state }: Query): boolean =>
  state.status === "success" && (first === "site" || first === "ddd" && kept.has(second === "player" ? name : second))

interface Known {
  readonly userId: string | null
  readonly at: number
  readonly queries: DehydratedState
}

const isKnown = (json: unknown): json is Known =>
  typeof json === "object" && json !== null && "userId" in json && "at" in json && typeof json.at === "number" &&
  "queries" in json && typeof json.queries === "object"

const whoIsHere = async (): Promise<string | null> => (await client.auth.current())?.userId ?? null

/** Shows what was kept of the same player, and keeps what is known from now on. What fails is no hindrance: it is asked of the server. */
export const rememberKnown = async (queries: QueryClient): Promise<void> => {
  try {
    const [text, userId] = [await ports.storage.getItem(keptAs), await whoIsHere()]
    const known: unknown = text === null ? null : JSON.parse(text)
    if (isKnown(known) && known.userId === userId && Date.now() - known.at < oldestMillis) {
      hydrate(queries, known.queries)
      void queries.invalidateQueries()
    }
  } catch {
    // as on a first visit
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const keep = async (): Promise<void> => {
    const known: Known = {
      userId: await whoIsHere(),
      at: Date.now(),
      queries: dehydrate(queries, { shouldDehydrateQuery: isKept, shouldDehydrateMutation: () => false })
    }
    await ports.storage.setItem(keptAs, JSON.stringify(known))
  }
  queries.getQueryCache().subscribe(({ type }) => {
    if (type !== "updated") return
    clearTimeout(timer)
    timer = setTimeout(() => void keep().catch(() => {}), settleMillis)
  })
  client.auth.onChange((change) => {
    if (change.type === "signedIn") return
    clearTimeout(timer)
    void Promise.resolve(ports.storage.removeItem(keptAs)).catch(() => {})
  })
}
