namespace Tollgate.Server.RateLimits;

/// <summary>Puts limits in front of everything that answers.</summary>
internal static class RateLimitSetup
{
    /// <summary>Counts every request against its source, and lets calls find the limits of their apps. Where nothing is limited it costs nothing.</summary>
    public static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(next => async context =>
        {
            if (!limits.Any)
            {
                await next(context);
            }
            else if (await limits.TryEnterAsync(context))
            {
                context.Features.Set(limits);
                await next(context);
            }
        });
    }
}
