/** What the body of an application's response is made of, for engines that write it. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Stream } from "effect"
import type { HttpBody, HttpServerResponse } from "effect/http"
import { Readable } from "node:stream"

/** What is sent after the head. */
export type Payload =
  | { readonly _tag: "Whole"; readonly bytes: string | Uint8Array | undefined }
  | { readonly _tag: "Stream"; readonly stream: Stream.Stream<Uint8Array> }
  /** Nothing that this engine can send. */
  | { readonly _tag: "Unsupported" }

export const payloadOf = (body: HttpBody.HttpBody): Payload => {
  switch (body._tag) {
    case "Empty":
      return { _tag: "Whole", bytes: undefined }
    case "Uint8Array":
      return { _tag: "Whole", bytes: body.text ?? body.body }
    case "Stream":
      return { _tag: "Stream", stream: Stream.orDie(body.stream) }
    case "Raw": {
      const raw = body.body
      if (raw instanceof Readable) return { _tag: "Stream", stream: streamOf(raw) } // how HttpPlatform gives files
      if (typeof raw === "string" || raw instanceof Uint8Array) return { _tag: "Whole", bytes: raw }
      return { _tag: "Unsupported" }
    }
    default:
      return { _tag: "Unsupported" }
  }
}

const streamOf = (readable: Readable): Stream.Stream<Uint8Array> =>
  Stream.orDie(NodeStream.fromReadable<Uint8Array, unknown>({ evaluate: () => readable, onError: (cause) => cause }))

/** The length of the body that GET would answer with, where it is known. */
export const lengthOf = ({ body, headers }: HttpServerResponse.HttpServerResponse): number | undefined => {
  const announced = headers["content-length"] // of files: HttpPlatform gives it here alone
  if (announced !== undefined) return Number(announced)
  return "contentLength" in body ? body.contentLength : undefined
}
