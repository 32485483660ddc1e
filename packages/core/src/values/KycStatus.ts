/** How a player's identity check stands, whoever checks. */

/** `none`: nothing was asked of the player, or nothing came of it. `verified` may be taken back. */
export const kycStatuses = ["none", "pending", "verified", "rejected"] as const
export type KycStatus = typeof kycStatuses[number]
