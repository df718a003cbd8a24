namespace Tollgate.Server.Http;

/// <summary>What is wrong with a request: one message for each dotted path, all of them in one answer. A message never repeats the value.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, string> messages = new(StringComparer.Ordinal);

    public bool Any => messages.Count > 0;

    public IReadOnlyDictionary<string, string> Messages => messages;

    /// <summary>Notes a mistake; the first of a field stands.</summary>
    public void Add(string path, string message) => messages.TryAdd(path, message);
}
