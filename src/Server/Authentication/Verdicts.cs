using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>Messages of issuers as the decider knows them.</summary>
internal static class Verdicts
{
    /// <summary>What a valid answer (ARes) says.</summary>
    public static IssuerVerdict Of(AuthenticationResponse answer) => new()
    {
        Status = StatusOf(answer.TransStatus),
        Eci = answer.Eci,
        AuthenticationValue = answer.AuthenticationValue,
        StatusReason = answer.TransStatusReason,
        CardholderInfo = answer.CardholderInfo,
        AcsTransactionId = answer.AcsTransID,
        DirectoryServerTransactionId = answer.DsTransID,
        ChallengeUrl = answer.AcsURL,
        Version = answer.MessageVersion,
    };

    /// <summary>What a valid result (RReq) says.</summary>
    public static IssuerVerdict Of(ResultsRequest result) => new()
    {
        Status = StatusOf(result.TransStatus),
        Eci = result.Eci,
        AuthenticationValue = result.AuthenticationValue,
        StatusReason = result.TransStatusReason,
        ChallengeCancel = result.ChallengeCancel,
        AcsTransactionId = result.AcsTransID,
        DirectoryServerTransactionId = result.DsTransID,
        Version = result.MessageVersion,
    };

    /// <summary>What is kept of an exchange that ended with a verdict.</summary>
    public static AcquirerExchange Exchange(string message, DateTimeOffset startedAt, DateTimeOffset endedAt, IssuerVerdict verdict) =>
        new(message, startedAt, endedAt, verdict.Status.ToString(), verdict.StatusReason, verdict.DirectoryServerTransactionId);

    private static TransactionStatus StatusOf(string? status) => status switch
    {
        "Y" => TransactionStatus.Authenticated,
        "A" => TransactionStatus.Attempted,
        "N" => TransactionStatus.NotAuthenticated,
        "U" => TransactionStatus.Unavailable,
        "R" => TransactionStatus.Rejected,
        "I" => TransactionStatus.Informational,
        "C" => TransactionStatus.Challenge,
        _ => throw new InvariantViolationException("a valid message has a status that was asked for"),
    };
}
