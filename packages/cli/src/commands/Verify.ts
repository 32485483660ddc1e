/** `ddd verify`: checks a proof bundle, or every draw of a server (`@ddd/verify`, which is also published by itself). */
import { verifyFlags } from "@ddd/verify/Flags"
import { processTerminal } from "@ddd/verify/Terminal"
import type { VerifyFlags } from "@ddd/verify/VerifyOptions"
import { Effect } from "effect"
import { command, type Declare } from "./Declaration.ts"
import { verifierFailed, withFlags } from "./Verifier.ts"

/** Verifies the bundle at `source`: a path, an http(s) URL, or `-` for stdin. */
const run = Effect.fn("ddd verify")((source: string | undefined, flags: VerifyFlags) =>
  Effect.tryPromise({
    try: async (signal) => (await import("@ddd/verify/Verify")).verify(source, flags, processTerminal(), signal),
    catch: verifierFailed
  })
)

export const verify: Declare = (perform) =>
  withFlags(
    command(
      "verify",
      "check a draw's proof bundle; exit code 0 valid, pending or void, 1 invalid, 2 unreadable",
      "ddd verify https://draws.example.com/lottery/draws/2026-02-03/proof",
      "ddd verify --all https://draws.example.com"
    ).argument("[bundle]", "a file, an http(s) URL, or - for stdin"),
    verifyFlags
  ).action((source, flags) => perform(run(source, flags)))
