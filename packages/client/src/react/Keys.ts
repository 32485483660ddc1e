/** The names under which answers are cached, and when a query that failed is asked again. */
import { type ClientError, isClientError } from "../Errors.ts"

export const keys = {
  session: ["ddd", "session"],
  draw: ["ddd", "draw"],
  history: ["ddd", "history"],
  lastWinner: ["ddd", "last-winner"],
  players: ["ddd", "player"],
  player: (userId: string | null, ...more: ReadonlyArray<unknown>) => ["ddd", "player", userId, ...more]
} as const

/** Another try may be answered otherwise; three are enough. */
const isPassing = ({ code }: ClientError): boolean =>
  ["network", "timeout", "unreadable", "internal", "unavailable", "rate_limited"].includes(code)

/** For every query: what the server has refused is not asked for again. */
export const retries = {
  retry: (failures: number, error: ClientError): boolean => failures < 3 && isClientError(error) && isPassing(error),
  retryDelay: (failures: number, { retryAfter }: ClientError): number =>
    Math.min(30_000, retryAfter === null ? 500 * 2 ** failures : retryAfter * 1_000)
}
