namespace Tollgate.Repository;

internal static class Border
{
    /// <summary>Fails with the rule and every place that breaks it, none of them cut short.</summary>
    public static void Holds(string rule, IEnumerable<string> crossings)
    {
        var all = crossings.Distinct().ToList();
        if (all.Count > 0)
        {
            Assert.Fail($"{rule}\n  {string.Join("\n  ", all)}");
        }
    }
}
