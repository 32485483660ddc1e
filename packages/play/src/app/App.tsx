/** Which screen stands at which path. Screens of players ask to sign in first; all but the first ones are loaded when they are needed. */
import { useClient, useSession } from "@ddd/client/react"
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from "react"
import { Reset, SignIn, SignInFirst, SignUp } from "../account/Sign.tsx"
import { Home } from "../draw/Home.tsx"
import { checkoutCameTo } from "../server/Offers.ts"
import type { Messages } from "../text/En.ts"
import { useText } from "../text/Language.tsx"
import { Boundary } from "./Boundary.tsx"
import { go, Link, matched, usePath } from "./Router.tsx"
import { Screen } from "./Screen.tsx"
import { Shell } from "./Shell.tsx"
import { useTell } from "./Toasts.tsx"

/** The screens that are not needed first, in one file. */
const more = () => import("./More.ts")

type More = Awaited<ReturnType<typeof more>>

const later = <Name extends keyof More>(name: Name) =>
  lazy(async (): Promise<{ readonly default: More[Name] }> => ({ default: (await more())[name] }))

const Tickets = later("Tickets")
const Wallet = later("Wallet")
const AddMoney = later("AddMoney")
const Withdraw = later("Withdraw")
const Account = later("Account")
const Limits = later("Limits")
const Security = later("Security")
const Data = later("Data")
const Rooms = later("Rooms")
const JoinRoom = later("JoinRoom")
const RoomScreen = later("RoomScreen")
const About = later("About")
const DrawScreen = later("DrawScreen")

interface Place {
  readonly pattern: string
  /** Of a screen of players. */
  readonly title?: (t: Messages) => string
  readonly show: (parts: Readonly<Record<string, string>>) => ReactNode
}

const of = (Shown: ComponentType) => () => <Shown />

const places: ReadonlyArray<Place> = [
  { pattern: "/", show: of(Home) },
  { pattern: "/sign-up", show: of(SignUp) },
  { pattern: "/sign-in", show: of(SignIn) },
  { pattern: "/reset", show: of(Reset) },
  { pattern: "/about", show: of(About) },
  { pattern: "/draws/:date", show: ({ date = "" }) => <DrawScreen key={date} date={date} /> },
  { pattern: "/tickets", title: (t) => t.tickets.title, show: of(Tickets) },
  { pattern: "/rooms", title: (t) => t.rooms.title, show: of(Rooms) },
  {
    pattern: "/rooms/join/:code",
    title: (t) => t.rooms.join,
    show: ({ code = "" }) => <JoinRoom key={code} code={code} />
  },
  { pattern: "/rooms/:id", title: (t) => t.rooms.title, show: ({ id = "" }) => <RoomScreen key={id} id={id} /> },
  { pattern: "/wallet", title: (t) => t.wallet.title, show: of(Wallet) },
  { pattern: "/wallet/add", title: (t) => t.add.title, show: of(AddMoney) },
  { pattern: "/wallet/withdraw", title: (t) => t.withdraw.title, show: of(Withdraw) },
  { pattern: "/account", title: (t) => t.account.title, show: of(Account) },
  { pattern: "/account/limits", title: (t) => t.limits.title, show: of(Limits) },
  { pattern: "/account/security", title: (t) => t.security.title, show: of(Security) },
  { pattern: "/account/data", title: (t) => t.data.title, show: of(Data) }
]

const NotFound = () => {
  const { t } = useText()
  return (
    <Screen title={t.notFound.title}>
      <p>{t.notFound.text}</p>
      <p>
        <Link to="/" className="button button-main">{t.notFound.home}</Link>
      </p>
    </Screen>
  )
}

const Place = ({ path }: { readonly path: string }) => {
  const { t } = useText()
  const session = useSession().data
  for (const { pattern, show, title } of places) {
    const parts = matched(pattern, path)
    if (parts === null) continue
    if (title === undefined || session !== undefined && session !== null) return show(parts)
    return session === null ? <SignInFirst key={path} path={path} title={title(t)} /> : null
  }
  return <NotFound />
}

/** Keeps the lock records of the player's draws, once nothing else is to be done. */
const useKeepsakes = (): void => {
  const userId = useSession().data?.userId
  useEffect(() => {
    if (userId === undefined) return
    let end = () => {}
    let isOver = false
    const timer = setTimeout(() => {
      // what cannot be loaded now is loaded with the next visit
      import("../proof/LockKeeper.ts").then(({ keepLocks }) => {
        if (!isOver) end = keepLocks()
      }, () => {})
      void more().catch(() => {})
    }, 2_000)
    return () => {
      isOver = true
      clearTimeout(timer)
      end()
    }
  }, [userId])
}

/** Says what became of paying in where the provider's page led back here. Whether the money has come the wallet shows. */
const useReturn = (): void => {
  const { t } = useText()
  const tell = useTell()
  useEffect(() => {
    const came = checkoutCameTo()
    if (came === null) return
    tell(came === "done" ? t.add.came : t.add.canceled)
    go("/wallet", { replace: true })
  }, [t, tell])
}

export const App = () => {
  const { t } = useText()
  const path = usePath()
  const tell = useTell()
  const client = useClient()
  useKeepsakes()
  useReturn()
  useEffect(() =>
    client.auth.onChange((change) => {
      if (change.type === "ended") tell(t.sign.ended, "bad")
    }), [client, t, tell])
  return (
    <Shell>
      <Boundary t={t} path={path}>
        <Suspense fallback={<p className="quiet waiting">{t.loading}</p>}>
          <Place path={path} />
        </Suspense>
      </Boundary>
    </Shell>
  )
}
