/**
 * Keeps the app on the device, so that it opens without a connection. What the server answers of draws and money is never kept here.
 *
 * The page is asked of the server where that can be reached, so that nobody plays with an old one; assets never change under their names.
 */

/** What this file uses of a worker's globals: the types of a page and of a worker do not go together. */
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface WorkerFetch extends WorkerEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void
  addEventListener(type: "fetch", listener: (event: WorkerFetch) => void): void
}

const scope = globalThis as unknown as WorkerScope

/** The names of the app's assets: the build puts them here (vite.config.mjs), and so another build is another worker. */
const assets = "__ASSETS__".split(" ")
const page = "/play/"
/** How an answer was encoded, and for which origin, does not matter here: it is this one's, and decoded. */
const anyway = { ignoreVary: true }
const prefix = "ddd-play-"
/** Of this build. A page that was opened with another one finds its own until it is closed: no worker takes over from another before. */
const name = `${prefix}__BUILD__`

const keepAll = async (): Promise<void> => {
  const cache = await caches.open(name)
  await cache.addAll([page, ...assets.map((asset) => `${page}${asset}`)])
}

const forgetOld = async (): Promise<void> => {
  for (const other of await caches.keys()) {
    if (other.startsWith(prefix) && other !== name) await caches.delete(other)
  }
}

const pageAnswer = async (request: Request): Promise<Response> => {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await caches.match(page, anyway)
    if (kept === undefined) throw error
    return kept
  }
}

const assetAnswer = async (request: Request): Promise<Response> =>
  await caches.match(request, anyway) ?? await fetch(request)

scope.addEventListener("install", (event) => event.waitUntil(keepAll()))
scope.addEventListener("activate", (event) => event.waitUntil(forgetOld()))
scope.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (origin !== location.origin || event.request.method !== "GET") return
  if (event.request.mode === "navigate" && (pathname === "/play" || pathname.startsWith(page))) {
    event.respondWith(pageAnswer(event.request))
  } else if (pathname.startsWith(`${page}assets/`)) event.respondWith(assetAnswer(event.request))
})
