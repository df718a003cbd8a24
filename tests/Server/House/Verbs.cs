using Tollgate.Server.Apps;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Tests.House;

/// <summary>The operator's verbs beside a gateway.</summary>
internal static class Verbs
{
    public static Task<string> AppsAsync(Gateway gateway, int code, params string[] words) => RunAsync(gateway, AppVerbs.RunAsync, code, words);

    public static Task<string> AuditAsync(Gateway gateway, params string[] words) => RunAsync(gateway, AuditVerbs.RunAsync, 0, words);

    public static async Task<string> RunAsync(Gateway gateway, Func<string[], TextWriter, Task<int>> verb, int code, params string[] words)
    {
        await using var output = new StringWriter();
        var ended = await verb([.. words, "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings], output);
        Assert.Equal((code, output.ToString()), (ended, output.ToString()));
        return output.ToString();
    }
}
