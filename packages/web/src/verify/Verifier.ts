/** The page's side of the verifier: one worker, started with the page, so that it is there when the server no longer is. */
import type { Report, Request, Source, VerifyInput } from "./Messages.ts"
// oxlint-disable-next-line import/default -- the build gives it one
import workerUrl from "./Worker.ts?worker&url"

/** What browsers that know Trusted Types offer for making addresses of code (w3.org/TR/trusted-types). */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string }
  ) => { readonly createScriptURL: (url: string) => string }
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes
  }
}

/** The worker's address, as the one piece of code that the page's policy lets it start (http, `Pages`). */
const scriptUrl = (): string =>
  window.trustedTypes?.createPolicy("ddd-verifier", { createScriptURL: () => workerUrl }).createScriptURL(workerUrl) ??
    workerUrl

export interface Verifier {
  /** Verifies; what was under way before is given up, and nobody hears of it any more. */
  readonly verify: (source: Source, input: VerifyInput, hear: (report: Report) => void) => void
  readonly stop: () => void
}

/** Starts the worker. `failed` is called where it cannot run at all. */
export const makeVerifier = (failed: () => void): Verifier => {
  const worker = new Worker(scriptUrl())
  let run = 0
  let listener: ((report: Report) => void) | undefined
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other origin
  const say = (request: Request): void => worker.postMessage(request)
  worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
    if (data.run === run) listener?.(data)
  })
  worker.addEventListener("error", failed)
  return {
    verify: (source, input, hear) => {
      listener = hear
      say({ _tag: "Verify", run: ++run, source, input })
    },
    stop: () => {
      listener = undefined
      say({ _tag: "Stop", run: ++run })
    }
  }
}
