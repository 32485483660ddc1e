/** One request and the answer to it, as an engine has them. */
import { Effect, type Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { CountedRequest } from "../limits/CountedRequest.ts"
import type { RenderedProblem } from "../problems/ProblemResponse.ts"
import { headFault, logUnsendable } from "./ResponseHead.ts"
import { payloadOf } from "./ResponsePayload.ts"

export abstract class Exchange {
  /** The client went away before the answer was complete; called once, at most. */
  onAborted: (() => void) | undefined
  /** How the request counted; undefined where nothing limits it. */
  counted: CountedRequest | undefined

  /** Nothing can be sent: the client is gone, or was answered. */
  abstract get isOver(): boolean
  /** Whether the request is a HEAD, whose answer has no body. */
  protected abstract get isHead(): boolean

  /** Answers with a problem; closes the connection where what else stands on it is not to be trusted. */
  abstract refuse(problem: RenderedProblem, connection: "closes" | "stays"): void

  /** Sends a response that has no body, or whose body is left out. */
  protected abstract sendHead(response: HttpServerResponse.HttpServerResponse): Effect.Effect<void>
  /** Sends a response whose body is at hand; undefined: it has none. */
  protected abstract sendWhole(
    response: HttpServerResponse.HttpServerResponse,
    body: string | Uint8Array | undefined
  ): Effect.Effect<void>
  /** Sends a response whose body is made while it is sent. */
  protected abstract sendStream(
    response: HttpServerResponse.HttpServerResponse,
    stream: Stream.Stream<Uint8Array>
  ): Effect.Effect<void>

  /**
   * Sends the application's response; `internal`, where it is one that cannot be sent. Completes when all of it was handed
   * over; interrupted where the client goes away.
   */
  send(response: HttpServerResponse.HttpServerResponse, internal: () => RenderedProblem): Effect.Effect<void> {
    if (this.isOver) return Effect.void
    const fault = headFault(response)
    if (fault !== undefined) return this.#sendFault(fault, internal())
    if (HttpServerResponse.omitsBody(response, this.isHead)) return this.sendHead(response)
    const payload = payloadOf(response.body)
    switch (payload._tag) {
      case "Whole":
        return this.sendWhole(response, payload.bytes)
      case "Stream":
        return this.sendStream(response, payload.stream)
      case "Unsupported":
        return this.#sendFault(`a body of the kind ${response.body._tag} is not supported`, internal())
    }
  }

  #sendFault(fault: string, internal: RenderedProblem): Effect.Effect<void> {
    this.refuse(internal, "closes")
    return logUnsendable(fault, internal)
  }
}

/** How a request counted; undefined where nothing limits it. */
export const countedOf = ({ source }: HttpServerRequest.HttpServerRequest): CountedRequest | undefined =>
  source instanceof Exchange ? source.counted : undefined
