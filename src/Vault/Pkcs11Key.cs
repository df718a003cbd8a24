using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.MechanismParams;

namespace Tollgate.Vault;

/// <summary>Which key of which token is meant.</summary>
/// <param name="Module">The PKCS #11 library of the token's maker.</param>
/// <param name="Token">The token's label.</param>
/// <param name="Label">The key's label.</param>
public sealed record Pkcs11Place(string Module, string Token, string Label);

/// <summary>A key encryption key in a hardware security module (PKCS #11). It is made there, wraps and unwraps there, and never leaves.</summary>
public sealed class Pkcs11Key : IKeyEncryptionKey
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    // A module is initialised once in a process, and finalised when the last key of it is let go: whoever ends it earlier takes the sessions of the others with it.
    private static readonly Dictionary<string, (IPkcs11Library Library, int Keys)> Modules = new(StringComparer.Ordinal);
    private static readonly Lock ModulesGate = new();

    private readonly string module;
    private readonly ISession session;
    private readonly IObjectHandle key;
    private readonly Lock gate = new();

    // Pkcs11Interop loads modules by "libdl", a name under which it stands only where software is compiled.
    static Pkcs11Key() => NativeLibrary.SetDllImportResolver(
        typeof(Pkcs11InteropFactories).Assembly, (name, _, _) => name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var library) ? library : 0);

    private Pkcs11Key(string module, ISession session, IObjectHandle key)
    {
        (this.module, this.session, this.key) = (module, session, key);
        CheckValue = Convert.ToHexString(Encrypt(new byte[NonceLength], new byte[3], []).AsSpan(0, 3));
    }

    /// <inheritdoc/>
    public KeyProvider Provider => KeyProvider.Pkcs11;

    /// <inheritdoc/>
    public string CheckValue { get; }

    /// <summary>Logs in and finds the key.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="pin">The PIN of the token's user.</param>
    /// <param name="create">Whether a key is made when there is none, as for a new database.</param>
    /// <exception cref="VaultException">It cannot be used: the sentence says why.</exception>
    public static Pkcs11Key Open(Pkcs11Place place, string pin, bool create)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (!File.Exists(place.Module))
        {
            throw new VaultException($"The PKCS #11 module {place.Module} is missing.");
        }

        ISession? session = null;
        var isTaken = false;
        try
        {
            var library = Take(place.Module);
            isTaken = true;
            var slots = library.GetSlotList(SlotsType.WithTokenPresent).Where(s => s.GetTokenInfo() is var token && token.TokenFlags.TokenInitialized && token.Label.TrimEnd() == place.Token).ToList();
            var slot = slots.Count == 1
                ? slots[0]
                : throw new VaultException($"The PKCS #11 module {place.Module} has {(slots.Count == 0 ? "no token" : "several tokens")} with the label {place.Token}.");
            session = slot.OpenSession(create ? SessionType.ReadWrite : SessionType.ReadOnly);
            LogIn(session, pin, place);
            return new(place.Module, session, FindKey(session, place, create));
        }
        catch (Pkcs11Exception refused)
        {
            Undo();
            throw new VaultException($"The token {place.Token} refused: {refused.RV}.", refused);
        }
        catch (UnmanagedException broken)
        {
            Undo();
            throw new VaultException($"The PKCS #11 module {place.Module} cannot be loaded.", broken);
        }
        catch
        {
            Undo();
            throw;
        }

        void Undo()
        {
            session?.Dispose();
            if (isTaken)
            {
                LetGo(place.Module);
            }
        }
    }

    /// <inheritdoc/>
    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        var plain = key.ToArray();
        byte[] sealedKey;
        try
        {
            sealedKey = Encrypt(nonce, plain, context.ToArray());
        }
        catch (Pkcs11Exception refused)
        {
            throw new VaultException($"The token wrapped nothing: {refused.RV}.", refused);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }

        return [.. nonce, .. sealedKey.AsSpan(sealedKey.Length - TagLength), .. sealedKey.AsSpan(0, sealedKey.Length - TagLength)];
    }

    /// <inheritdoc/>
    public byte[] Unwrap(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        if (box.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("Too short to have been wrapped.");
        }

        byte[] content = [.. box[(NonceLength + TagLength)..], .. box[NonceLength..(NonceLength + TagLength)]];
        using var parameters = Parameters(box[..NonceLength].ToArray(), context.ToArray());
        using var mechanism = session.Factories.MechanismFactory.Create(CKM.CKM_AES_GCM, parameters);
        lock (gate)
        {
            try
            {
                return session.Decrypt(mechanism, key, content);
            }
            catch (Pkcs11Exception refused)
            {
                // Modules differ in how they say that a tag does not fit; whatever they say, nothing was opened.
                throw new CryptographicException($"The token opened nothing: {refused.RV}.");
            }
        }
    }

    /// <summary>Logs out.</summary>
    public void Dispose()
    {
        session.Dispose();
        LetGo(module);
    }

    private static IPkcs11Library Take(string module)
    {
        lock (ModulesGate)
        {
            var factories = new Pkcs11InteropFactories();
            var (library, keys) = Modules.TryGetValue(module, out var there) ? there : (factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, module, AppType.MultiThreaded), 0);
            Modules[module] = (library, keys + 1);
            return library;
        }
    }

    private static void LetGo(string module)
    {
        lock (ModulesGate)
        {
            var (library, keys) = Modules[module];
            if (keys > 1)
            {
                Modules[module] = (library, keys - 1);
                return;
            }

            Modules.Remove(module);
            library.Dispose();
        }
    }

    private static void LogIn(ISession session, string pin, Pkcs11Place place)
    {
        try
        {
            session.Login(CKU.CKU_USER, pin);
        }
        catch (Pkcs11Exception refused) when (refused.RV == CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // A log-in is the whole process's: another session of it came first.
        }
        catch (Pkcs11Exception refused) when (refused.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LOCKED)
        {
            throw new VaultException($"The token {place.Token} does not take the PIN: {refused.RV}.");
        }
    }

    private static IObjectHandle FindKey(ISession session, Pkcs11Place place, bool create)
    {
        var attributes = session.Factories.ObjectAttributeFactory;
        var found = session.FindAllObjects(
        [
            attributes.Create(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), attributes.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES), attributes.Create(CKA.CKA_LABEL, place.Label),
        ]);
        if (found.Count == 0 && create)
        {
            using var generate = session.Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_GEN);
            found.Add(session.GenerateKey(
                generate,
                [
                    attributes.Create(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), attributes.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES), attributes.Create(CKA.CKA_LABEL, place.Label),
                    attributes.Create(CKA.CKA_VALUE_LEN, (ulong)KeyEncryptionKey.Length), attributes.Create(CKA.CKA_TOKEN, true), attributes.Create(CKA.CKA_PRIVATE, true),
                    attributes.Create(CKA.CKA_SENSITIVE, true), attributes.Create(CKA.CKA_EXTRACTABLE, false), attributes.Create(CKA.CKA_ENCRYPT, true),
                    attributes.Create(CKA.CKA_DECRYPT, true),
                ]));
        }

        if (found.Count != 1)
        {
            throw new VaultException($"The token {place.Token} has {(found.Count == 0 ? "no AES key" : "several AES keys")} with the label {place.Label}.");
        }

        // PCI DSS 3.6.1.2: a key in a module is protected by it only if the module never gives it out.
        var is256 = session.GetAttributeValue(found[0], [CKA.CKA_VALUE_LEN])[0].GetValueAsUlong() == KeyEncryptionKey.Length;
        var held = session.GetAttributeValue(found[0], [CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE]);
        return is256 && held[0].GetValueAsBool() && !held[1].GetValueAsBool()
            ? found[0]
            : throw new VaultException($"The key {place.Label} of the token {place.Token} has not 256 bits, or lets itself be read out of the token: it must be sensitive, and not extractable.");
    }

    private byte[] Encrypt(byte[] nonce, byte[] plain, byte[] context)
    {
        using var parameters = Parameters(nonce, context);
        using var mechanism = session.Factories.MechanismFactory.Create(CKM.CKM_AES_GCM, parameters);
        lock (gate)
        {
            return session.Encrypt(mechanism, key, plain);
        }
    }

    private ICkGcmParams Parameters(byte[] nonce, byte[] context) =>
        session.Factories.MechanismParamsFactory.CreateCkGcmParams(nonce, NonceLength * 8, context, TagLength * 8);
}
