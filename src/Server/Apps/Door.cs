using Tollgate.Server.Http;

namespace Tollgate.Server.Apps;

/// <summary>Who may come in at an endpoint. One that has no door lets nobody in.</summary>
/// <param name="Needs">What the caller's secret must be for; <see cref="Scopes.None"/> where anybody may come.</param>
/// <param name="Why">Why anybody may come.</param>
internal sealed record Door(Scopes Needs, string? Why)
{
    /// <summary>Whether anybody may come in.</summary>
    public bool IsOpen => Needs == Scopes.None;
}

/// <summary>Puts doors on endpoints, and keeps those shut that have none.</summary>
internal static class Doors
{
    /// <summary>Only an app may come in, by a secret for all of these.</summary>
    public static T Needs<T>(this T endpoint, Scopes scopes)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new Door(scopes, null));

    /// <summary>Anybody may come in.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="why">Why that is right.</param>
    public static T IsOpenToAnybody<T>(this T endpoint, string why)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new Door(Scopes.None, why));

    /// <summary>Refuses what has no door: a new endpoint is shut until somebody decides who may use it.</summary>
    public static Task KeepShutAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<Door>() is not null
            ? next(context)
            : Answer.NotFound("There is nothing here.").WriteAsync(context);
}
