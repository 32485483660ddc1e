/**
 * What the contract is, for programs: the OpenAPI document, and the AsyncAPI document of the WebSocket.
 *
 * People read both at `/docs` and `/docs/websocket`, which are built pages as any other (`pages/Pages`).
 */
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import type { Route } from "../boundary/RouteTable.ts"
import { serve, textFile } from "../pages/ServedFile.ts"
import { asyncApiDocument } from "./AsyncApiDocument.ts"
import { openApiDocument } from "./OpenApiDocument.ts"

const documents = { "/openapi.json": openApiDocument, "/asyncapi.json": asyncApiDocument } as const

/** The routes of this file, which are no part of the contract. */
export const docsRoutes: ReadonlyArray<Route> = Object.keys(documents).map((path) => ({
  method: "GET",
  path,
  countedAs: "pages"
}))

const document = (publicUrl: URL, path: keyof typeof documents) =>
  HttpRouter.use((router) => {
    const file = textFile(path, "application/json", JSON.stringify(documents[path](publicUrl)))
    return router.add("GET", path, serve(file, {}))
  })

export const layer = (publicUrl: URL) =>
  Layer.mergeAll(document(publicUrl, "/openapi.json"), document(publicUrl, "/asyncapi.json"))
