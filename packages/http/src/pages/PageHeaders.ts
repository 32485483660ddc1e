/** What browsers may do with the pages and the app, as the headers of each of their files say. */
import type { BuiltFile } from "./BuiltPages.ts"

export const isPage = ({ contentType }: BuiltFile): boolean => contentType.startsWith("text/html")

/**
 * The Content-Security-Policy of the pages: scripts and styles from their own files, requests to this server alone.
 *
 * Text never becomes script: `trusted-types` leaves one way to make an address of code, the verifier's worker, and for the app
 * another, its service worker. `'self'` covers
 * WebSockets in some browsers only, so their address stands beside it. The worker goes by the policy of its own file, and may compile
 * WebAssembly, which it hashes with; a document may not.
 */
const policyOf = (publicUrl: URL, file: BuiltFile, trustedTypes: string): string =>
  [
    "default-src 'none'",
    isPage(file) ? "script-src 'self'" : "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${publicUrl.origin.replace(/^http/, "ws")}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${trustedTypes}`
  ].join("; ")

const fixedHeaders = {
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
}

/** `trustedTypes`: by which names scripts make addresses of code. */
export const pageHeaders = (publicUrl: URL, file: BuiltFile, trustedTypes = "ddd-verifier") => ({
  "content-security-policy": policyOf(publicUrl, file, trustedTypes),
  // a picture is shown by whoever shares a link, a verifier fetched by whoever wants it
  "cross-origin-resource-policy": isPage(file) || file.isImmutable ? "same-origin" : "cross-origin",
  ...fixedHeaders
})
