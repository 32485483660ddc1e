/** Asks the player to open the link that was mailed. */
import { Form } from "../app/Form.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useClient } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

export const VerifyAddress = ({ email }: { readonly email: string }) => {
  const { t } = useText()
  const client = useClient()
  const tell = useTell()
  return (
    <div className="notice">
      <p>{t.sign.mailed(email)}</p>
      <Form
        label={t.sign.resend}
        tone="plain"
        onSend={async () => {
          await client.auth.resendVerification()
          tell(t.sign.resent)
        }}
      />
    </div>
  )
}
