/**
 * E-mail addresses: which are taken, how they are stored, and which are one mailbox.
 *
 * Decided here and not by a database's locale, so that it is the same everywhere. A domain is what IDNA makes of it (UTS 46, as the URL
 * standard applies it), in its ASCII form: `@ｅｘａｍｐｌｅ.com`, `@EXAMPLE.com` and `@example.com` are one. Of the part before it, Unicode's
 * form NFC is stored as it was typed, and compared without case, although only the server of the mailbox knows whether case matters
 * there: none that players use says so.
 */

/** The most characters (UTF-16 code units) of an address. */
export const emailCharactersMax = 255

/** What an address may not hold: characters with a meaning in mail, invisible ones, and ones that are shown as blanks. */
const unfit = /[\s"(),:;<>@[\\\]\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}\u{FFFC}\u{1D159}]/u
const mark = /^\p{M}/u

/** Letters, digits and hyphens; two labels at least, of which the last is no number (RFC 1123, 2.1). */
const domainForm = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** What a URL's host may hold and mail's may not, or would end it. */
const noHost = /[!-,/:-@[-`{-~]/

/** A domain in ASCII; `undefined` where mail cannot go to it. */
const asciiDomain = (domain: string): string | undefined => {
  if (domain === "" || unfit.test(domain) || noHost.test(domain)) return undefined
  const url = URL.parse(`http://${domain}/`)
  return url !== null && domainForm.test(url.hostname) ? url.hostname : undefined
}

/** The parts before and behind the last `@`; `undefined` where there is none. */
const partsOf = (text: string): { readonly local: string; readonly domain: string } | undefined => {
  const at = text.lastIndexOf("@")
  return at < 0 ? undefined : { local: text.slice(0, at), domain: text.slice(at + 1) }
}

/** An address as it is stored and mailed to, the domain in ASCII; `undefined` for a text that is none. Reading what it gives gives the same. */
export const parseEmail = (text: string): string | undefined => {
  if (text.length > emailCharactersMax) return undefined
  const parts = partsOf(text.normalize("NFC"))
  const domain = parts && asciiDomain(parts.domain)
  if (parts === undefined || domain === undefined) return undefined
  const { local } = parts
  const address = `${local}@${domain}`
  return local === "" || unfit.test(local) || mark.test(local) || address.length > emailCharactersMax
    ? undefined
    : address
}

/** Full case folding (Unicode 3.13, D144) of one character; the Turkish dotless i, which has none, is left alone. */
const foldCharacter = (character: string): string =>
  character === "\u0131" ? character : character.toLowerCase().toUpperCase().toLowerCase()

/** A text by which two are the same but for case (canonical caseless matching: Unicode 3.13, D145). */
export const foldCase = (text: string): string =>
  Array.from(text.normalize("NFD"), foldCharacter).join("").normalize("NFC")

/**
 * Which mailbox an address is: of two that are one mailbox the same text. Of any text, also of what was stored before `parseEmail` was
 * asked: what is no address is itself, without case.
 */
export const emailIdentity = (text: string): string => {
  const parts = partsOf(text)
  const domain = parts && asciiDomain(parts.domain.normalize("NFC"))
  return parts === undefined || domain === undefined ? foldCase(text) : `${foldCase(parts.local)}@${domain}`
}

/** Whether two addresses are one mailbox. */
export const isSameAddress = (a: string, b: string): boolean => emailIdentity(a) === emailIdentity(b)

/** Whether an address is one letter for letter, but for case. */
const isSameSpelling = (a: string, b: string): boolean => foldCase(a) === foldCase(b)

/**
 * Which of several accounts an address means. `candidates`: those whose address may be one mailbox with it, oldest first. Since before
 * mailboxes were compared, two may have one: each is found by its own spelling, and the older one by any other.
 */
export const pickAddressed = <A extends { readonly email: string }>(
  text: string,
  candidates: ReadonlyArray<A>
): A | null =>
  candidates.find(({ email }) => isSameSpelling(email, text)) ??
    candidates.find(({ email }) => isSameAddress(email, text)) ?? null

/** An address in the form in which mail servers of before 2012 take it; `undefined` where it has none: the server must know SMTPUTF8 (RFC 6531). */
export const asciiAddress = (text: string): string | undefined => {
  const parts = partsOf(text)
  const domain = parts && asciiDomain(parts.domain.normalize("NFC"))
  return parts === undefined || domain === undefined || !/^[!-~]+$/.test(parts.local)
    ? undefined
    : `${parts.local}@${domain}`
}
