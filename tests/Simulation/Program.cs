using Tollgate.Simulation;

return args.FirstOrDefault() == "simulate"
    ? Simulate.Run(args[1..])
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
