/** Signing up and in, and a new password for who forgot theirs. */
import { useState } from "react"
import { Field, Form, PasswordField } from "../app/Form.tsx"
import { go, Link } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useSite } from "../server/Offers.ts"
import { useClient } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

const nextKey = "ddd.next"

/** Where the player wanted to go before they had to sign in. */
const rememberNext = (path: string): void => sessionStorage.setItem(nextKey, path)

const goOn = (): void => {
  const next = sessionStorage.getItem(nextKey) ?? "/"
  sessionStorage.removeItem(nextKey)
  go(next, { replace: true })
}

const Email = () => {
  const { t } = useText()
  return (
    <Field
      label={t.sign.email}
      name="email"
      type="email"
      required
      maxLength={255}
      autoComplete="email"
      autoCapitalize="off"
      spellCheck={false}
    />
  )
}

export const SignUp = () => {
  const { t } = useText()
  const client = useClient()
  const tell = useTell()
  const { minAge, termsUrl } = useSite()
  return (
    <Screen title={t.sign.upTitle}>
      <div className="panel">
        <Form
          label={t.sign.up}
          onSend={async (values) => {
            const dateOfBirth = values("dateOfBirth")
            const user = await client.auth.signUp({
              email: values("email").trim(),
              username: values("username").trim(),
              password: values("password"),
              ...dateOfBirth === "" ? {} : { dateOfBirth }
            })
            tell(t.sign.welcome(user.username), "good")
            goOn()
          }}
        >
          <Email />
          <Field
            label={t.sign.username}
            hint={t.sign.usernameHint}
            name="username"
            required
            minLength={3}
            maxLength={50}
            autoComplete="username"
            autoCapitalize="off"
            spellCheck={false}
          />
          {minAge === null
            ? null
            : (
              <Field
                label={t.sign.birth}
                hint={t.sign.birthHint(minAge)}
                name="dateOfBirth"
                type="date"
                required
                autoComplete="bday"
              />
            )}
          <PasswordField
            label={t.sign.password}
            hint={t.sign.passwordHint}
            name="password"
            minLength={10}
            maxLength={256}
            autoComplete="new-password"
          />
          {termsUrl === null
            ? null
            : (
              <p className="hint">
                {t.sign.agree} <a className="link" href={termsUrl}>{t.footer.terms}</a>
              </p>
            )}
        </Form>
      </div>
      <p>
        <Link to="/sign-in" className="link">{t.sign.toIn}</Link>
      </p>
    </Screen>
  )
}

export const SignIn = () => {
  const { t } = useText()
  const client = useClient()
  const tell = useTell()
  return (
    <Screen title={t.sign.inTitle}>
      <div className="panel">
        <Form
          label={t.sign.in}
          onSend={async (values) => {
            const user = await client.auth.signIn({ email: values("email").trim(), password: values("password") })
            tell(t.sign.welcome(user.username), "good")
            goOn()
          }}
        >
          <Email />
          <PasswordField label={t.sign.password} name="password" maxLength={256} autoComplete="current-password" />
        </Form>
      </div>
      <p>
        <Link to="/reset" className="link">{t.sign.forgot}</Link>
      </p>
      <p>
        <Link to="/sign-up" className="link">{t.sign.toUp}</Link>
      </p>
    </Screen>
  )
}

export const Reset = () => {
  const { t } = useText()
  const client = useClient()
  const [isSent, setSent] = useState(false)
  return (
    <Screen title={t.sign.resetTitle} up="/sign-in">
      <p>{t.sign.resetText}</p>
      <div className="panel">
        <Form
          label={t.sign.reset}
          onSend={async (values) => {
            await client.auth.requestPasswordReset(values("email").trim())
            setSent(true)
          }}
        >
          <Email />
        </Form>
        <p className="notice good" role="status">{isSent ? t.sign.resetSent : ""}</p>
      </div>
    </Screen>
  )
}

/** In place of a screen that is of players. */
export const SignInFirst = ({ path, title }: { readonly path: string; readonly title: string }) => {
  const { t } = useText()
  const leave = () => rememberNext(path)
  return (
    <Screen title={title}>
      <div className="panel">
        <p>{t.sign.first}</p>
        <p className="buttons">
          <Link to="/sign-in" className="button button-main" onClick={leave}>{t.sign.in}</Link>
          <Link to="/sign-up" className="button" onClick={leave}>{t.buy.signUp}</Link>
        </p>
      </div>
    </Screen>
  )
}
