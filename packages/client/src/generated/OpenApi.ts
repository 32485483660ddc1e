/**
 * The server's contract as types, made from its OpenAPI document by `npm run client:types`. Not to be edited.
 *
 * Over 300 lines: it is one document.
 */
export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The public keys that verify access tokens
         * @description A JSON Web Key Set (RFC 7517). Keys are published before they are used.
         */
        get: operations["operator.jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Changes the password, and ends every other session
         * @description The session that asks goes on.
         */
        post: operations["auth.changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchanges a refresh token for new tokens
         * @description A refresh token works once. The same one again within 10 seconds, while its successor is unused, gets the same successor; later it is `token_reused`, and its session ends.
         */
        post: operations["auth.refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mails a link that sets a new password, if a player has this address
         * @description Answers the same whether or not the address is known.
         */
        post: operations["auth.resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/reset-password/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sets a new password by a mailed token, and ends every session
         * @description The token works once, for 30 minutes.
         */
        post: operations["auth.confirmReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the player is signed in, newest first
         * @description One item a session that has not ended; a hundred at most, since one more ends the one that was unused for longest.
         */
        get: operations["auth.sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends one session of the player
         * @description Another player's session is `not_found`.
         */
        delete: operations["auth.endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs in
         * @description The same `invalid_credentials`, in the same time, for an unknown address and a wrong password; after many wrong ones `rate_limited`. Of more than a hundred sessions the one that was unused for longest ends.
         */
        post: operations["auth.signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the session of a refresh token, if it has one
         * @description Answers the same for any token.
         */
        post: operations["auth.signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-out-everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends every session of the player
         * @description Every refresh token of the player ends, the caller's included.
         */
        post: operations["auth.signOutEverywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens an account, with an empty wallet, and signs in
         * @description Makes the wallet, and mails the link that verifies the address. `dateOfBirth` is required where an age is asked for. `rate_limited` after many sign-ups from one network, for a minute at most.
         */
        post: operations["auth.signUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verifies an address by a mailed token, and puts it in force where it is a new one
         * @description The token is the one in the link that sign-up, or a change of address, mailed.
         */
        post: operations["auth.verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/verify-email/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mails the link that verifies the player's address again
         * @description Nothing is mailed where the address is verified, or was mailed as often as it may be.
         */
        post: operations["auth.resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process is up
         * @description Asks nothing else: a process that answers is not restarted.
         */
        get: operations["operator.healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/log/vkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The verifier keys of the signed records, oldest first, one a line
         * @description In the form of c2sp.org/signed-note: name, key id and key.
         */
        get: operations["operator.vkey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/current-draw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The draw now on sale
         * @description `unavailable` where none is, as before the first one is published, and where its beacon is not followed by this server: then it is not sold.
         */
        get: operations["lottery.currentDraw"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/draw-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Draws whose sales are over, newest first
         * @description Those too that wait for their outcome: locked ones, beside drawn and void ones.
         */
        get: operations["lottery.drawHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/draws/{drawDate}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The draw of a day
         * @description `not_found` before its open record is published, a week ahead.
         */
        get: operations["lottery.drawByDate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/draws/{drawDate}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that proves a day's draw, as far as it is public, in one file
         * @description The proof bundle, streamed: one JSON text a line. `ddd-verify` and the page `/verify` read it. `unavailable` of a drawn draw of whose beacon's chain the server knows no parameters.
         */
        get: operations["lottery.proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/draws/{drawDate}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed records of a day's draw, as far as they are published
         * @description What docs/fairness.md tells to the byte; the keys that sign them stand at `/log/vkey`.
         */
        get: operations["lottery.records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/last-winner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who won the newest draw
         * @description Both members are null before any draw is drawn; `winner` is null where nobody had entered.
         */
        get: operations["lottery.lastWinner"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/purchase-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buys tickets: all of them, or none
         * @description With a `drawId` that is no longer on sale: `draw_closed`. Without, the draw on sale at the instant of sale. `unavailable` while its beacon is not followed by this server. `outcome_unknown`: send the same request again under the same key.
         */
        post: operations["lottery.purchaseTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The player's own tickets, newest first
         * @description Those of rooms included.
         */
        get: operations["lottery.tickets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/lottery/tickets/{ticketId}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What anyone may know of a ticket: its seal, its place, and that it is in the draw
         * @description Takes public ids in any case. A room's ticket is `not_found` to all but the room's members, who send their access token.
         */
        get: operations["lottery.verifyTicket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/play/site": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who runs this server, and how an app takes money here
         * @description What is not configured is null. It changes with the server's settings alone.
         */
        get: operations["site.site"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The process can serve
         * @description The database answers and its tables are of this version; otherwise, and while the server stops, `unavailable`.
         */
        get: operations["operator.readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The rooms that the player is a member of, newest first
         * @description Those that are over included.
         */
        get: operations["rooms.rooms"];
        put?: never;
        /**
         * Makes a room: the player is its host and first member
         * @description Its code, which others join by, is in the answer. A hundred a UTC day: `limit_exceeded`, with `until`.
         */
        post: operations["rooms.createRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A room, as its members see it
         * @description `not_found` to whoever is no member.
         */
        get: operations["rooms.room"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Closes a room before its draw starts; every ticket is refunded
         * @description The host alone; from the lock on `wrong_room_state`.
         */
        post: operations["rooms.closeRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/execute-draw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draws a locked room, once its time has come
         * @description The host alone. Before the lock or before `drawAt`: `wrong_room_state`; until the beacon's round is there: `beacon_pending`, and the server draws by itself then. A drawn room is answered unchanged.
         */
        post: operations["rooms.executeDraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Comes in, by the room's code
         * @description A wrong code is `not_found`; after many, `rate_limited`.
         */
        post: operations["rooms.joinRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leaves a room, before buying in it
         * @description The host cannot leave: `forbidden`. Whoever has a ticket cannot either: `already_has_ticket`.
         */
        post: operations["rooms.leaveRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that proves a room's draw, as far as its members may know it, in one file
         * @description The proof bundle, streamed, as of a day's draw.
         */
        get: operations["rooms.roomProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/purchase-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buys the one ticket of a member
         * @description A second one is `already_has_ticket`. `outcome_unknown`: send the same request again under the same key.
         */
        post: operations["rooms.purchaseRoomTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/start-draw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Locks a room: no more members, no more tickets; the lock record is published
         * @description The host alone. The lock record goes to every member at once, over the WebSocket.
         */
        post: operations["rooms.startDraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{id}/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The player's own ticket of a room
         * @description `not_found` without one.
         */
        get: operations["rooms.roomTicket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erases the player
         * @description Everything personal goes, for good, and every session ends; movements, tickets and proofs stay under the id alone. Refused while there is money, a debt, an undrawn ticket or a hosted room with tickets of others: `reasons` names all that stands in the way, and what to do.
         */
        delete: operations["user.erase"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/devices/{deviceId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Has the player told on a device
         * @description An app does so at each of its starts, and where its token or language changes. The token is the player's from then on, and nobody else's; of eleven devices that goes which was put longest ago. The device goes with the session, and after 120 days in which it is not put.
         */
        put: operations["devices.putDevice"];
        post?: never;
        /**
         * Tells the player nothing more on a device
         * @description Also where there is no such device.
         */
        delete: operations["devices.removeDevice"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that is kept about the player
         * @description One JSON object, streamed: `user`, `wallet`, `payoutAccount`, and a list each of movements, purchases, withdrawals, tickets, sessions, security events, mailed links, rooms, and what else there is. One at a time, ten a UTC day.
         */
        get: operations["user.export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The player's limits, and what is to be raised
         * @description Days, weeks from Monday and months are those of the calendar in UTC.
         */
        get: operations["play.limits"];
        /**
         * Changes limits: lower at once, higher after a day and a confirmation
         * @description A lower limit is in force at once, and takes back a rise that waits. A higher one, or none, waits for 24 hours and is confirmed by POST `/user/limits/confirm` within 72 hours; of two rises the lower waits on. What is left out stays. A hundred times a UTC day: `rate_limited`.
         */
        put: operations["play.changeLimits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/limits/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts in force what has waited for 24 hours
         * @description What has not waited for so long waits on; `pending` says until when.
         */
        post: operations["play.confirmLimits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed-in player, with the wallet
         * @description What the player may know of the own account.
         */
        get: operations["user.profile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes name or address; a new address is in force once it is verified
         * @description Fields that are left out stay. A new address wants `currentPassword`, and the old one stays in force until the new one is verified by the mailed link. `dateOfBirth` is sent by itself, and once: another one is `forbidden`.
         */
        patch: operations["user.changeProfile"];
        trace?: never;
    };
    "/user/self-exclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Excludes the player for half a year to five years
         * @description It can be made longer and never shorter, and outlives the account: nobody signs up again under its address meanwhile. Rooms that the player hosts are closed, with refunds. Withdrawing, and closing the account, go on.
         */
        post: operations["play.selfExclude"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/user/time-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops buying for a day to six weeks
         * @description It can be made longer and never shorter. Withdrawing goes on.
         */
        post: operations["play.timeOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The player's money
         * @description `withdrawable` is what a withdrawal may take now. Prizes of rooms rest before they can be withdrawn: `maturing`, the next part of it until `maturesAt`. Large prizes may wait until the player's identity is verified: `awaitingIdentity`. Tickets can be bought with all of them at once.
         */
        get: operations["wallet.wallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/checkout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Opens a page on which the player pays in
         * @description From $5.00 to $1,000.00. The wallet is credited once Stripe has the money, never because the page was left. Refused before anybody pays: `account_frozen`, `timed_out`, `under_age` or `date_of_birth_missing`, and `limit_exceeded` where a limit of deposits, with what is under way, does not allow it, the wallet could not hold it, or five pages are open. `unavailable` where nobody pays in by a page here.
         */
        post: operations["wallet.checkout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/payout-account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the player can be paid out
         * @description As the payout provider last said.
         */
        get: operations["wallet.payoutAccount"];
        put?: never;
        /**
         * The page on which a player says where money is to go
         * @description The payout provider's page, a new one each time. Not before the player's address is verified: `email_unverified`.
         */
        post: operations["wallet.openPayoutAccount"];
        /**
         * Removes the player's payout account
         * @description Another one can be opened then. Nothing where there is none; refused while a withdrawal is under way.
         */
        delete: operations["wallet.removePayoutAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The wallet's movements of a month, with the balance before and after
         * @description As JSON, as CSV (RFC 4180), or as a page to be printed. Streamed; one at a time of a player. The present month is stated as it stands; one of before the account has no movements; one that has not begun is `invalid_request`.
         */
        get: operations["wallet.statement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The wallet's movements, newest first
         * @description Amounts are signed: negative where money left the wallet.
         */
        get: operations["wallet.transactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for winnings to be paid out
         * @description Checked in this order: the payout account (`payout_account_missing`), debt and what is withdrawable (`not_withdrawable`), the balance, and whether all withdrawals together need a verified identity (`identity_unverified`). The movement is `pending` until the money has arrived or failed to.
         */
        post: operations["wallet.withdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description Money that waits for an operator */
        ApprovalRequired: {
            /**
             * Format: uuid
             * @description What an operator approves, by `ddd approve`
             */
            approvalId: string;
            /**
             * @description That nothing was credited yet
             * @enum {string}
             */
            code: "approval_required";
        };
        /** @description US dollars, a decimal string with two places, at least 5.00 and at most 1000.00 */
        CheckoutAmount: string;
        /** @description A calendar day in UTC */
        Day: string;
        /** @description A draw: what is not known yet is null */
        Draw: {
            /** @description The public beacon that it takes; null where it takes none */
            beacon: {
                /** @description The hash of the drand chain */
                chainHash: string;
                /** @description The round whose signature decides with the seed */
                round: number;
            } | null;
            /** @description When sales close; null for a room's draw */
            closesAt: components["schemas"]["Instant"] | null;
            /** @description The commitment to its seed, published before the first sale */
            commitmentHash: string;
            /** @description Its day; null for a room's draw */
            drawDate: components["schemas"]["Day"] | null;
            /** @description When it was drawn; null until then */
            drawnAt: components["schemas"]["Instant"] | null;
            /** @description The root of the tree of its tickets; null before the lock */
            entriesRoot: string | null;
            /**
             * Format: uuid
             * @description The draw's id
             */
            id: string;
            /** @description When sales open */
            opensAt: components["schemas"]["Instant"];
            /** @description What its winner gets: 95 cents of each ticket */
            prizePool: components["schemas"]["Money"];
            /** @description What the commitment opens to; null until it is drawn */
            seed: string | null;
            /**
             * @description `open`: on sale; `locked`: its tickets are fixed; `drawn`: it has a winner; `void`: every ticket was refunded
             * @enum {string}
             */
            status: "scheduled" | "open" | "locked" | "drawn" | "void";
            /** @description What a ticket costs */
            ticketPrice: components["schemas"]["Money"];
            /** @description How many tickets were sold */
            totalEntries: number;
            /** @description The winning ticket's position; null until there is one */
            winningPosition: number | null;
            /** @description The winning ticket; null until there is one */
            winningTicketId: string | null;
        };
        /** @description RFC 3339, in UTC, with milliseconds */
        Instant: string;
        /** @description A part of a request that is wrong */
        InvalidField: {
            /** @description What is wrong with it */
            message: string;
            /** @description Which part of the request */
            path: string;
        };
        /** @description The keys of access tokens */
        JsonWebKeySet: {
            /** @description Every key that a good token may be signed by */
            keys: {
                /**
                 * @description What it signs with
                 * @enum {string}
                 */
                alg: "EdDSA";
                /**
                 * @description Its curve
                 * @enum {string}
                 */
                crv: "Ed25519";
                /** @description Its name, which stands in the head of each token */
                kid: string;
                /**
                 * @description The kind of key (RFC 8037)
                 * @enum {string}
                 */
                kty: "OKP";
                /**
                 * @description What it is for
                 * @enum {string}
                 */
                use: "sig";
                /** @description The public key, base64url */
                x: string;
            }[];
        };
        /** @description The newest drawn draw and its winner */
        LastWinner: {
            /** @description The newest drawn draw; null before any */
            draw: components["schemas"]["Draw"] | null;
            /** @description Who won it; null where nobody had entered */
            winner: {
                /** @description Its position */
                position: number;
                /** @description What it won */
                prizeAmount: components["schemas"]["Money"];
                /** @description The winning ticket */
                ticketId: string;
                /** @description Two characters of the winner's name, then `***`; of an erased player `***` */
                username: string;
            } | null;
        };
        /** @description How many items a page holds, from 1 to 100; 20 where it is not given */
        Limit: string;
        /** @description US dollars, a decimal string with two places, at least 0.00 */
        LimitMoney: string;
        /** @description What a player allows themselves */
        Limits: {
            /** @description Deposited a day */
            dailyDeposit: components["schemas"]["Money"] | null;
            /** @description On tickets a day, UTC; null: no limit */
            dailySpend: components["schemas"]["Money"] | null;
            /** @description Deposited a month */
            monthlyDeposit: components["schemas"]["Money"] | null;
            /** @description On tickets a month */
            monthlySpend: components["schemas"]["Money"] | null;
            /** @description What is to be raised */
            pending: components["schemas"]["PendingLimit"][];
            /** @description Tickets of one day's draw */
            ticketsPerDraw: number | null;
            /** @description Deposited a week */
            weeklyDeposit: components["schemas"]["Money"] | null;
            /** @description On tickets a week, from Monday */
            weeklySpend: components["schemas"]["Money"] | null;
        };
        /** @description US dollars, a decimal string with two places */
        Money: string;
        /** @description A calendar month in UTC */
        Month: string;
        /** @description A member of a room */
        Participant: {
            /** @description Whether the member has bought the ticket */
            hasTicket: boolean;
            /** @description When the member came in */
            joinedAt: components["schemas"]["Instant"];
            /** @description The ticket's position; null without one */
            ticketPosition: number | null;
            /**
             * Format: uuid
             * @description The member
             */
            userId: string;
            /** @description The member's name */
            username: string;
        };
        /** @description A limit that is to be raised, or to go */
        PendingLimit: {
            /** @description From when on it can be confirmed, and is in force then */
            actsAt: components["schemas"]["Instant"];
            /** @description Until when it can be; it lapses then */
            confirmBy: components["schemas"]["Instant"];
            /**
             * @description Which limit is to be raised, or to go
             * @enum {string}
             */
            limit: "dailySpend" | "weeklySpend" | "monthlySpend" | "dailyDeposit" | "weeklyDeposit" | "monthlyDeposit" | "ticketsPerDraw";
            /** @description What it is to be: an amount, of `ticketsPerDraw` a number of tickets; null: none */
            value: string | null;
        };
        /** @description US dollars, a decimal string with two places, at least 0.01 */
        PositiveMoney: string;
        /** @description Why a request is not answered as it asked (RFC 9457) */
        Problem: {
            /**
             * @description The stable name of the problem, for programs
             * @enum {string}
             */
            code: "invalid_request" | "invalid_json" | "unauthenticated" | "invalid_credentials" | "token_expired" | "token_reused" | "invalid_token" | "insufficient_funds" | "forbidden" | "account_frozen" | "email_unverified" | "identity_unverified" | "not_available_here" | "under_age" | "date_of_birth_missing" | "timed_out" | "limit_exceeded" | "https_required" | "not_found" | "method_not_allowed" | "email_taken" | "username_taken" | "draw_closed" | "room_full" | "already_member" | "already_has_ticket" | "wrong_room_state" | "payout_account_missing" | "not_withdrawable" | "withdrawal_under_way" | "erasure_refused" | "beacon_pending" | "reference_conflict" | "length_required" | "payload_too_large" | "unsupported_media_type" | "idempotency_key_reused" | "rate_limited" | "headers_too_large" | "internal" | "unavailable" | "outcome_unknown" | "version_not_supported";
            /** @description A sentence for whoever reads it */
            detail: string;
            /** @description What is wrong with the request; of a 400 alone */
            errors?: components["schemas"]["InvalidField"][];
            /** @description All that stands in the way; of `erasure_refused` alone */
            reasons?: components["schemas"]["ProblemReason"][];
            /** @description As in `X-Request-Id`: tell it to whoever is to help */
            requestId: string;
            /** @description The status of the answer, again */
            status: number;
            /** @description What the status is called */
            title: string;
            /** @description Always `about:blank`: `code` says which problem it is */
            type: string;
            /** @description Until when the same is refused, where that is known */
            until?: components["schemas"]["Instant"];
        };
        /** @description One of several things that stand in the way */
        ProblemReason: {
            /** @description It in a sentence */
            detail: string;
            /** @description The stable name of what stands in the way, for programs */
            reason: string;
            /** @description What can be done about it */
            remedy: string;
        };
        /** @description A player, with the wallet */
        Profile: {
            /** @description Whether somebody who checks identities says that it is so */
            ageVerified: boolean;
            /** @description The country that the player signed up from, in two letters, where it is known */
            country: string | null;
            /** @description When the account was opened */
            createdAt: components["schemas"]["Instant"];
            /** @description When the player was born, as they say; null: they did not */
            dateOfBirth: components["schemas"]["Day"] | null;
            /** @description The address in force: a new one is once it is verified */
            email: string;
            /** @description Whether the address is known to be the player's */
            emailVerified: boolean;
            /** @description Until when the player is excluded; null: they are not */
            excludedUntil: components["schemas"]["Instant"] | null;
            /**
             * Format: uuid
             * @description The player's id
             */
            id: string;
            /**
             * @description How far the payout provider knows who the player is
             * @enum {string}
             */
            kycStatus: "none" | "pending" | "verified" | "rejected";
            /** @description What the player allows themselves */
            limits: components["schemas"]["Limits"];
            /** @description When this session began */
            sessionStartedAt: components["schemas"]["Instant"] | null;
            /** @description On tickets since midnight UTC, without what was refunded of them */
            spentToday: components["schemas"]["Money"];
            /** @description Until when the player takes a time-out; null: they take none */
            timedOutUntil: components["schemas"]["Instant"] | null;
            /** @description What others see */
            username: string;
            /** @description The player's money */
            wallet: components["schemas"]["Wallet"];
            /** @description Prizes since midnight UTC */
            wonToday: components["schemas"]["Money"];
        };
        /** @description What a purchase bought */
        Receipt: {
            /** @description The draw after the purchase */
            draw: {
                /**
                 * Format: uuid
                 * @description The draw that they are of
                 */
                id: string;
                /** @description What its winner gets now */
                prizePool: components["schemas"]["Money"];
                /** @description How many tickets it has now */
                totalEntries: number;
            };
            /** @description The tickets, in the order of their positions */
            tickets: components["schemas"]["Ticket"][];
            /** @description The buyer's money after the purchase */
            wallet: components["schemas"]["Wallet"];
        };
        /** @description A draw's signed records */
        Records: {
            /** @description The lock record; null before the lock */
            lock: string | null;
            /** @description The open record, a signed note (c2sp.org/signed-note) */
            open: string;
            /** @description The result or void record; null before it */
            result: string | null;
        };
        /** @description A private room, as its members see it */
        Room: {
            /** @description Lets others join: show it to whom you want in */
            code: string;
            /** @description The commitment to its seed */
            commitmentHash: string;
            /** @description When it was made */
            createdAt: components["schemas"]["Instant"];
            /** @description When it is drawn, as its host said; null where the host did not */
            drawAt: components["schemas"]["Instant"] | null;
            /**
             * Format: uuid
             * @description The player who made it
             */
            hostId: string;
            /**
             * Format: uuid
             * @description The room's id, which is its draw's
             */
            id: string;
            /** @description How many members it may have, the host included */
            maxParticipants: number;
            /** @description As its host named it */
            name: string;
            /** @description Its members, in the order in which they came in */
            participants: components["schemas"]["Participant"][];
            /** @description What its winner gets: 95 cents of each ticket */
            prizePool: components["schemas"]["Money"];
            /** @description What the commitment opens to; null until it is drawn */
            seed: string | null;
            /**
             * @description `waiting` while the host is alone, then `open`; `locked`: no more members, no more tickets; `drawn`; `closed`: every ticket was refunded
             * @enum {string}
             */
            status: "waiting" | "open" | "locked" | "drawn" | "closed";
            /** @description What a ticket costs */
            ticketPrice: components["schemas"]["Money"];
            /** @description Who won; null until it is drawn */
            winnerId: string | null;
            /** @description The winning ticket's position; null until it is drawn */
            winningPosition: number | null;
        };
        /** @description What a purchase in a room bought */
        RoomReceipt: {
            /** @description The room after the purchase */
            room: components["schemas"]["Room"];
            /** @description The ticket */
            ticket: components["schemas"]["Ticket"];
            /** @description Its seal */
            ticketHash: string;
            /** @description Its position */
            ticketPosition: number;
            /** @description The buyer's money after the purchase */
            wallet: components["schemas"]["Wallet"];
        };
        /** @description A place where a player is signed in */
        Session: {
            /** @description When the player signed in */
            createdAt: components["schemas"]["Instant"];
            /** @description Whether this request belongs to it */
            current: boolean;
            /**
             * Format: uuid
             * @description The session's id
             */
            id: string;
            /** @description When its tokens were last refreshed */
            lastUsedAt: components["schemas"]["Instant"];
            /** @description The program that signed in, as it called itself */
            userAgent: string | null;
        };
        /** @description Who runs a server, and how an app takes money there */
        Site: {
            /**
             * @description The currency of every amount
             * @enum {string}
             */
            currency: "USD";
            /** @description Where players are helped, also with play that is too much */
            helpUrl: string | null;
            /** @description Which part of it the house keeps; the rest goes to the pot */
            houseShare: string;
            /** @description The age in years from which on one may play; null where none is asked for */
            minAge: number | null;
            /** @description How money comes into a wallet here */
            money: {
                /** @description Whether a page of Stripe Checkout takes payments */
                checkout: boolean;
                /** @description Whether players credit their wallets themselves: in development alone */
                dev: boolean;
            };
            /** @description Who runs this server; null where it is not said */
            operatorName: string | null;
            /** @description Their page */
            operatorUrl: string | null;
            /** @description The terms that players agree to */
            termsUrl: string | null;
            /** @description What a ticket costs */
            ticketPrice: string;
        };
        /** @description A wallet's movements of a month */
        Statement: {
            /** @description The opening balance and all totals */
            closingBalance: components["schemas"]["Money"];
            /** @description Whether the month was over by then */
            complete: boolean;
            /** @description When it began */
            from: components["schemas"]["Instant"];
            /** @description When this was asked for */
            madeAt: components["schemas"]["Instant"];
            /** @description The month, in UTC */
            month: components["schemas"]["Month"];
            /** @description All of them, oldest first */
            movements: components["schemas"]["Transaction"][];
            /** @description The balance before the first movement */
            openingBalance: components["schemas"]["Money"];
            /** @description By type, without those that there are none of */
            totals: components["schemas"]["StatementTotal"][];
            /** @description When it is over: no part of it */
            until: components["schemas"]["Instant"];
        };
        /** @description What the movements of one kind come to */
        StatementTotal: {
            /** @description What they come to, signed */
            amount: components["schemas"]["Money"];
            /** @description How many there were */
            count: number;
            /**
             * @description The kind of movement
             * @enum {string}
             */
            type: "deposit" | "withdrawal" | "ticket_purchase" | "prize_win" | "refund" | "chargeback" | "debt" | "debt_repaid" | "house_fee" | "adjustment";
        };
        /** @description A ticket, as its buyer alone sees it */
        Ticket: {
            /** @description The draw's day; null in a room */
            drawDate: components["schemas"]["Day"] | null;
            /**
             * Format: uuid
             * @description The draw that it is of
             */
            drawId: string;
            /**
             * Format: uuid
             * @description The ticket's id inside this service
             */
            id: string;
            /** @description What the list of tickets shows in place of its buyer */
            ownerCommit: string;
            /** @description Proves that the ticket is yours: show it to whom you want to convince, and to nobody else */
            ownerSalt: string;
            /** @description Its place in the order of sale */
            position: number;
            /** @description What it won; null where it did not */
            prizeAmount: components["schemas"]["Money"] | null;
            /** @description When it was sold */
            purchasedAt: components["schemas"]["Instant"];
            /**
             * @description `active` until the draw is drawn; of a void draw for good
             * @enum {string}
             */
            status: "active" | "won" | "lost";
            /** @description Its seal */
            ticketHash: string;
            /** @description Its public id */
            ticketId: string;
            /** @description How many tickets the draw had once its purchase was through */
            totalEntriesAtPurchase: number;
            /**
             * Format: uuid
             * @description Its buyer
             */
            userId: string;
        };
        /** @description What anyone may know of a ticket; never its buyer */
        TicketCheck: {
            /** @description The draw's day; null in a room */
            drawDate: components["schemas"]["Day"] | null;
            /**
             * Format: uuid
             * @description The draw that it is of
             */
            drawId: string;
            /** @description That it is in the draw; null until the draw is locked and its tree stands */
            inclusion: {
                /** @description The ticket's place in the tree, from 0 */
                leafIndex: number;
                /** @description The hashes from the leaf to the root (RFC 9162, section 2.1.3) */
                proof: string[];
                /** @description The root, as the lock record has it */
                rootHash: string;
                /** @description How many tickets the tree has */
                treeSize: number;
            } | null;
            /** @description Its place in the order of sale */
            position: number;
            /** @description Whether the seal is this server's, of this ticket */
            sealValid: boolean;
            /** @description Its seal */
            ticketHash: string;
            /** @description The ticket */
            ticketId: string;
        };
        /** @description What a signed-in player holds */
        Tokens: {
            /** @description Goes with each request: `Authorization: Bearer <accessToken>` */
            accessToken: string;
            /** @description Seconds for which the access token is good */
            expiresIn: number;
            /** @description Is exchanged for new tokens, once */
            refreshToken: string;
            /**
             * @description How the access token is sent
             * @enum {string}
             */
            tokenType: "Bearer";
        };
        /** @description A movement of a wallet */
        Transaction: {
            /** @description Signed: negative where money leaves the wallet */
            amount: components["schemas"]["Money"];
            /** @description The balance that it left */
            balanceAfter: components["schemas"]["Money"];
            /** @description When it was written */
            createdAt: components["schemas"]["Instant"];
            /**
             * Format: uuid
             * @description The movement's id
             */
            id: string;
            /** @description What it refers to: a store's purchase, a draw, another movement */
            referenceId: string | null;
            /**
             * @description A withdrawal is pending until it is paid or fails; everything else is completed at once
             * @enum {string}
             */
            status: "pending" | "completed" | "failed";
            /**
             * @description What moved the money
             * @enum {string}
             */
            type: "deposit" | "withdrawal" | "ticket_purchase" | "prize_win" | "refund" | "chargeback" | "debt" | "debt_repaid" | "house_fee" | "adjustment";
        };
        /** @description A player */
        User: {
            /** @description When the account was opened */
            createdAt: components["schemas"]["Instant"];
            /** @description The address in force: a new one is once it is verified */
            email: string;
            /** @description Whether the address is known to be the player's */
            emailVerified: boolean;
            /**
             * Format: uuid
             * @description The player's id
             */
            id: string;
            /** @description What others see */
            username: string;
        };
        /** @description A player's money */
        Wallet: {
            /** @description How much of the balance waits for the identity check: prizes that can be withdrawn once the player is verified */
            awaitingIdentity: components["schemas"]["Money"];
            /** @description What the player can spend on tickets */
            balance: components["schemas"]["Money"];
            /** @description What the player owes: of purchases that were refunded after they had been spent */
            debt: components["schemas"]["Money"];
            /** @description When the next part of it can be withdrawn; null where nothing rests */
            maturesAt: components["schemas"]["Instant"] | null;
            /** @description How much of the balance rests: prizes of rooms, which can be withdrawn later */
            maturing: components["schemas"]["Money"];
            /** @description What is on its way out, and no longer in the balance */
            pendingWithdrawal: components["schemas"]["Money"];
            /** @description When it last changed */
            updatedAt: components["schemas"]["Instant"];
            /** @description How much of the balance a withdrawal may take now */
            withdrawable: components["schemas"]["Money"];
        };
        /** @description US dollars, a decimal string with two places, at least 1.00 */
        WithdrawalAmount: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    "operator.jwks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys of access tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonWebKeySet"];
                };
            };
        };
    };
    "auth.changePassword": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The password until now */
                    currentPassword: string;
                    /** @description 10 to 128 characters, not a common one */
                    password: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The newest refresh token of the session */
                    refreshToken: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The session's next tokens */
                        tokens: components["schemas"]["Tokens"];
                    };
                };
            };
        };
    };
    "auth.resetPassword": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The address of the account, in any case */
                    email: string;
                };
            };
        };
        responses: {
            /** @description It is accepted; the rest follows. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    "auth.confirmReset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description 10 to 128 characters, not a common one */
                    password: string;
                    /** @description As it stands in the mailed link */
                    token: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Newest first */
                        items: components["schemas"]["Session"][];
                    };
                };
            };
        };
    };
    "auth.endSession": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.signIn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The address of the account, in any case */
                    email: string;
                    /** @description The account's password */
                    password: string;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The tokens of the new session */
                        tokens: components["schemas"]["Tokens"];
                        /** @description The player */
                        user: components["schemas"]["User"];
                    };
                };
            };
        };
    };
    "auth.signOut": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The newest refresh token of the session */
                    refreshToken: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.signOutEverywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.signUp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description When the player was born; required where an age is asked for */
                    dateOfBirth?: components["schemas"]["Day"];
                    /** @description Where mail reaches the player; compared without regard to case */
                    email: string;
                    /** @description 10 to 128 characters, not a common one */
                    password: string;
                    /** @description What others see; unique without regard to case */
                    username: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The tokens of the new session */
                        tokens: components["schemas"]["Tokens"];
                        /** @description The player */
                        user: components["schemas"]["User"];
                    };
                };
            };
        };
    };
    "auth.verifyEmail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As it stands in the mailed link */
                    token: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "auth.resendVerification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is accepted; the rest follows. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    "operator.healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description More about it, for people */
                        detail?: string;
                        /**
                         * @description All is well
                         * @enum {string}
                         */
                        status: "ok";
                    };
                };
            };
        };
    };
    "operator.vkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One key a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "lottery.currentDraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A draw: what is not known yet is null */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draw"];
                };
            };
        };
    };
    "lottery.drawHistory": {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before, asked for with the same filters; without one, the first page */
                cursor?: string;
                /** @description How many items a page holds, from 1 to 100; 20 where it is not given */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Newest first */
                        items: components["schemas"]["Draw"][];
                        /** @description What to send as `cursor` for the next page; null on the last one */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    "lottery.drawByDate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A calendar day in UTC */
                drawDate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A draw: what is not known yet is null */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draw"];
                };
            };
        };
    };
    "lottery.proof": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A calendar day in UTC */
                drawDate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
        };
    };
    "lottery.records": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A calendar day in UTC */
                drawDate: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A draw's signed records */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Records"];
                };
            };
        };
    };
    "lottery.lastWinner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest drawn draw and its winner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LastWinner"];
                };
            };
        };
    };
    "lottery.purchaseTicket": {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again with the same key and body, it gets the first answer again and changes nothing */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description The draw that they must be of; without, the one on sale
                     */
                    drawId?: string;
                    /** @description How many tickets; 1 where it is not given */
                    quantity?: number;
                };
            };
        };
        responses: {
            /** @description What a purchase bought */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
        };
    };
    "lottery.tickets": {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before, asked for with the same filters; without one, the first page */
                cursor?: string;
                /** @description Tickets of this draw alone */
                drawId?: string;
                /** @description How many items a page holds, from 1 to 100; 20 where it is not given */
                limit?: string;
                /** @description Tickets of this status alone */
                status?: "active" | "won" | "lost";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Newest first */
                        items: components["schemas"]["Ticket"][];
                        /** @description What to send as `cursor` for the next page; null on the last one */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    "lottery.verifyTicket": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its public id */
                ticketId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What anyone may know of a ticket; never its buyer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketCheck"];
                };
            };
        };
    };
    "site.site": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who runs a server, and how an app takes money there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Site"];
                };
            };
        };
    };
    "operator.readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description More about it, for people */
                        detail?: string;
                        /**
                         * @description All is well
                         * @enum {string}
                         */
                        status: "ok";
                    };
                };
            };
        };
    };
    "rooms.rooms": {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before, asked for with the same filters; without one, the first page */
                cursor?: string;
                /** @description How many items a page holds, from 1 to 100; 20 where it is not given */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Newest first */
                        items: components["schemas"]["Room"][];
                        /** @description What to send as `cursor` for the next page; null on the last one */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    "rooms.createRoom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How many members it may have, the host included; 50 where it is not given */
                    maxParticipants?: number;
                    /** @description What its members see: 1 to 100 characters */
                    name: string;
                };
            };
        };
        responses: {
            /** @description A private room, as its members see it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.room": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A private room, as its members see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.closeRoom": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A private room, as its members see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.executeDraw": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A private room, as its members see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.joinRoom": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The room's code, in any case */
                    code: string;
                };
            };
        };
        responses: {
            /** @description A private room, as its members see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.leaveRoom": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "rooms.roomProof": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
        };
    };
    "rooms.purchaseRoomTicket": {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again with the same key and body, it gets the first answer again and changes nothing */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a purchase in a room bought */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomReceipt"];
                };
            };
        };
    };
    "rooms.startDraw": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description When it is to be drawn, within 24 hours; without, the host draws it, or the server after 24 hours */
                    drawAt?: components["schemas"]["Instant"];
                };
            };
        };
        responses: {
            /** @description A private room, as its members see it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
        };
    };
    "rooms.roomTicket": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The room's id, or its code in any case */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A ticket, as its buyer alone sees it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    "user.erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The player's password */
                    currentPassword: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "devices.putDevice": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A UUID that the app made for itself when it was installed */
                deviceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The language that it speaks, as BCP 47 writes it; what it is told is in Spanish or English */
                    locale: string;
                    /**
                     * @description Whose device it is
                     * @enum {string}
                     */
                    platform: "android" | "ios";
                    /** @description What Expo gave the app */
                    pushToken: string;
                };
            };
        };
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "devices.removeDevice": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A UUID that the app made for itself when it was installed */
                deviceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "user.export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
        };
    };
    "play.limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a player allows themselves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
        };
    };
    "play.changeLimits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Deposited a day; null: none, left out: as it is */
                    dailyDeposit?: components["schemas"]["LimitMoney"] | null;
                    /** @description On tickets a day, UTC; null: none, left out: as it is */
                    dailySpend?: components["schemas"]["LimitMoney"] | null;
                    /** @description Deposited a month; null: none, left out: as it is */
                    monthlyDeposit?: components["schemas"]["LimitMoney"] | null;
                    /** @description On tickets a month; null: none, left out: as it is */
                    monthlySpend?: components["schemas"]["LimitMoney"] | null;
                    /** @description Tickets of one day's draw; null: none, left out: as it is */
                    ticketsPerDraw?: number | null;
                    /** @description Deposited a week; null: none, left out: as it is */
                    weeklyDeposit?: components["schemas"]["LimitMoney"] | null;
                    /** @description On tickets a week, from Monday; null: none, left out: as it is */
                    weeklySpend?: components["schemas"]["LimitMoney"] | null;
                };
            };
        };
        responses: {
            /** @description What a player allows themselves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
        };
    };
    "play.confirmLimits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a player allows themselves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
        };
    };
    "user.profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A player, with the wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
    "user.changeProfile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Needed with `email` */
                    currentPassword?: string;
                    /** @description When the player was born: by itself, and once */
                    dateOfBirth?: components["schemas"]["Day"];
                    /** @description The new address, which is mailed a link; without, it stays */
                    email?: string;
                    /** @description The new name; without, it stays */
                    username?: string;
                };
            };
        };
        responses: {
            /** @description A player, with the wallet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
        };
    };
    "play.selfExclude": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For how many days from now on */
                    days: number;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until when: never sooner than was asked for before */
                        until: components["schemas"]["Instant"];
                    };
                };
            };
        };
    };
    "play.timeOut": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For how many hours from now on */
                    hours: number;
                };
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until when: never sooner than was asked for before */
                        until: components["schemas"]["Instant"];
                    };
                };
            };
        };
    };
    "wallet.wallet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A player's money */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Wallet"];
                };
            };
        };
    };
    "wallet.checkout": {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again with the same key and body, it gets the first answer again and changes nothing */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How much is to be paid in, from `"5.00"` to `"1000.00"` */
                    amount: components["schemas"]["CheckoutAmount"];
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until when it can be paid on */
                        expiresAt: components["schemas"]["Instant"];
                        /** @description Stripe's page, to be opened by the player */
                        url: string;
                    };
                };
            };
        };
    };
    "wallet.payoutAccount": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description `ready`: money can be sent to it; `pending`: the provider still asks for something
                         * @enum {string}
                         */
                        status: "none" | "pending" | "ready";
                    };
                };
            };
        };
    };
    "wallet.openPayoutAccount": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Until when it works */
                        expiresAt: components["schemas"]["Instant"];
                        /** @description The provider's page, to be opened by the player */
                        url: string;
                    };
                };
            };
        };
    };
    "wallet.removePayoutAccount": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done; the answer has no body. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "wallet.statement": {
        parameters: {
            query: {
                /** @description How it is written: JSON where it is not said, CSV for spreadsheets, HTML to be printed */
                format?: "json" | "csv" | "html";
                /** @description A calendar month in UTC */
                month: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A wallet's movements of a month */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                    "text/csv": string;
                    "text/html": string;
                };
            };
        };
    };
    "wallet.transactions": {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before, asked for with the same filters; without one, the first page */
                cursor?: string;
                /** @description How many items a page holds, from 1 to 100; 20 where it is not given */
                limit?: string;
                /** @description Movements of this type alone */
                type?: "deposit" | "withdrawal" | "ticket_purchase" | "prize_win" | "refund" | "chargeback" | "debt" | "debt_repaid" | "house_fee" | "adjustment";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Newest first */
                        items: components["schemas"]["Transaction"][];
                        /** @description What to send as `cursor` for the next page; null on the last one */
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    "wallet.withdraw": {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again with the same key and body, it gets the first answer again and changes nothing */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description How much is to be paid out, at least `"1.00"` */
                    amount: components["schemas"]["WithdrawalAmount"];
                };
            };
        };
        responses: {
            /** @description A movement of a wallet */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
        };
    };
}
/** Every code of a problem. */
export const problemCodes = [
    "invalid_request",
    "invalid_json",
    "unauthenticated",
    "invalid_credentials",
    "token_expired",
    "token_reused",
    "invalid_token",
    "insufficient_funds",
    "forbidden",
    "account_frozen",
    "email_unverified",
    "identity_unverified",
    "not_available_here",
    "under_age",
    "date_of_birth_missing",
    "timed_out",
    "limit_exceeded",
    "https_required",
    "not_found",
    "method_not_allowed",
    "email_taken",
    "username_taken",
    "draw_closed",
    "room_full",
    "already_member",
    "already_has_ticket",
    "wrong_room_state",
    "payout_account_missing",
    "not_withdrawable",
    "withdrawal_under_way",
    "erasure_refused",
    "beacon_pending",
    "reference_conflict",
    "length_required",
    "payload_too_large",
    "unsupported_media_type",
    "idempotency_key_reused",
    "rate_limited",
    "headers_too_large",
    "internal",
    "unavailable",
    "outcome_unknown",
    "version_not_supported"
] as const;
/** The members that the answer to an operation must have. */
export const requiredMembers: Readonly<Record<string, string>> = {
    "GET /.well-known/jwks.json": "keys",
    "GET /auth/sessions": "items",
    "GET /healthz": "status",
    "GET /lottery/current-draw": "id drawDate status prizePool totalEntries ticketPrice commitmentHash opensAt closesAt beacon entriesRoot seed winningPosition winningTicketId drawnAt",
    "GET /lottery/draw-history": "items nextCursor",
    "GET /lottery/draws/{drawDate}": "id drawDate status prizePool totalEntries ticketPrice commitmentHash opensAt closesAt beacon entriesRoot seed winningPosition winningTicketId drawnAt",
    "GET /lottery/draws/{drawDate}/records": "open lock result",
    "GET /lottery/last-winner": "draw winner",
    "GET /lottery/tickets": "items nextCursor",
    "GET /lottery/tickets/{ticketId}/verify": "ticketId drawId drawDate position ticketHash sealValid inclusion",
    "GET /play/site": "operatorName operatorUrl termsUrl helpUrl minAge money currency ticketPrice houseShare",
    "GET /readyz": "status",
    "GET /rooms": "items nextCursor",
    "GET /rooms/{id}": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "GET /rooms/{id}/ticket": "id ticketId userId drawId drawDate position totalEntriesAtPurchase ticketHash ownerCommit ownerSalt status prizeAmount purchasedAt",
    "GET /user/limits": "dailySpend weeklySpend monthlySpend dailyDeposit weeklyDeposit monthlyDeposit ticketsPerDraw pending",
    "GET /user/profile": "id email username emailVerified createdAt wallet kycStatus country dateOfBirth ageVerified limits timedOutUntil excludedUntil sessionStartedAt spentToday wonToday",
    "GET /wallet": "balance withdrawable maturing maturesAt awaitingIdentity pendingWithdrawal debt updatedAt",
    "GET /wallet/payout-account": "status",
    "GET /wallet/statement": "month from until madeAt complete openingBalance movements totals closingBalance",
    "GET /wallet/transactions": "items nextCursor",
    "PATCH /user/profile": "id email username emailVerified createdAt wallet kycStatus country dateOfBirth ageVerified limits timedOutUntil excludedUntil sessionStartedAt spentToday wonToday",
    "POST /auth/refresh": "tokens",
    "POST /auth/sign-in": "user tokens",
    "POST /auth/sign-up": "user tokens",
    "POST /lottery/purchase-ticket": "tickets wallet draw",
    "POST /rooms": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "POST /rooms/{id}/close": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "POST /rooms/{id}/execute-draw": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "POST /rooms/{id}/join": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "POST /rooms/{id}/purchase-ticket": "ticket ticketPosition ticketHash wallet room",
    "POST /rooms/{id}/start-draw": "id code name hostId status prizePool ticketPrice maxParticipants participants commitmentHash drawAt seed winnerId winningPosition createdAt",
    "POST /user/limits/confirm": "dailySpend weeklySpend monthlySpend dailyDeposit weeklyDeposit monthlyDeposit ticketsPerDraw pending",
    "POST /user/self-exclusion": "until",
    "POST /user/time-out": "until",
    "POST /wallet/checkout": "url expiresAt",
    "POST /wallet/payout-account": "url expiresAt",
    "POST /wallet/withdraw": "id type amount balanceAfter status referenceId createdAt",
    "PUT /user/limits": "dailySpend weeklySpend monthlySpend dailyDeposit weeklyDeposit monthlyDeposit ticketsPerDraw pending"
};
