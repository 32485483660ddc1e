/** The operations of the API, as the document declares them. */
import { entriesAt, itemsAt, wordAt } from "./Document.ts"

/** Whose token a request carries. */
export type Caller = "anyone" | "internal" | "player"

export interface Operation {
  readonly method: string
  readonly path: string
  readonly caller: Caller
  readonly declared: unknown
}

/** Every operation of a document, in its order. */
export const operationsOf = (document: unknown): ReadonlyArray<Operation> =>
  entriesAt(document, "paths").flatMap(([path, methods]) =>
    entriesAt(methods).map(([method, declared]): Operation => {
      const schemes = itemsAt(declared, "security").flatMap((each) => entriesAt(each).map(([name]) => name))
      return {
        method: method.toUpperCase(),
        path,
        caller: schemes.includes("internalToken") ? "internal" : schemes.includes("accessToken") ? "player" : "anyone",
        declared
      }
    })
  )

/** What an operation is called in the page's address. */
export const operationId = ({ declared }: Operation): string => wordAt(declared, "operationId")

/** What is sent, by its content type; undefined where nothing is. */
export const bodyOf = ({ declared }: Operation): { readonly type: string; readonly media: unknown } | undefined => {
  const [type, media] = entriesAt(declared, "requestBody", "content")[0] ?? []
  return type === undefined ? undefined : { type, media }
}
