/** Every show. */
import { beacon } from "./Beacon.ts"
import { checkout } from "./Checkout.ts"
import { client } from "./Client.ts"
import { deposits } from "./Deposits.ts"
import { failover } from "./Failover.ts"
import { funds } from "./Funds.ts"
import { key } from "./Key.ts"
import { kill } from "./Kill.ts"
import { lag } from "./Lag.ts"
import { live } from "./Live.ts"
import { midnight } from "./Midnight.ts"
import { outage } from "./Outage.ts"
import { payouts } from "./Payouts.ts"
import { rooms } from "./Rooms.ts"
import { setUp } from "./SetUp.ts"
import type { Show } from "./Show.ts"
import { withdrawals } from "./Withdrawals.ts"

export const shows: ReadonlyArray<Show> = [
  setUp,
  funds,
  key,
  kill,
  failover,
  lag,
  outage,
  midnight,
  deposits,
  checkout,
  withdrawals,
  payouts,
  rooms,
  beacon,
  live,
  client
]
