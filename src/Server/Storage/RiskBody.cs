using System.Text.Json;
using Tollgate.Core.Risk;

namespace Tollgate.Server.Storage;

/// <summary>Reads what was decided against abuse as part of what a payment was created with, as <see cref="FactsBody"/> does.</summary>
internal static class RiskBody
{
    public static bool TryRead(ref Utf8JsonReader json, ref RiskAssessment? risk)
    {
        RiskMode? mode = null;
        RiskVerdict? verdict = null;
        RiskCause? cause = null;
        string? because = null, counters = null, card = null;
        DateTimeOffset? until = null;
        if (risk is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("mode"u8) ? json.TryName(ref mode)
                : name.SequenceEqual("verdict"u8) ? json.TryName(ref verdict)
                : name.SequenceEqual("cause"u8) ? json.TryName(ref cause)
                : name.SequenceEqual("because"u8) ? json.TryText(ref because)
                : name.SequenceEqual("until"u8) ? json.TryTime(ref until)
                : name.SequenceEqual("counters"u8) ? json.TryText(ref counters)
                : name.SequenceEqual("card"u8) && json.TryText(ref card)))
            {
                return false;
            }
        }

        risk = mode is not { } how || verdict is not { } what || cause is not { } why
            ? null
            : new() { Mode = how, Verdict = what, Cause = why, Because = because, Until = until, Counters = counters, Card = card };
        return risk is not null && json.TokenType == JsonTokenType.EndObject;
    }
}
