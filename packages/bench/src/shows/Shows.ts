/** Every show. */
import { beacon } from "./Beacon.ts"
import { deposits } from "./Deposits.ts"
import { funds } from "./Funds.ts"
import { key } from "./Key.ts"
import { kill } from "./Kill.ts"
import { midnight } from "./Midnight.ts"
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
  midnight,
  deposits,
  withdrawals,
  payouts,
  rooms,
  beacon
]
