namespace Tollgate.Repository;

/// <summary>A card number has few digits that are not known: a digest of it without a key is as good as the number (PCI DSS 3.5.1.1).</summary>
public class Digests
{
    private static readonly string[] Plain = ["MD5", "SHA1", "SHA256", "SHA384", "SHA512", "SHA3_256", "SHA3_384", "SHA3_512"];

    // What is digested without a key, and why nobody could learn anything from it.
    private static readonly (string Path, string Of)[] OfNoSecret =
    [
        ("src/Client/WebhookSignature.cs", "webhooks, under the merchant's key: it names the algorithm of an HMAC"),
        ("src/Sandbox/ClearingText.cs", "the lines of a clearing file, which has no card numbers"),
        ("src/Sandbox/ThreeDS/IssuerPage.cs", "a script that everybody is served"),
        ("src/Server/Authentication/DirectoryServerCertificates.cs", "a certificate"),
        ("src/Server/Authentication/PageAsset.cs", "a script or a style that everybody is served"),
        ("src/Server/Disputes/EvidenceForms.cs", "a form of evidence, which is compared under a key again before it is kept"),
        ("src/Server/Hardening/Certificates.cs", "a certificate"),
        ("src/Server/Hardening/PageWatch.cs", "a script or a style that everybody is served"),
        ("src/Server/Hardening/SecurityHeaders.cs", "a script that stands in a page that everybody is served"),
        ("src/Server/Hardening/ServerCertificate.cs", "files, to tell in memory whether they have changed"),
        ("src/Server/Identifiers.cs", "an app and a currency"),
        ("src/Server/Webhooks/DeliveryLane.cs", "an app and an address, for a number that is in memory only"),
        ("src/Server/Settlement/ClearingFile.cs", "the lines of a clearing file, which has no card numbers"),
        ("src/Vault/VaultExport.cs", "the secret that two keys agree on: it names the algorithm of an HMAC (RFC 5869)"),
    ];

    [Fact]
    public void P7_a_digest_without_a_key_is_taken_of_nothing_secret() => Border.Holds("Digest what is secret with CardVault.Digest or Fingerprint, which have a key.",
        from source in Tree.SourcesUnder("src")
        where !OfNoSecret.Any(o => o.Path == source.Path)
        from name in source.Identifiers
        where Plain.Contains(name.Text)
        select $"{source.At(name)}: {name.Text}");

    [Fact]
    public void No_file_is_excused_that_digests_nothing() => Border.Holds("Take these out of the table.",
        from excused in OfNoSecret
        where !Tree.SourcesUnder("src").Any(s => s.Path == excused.Path && s.Identifiers.Any(i => Plain.Contains(i.Text)))
        select excused.Path);
}
