using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.Payments;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>Our 3DS server, put together as in the gateway, with a clock and a directory server of the test's.</summary>
internal sealed class OurSide : IAsyncDisposable
{
    public const string Visa = "4111111111111111";

    private readonly ServiceProvider services;

    /// <summary>Settings as they are given on a command line.</summary>
    public static Settings Read(params string[] settings) => Settings.Read(new ConfigurationBuilder().AddCommandLine(settings).Build());

    public OurSide(Uri? directoryServer, params string[] settings)
    {
        string[] known = directoryServer is null ? [] : [$"--Tollgate:ThreeDS:DirectoryServers:visa={directoryServer}"];
        Settings = Read([.. known, .. settings]);
        var collection = new ServiceCollection();
        collection.AddThreeDS();
        collection.AddSingleton(Settings);
        collection.AddSingleton<AppRegistry>();

        // No app has sold anything yet, so that nothing is read.
        collection.AddSingleton(new FraudWatch(new AppRegistry(Settings with { Apps = [] }), null!, Clock, NullLogger<FraudWatch>.Instance));
        collection.AddSingleton(new PublicAddress { Url = "https://pay.example.com" });
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddSingleton<Microsoft.Extensions.Hosting.IHostApplicationLifetime>(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance));
        collection.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services = collection.BuildServiceProvider();
    }

    public ManualClock Clock { get; } = new();

    public Settings Settings { get; }

    public CardRanges Ranges => services.GetRequiredService<CardRanges>();

    public ICardholderAuthentication Authentication => services.GetRequiredService<ICardholderAuthentication>();

    public IDirectoryServer Wire => services.GetRequiredService<IDirectoryServer>();

    public DirectoryServer Server => Settings.ThreeDS.DirectoryServers[Brand.Visa];

    /// <summary>A browser of which everything is known.</summary>
    public static BrowserDetails Browser { get; } = new("Mozilla/5.0", "en-AU", 24, 900, 1440, false, -600, "text/html", true);

    public static CardNumber Card(string digits = Visa) => CardNumber.TryParse(digits, out var card) ? card : throw new ArgumentException("This is no card number.", nameof(digits));

    /// <summary>A payment whose issuer is being asked.</summary>
    public static AuthenticationOrder Order(
        string version = "2.2.0",
        BrowserDetails? browser = null,
        Func<PaymentFacts, PaymentFacts>? change = null,
        MethodCompletion method = MethodCompletion.Unavailable,
        bool wantsChallenge = false,
        string? ip = "192.168.1.1")
    {
        var at = new DateTimeOffset(2026, 1, 15, 13, 5, 9, TimeSpan.FromHours(10));
        var facts = new PaymentFacts
        {
            Id = new("A2B3C4D5E6F7G8H9"),
            App = new("app-sandbox"),
            ExternalId = "order-1",
            Amount = new(1050, Currency.Aud),
            CaptureAtOnce = false,
            Type = PaymentType.Regular,
            Token = new("tok_00000000000000000000"),
            BroughtCard = true,
            Card = new(Brand.Visa, "1111", "AU", new(2031, 4), "fingerprint"),
            Cardholder = new("Jane", "Citizen", "jane@example.com", "JANE CITIZEN", new("1 George Street", "Sydney", "New South Wales", "AU", "2000")),
            ReturnUrl = "https://shop.example.com/back",
            CreatedAt = at,
            SessionEndsAt = at.AddMinutes(15),
        };
        facts = change?.Invoke(facts) ?? facts;
        var payment = Payment.Evolve(null, new PaymentEvent.Created(at, facts));
        payment = Payment.Evolve(payment, new PaymentEvent.ChallengeRequired(at, "23456789ABCDEFGHJKMNPQRSTUVWXYZ2"));
        payment = Payment.Evolve(payment, new PaymentEvent.AuthenticationStarted(at, ServerTransactionId.For(facts.Id, [1, 2, 3, 4, 5]), version));
        return new(payment, Card(), new(version, null), browser ?? Browser, ip, method, wantsChallenge);
    }

    /// <summary>A directory server's answer to a request for its ranges.</summary>
    public static string Telling(System.Text.Json.JsonElement request, string? serialNumber, params string[] ranges) =>
        $$"""
        {"messageType":"PRes","messageVersion":"2.2.0","threeDSServerTransID":"{{request.GetProperty("threeDSServerTransID").GetString()}}",
        "dsTransID":"55e55a92-a148-4915-9e31-50fd0c400eee","dsStartProtocolVersion":"2.1.0","dsEndProtocolVersion":"2.2.0"
        {{(serialNumber is null ? string.Empty : $",\"serialNum\":\"{serialNumber}\"")}}{{(ranges.Length == 0 ? string.Empty : $",\"cardRangeData\":[{string.Join(',', ranges)}]")}}}
        """;

    /// <summary>One range of such an answer: <c>A 41 2.1.0-2.2.0 01,80 https://…</c>; first digits are filled up to sixteen.</summary>
    public static string Range(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var versions = parts[2].Split('-');
        var bounds = parts[1].Split('-');
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"actionInd":"{{parts[0]}}","startRange":"{{bounds[0].PadRight(16, '0')}}","endRange":"{{bounds[^1].PadRight(16, '9')}}",
            "acsStartProtocolVersion":"{{versions[0]}}","acsEndProtocolVersion":"{{versions[1]}}","acsInfoInd":["{{parts[3].Replace(",", "\",\"", StringComparison.Ordinal)}}"]
            {{(parts.Length > 4 ? $",\"threeDSMethodURL\":\"{parts[4]}\"" : string.Empty)}}}
            """);
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
