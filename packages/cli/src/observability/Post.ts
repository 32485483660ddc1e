/**
 * Sends what is told about this process to a service outside, which may refuse, hang, or answer a byte a minute: each attempt ends within
 * five seconds, and nothing of an answer is read but its status.
 */
import { counters } from "@ddd/core/values/Measure"

const patienceMillis = 5_000

/** Whom something is sent to. */
export type Receiver = "otlp" | "sentry"

const failed = counters(
  "ddd_telemetry_failed_total",
  "Attempts to send traces, figures or errors that failed, and errors that were dropped since too many waited.",
  "to",
  ["otlp", "sentry"]
)

/** What is sent was not sent, or not taken. */
export const countFailed = (to: Receiver): void => failed(to)

/** Gives the status; rejects where there is none. */
export const post = async (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array<ArrayBuffer>,
  signal?: AbortSignal
): Promise<number> => {
  const timeout = AbortSignal.timeout(patienceMillis)
  const response = await fetch(url, {
    method: "POST",
    headers,
    body,
    redirect: "error",
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  })
  await response.body?.cancel()
  return response.status
}
