namespace Tollgate.ThreeDS;

/// <summary>A value that its row allows and another element forbids: error 203.</summary>
/// <param name="Type">The message it is in.</param>
/// <param name="Blames">The element that is named.</param>
/// <param name="IsBroken">Whether they disagree.</param>
internal sealed record Agreement(MessageTypes Type, Field Blames, Func<Situation, bool> IsBroken)
{
    /// <summary>What the elements of a message, and of the request it answers, must agree on. EMV 3DS 2.2.0 tables A.1 and B.2, transStatus; table B.8.</summary>
    public static readonly Agreement[] Rules =
    [
        // Nobody is there to be challenged, or the requestor only shares data.
        new(MessageTypes.ARes, AResFields.TransStatus, s => s.Status == "C" && (s.Channel == "03" || s.Request?.ThreeDSRequestorChallengeInd == "06")),

        // Information only is an answer to somebody who wanted no challenge; 80 to 99 are for the directory server to say (Visa has 82).
        new(MessageTypes.ARes, AResFields.TransStatus, s => s.Status == "I" && s.Request is { } request
            && !(request.ThreeDSRequestorChallengeInd is "05" or "06" or "07" || request.ThreeDSRequestorChallengeInd is ['8' or '9', _])),

        // A decoupled challenge is one that was asked for, and says so.
        new(MessageTypes.ARes, AResFields.TransStatus, s => s.Status == "D" && s.Request is { } request && request.ThreeDSRequestorDecReqInd != "Y"),
        new(MessageTypes.ARes, AResFields.AcsDecConInd, s => s.Status == "D" && s.Text("acsDecConInd") == "N"),
        new(MessageTypes.ARes, AResFields.AuthenticationType, s => s.Status == "D" && s.Text("authenticationType") is not (null or "04")),

        // Secure payment confirmation came with 2.3.1.
        new(MessageTypes.ARes, AResFields.TransStatus, s => s.Status == "S" && s.Version < ProtocolVersion.V231),

        // The issuer timed out, so one of its timeouts ended the challenge.
        new(MessageTypes.RReq, RReqFields.ChallengeCancel, s => s.StatusReason == "14" && s.Text("challengeCancel") is not (null or "04" or "05")),
    ];
}
