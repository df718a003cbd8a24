namespace Tollgate.ThreeDS;

/// <summary>Holds a message against the field table: what must be there is there, and what is there is right.</summary>
internal static class MessageRules
{
    public static void Check(Message message, Situation situation, Findings findings)
    {
        CheckRows(message, situation, null, findings);
        foreach (var rule in Agreement.Rules)
        {
            if (rule.Type == message.Type && rule.IsBroken(situation))
            {
                findings.Wrong(null, rule.Blames.Name);
            }
        }
    }

    private static void CheckRows(Elements elements, Situation situation, string? path, Findings findings)
    {
        foreach (var field in elements.Table.Fields)
        {
            if (situation.IsLenient && !field.Presence.IsEssential)
            {
                continue;
            }

            var value = elements[field];
            if (value is null)
            {
                if (field.IsIn(situation.Version) && field.Presence.IsRequired(situation))
                {
                    findings.Missing(path, field.Name);
                }
            }
            else if (!field.IsIn(situation.Version) || (value != Elements.Broken && !field.Format.Accepts(value)))
            {
                findings.Wrong(path, field.Name);
            }
            else if (value is Elements nested)
            {
                CheckRows(nested, situation, Under(path, field), findings);
            }
            else if (field.Format is ListFormat && value is IReadOnlyList<Elements> items)
            {
                var under = Under(path, field);
                for (var i = 0; i < items.Count; i++)
                {
                    CheckRows(items[i], situation, under, findings);
                }
            }
        }

        if (elements is CardRange { StartRange: { } start, EndRange: { } end }
            && (start.Length != end.Length || string.CompareOrdinal(start, end) > 0))
        {
            findings.Wrong(path, CardRangeFields.EndRange.Name);
        }
    }

    private static string Under(string? path, Field field) => path is null ? field.Name : $"{path}.{field.Name}";
}
