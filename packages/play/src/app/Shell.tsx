/** What stands around every screen: where one is, what one has, and whether it is up to date. */
import { useSession, useUnsettled, useWallet } from "@ddd/client/react"
import { useQueryClient } from "@tanstack/react-query"
import { type ReactNode, useEffect, useRef } from "react"
import { useSite } from "../server/Offers.ts"
import { useText } from "../text/Language.tsx"
import { Icon, type IconName } from "./Icon.tsx"
import { useOnline } from "./Online.ts"
import { Link, usePath } from "./Router.tsx"
import { useTell } from "./Toasts.tsx"

const isAt = (to: string, path: string): boolean => to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`)

const Navigation = () => {
  const { t } = useText()
  const path = usePath()
  const places: ReadonlyArray<readonly [string, IconName, string]> = [
    ["/", "draw", t.nav.draw],
    ["/tickets", "tickets", t.nav.tickets],
    ["/rooms", "rooms", t.nav.rooms],
    ["/wallet", "wallet", t.nav.wallet],
    ["/account", "account", t.nav.account]
  ]
  return (
    <nav className="tabs" aria-label={t.nav.label}>
      {places.map(([to, icon, name]) => (
        <Link key={to} to={to} aria-current={isAt(to, path) ? "page" : undefined}>
          <Icon name={icon} />
          <span>{name}</span>
        </Link>
      ))}
    </nav>
  )
}

/** Tickets and rooms are asked for again where the balance has changed: another device or tab of the player's may have bought. */
const useBoughtElsewhere = (balance: string | undefined): void => {
  const queries = useQueryClient()
  const last = useRef(balance)
  useEffect(() => {
    const hasChanged = last.current !== undefined && balance !== undefined && last.current !== balance
    last.current = balance
    if (!hasChanged) return
    void queries.invalidateQueries({
      queryKey: ["ddd", "player"],
      predicate: ({ queryKey: [, , , name] }) => name === "tickets" || name === "rooms"
    })
  }, [balance, queries])
}

/** The balance, or the way in. Its place is kept while it is not known. */
const Corner = () => {
  const { money, t } = useText()
  const session = useSession().data
  const wallet = useWallet().data
  useBoughtElsewhere(wallet?.balance)
  if (session === null) return <Link to="/sign-in" className="corner">{t.nav.signIn}</Link>
  if (wallet === undefined) return <span className="corner" aria-hidden="true">&nbsp;</span>
  return (
    <Link to="/wallet" className="corner" aria-label={t.nav.balance(money(wallet.balance))}>
      {money(wallet.balance)}
    </Link>
  )
}

/** Says that the device is offline, when it is back, and what is not known yet. */
const Standing = () => {
  const { t } = useText()
  const tell = useTell()
  const isOnline = useOnline()
  const wasOnline = useRef(isOnline)
  const unsettled = useUnsettled().data?.length ?? 0
  useEffect(() => {
    if (isOnline && !wasOnline.current) tell(t.offline.back, "good")
    wasOnline.current = isOnline
  }, [isOnline, t, tell])
  return (
    <div className="standing" role="status">
      {isOnline ? null : <p>{t.offline.away}</p>}
      {unsettled === 0 ? null : <p>{t.offline.unsettled(unsettled)}</p>}
    </div>
  )
}

const Footer = () => {
  const { t } = useText()
  const { helpUrl, minAge, operatorName, termsUrl } = useSite()
  return (
    <footer className="site">
      <p>
        {operatorName === null ? null : t.footer.run(operatorName)} {minAge === null ? null : t.footer.adults(minAge)}
        {" "}
        {t.footer.responsible}
      </p>
      <p className="footer-links">
        <Link to="/about">{t.nav.about}</Link>
        <a href="/verify">{t.footer.verify}</a>
        {helpUrl === null ? null : <a href={helpUrl}>{t.footer.help}</a>}
        {termsUrl === null ? null : <a href={termsUrl}>{t.footer.terms}</a>}
      </p>
    </footer>
  )
}

export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const { t } = useText()
  return (
    <>
      <a className="skip" href="#main">{t.skip}</a>
      <header className="site">
        <Link className="wordmark" to="/">
          Daily Dollar <span>Draw</span>
        </Link>
        <Navigation />
        <Corner />
      </header>
      <Standing />
      <main id="main" tabIndex={-1}>{children}</main>
      <Footer />
    </>
  )
}
