/** Port: which tickets were confirmed by mail. */
import { Context, type Effect } from "effect"
import type { Unavailable } from "./Unavailable.ts"

export class TicketMails extends Context.Service<TicketMails, {
  /**
   * Enqueues the mails of every minute that is over: one for each player, draw and minute, whatever they bought in it. Tickets are
   * the outbox of their own confirmation, so a sale enqueues nothing; how far they are confirmed is kept for each draw. Gives how
   * many mails were enqueued.
   */
  readonly enqueueDue: Effect.Effect<number, Unavailable>
}>()("@ddd/core/ports/TicketMails") {}
