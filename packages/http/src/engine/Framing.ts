/**
 * Where a request's body ends, and whether two readers could disagree about it.
 *
 * A proxy and a server that find different ends can be made to see different requests (request smuggling). So a length that
 * is given twice, even twice the same, or beside a `Transfer-Encoding`, is refused (RFC 9112, section 6.3).
 */

export type Framing =
  | { readonly _tag: "Empty" }
  /** `length` is undefined where the body comes in chunks. */
  | { readonly _tag: "Body"; readonly length: number | undefined }
  | { readonly _tag: "Faulty"; readonly detail: string }

/** What the two headers say; several of one name are joined by commas. */
export const framing = (contentLength: string | undefined, transferEncoding: string | undefined): Framing => {
  if (transferEncoding !== undefined) {
    if (contentLength !== undefined) return faulty("Content-Length and Transfer-Encoding exclude each other.")
    if (transferEncoding.trim().toLowerCase() !== "chunked") {
      return faulty("The only Transfer-Encoding served is chunked.")
    }
    return { _tag: "Body", length: undefined }
  }
  if (contentLength === undefined || contentLength === "0") return { _tag: "Empty" }
  if (!/^\d+$/.test(contentLength)) return faulty("Content-Length must be one decimal number, given once.")
  return { _tag: "Body", length: Number(contentLength) }
}

const faulty = (detail: string): Framing => ({ _tag: "Faulty", detail })
