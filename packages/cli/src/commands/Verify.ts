/** `ddd verify`: checks a proof bundle, or every draw of a server (`@ddd/verify`, which is also published by itself). */
import { processTerminal } from "@ddd/verify/Terminal"
import { verify as verifyWith } from "@ddd/verify/Verify"
import type { VerifyFlags } from "@ddd/verify/VerifyOptions"
import { Effect } from "effect"
import { verifierFailed } from "./VerifierFailed.ts"

/** Verifies the bundle at `source`: a path, an http(s) URL, or `-` for stdin. */
export const verify = Effect.fn("ddd verify")((source: string | undefined, flags: VerifyFlags) =>
  Effect.tryPromise({ try: () => verifyWith(source, flags, processTerminal()), catch: verifierFailed })
)
