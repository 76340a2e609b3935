using Recoup.Bench;

var parties = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1_000_000;
StorageShapes.Run(parties);
