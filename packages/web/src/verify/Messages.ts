/** What the page and its verifier, a worker, say to each other. Each message is of one run; those of an earlier run are ignored. */
import type { ReaderInput } from "@ddd/core/proof/ReaderInput"
import type { Finding, Verdict } from "@ddd/core/proof/Verdict"

/** Where the bundle is: at a path of this server, or in a file of the reader's. */
export type Source =
  | { readonly _tag: "Server"; readonly path: string }
  | { readonly _tag: "File"; readonly file: File }

/** What the reader gives besides the bundle, as it was written. */
export type VerifyInput = ReaderInput

export type Request =
  | { readonly _tag: "Verify"; readonly run: number; readonly source: Source; readonly input: VerifyInput }
  | { readonly _tag: "Stop"; readonly run: number }

/** What the records of a bundle say, whether true or not. */
export interface Claims {
  readonly drawId: string
  /** Null of a room. */
  readonly day: string | null
  /** 64 hex digits. */
  readonly commitment: string
  /** The chain that the open record names, 64 hex digits. */
  readonly chainHash: string | null
  /** From the lock on. */
  readonly lock: { readonly note: string; readonly entries: number; readonly pool: bigint } | null
  readonly winner: { readonly ticketId: string; readonly position: number } | null
  /** The key that the bundle itself names. */
  readonly key: string
}

export type Report =
  & { readonly run: number }
  & (
    /** A field cannot be read. */
    | { readonly _tag: "Refused"; readonly field: keyof VerifyInput; readonly message: string }
    /** Every field can be read, and the bundle is asked for. */
    | { readonly _tag: "Begun" }
    /** The records are read, and these checks are over or have begun. */
    | { readonly _tag: "Records"; readonly claims: Claims; readonly findings: ReadonlyArray<Finding> }
    | { readonly _tag: "Progress"; readonly tickets: number; readonly bytes: number }
    | { readonly _tag: "Done"; readonly verdict: Verdict }
    /** There is no bundle to be had; a sentence says why. */
    | { readonly _tag: "Unavailable"; readonly detail: string }
  )
