/** What the players know between them: whom the tickets belong to, and what must be in the wallets. */
import type { Player, Purchase, Ticket } from "./Player.ts"

/** Whose a ticket is. */
export interface Holding {
  readonly player: Player
  readonly ticket: Ticket
}

export interface Tally {
  readonly players: Array<Player>
  /** By the ids of tickets. */
  readonly holdings: Map<string, Holding>
  /** How many tickets were bought in each draw. */
  readonly soldIn: Map<string, number>
  /** Tickets by the ids of their players. */
  readonly boughtBy: Map<string, number>
  /** Milliseconds, a purchase each. */
  readonly latencies: Array<number>
  /** Purchases that there was not enough money for. */
  refused: number
  /** Purchases that were asked for twice. */
  retried: number
  /** Of these, the ones that were sold once and answered alike. */
  replayed: number
}

export const newTally = (): Tally => ({
  players: [],
  holdings: new Map(),
  soldIn: new Map(),
  boughtBy: new Map(),
  latencies: [],
  refused: 0,
  retried: 0,
  replayed: 0
})

/** Takes a purchase down. */
export const enter = (tally: Tally, player: Player, purchase: Purchase): void => {
  const { drawId, millis, tickets } = purchase
  for (const ticket of tickets) tally.holdings.set(ticket.ticketId, { player, ticket })
  tally.soldIn.set(drawId, (tally.soldIn.get(drawId) ?? 0) + tickets.length)
  tally.boughtBy.set(player.id, (tally.boughtBy.get(player.id) ?? 0) + tickets.length)
  tally.latencies.push(millis)
}

/** The value that a share of all is below: 0.5 for the median. 0 where there are none. */
export const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
