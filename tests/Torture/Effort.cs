using System.Globalization;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tollgate.Torture;

/// <summary>How long it goes on: short, unless <c>dev.cs -- torture --kills N</c> asks for more.</summary>
internal static class Effort
{
    private const string Variable = "TOLLGATE_TORTURE_KILLS";

    /// <summary>How often the server is killed on each engine.</summary>
    public static int Kills { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : 5;

    /// <summary>How often the other things are done, which take longer.</summary>
    public static int Rounds { get; } = Math.Max(1, Kills / 20);

    /// <summary>Says how it goes.</summary>
    public static void Tell(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}
