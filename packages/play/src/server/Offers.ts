/** What the server says of itself, and adding money. */
import { type Client, DddError } from "@ddd/client"
import { useClient } from "@ddd/client/react"
import { useQuery } from "@tanstack/react-query"

export interface Site {
  readonly operatorName: string | null
  readonly operatorUrl: string | null
  readonly termsUrl: string | null
  readonly helpUrl: string | null
  /** The least age of players; null: none is asked for. */
  readonly minAge: number | null
  /** How money can be added. */
  readonly money: { readonly dev: boolean; readonly checkout: boolean }
  readonly ticketPrice: string
  /** Which part of a ticket the house keeps: `0.05`. */
  readonly houseShare: string
}

/** Until the server has said more. */
const plainSite: Site = {
  operatorName: null,
  operatorUrl: null,
  termsUrl: null,
  helpUrl: null,
  minAge: null,
  money: { dev: false, checkout: false },
  ticketPrice: "1.00",
  houseShare: "0.05"
}

const at = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null ? Reflect.get(json, name) : undefined

const textAt = (json: unknown, name: string): string | null => {
  const value = at(json, name)
  return typeof value === "string" ? value : null
}

/** An address that may become a link: of the web, or of mail. */
const linkAt = (json: unknown, name: string): string | null => {
  const text = textAt(json, name)
  return text !== null && /^(?:https?:\/\/|mailto:)/.test(text) ? text : null
}

const siteOf = (json: unknown): Site => {
  const [minAge, money] = [at(json, "minAge"), at(json, "money")]
  return {
    operatorName: textAt(json, "operatorName"),
    operatorUrl: linkAt(json, "operatorUrl"),
    termsUrl: linkAt(json, "termsUrl"),
    helpUrl: linkAt(json, "helpUrl"),
    minAge: typeof minAge === "number" && minAge > 0 ? minAge : null,
    money: { dev: at(money, "dev") === true, checkout: at(money, "checkout") === true },
    ticketPrice: textAt(json, "ticketPrice") ?? plainSite.ticketPrice,
    houseShare: textAt(json, "houseShare") ?? plainSite.houseShare
  }
}

/** What the operator says, and what the server offers; plain until that is known. */
export const useSite = (): Site => {
  const client = useClient()
  const query = useQuery({
    queryKey: ["site"],
    queryFn: async () => siteOf(await client.lottery.site()),
    staleTime: 3_600_000
  })
  return query.data ?? plainSite
}

/** Adds money that is not real, on a server that is not in production: for that alone the client has no function. */
export const addTestMoney = async (client: Client, amount: string): Promise<void> => {
  await client.send(
    new Request(new URL("/dev/credit", location.origin), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ amount })
    })
  )
}

/** The payment provider's page, on which the player adds money. */
export const openCheckout = async (client: Client, amount: string): Promise<string> => {
  const url = linkAt(await client.transactions.checkout(amount), "url")
  if (url === null) throw new DddError("unreadable", "The server's answer has no address.")
  return url
}

/** What became of that page, as the address says to which it led back: `done` or `canceled`; null: it led nowhere. */
export const checkoutCameTo = (): string | null => new URLSearchParams(location.search).get("checkout")
