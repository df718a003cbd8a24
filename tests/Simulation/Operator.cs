using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;

namespace Tollgate.Simulation;

/// <summary>Who resolves what the acquirer got wrong: an amount is accepted, or asked for once more. What was cleared twice stays on the list.</summary>
internal sealed class Operator(World world, Place place, Func<ServerProcess?> anyProcess, ClearingOffice office)
{
    public void Hear(NewDiscrepancy found)
    {
        if (found.Kind == DiscrepancyKind.AmountDiffers)
        {
            var way = world.Chance.Below(2) == 0 ? ResolutionWay.Accept : ResolutionWay.Ignore;
            world.After(world.Chance.Between(TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)), place, () => Resolve(found, way));
        }
    }

    private void Resolve(NewDiscrepancy found, ResolutionWay way)
    {
        var said = (Done: false, Problem: (string?)null);
        if (anyProcess() is { } process)
        {
            world.Soon(process.Place, async void () =>
            {
                try
                {
                    said = (true, await process.Desk.ResolveAsync(found.Id, way, "seen"));
                    world.Tell("operator hears", said.Problem ?? "resolved");
                }
                catch (Exception unavailable) when (Database.IsUnavailable(unavailable))
                {
                    world.Counts.Add("fault: a discrepancy cannot be resolved");
                }
            });
        }

        world.After(TimeSpan.FromMinutes(2), place, () =>
        {
            if (!said.Done)
            {
                Resolve(found, way);
            }
            else if (said.Problem?.EndsWith("ignore it", StringComparison.Ordinal) == true)
            {
                Resolve(found, ResolutionWay.Ignore);
            }
            else if (way == ResolutionWay.Ignore)
            {
                office.Correct(found.FileId!, found.Line!.Value);
            }
        });
    }
}
