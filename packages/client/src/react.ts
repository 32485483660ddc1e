/**
 * `@ddd/client/react`: hooks on TanStack Query, for whoever stands below a `QueryClientProvider` and a `DddProvider`.
 *
 * What belongs to a player is cached under the player's id, and dropped when they sign out. Errors are `ClientError`s.
 */
export { useCurrentDraw, useDrawHistory, useLastWinner, usePurchase, useTickets } from "./react/Lottery.ts"
export { useProfile, useTransactions, useUnsettled, useWallet, useWithdrawal } from "./react/Player.ts"
export { DddProvider, useClient } from "./react/Provider.ts"
export { type DrawRevealState, useDrawReveal } from "./react/Reveal.ts"
export { useRoom, useRoomPurchase, useRooms } from "./react/Rooms.ts"
export { useSession } from "./react/Session.ts"
