/** Every port that PostgreSQL holds. */
import { Layer } from "effect"
import * as SessionEnds from "./accounts/SessionEnds.ts"
import * as AccountsPg from "./AccountsPg.ts"
import * as BooksPg from "./BooksPg.ts"
import * as DrawEventsPg from "./DrawEventsPg.ts"
import * as DrawsPg from "./DrawsPg.ts"
import * as LedgerPg from "./LedgerPg.ts"
import * as Listener from "./Listener.ts"
import * as NowPg from "./NowPg.ts"
import * as OutboxPg from "./OutboxPg.ts"
import * as SalesPg from "./SalesPg.ts"
import * as SecurityLogPg from "./SecurityLogPg.ts"
import * as SessionsPg from "./SessionsPg.ts"
import * as ThrottlesPg from "./ThrottlesPg.ts"

export interface PortsOptions {
  readonly sales?: SalesPg.SalesOptions
  readonly clock?: NowPg.NowOptions
}

/** Accounts, Sessions, SecurityLog, Throttles and Outbox (with its JobQueue), on one client. */
export const accounts = Layer.mergeAll(
  AccountsPg.layer,
  SessionsPg.layer,
  SecurityLogPg.layer,
  ThrottlesPg.layer
).pipe(Layer.provide(SessionEnds.layer), Layer.provideMerge(OutboxPg.layer))

/** All ports on one client, which must be able to LISTEN. */
export const layer = (options: PortsOptions = {}) =>
  Layer.mergeAll(
    SalesPg.layer(options.sales),
    LedgerPg.layer,
    DrawsPg.layer,
    DrawEventsPg.layer,
    BooksPg.layer,
    accounts
  ).pipe(Layer.provide(Listener.layer), Layer.provideMerge(NowPg.layer(options.clock)))
