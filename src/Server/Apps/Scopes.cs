namespace Tollgate.Server.Apps;

/// <summary>What a secret may be used for.</summary>
[Flags]
internal enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Taking money and letting go of it before it is taken: charges, captures, voids, saved cards.</summary>
    Charge = 1,

    /// <summary>Giving money back: refunds, and answers in disputes.</summary>
    Refund = 2,

    /// <summary>Looking.</summary>
    Read = 4,

    /// <summary>All of them, as administration of the app asks for: where it is told, and by which webhook secret.</summary>
    All = Charge | Refund | Read,
}

/// <summary>Scopes as text: their names with commas between them.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] Names = [("charge", Scopes.Charge), ("refund", Scopes.Refund), ("read", Scopes.Read)];

    /// <summary>The names of scopes.</summary>
    public static IReadOnlyList<string> Of(Scopes scopes) => [.. Names.Where(n => scopes.HasFlag(n.Scope)).Select(n => n.Name)];

    /// <summary>The scopes that names name; nothing when one of them is none, or there is no name at all.</summary>
    public static Scopes? TryParse(IEnumerable<string> names)
    {
        var scopes = Scopes.None;
        foreach (var name in names)
        {
            var found = Array.Find(Names, n => n.Name == name).Scope;
            if (found == Scopes.None)
            {
                return null;
            }

            scopes |= found;
        }

        return scopes == Scopes.None ? null : scopes;
    }
}
