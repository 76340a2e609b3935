Recoup.Storage.Closed.SetUmask();
return await Recoup.Cli.CommandLine.Run(args);
