namespace Tollgate.Core.Tests.Payments;

/// <summary>How a cardholder is authenticated: the page, the attempts on it, the issuer's word, and what becomes of it when none comes.</summary>
internal static class RulesOfAuthentication
{
    public const string Page = """
        # Nobody is to be authenticated yet: there is nothing to answer.
        pending            | start authentication                      | refused: NoChallengeOpen
        pending            | record authentication                     | refused: NoChallengeOpen
        pending            | set aside                                 | refused: NoChallengeOpen
        pending            | start challenge                           | refused: NoChallengeOpen
        pending            | browser returns                           | refused: NoChallengeOpen
        pending            | end challenge                             | refused: NoChallengeOpen
        pending            | decline authentication                    | refused: NoChallengeOpen
        pending            | skip authentication                       | refused: NoChallengeOpen
        # Where authentication is wanted and cannot be had, the app's policy says whether it goes on without.
        pending            | decline without an attempt                | AuthenticationDeclined → failed
        pending            | skip without an attempt                   | AuthenticationSkipped → pending
        pending            | skip without an attempt after the session | refused: SessionOver

        # The page is open. While it is, the card is not charged behind the cardholder's back.
        challenge open     | authorise                                 | refused: NoChallengeOpen
        challenge open     | authorise after the session               | refused: NoChallengeOpen
        challenge open     | start authentication                      | AuthenticationStarted → pending
        challenge open     | start authentication after the session    | refused: SessionOver
        challenge open     | record authentication                     | refused: NoChallengeOpen
        challenge open     | skip without an attempt                   | AuthenticationSkipped → pending
        challenge open     | decline without an attempt                | AuthenticationDeclined → failed
        challenge open     | end challenge                             | refused: NoChallengeOpen
        challenge open     | end session                               | SessionEnded → expired
        """;

    public const string Attempts = """
        # The issuer is asked: one attempt at a time. It may answer at once, want to see the cardholder, or not answer.
        asking             | start authentication                      | refused: AuthenticationUnderWay
        asking             | authorise                                 | refused: NoChallengeOpen
        asking             | record authentication                     | Authenticated → pending
        asking             | record authentication after the session   | refused: SessionOver
        asking             | record authentication of another attempt  | refused: StaleOperation
        asking             | decline authentication                    | AuthenticationDeclined → failed
        asking             | decline without an attempt                | refused: StaleOperation
        asking             | skip authentication                       | AuthenticationSkipped → pending
        asking             | skip without an attempt                   | refused: StaleOperation
        asking             | start challenge                           | ChallengeStarted → pending
        asking             | browser returns                           | refused: StaleOperation
        asking             | end challenge when its time is over       | refused: NoChallengeOpen
        asking             | end session                               | SessionEnded → expired
        # Nobody may be waiting for its answer any more: another attempt is made, under another identifier.
        asking             | start it when the answer is overdue       | AuthenticationStarted → pending
        asking             | start the same one when it is overdue     | refused: AuthenticationUnderWay
        # It wants to see the cardholder, who is not there: the page makes another attempt.
        asking             | set aside                                 | AuthenticationSetAside → pending
        set aside          | start authentication                      | AuthenticationStarted → pending
        set aside          | record authentication                     | refused: NoChallengeOpen

        # The challenge is shown. Only the issuer's result ends it, or the time.
        challenging        | start authentication                      | refused: AuthenticationUnderWay
        challenging        | start challenge                           | refused: StaleOperation
        challenging        | set aside                                 | refused: StaleOperation
        challenging        | record authentication                     | Authenticated → pending
        challenging        | record authentication of another attempt  | refused: StaleOperation
        challenging        | decline authentication                    | AuthenticationDeclined → failed
        challenging        | skip authentication                       | AuthenticationSkipped → pending
        challenging        | browser returns                           | ChallengeReturned → pending
        challenging        | end challenge                             | refused: AuthenticationUnderWay
        challenging        | end challenge when its time is over       | AuthenticationDeclined → expired
        challenging        | authorise                                 | refused: NoChallengeOpen
        challenging        | end session                               | SessionEnded → expired
        # The browser is back, and that proves nothing: without a result the payment fails.
        returned           | browser returns                           | refused: StaleOperation
        returned           | record authentication                     | Authenticated → pending
        returned           | decline authentication                    | AuthenticationDeclined → failed
        returned           | authorise                                 | refused: NoChallengeOpen
        returned           | end challenge                             | refused: AuthenticationUnderWay
        returned           | end challenge when its time is over       | AuthenticationDeclined → failed
        """;

    public const string Proofs = """
        # It is passed once: a second result finds it closed, and cannot undo it.
        authenticated      | start authentication                      | refused: NoChallengeOpen
        authenticated      | record authentication                     | refused: NoChallengeOpen
        authenticated      | record authentication after the session   | refused: NoChallengeOpen
        authenticated      | decline authentication                    | refused: NoChallengeOpen
        authenticated      | decline without an attempt                | refused: NoChallengeOpen
        authenticated      | skip authentication                       | refused: NoChallengeOpen
        authenticated      | authorise                                 | AuthorisationStarted → pending
        authenticated      | authorise after the session               | refused: SessionOver

        # It goes on without: there is nothing to authenticate any more.
        skipped            | start authentication                      | refused: NoChallengeOpen
        skipped            | record authentication                     | refused: NoChallengeOpen
        skipped            | skip authentication                       | refused: NoChallengeOpen
        skipped            | authorise                                 | AuthorisationStarted → pending
        skipped            | authorise after the session               | refused: SessionOver

        # The issuer declines for want of authentication: the page opens, and it is tried once more; where the app never authenticates, it has failed.
        authorising        | wants authentication                      | AuthenticationDemanded → pending
        authorising        | wants authentication, which is never made | AuthorisationDeclined → failed
        authorising, nobody knows | wants authentication               | AuthenticationDemanded → pending
        demanded           | authorise                                 | refused: NoChallengeOpen
        demanded           | start authentication                      | AuthenticationStarted → pending
        demanded           | end session                               | SessionEnded → expired
        # Once is enough.
        authorising once more | wants authentication                   | AuthorisationDeclined → failed
        authorising once more | approved                               | Authorised → authorised
        authorising with proof | wants authentication                  | AuthorisationDeclined → failed
        """;
}
