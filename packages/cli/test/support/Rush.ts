/** Requests that all begin at once, in a thread of their own: what is measured meanwhile does not wait for them. */
import { Effect } from "effect"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { call } from "./Call.ts"

export interface RushTry {
  readonly path: string
  readonly body: object
  readonly from: string
}

export interface RushAnswer {
  readonly status: number
  readonly json: unknown
  /** The header; undefined where there is none. */
  readonly retryAfter: string | undefined
}

interface Rush {
  readonly urls: ReadonlyArray<string>
  readonly tries: ReadonlyArray<RushTry>
}

/** What each try was answered, by the server whose turn it was. */
export const rush = (
  urls: ReadonlyArray<string>,
  tries: ReadonlyArray<RushTry>
): Effect.Effect<ReadonlyArray<RushAnswer>> =>
  Effect.callback((resume) => {
    const data: Rush = { urls, tries }
    const worker = new Worker(new URL(import.meta.url), { workerData: data })
    worker.once("message", (answers: ReadonlyArray<RushAnswer>) => resume(Effect.succeed(answers)))
    worker.once("error", (error) => resume(Effect.die(error)))
    return Effect.promise(() => worker.terminate())
  })

const isRush = (data: unknown): data is Rush => typeof data === "object" && data !== null && "tries" in data

if (!isMainThread && isRush(workerData)) {
  const { tries, urls } = workerData
  const answers = await Effect.runPromise(Effect.forEach(
    tries,
    ({ body, from, path }, nth) =>
      Effect.map(
        call(urls[nth % urls.length] ?? "", "POST", path, { body, from }),
        ({ headers, json, status }): RushAnswer => ({
          status,
          json,
          retryAfter: headers["retry-after"]?.toString()
        })
      ),
    { concurrency: "unbounded" }
  ))
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answers)
}
