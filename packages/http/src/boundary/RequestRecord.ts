/**
 * What is told of a request that was answered, to whoever counts and logs: nothing that a client can choose but its request id and trace
 * id, which have strict forms. No path, query, header, body or address.
 */
import { Context, type Fiber } from "effect"
import { type Headers, HttpTraceContext } from "effect/http"
import { ParentSpan } from "effect/Tracer"
import { randomUUID } from "node:crypto"

export interface RequestRecord {
  readonly requestId: string
  /** 32 hexadecimal digits (W3C Trace Context). */
  readonly traceId: string
  /** One of HTTP's, or `(other)`. */
  readonly method: string
  /** The path's template, such as `/rooms/:id`; `(none)` where nothing is. */
  readonly route: string
  readonly status: number
  /** From the whole request to the answer's first byte. */
  readonly millis: number
  /** Of the answer's body; undefined where it is made while it is sent. */
  readonly bytes: number | undefined
}

/** Takes note of a request. Is called for each, and so must cost little; never throws. */
export type RecordRequest = (record: RequestRecord) => void

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** A method as it may be told. */
export const knownMethod = (method: string): string => methods.has(method) ? method : "(other)"

/** The trace that a request belongs to: that of the span it is told by, else of its `traceparent`, else a new one. */
export const traceIdOf = (fiber: Fiber.Fiber<unknown, unknown>, headers: Headers.Headers): string => {
  const span = Context.getOption(fiber.context, ParentSpan)
  if (span._tag === "Some") return span.value.traceId
  const parent = HttpTraceContext.w3c(headers)
  return parent._tag === "Some" ? parent.value.traceId : randomUUID().replaceAll("-", "")
}
