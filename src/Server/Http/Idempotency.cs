using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Http;

/// <summary>One request under an idempotency key, and how its answer is rendered from the payment.</summary>
internal sealed class KeyedRequest(byte[] keyDigest, byte[] requestDigest, Func<Payment, Task<Answer>> render)
{
    public byte[] KeyDigest => keyDigest;

    public byte[] RequestDigest => requestDigest;

    /// <summary>Reserves the key, together with the first thing that the request writes.</summary>
    public IdempotencyClaim Claim(PaymentId? payment, DateTimeOffset at) => new(keyDigest, requestDigest, payment, at);

    /// <summary>The answer for a payment, as the key will repeat it.</summary>
    public async Task<IdempotencyAnswer> AnswerForAsync(Payment payment) => Keep(await render(payment));

    /// <summary>What a request that is about no payment renders: nothing ever asks it to, since its key is kept together with its answer.</summary>
    public static Answer OfNoPayment(Payment payment) => throw new InvalidOperationException("The request is about no payment.");

    public IdempotencyAnswer Keep(Answer answer) => new(keyDigest, answer.StatusCode, answer.Body);
}

/// <summary>
/// The idempotency keys: the same key and body give the first answer again; the same key with another body is refused; while the first is
/// still running, so is the second. Keys are kept for a day, per app, as keyed digests.
/// </summary>
internal sealed class Idempotency(IJournal journal, IPaymentLookup reader, CardVault vault, TimeProvider clock)
{
    private static readonly Answer InUse = Answer.Error(409, "IDEMPOTENCY_KEY_IN_USE", "A request with this Idempotency-Key is still running.");

    private static readonly Answer Reused = Answer.Error(422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.");

    /// <summary>Reads the header of a request: quoted or bare, at most 255 visible characters.</summary>
    /// <exception cref="BadRequestException">It cannot be a key.</exception>
    public KeyedRequest? Read(HttpRequest request, AppId app, byte[] body, Func<Payment, Answer> render) =>
        Read(request, app, body, payment => Task.FromResult(render(payment)));

    /// <summary>The same for an answer that shows more than the payment holds, and reads it.</summary>
    /// <exception cref="BadRequestException">It cannot be a key.</exception>
    public KeyedRequest? Read(HttpRequest request, AppId app, byte[] body, Func<Payment, Task<Answer>> render)
    {
        var header = request.Headers["Idempotency-Key"];
        if (header.Count == 0)
        {
            return null;
        }

        var key = header.ToString();
        if (key.Length >= 2 && key[0] == '"' && key[^1] == '"')
        {
            key = key[1..^1];
        }

        if (header.Count > 1 || key.Length is 0 or > 255 || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "Idempotency-Key must be one text of 1 to 255 visible characters.");
        }

        // Both paths of the API are one API: a retry may come by the other. Routes do not tell case, nor a slash at the end.
        var call = request.Path.Value!.TrimEnd('/').Split('/')[^1].ToLowerInvariant();
        var digest = vault.Digest([.. Encoding.UTF8.GetBytes($"request|{app}|{call}|"), .. body]);
        return new(vault.Digest(Encoding.UTF8.GetBytes($"key|{app}|{key}")), digest, render);
    }

    /// <summary>Answers with what the key answers already, if anything.</summary>
    public async Task<bool> TryReplayAsync(HttpContext context, AppId app, KeyedRequest? request)
    {
        if (request is null || await FindAsync(app, request) is not var (answer, replayed))
        {
            return false;
        }

        await answer.WriteAsync(context, replayed);
        return true;
    }

    /// <summary>Answers a request whose key was taken while it ran.</summary>
    public async Task ReplayAsync(HttpContext context, AppId app, KeyedRequest request)
    {
        if (!await TryReplayAsync(context, app, request))
        {
            await InUse.WriteAsync(context);
        }
    }

    /// <summary>
    /// Gives an answer that nothing else was written for, and keeps it under the key, if there is one. Whoever was first with the key stands: when
    /// another was answered in the meantime, that is the answer.
    /// </summary>
    public async Task AnswerAsync(HttpContext context, AppId app, KeyedRequest? request, PaymentId? payment, Answer answer)
    {
        if (request is not null && (await journal.CommitAsync(new()
        {
            App = app,
            At = clock.GetUtcNow(),
            Idempotency = request.Claim(payment, clock.GetUtcNow()),
            Answer = request.Keep(answer),
        })).Conflict != Conflict.None)
        {
            await ReplayAsync(context, app, request);
            return;
        }

        await answer.WriteAsync(context);
    }

    private async Task<(Answer Answer, bool Replayed)?> FindAsync(AppId app, KeyedRequest request)
    {
        if (await reader.FindAnswerAsync(app, request.KeyDigest, clock.GetUtcNow() - TimeSpan.FromDays(1)) is not { } stored)
        {
            return null;
        }

        if (!CryptographicOperations.FixedTimeEquals(stored.RequestDigest, request.RequestDigest))
        {
            return (Reused, false);
        }

        if (stored is { StatusCode: { } status, Body: { } body })
        {
            return (new(status, body), true);
        }

        // The first request has not been answered: it is running, or its process died. Then recovery ends what it began, and the payment as it
        // is after that is the answer, from now on; without what another request has begun in the meantime.
        if (stored.PaymentUuid is not { } uuid || await reader.FindAsync(app, uuid) is not { } payment || payment.IsRunning(clock.GetUtcNow()))
        {
            return (InUse, false);
        }

        var left = BeforeTheNext(await reader.ReadJournalAsync(payment), stored.ClaimedAt);
        await journal.CommitAsync(new() { App = app, At = clock.GetUtcNow(), Answer = await request.AnswerForAsync(left) });
        return await FindAsync(app, request);
    }

    /// <summary>The payment as the operation left it that began together with the claim on a key: before another operation began.</summary>
    private static Payment BeforeTheNext(IReadOnlyList<PaymentEvent> journal, DateTimeOffset claimedAt)
    {
        Payment? payment = null;
        OperationId? claimed = null;
        foreach (var happened in journal)
        {
            var next = Payment.Evolve(payment, happened);
            if (claimed is not null && next.InFlight is { } operation && operation.Id != claimed)
            {
                break;
            }

            claimed ??= happened.At == claimedAt ? next.InFlight?.Id : null;
            payment = next;
        }

        return payment!;
    }
}
