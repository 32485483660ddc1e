/** What a mailed link carries. */

/** The token, and whose account the mail was about; null where the page was opened without. */
export interface MailedLink {
  readonly token: string | null
  readonly account: string | null
}

/** As the server takes names: whoever writes a link may write anything for one. */
const usernameForm = /^[\w.-]{3,50}$/

/** Takes both from the page's address, which does not show them afterwards: not in the history, not to who looks on. */
export const takeMailedLink = (): MailedLink => {
  const query = new URLSearchParams(location.search)
  if (location.search !== "") history.replaceState(null, "", location.pathname)
  const account = query.get("account") ?? ""
  return { token: query.get("token") || null, account: usernameForm.test(account) ? account : null }
}
