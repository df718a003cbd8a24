using Microsoft.Extensions.Configuration;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

public sealed class KeySettingsTests
{
    [Fact]
    public void Without_settings_the_key_is_in_a_file_of_the_data_directory()
    {
        var keys = Read("--Tollgate:DataDirectory=/srv/tollgate").Keys;
        Assert.Equal((KeyProvider.File, "/srv/tollgate/keys/key-encryption.key"), (keys.Provider, keys.File));
        Assert.Equal((Cryptoperiods.Default, 30, 5), (keys.Periods, keys.WarnBefore.Days, keys.Quarantine.Minutes));
    }

    [Theory]
    [InlineData("Provider=vault", "Tollgate:Keys:Provider must be file, environment, pkcs11 or shares.")]
    [InlineData("Provder=file", "Tollgate:Keys:Provder is not a setting")]
    [InlineData("Provider=environment", "Tollgate:Keys needs either Key")]
    [InlineData("Provider=environment Key=a KeyFile=b", "Tollgate:Keys needs either Key")]
    [InlineData("Provider=shares File=a", "Tollgate:Keys:File has no meaning when Tollgate:Keys:Provider is shares: it is of file.")]
    [InlineData("Key=c2VjcmV0LXNlY3JldA==", "Tollgate:Keys:Key has no meaning when Tollgate:Keys:Provider is file: it is of environment.")]
    [InlineData("Provider=pkcs11 Token=t Pin=1", "Tollgate:Keys:Module must be set.")]
    [InlineData("Provider=pkcs11 Module=m Token=t", "Tollgate:Keys:Pin must be set.")]
    [InlineData("Provider=pkcs11 Module=m Token=t PinFile=/nowhere", "Tollgate:Keys:PinFile (/nowhere) cannot be read.")]
    [InlineData("Cryptoperiod=soon", "Tollgate:Keys:Cryptoperiod must be a duration such as 365.00:00:00.")]
    [InlineData("ResealPerSecond=0", "Tollgate:Keys:ResealPerSecond must be a whole number above 0.")]
    public void A_wrong_setting_is_named(string settings, string sentence)
    {
        var refused = Assert.Throws<SettingException>(() => Read([.. settings.Split(' ').Select(s => "--Tollgate:Keys:" + s)]));
        Assert.StartsWith(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_and_the_PIN_of_the_settings_print_themselves_masked()
    {
        Assert.DoesNotContain("c2VjcmV0", Read("--Tollgate:Keys:Provider=environment", "--Tollgate:Keys:Key=c2VjcmV0LXNlY3JldA==").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", Read("--Tollgate:Keys:Provider=pkcs11", "--Tollgate:Keys:Module=m", "--Tollgate:Keys:Token=t", "--Tollgate:Keys:Pin=4711").ToString(), StringComparison.Ordinal);
    }

    private static Settings Read(params string[] arguments) => Settings.Read(new ConfigurationBuilder().AddCommandLine(arguments).Build());
}
