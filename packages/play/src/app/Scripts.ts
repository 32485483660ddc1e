/** The two pieces of code that are started by their address: the page's policy lets no other in (http, `Pages`). */
// oxlint-disable-next-line import/default -- the build gives it one
import verifierUrl from "@ddd/web/verify/Worker?worker&url"

interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string }
  ) => { readonly createScriptURL: (url: string) => string }
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes
  }
}

/** The policy that each is named in, and where it is. */
const pieces = {
  verifier: ["ddd-verifier", verifierUrl],
  shell: ["ddd-play", "/play/sw.js"]
} as const

/** The address of a piece of code, as something that the browser may run. */
const addressOf = ([name, address]: (typeof pieces)[keyof typeof pieces]): string =>
  window.trustedTypes?.createPolicy(name, { createScriptURL: () => address }).createScriptURL(address) ?? address

/** A policy is made once. */
const addresses = { verifier: addressOf(pieces.verifier), shell: addressOf(pieces.shell) }

export const scriptUrl = (piece: keyof typeof pieces): string => addresses[piece]
