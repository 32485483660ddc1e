/** The requests that move money, by their kind. */
import type { CheckoutPage, Receipt, RoomReceipt, Transaction } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"

/** What can be asked for under a key, and what it answers, by its kind. */
export interface Kinds {
  readonly ticket: { readonly input: { readonly quantity: number; readonly drawId: string }; readonly answer: Receipt }
  readonly roomTicket: { readonly input: { readonly roomId: string }; readonly answer: RoomReceipt }
  readonly withdrawal: { readonly input: { readonly amount: string }; readonly answer: Transaction }
  readonly checkout: { readonly input: { readonly amount: string }; readonly answer: CheckoutPage }
}
export type Kind = keyof Kinds

/** A request whose answer is not known yet. */
export interface Unsettled<Of extends Kind = Kind> {
  readonly kind: Of
  readonly key: string
  /** Whose it is: nobody else's token may ask for it. */
  readonly userId: string
  readonly input: Kinds[Of]["input"]
  /** By the server's clock. Milliseconds. */
  readonly askedAt: number
}

/** Whether a request was done, once that is known. */
export type Outcome<Of extends Kind = Kind> =
  | { readonly done: true; readonly answer: Kinds[Of]["answer"] }
  | { readonly done: false; readonly error: ClientError }

/** What became of a request. */
export type Settled<Of extends Kind = Kind> = { readonly request: Unsettled<Of> } & Outcome<Of>

/** Each asks with a token of the player's, and rejects with `signed_out` where another one is signed in. */
export type Senders = {
  readonly [Of in Kind]: (input: Kinds[Of]["input"], key: string, userId: string) => Promise<Kinds[Of]["answer"]>
}
