namespace Tollgate.Server;

/// <summary>Work of the server's own that comes due by the clock. The sandbox's clock stops for it when it is moved.</summary>
internal interface ITimedWork
{
    /// <summary>When there is something to do next, after an instant.</summary>
    Task<DateTimeOffset?> FindNextAsync(DateTimeOffset after);

    /// <summary>Does what is due by now; whether there was anything.</summary>
    Task<bool> RunAsync();
}
