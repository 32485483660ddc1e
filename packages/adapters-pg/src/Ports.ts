/** Every port that PostgreSQL holds, on one client. */
import { Layer } from "effect"
import * as AccountsPg from "./AccountsPg.ts"
import * as BooksPg from "./BooksPg.ts"
import * as DrawEventsPg from "./DrawEventsPg.ts"
import * as DrawsPg from "./DrawsPg.ts"
import * as LedgerPg from "./LedgerPg.ts"
import * as NowPg from "./NowPg.ts"
import * as SalesPg from "./SalesPg.ts"

export interface PortsOptions {
  readonly sales?: SalesPg.SalesOptions
  readonly clock?: NowPg.NowOptions
}

/** Sales, Ledger, Accounts, Draws, DrawEvents, Books and Now. */
export const layer = (options: PortsOptions = {}) =>
  Layer.mergeAll(
    SalesPg.layer(options.sales),
    LedgerPg.layer,
    AccountsPg.layer,
    DrawsPg.layer,
    DrawEventsPg.layer,
    BooksPg.layer
  ).pipe(Layer.provideMerge(NowPg.layer(options.clock)))
