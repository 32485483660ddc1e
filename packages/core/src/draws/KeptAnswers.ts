/**
 * What is kept of a request that was granted, so that the same request under the same key is answered the same again.
 *
 * Only what was granted is kept: a refusal is decided anew (docs/design.md, "Tables"). Keys are each player's own, across all kinds of
 * requests: one that was used for another kind is refused.
 */
import type { KeptWithdrawal } from "../money/AskWithdrawal.ts"
import type { KeptCheckout } from "../money/Checkout.ts"
import type { KeptAnswer } from "../values/Idempotency.ts"
import type { SoldBlock } from "./Sale.ts"

/** What of an answer is kept: enough to make it again from what never changes. `RoomView` is a room as it is shown, of which a draw knows nothing. */
export type KeptBody<RoomView> =
  | { readonly _tag: "Purchase"; readonly block: SoldBlock }
  /** `room`: as it was right after the purchase. */
  | { readonly _tag: "RoomPurchase"; readonly block: SoldBlock; readonly room: RoomView }
  | KeptWithdrawal
  | KeptCheckout

/** The kept answer as a request of kind `tag` sees it: `answer` is null where the key belongs to a request of another kind. */
export const keptAs = <Tag extends KeptBody<unknown>["_tag"], RoomView>(
  tag: Tag,
  { answer, fingerprint }: KeptAnswer<KeptBody<RoomView>>
): KeptAnswer<Extract<KeptBody<RoomView>, { readonly _tag: Tag }>> => ({
  fingerprint,
  answer: isOf(tag, answer) ? answer : null
})

const isOf = <Tag extends KeptBody<unknown>["_tag"], RoomView>(
  tag: Tag,
  body: KeptBody<RoomView> | null
): body is Extract<KeptBody<RoomView>, { readonly _tag: Tag }> => body?._tag === tag

/** The blocks that purchases of one kind were answered with, by `answerKeyOf`, as the sale reads them. */
export const keptBlocks = <RoomView>(
  tag: "Purchase" | "RoomPurchase",
  kept: ReadonlyMap<string, KeptAnswer<KeptBody<RoomView>>>
): ReadonlyMap<string, KeptAnswer<SoldBlock>> =>
  new Map(Array.from(kept, ([key, earlier]) => {
    const { answer, fingerprint } = keptAs(tag, earlier)
    return [key, { fingerprint, answer: answer?.block ?? null }]
  }))
