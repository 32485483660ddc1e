/** The keys that sign a draw's records (docs/fairness.md, "Records"). */
import { Context, type Effect } from "effect"

export class RecordSigner extends Context.Service<RecordSigner, {
  /** The signed note of a record: its text, an empty line, one signature line of each living key. Dies on a text that no note can hold. */
  readonly sign: (text: string) => Effect.Effect<string>
  /** The verifier keys of all living keys in C2SP form, oldest first; never empty. */
  readonly vkeys: ReadonlyArray<string>
}>()("@ddd/core/ports/RecordSigner") {}
