using System.Buffers;
using System.Text;
using System.Text.Json;
using Tollgate.Yardsticks;

// Yardsticks for Tollgate's charge: what a handler of the same runtime does with less to do, or as it is commonly written.
//   dotnet run -c Release --project bench/Yardsticks -- empty|nostore --urls=http://127.0.0.1:8090
//   dotnet run -c Release --project bench/Yardsticks -- ef --urls=http://127.0.0.1:8090 --Database="Host=…;Database=…;Username=…"
// The ef mode drops and makes the tables of pgbench/schema.sql at start, in the schema yardstick_ef. All of it is for measuring: nothing is checked that
// costs the yardstick time and that its load never gets wrong.
var builder = WebApplication.CreateSlimBuilder(args[1..]);
builder.Logging.ClearProviders();
var mode = args[0];
if (mode == "ef")
{
    await Store.AddAsync(builder.Services, builder.Configuration["Database"] ?? throw new ArgumentException("--Database is missing"));
}

builder.Services.ConfigureHttpJsonOptions(o =>
{
    o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
    o.SerializerOptions.TypeInfoResolverChain.Insert(0, ChargeJson.Default);
});
await using var app = builder.Build();
switch (mode)
{
    case "empty":
        app.Run(EmptyAsync);
        break;
    case "nostore":
        app.Run(NoStoreAsync);
        break;
    case "ef":
        app.MapPost("/{**path}", Store.ChargeAsync);
        break;
    default:
        throw new ArgumentException("empty, nostore or ef");
}

await app.StartAsync();
Console.WriteLine($"{mode} listens on {string.Join(", ", app.Urls)}");
await app.WaitForShutdownAsync();

// Reads the body and answers what it always answers.
static async Task EmptyAsync(HttpContext context)
{
    await context.Request.BodyReader.CopyToAsync(Stream.Null, context.RequestAborted);
    await AnswerAsync(context, Fixed);
}

// A charge without its database: parse, check, seal, digest, answer. A GET, which has nothing to parse, answers the same object: a detail without its read.
static async Task NoStoreAsync(HttpContext context)
{
    PaymentView payment;
    if (HttpMethods.IsPost(context.Request.Method))
    {
        var charge = await JsonSerializer.DeserializeAsync(context.Request.BodyReader, ChargeJson.Default.ChargeRequest, context.RequestAborted);
        if (charge is null || !Card.IsValid(charge.CardInfo.CardNumber))
        {
            context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return;
        }

        _ = Card.Seal(charge.CardInfo.CardNumber);
        var digest = Card.Digest(Encoding.UTF8.GetBytes(charge.ExternalId));
        payment = PaymentView.Of(charge, Identifiers.NewPayment(), "tok_" + Convert.ToHexStringLower(digest)[..20]);
    }
    else
    {
        payment = PaymentView.Sample;
    }

    await AnswerAsync(context, JsonSerializer.SerializeToUtf8Bytes(payment, ChargeJson.Default.PaymentView));
}

static async Task AnswerAsync(HttpContext context, byte[] json)
{
    context.Response.ContentType = "application/json; charset=utf-8";
    context.Response.ContentLength = json.Length;
    context.Response.BodyWriter.Write(json);
    await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
}

internal static partial class Program
{
    private static readonly byte[] Fixed = JsonSerializer.SerializeToUtf8Bytes(PaymentView.Sample, ChargeJson.Default.PaymentView);
}
