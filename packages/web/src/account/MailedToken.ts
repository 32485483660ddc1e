/** The token that a mailed link carries. */

/** Takes the token from the page's address, which does not show it afterwards: not in the history, not to who looks on. */
export const takeMailedToken = (): string | null => {
  const token = new URLSearchParams(location.search).get("token")
  if (location.search !== "") history.replaceState(null, "", location.pathname)
  return token === "" ? null : token
}
