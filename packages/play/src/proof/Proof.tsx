/** A draw, worked out on the player's device: what came of it, and what it shows. */
import type { Ticket } from "@ddd/client"
import { drandHashes } from "@ddd/core/proof/Chains"
import type { Source } from "@ddd/web/verify/Messages"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { client } from "../server/Server.ts"
import { useText } from "../text/Language.tsx"
import { keepKeys, knownKeys } from "./Keys.ts"
import { type Verified, verifyHere } from "./Verifier.ts"

export interface Subject {
  readonly drawId: string
  /** Null of a room. */
  readonly drawDate: string | null
  /** One of the player's tickets. */
  readonly ticket: Ticket | null
}

export interface WorkedOut extends Verified {
  readonly lock: { readonly lock: string; readonly seenAt: string } | null
  /** It was kept once the round was due, by this device's clock. */
  readonly isLate: boolean
  readonly hasOtherKeys: boolean
  readonly keysShown: string | null
}

const sourceOf = async ({ drawDate, drawId }: Subject): Promise<Source> =>
  drawDate === null
    ? { _tag: "File", file: new File([await client.rooms.proof(drawId)], "bundle.ndjson") }
    : { _tag: "Server", path: `/lottery/draws/${drawDate}/proof` }

/** The record of a signed note, without its signatures. */
const recordIn = (note: string): string => note.slice(0, note.lastIndexOf("\n\n") + 1)

const workOut = async (subject: Subject, progress: (tickets: number) => void, signal: AbortSignal) => {
  const [keys, { keptLock }] = await Promise.all([knownKeys(), import("./LockKeeper.ts")])
  const [lock, source] = await Promise.all([keptLock(subject.drawId), sourceOf(subject)])
  const verify = (chainHash: string, isLockGiven: boolean): Promise<Verified> =>
    verifyHere(
      source,
      {
        keys: keys.kept,
        chainHash,
        seenLock: isLockGiven ? lock?.lock ?? "" : "",
        seenAt: isLockGiven ? lock?.seenAt ?? "" : "",
        ticketId: subject.ticket?.ticketId ?? "",
        ownerSalt: subject.ticket?.ownerSalt ?? "",
        userId: subject.ticket?.userId ?? ""
      },
      progress,
      signal
    )
  const first = await verify("", true)
  const { chainHash, lock: claimed } = first.claims ?? { chainHash: null, lock: null }
  // a beacon of the operator's own: taken at its word, and said so
  const isOwn = chainHash !== null && !drandHashes.includes(chainHash)
  // the same record, kept once the round was due: no witness, and nothing wrong
  const isLate = lock !== null && claimed !== null && recordIn(lock.lock) === recordIn(claimed.note) &&
    first.verdict.checks.some(({ id, ok }) => id === 12 && ok === false)
  const verified = isOwn || isLate ? await verify(isOwn ? chainHash : "", !isLate) : first
  return {
    ...verified,
    lock,
    isLate,
    hasOtherKeys: keys.shown !== null && keys.shown !== keys.kept,
    keysShown: keys.shown
  }
}

/** Works a draw out once it is decided; `tickets`: how many were read until now. */
export const useWorkedOut = (subject: Subject | null) => {
  const [tickets, setTickets] = useState(0)
  const query = useQuery<WorkedOut>({
    queryKey: ["proof", subject?.drawId, subject?.ticket?.ticketId],
    queryFn: ({ signal }) => {
      if (subject === null) throw new Error("there is nothing to work out")
      return workOut(subject, setTickets, signal)
    },
    enabled: subject !== null,
    staleTime: Infinity,
    retry: 3
  })
  return { ...query, tickets }
}

const titleOf = (t: ReturnType<typeof useText>["t"], { valid, verdict }: Verified["verdict"]): string => {
  if (valid) return t.proof.valid
  if (verdict === "VOID") return t.proof.void
  if (verdict.startsWith("PENDING")) return t.proof.pending
  return verdict === "UNREADABLE" ? t.proof.unreadable : t.proof.invalid
}

/** What the verification shows. */
export const ProofPanel = ({ onAgain, workedOut }: { readonly workedOut: WorkedOut; readonly onAgain: () => void }) => {
  const { t, time } = useText()
  const queries = useQueryClient()
  const { claims, hasOtherKeys, keysShown, lock, verdict } = workedOut
  const isBad = !verdict.valid && verdict.exit !== 0
  const chain = claims?.chainHash ?? null
  const isOwn = chain !== null && !drandHashes.includes(chain)
  const failed = verdict.checks.filter(({ ok }) => ok === false)
  return (
    <section className="panel proof" aria-labelledby="proof-title">
      <p className="eyebrow">{t.proof.title}</p>
      <h2 id="proof-title" className={isBad ? "verdict bad" : "verdict"}>{titleOf(t, verdict)}</h2>
      <p>
        {verdict.level === null
          ? failed.length === 0 ? null : t.proof.invalidText(failed.map(({ id }) => t.checks[id]).join("; "))
          : isOwn && (verdict.level === "BEACON" || verdict.level === "WITNESSED")
          ? t.proof.levelOfOwn
          : t.proof.level[verdict.level]}
      </p>
      {claims === null
        ? null
        : chain === null
        ? <p className="hint">{t.proof.noBeacon}</p>
        : isOwn
        ? <p className="hint">{t.proof.ownBeacon}</p>
        : null}
      {hasOtherKeys && keysShown !== null
        ? (
          <div className="notice bad">
            <p>{t.proof.keyChanged}</p>
            <p>
              <button
                type="button"
                className="button"
                onClick={() => void keepKeys(keysShown).then(() => queries.invalidateQueries({ queryKey: ["proof"] }))}
              >
                {t.proof.acceptKey}
              </button>
            </p>
          </div>
        )
        : null}
      <details>
        <summary>{t.proof.checks}</summary>
        <p className="hint">{t.proof.intro}</p>
        <ul className="checks" role="list">
          {verdict.checks.map(({ id, ok }) => (
            <li key={id} data-ok={String(ok)}>
              <span aria-hidden="true">{ok === true ? "✓" : ok === false ? "✗" : "–"}</span>
              <span>{t.checks[id]}</span>
              <span className="unseen">{ok === true ? t.yes : ok === false ? t.no : "–"}</span>
            </li>
          ))}
        </ul>
        <p className="hint">
          {lock === null
            ? t.proof.notKept
            : workedOut.isLate
            ? t.proof.keptLate(time(lock.seenAt))
            : t.proof.kept(time(lock.seenAt))}
        </p>
        {lock === null ? null : (
          <details>
            <summary>{t.proof.record}</summary>
            <pre tabIndex={0}>{lock.lock}</pre>
          </details>
        )}
        <p className="buttons">
          <button type="button" className="button" onClick={onAgain}>{t.proof.check}</button>
          {claims === null || claims.day === null
            ? null
            : <a className="button" href={`/verify?draw=${claims.day}`}>{t.proof.elsewhere}</a>}
        </p>
      </details>
    </section>
  )
}
