using System.Security.Cryptography;

namespace Tollgate.Vault;

/// <summary>AES-256-GCM with a random 96-bit nonce: nonce, tag, ciphertext. What is sealed opens only in the context it was sealed for.</summary>
internal static class Sealing
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        var box = new byte[NonceLength + TagLength + plain.Length];
        Seal(key, plain, context, box);
        return box;
    }

    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> box)
    {
        RandomNumberGenerator.Fill(box[..NonceLength]);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(box[..NonceLength], plain, box[(NonceLength + TagLength)..], box[NonceLength..(NonceLength + TagLength)], context);
    }

    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> context)
    {
        if (box.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("Too short to have been sealed.");
        }

        var plain = new byte[box.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(box[..NonceLength], box[(NonceLength + TagLength)..], box[NonceLength..(NonceLength + TagLength)], plain, context);
        return plain;
    }

    public static int SealedLength(int plainLength) => NonceLength + TagLength + plainLength;
}
