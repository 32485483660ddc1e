/**
 * The app for players (packages/play), below `/play/`: its files by their names, and its one page at every other path there, since which
 * screen that is its script decides.
 *
 * What has no file is its page to browsers that open an address, and nothing to whoever asks for a file: a script that is gone is not
 * answered with a page. So the paths below `/play/` that are the API's stay the API's.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Route } from "../boundary/RouteTable.ts"
import { nothingHere } from "../problems/Problem.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import { CurrentRequestId } from "../requests/RequestId.ts"
import { wantsPage } from "../requests/WantsPage.ts"
import type { BuiltFile, PagePath } from "./BuiltPages.ts"
import { notBuilt } from "./NotBuilt.ts"
import { pageHeaders } from "./PageHeaders.ts"
import { serve } from "./ServedFile.ts"

/** Below which the app is: what its page is at, and what its service worker may answer. */
export const playBase: PagePath = "/play/"
/** What people type. The service worker's scope does not have it, so it leads to the one that has. */
const typedPath: PagePath = "/play"
/** Both, and all that is below. */
const anyPath: PagePath = "/play/*"
const assets = "/play/assets/"

/** Addresses of code: the verifier's worker, as the public pages have it, and the service worker. */
const trustedTypes = "ddd-verifier ddd-play"

/** The routes of the app, whether or not it is built. */
export const playRoutes = (files: ReadonlyArray<BuiltFile> | null): ReadonlyArray<Route> =>
  [anyPath, ...files?.map(({ path }) => path) ?? []].map((path) => ({
    method: "GET",
    path,
    countedAs: "pages"
  }))

const nothing = Effect.map(CurrentRequestId, (requestId) => problemResponse(nothingHere, requestId))

/** The page at a path that is no file's. Whether it is answered depends on what the request accepts. */
const screen = (page: BuiltFile, publicUrl: URL) => {
  const answer = Effect.map(
    serve(page, pageHeaders(publicUrl, page, trustedTypes)),
    HttpServerResponse.setHeader("vary", "Accept, Accept-Encoding, Origin")
  )
  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const [path = ""] = request.url.split("?")
    if (path === typedPath) return Effect.succeed(toBase(request.url))
    return wantsPage(request) && !path.startsWith(assets) ? answer : nothing
  })
}

/** Leads to the app, with the query. */
const toBase = (url: string) =>
  HttpServerResponse.empty({ status: 308, headers: { location: playBase + url.slice(typedPath.length) } })

/** Serves what `readPages` read below `playBase`; where it read nothing, every path there says so. */
export const layer = (files: ReadonlyArray<BuiltFile> | null, publicUrl: URL) => {
  const page = files?.find(({ path }) => path === playBase)
  const served = files === null || page === undefined
    ? [{ path: anyPath, answer: notBuilt("app is") }]
    : [
      { path: anyPath, answer: screen(page, publicUrl) },
      ...files.map((file) => ({
        path: file.path,
        answer: serve(file, pageHeaders(publicUrl, file, trustedTypes))
      }))
    ]
  return Layer.mergeAll(
    Layer.empty,
    ...served.map(({ answer, path }) => HttpRouter.use((router) => router.add("GET", path, answer)))
  )
}
