/** Every show. */
import { funds } from "./Funds.ts"
import { key } from "./Key.ts"
import { kill } from "./Kill.ts"
import { midnight } from "./Midnight.ts"
import { setUp } from "./SetUp.ts"
import type { Show } from "./Show.ts"

export const shows: ReadonlyArray<Show> = [setUp, funds, key, kill, midnight]
