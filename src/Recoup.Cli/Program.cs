return await Recoup.Cli.CommandLine.Run(args);
