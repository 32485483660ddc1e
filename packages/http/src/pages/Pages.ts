/**
 * The public pages: the pot, the verifier, and what mails lead to.
 *
 * Every file has a route of its own, so that any other path stays what it is without them: nothing. The pages load what this server
 * serves and nothing else, and their policy forbids them to.
 */
import { Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { Route } from "../boundary/RouteTable.ts"
import type { BuiltFile, PagePath } from "./BuiltPages.ts"
import { notBuilt } from "./NotBuilt.ts"
import { isPage, pageHeaders } from "./PageHeaders.ts"
import { serve, textFile } from "./ServedFile.ts"

/** The paths that people open, whether or not the pages are built. Mails lead to two of them (adapters-mail, `Links`). */
const pagePaths: ReadonlyArray<PagePath> = [
  "/",
  "/verify",
  "/verify-email",
  "/reset-password",
  "/docs",
  "/docs/websocket"
]

/** The page that browsers are shown where nothing is: it has no path of its own. */
const notFoundPath: PagePath = "/not-found"

/** The routes of the pages; without a build, those that answer that there is none. */
export const pageRoutes = (files: ReadonlyArray<BuiltFile> | null): ReadonlyArray<Route> =>
  (files?.map(({ path }) => path).filter((path) => path !== notFoundPath) ?? pagePaths)
    .map((path) => ({ method: "GET", path, countedAs: "pages" }))

/** Where the built pages have the address of this server, which those who share a link need whole. */
const addressMark = "__PUBLIC_URL__"

/** A page with this server's address in it. */
const addressed = (file: BuiltFile, publicUrl: URL): BuiltFile => {
  const text = new TextDecoder().decode(file.encodings.get("identity")?.bytes)
  return isPage(file) && text.includes(addressMark)
    ? textFile(file.path, file.contentType, text.replaceAll(addressMark, publicUrl.origin))
    : file
}

/** What a browser is shown where nothing is; undefined where no page is built for that. */
export type NotFoundPage = HttpServerResponse.HttpServerResponse | undefined

export const notFoundPage = (files: ReadonlyArray<BuiltFile> | null, publicUrl: URL): NotFoundPage => {
  const file = files?.find(({ path }) => path === notFoundPath)
  const bytes = file?.encodings.get("identity")?.bytes
  if (file === undefined || bytes === undefined) return undefined
  return HttpServerResponse.uint8Array(bytes, {
    status: 404,
    contentType: file.contentType,
    headers: { ...pageHeaders(publicUrl, file), "cache-control": "no-store", vary: "Accept, Origin" }
  })
}

/** Serves what `readPages` read; where it read nothing, each page says so. */
export const layer = (files: ReadonlyArray<BuiltFile> | null, publicUrl: URL) => {
  const served = files === null
    ? pagePaths.map((path) => ({ path, answer: notBuilt("pages are") }))
    : files.filter(({ path }) => path !== notFoundPath).map((file) => ({
      path: file.path,
      answer: serve(addressed(file, publicUrl), pageHeaders(publicUrl, file))
    }))
  return Layer.mergeAll(
    Layer.empty,
    ...served.map(({ answer, path }) => HttpRouter.use((router) => router.add("GET", path, answer)))
  )
}
