/**
 * Which provider pays out, and by which account of ours with it.
 *
 * A withdrawal and a player's account are with one provider for ever. Another one has no trace of them, which must never be taken for
 * nothing having happened: whoever has another one does nothing, and is told which it is and what to set.
 */

/** What a program pays out by: an account of ours with Stripe, in test or live mode; the simulation; nothing. */
export type OwnProvider = `stripe ${"test" | "live"} ${string}` | "simulated" | "off"

/** What is stored. `stripe`: with an account of ours that was not recorded, before any was. */
export type StoredProvider = Exclude<OwnProvider, "off"> | "stripe"

/** Whether what is stored may be acted on by a program; null: the program does not know yet by what it pays out. */
export const isServedBy = (stored: StoredProvider, own: OwnProvider | null): boolean =>
  stored === own || (stored === "stripe" && own !== null && own.startsWith("stripe "))

/** A provider that may act on what is stored, as it is to be recorded. */
export const recorded = (stored: StoredProvider, own: OwnProvider): StoredProvider =>
  stored === "stripe" && own !== "off" && isServedBy(stored, own) ? own : stored

/** The provider of what was stored without one: simulated accounts are known by their names. Only servers of before 0011 leave it out. */
export const unrecordedProvider = (account: string): StoredProvider =>
  account.startsWith("acct_sim_") ? "simulated" : "stripe"

/** The provider as people know it. */
export const providerText = (provider: StoredProvider | OwnProvider): string => {
  if (provider === "simulated") return "the simulation"
  if (provider === "off") return "no payout provider"
  const [, mode, account] = provider.split(" ")
  return mode === undefined ? "Stripe" : `Stripe account ${account} in ${mode} mode`
}

/** Why a program does nothing about what is with another provider, and what to set. */
export const otherProviderText = (stored: StoredProvider, own: OwnProvider | null): string => {
  const needed = stored === "simulated" ? "unset STRIPE_SECRET_KEY" : "set STRIPE_SECRET_KEY to a secret key of it"
  return own === null
    ? `it is with ${providerText(stored)}, and whether that is ours could not be asked`
    : `it is with ${providerText(stored)}, and this program has ${providerText(own)}: ${needed}`
}
