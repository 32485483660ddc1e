/** The verifier beside the page: a worker that computes the winner from the list of tickets, trusting nobody (docs/fairness.md). */
import type { ReaderInput } from "@ddd/core/proof/ReaderInput"
import type { Verdict } from "@ddd/core/proof/Verdict"
import type { Claims, Report, Request, Source } from "@ddd/web/verify/Messages"
import { scriptUrl } from "../app/Scripts.ts"

export interface Verified {
  readonly verdict: Verdict
  /** What the records say; null where they could not be read. */
  readonly claims: Claims | null
}

/** Verifies a bundle. `progress` is told how many tickets were read. Rejects where there is none to be had. */
export const verifyHere = (
  source: Source,
  input: ReaderInput,
  progress: (tickets: number) => void,
  signal: AbortSignal
): Promise<Verified> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(scriptUrl("verifier"))
    let claims: Claims | null = null
    const end = () => worker.terminate()
    const fail = (why: string) => {
      end()
      reject(new Error(why))
    }
    signal.addEventListener("abort", () => fail("given up"))
    worker.addEventListener("error", () => fail("the verifier cannot run here"))
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
      switch (data._tag) {
        case "Records":
          claims = data.claims
          return
        case "Progress":
          return progress(data.tickets)
        case "Done":
          end()
          return resolve({ verdict: data.verdict, claims })
        case "Refused":
          return fail(data.message)
        case "Unavailable":
          return fail(data.detail)
        case "Begun":
      }
    })
    const request: Request = { _tag: "Verify", run: 1, source, input }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origin
    worker.postMessage(request)
  })
