/** Answers with files that were compressed before anybody asked for them. */
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { immutable, revalidate } from "../boundary/Caching.ts"
import { type BuiltFile, type EncodedFile, encodedFile, type Encoding, type PagePath } from "./BuiltPages.ts"

/** Below 11, which takes a second for what is made at each start; a few per cent larger. */
const brotliQuality = 8

/** A text that is made when the server starts, compressed then. */
export const textFile = (path: PagePath, contentType: string, text: string): BuiltFile => {
  const bytes = Buffer.from(text)
  const params = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return {
    path,
    contentType,
    isImmutable: false,
    encodings: new Map([
      ["br", encodedFile(brotliCompressSync(bytes, { params }))],
      ["gzip", encodedFile(gzipSync(bytes))],
      ["identity", encodedFile(bytes)]
    ])
  }
}

/** The first of these that the client takes. It weighs them by `q` only as far as refusing one with `q=0` (RFC 9110, section 12.5.3). */
const chosen = (accepted: string | undefined, { encodings }: BuiltFile): readonly [Encoding, EncodedFile] => {
  const taken = new Set(
    accepted?.toLowerCase().split(",").flatMap((each) => {
      const [name = "", ...parameters] = each.split(";").map((part) => part.trim())
      return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
    })
  )
  for (const [encoding, file] of encodings) {
    if (encoding === "identity" || taken.has(encoding)) return [encoding, file]
  }
  throw new Error("a built file has no bytes of its own")
}

/** Answers with a file, in the first encoding that the client takes; or that it has it already. `fixed`: further headers. */
export const serve = (file: BuiltFile, fixed: Readonly<Record<string, string>>) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const [encoding, { bytes, etag }] = chosen(headers["accept-encoding"], file)
    const described = {
      ...fixed,
      "cache-control": file.isImmutable ? immutable : revalidate,
      etag,
      // the second for the boundary, whose answers depend on it where other origins may ask
      vary: "Accept-Encoding, Origin"
    }
    if (headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag) === true) {
      return HttpServerResponse.empty({ status: 304, headers: described })
    }
    return HttpServerResponse.uint8Array(bytes, {
      contentType: file.contentType,
      headers: encoding === "identity" ? described : { ...described, "content-encoding": encoding }
    })
  })
