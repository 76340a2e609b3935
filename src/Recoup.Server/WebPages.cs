using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Recoup.Server.Access;
using Recoup.Server.Api;
using Recoup.Server.Assets;
using Recoup.Server.Heart;
using Recoup.Server.Nodes;
using Recoup.Server.Telemetry;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>The pages and the heartbeat of one workspace, at a loopback address, until it is told to stop.</summary>
public sealed class WebPages : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Export? export;

    private WebPages(WebApplication app, Entrance entrance, Export? export)
    {
        this.export = export;
        this.app = app;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Link = $"{Address}{Guard.EnterPath}{entrance.NewToken()}";
    }

    /// <summary>Such as http://127.0.0.1:5252.</summary>
    public string Address { get; }

    /// <summary>Lets one browser in, once.</summary>
    public string Link { get; }

    /// <summary>Throws <see cref="StoreException"/> where the folder can't be used, <see cref="IOException"/> where the port is taken.</summary>
    public static async Task<WebPages> Start(ServeOptions options)
    {
        // Makes a new folder, brings an old one up to date, and says now what is wrong with it.
        using (options.OpenStore(create: true)) { }
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(WebPages).Assembly.GetName().Name,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddSingleton(options).AddSingleton<Memory>().AddSingleton<Said>().AddSingleton<Verification>().AddSingleton<Heartbeat>()
            .AddSingleton<NodeState>().AddScoped(services => new Desk(options, services.GetRequiredService<Memory>(),
                services.GetRequiredService<IHttpContextAccessor>().HttpContext?.Items[typeof(Viewer)] as Viewer));
        builder.Services.AddSingleton<AccessLog>().AddSingleton<TextCalls>();
        builder.Services.AddSingleton<Instruments>().AddSingleton<Committer>().AddSingleton<ProblemTally>().AddSingleton<ApiRoutes>().AddSingleton<Health>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Committer>())
            .AddHostedService(services => services.GetRequiredService<ProblemTally>());
        ApiDescription.AddTo(builder.Services);
        builder.Services.AddHostedService(services => services.GetRequiredService<Heartbeat>());
        builder.Services.AddSingleton<Telling>().AddHostedService(services => services.GetRequiredService<Telling>());
        if (options.IsNode) builder.Services.AddHostedService<Node>();
        // Keys of forms last as long as the sessions do: until the server ends.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        // Cookies know no ports: of two servers on one machine each needs a name of its own.
        var own = options.Port != 0 ? options.Port.ToString(CultureInfo.InvariantCulture) : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        builder.Services.AddRouting().AddAntiforgery(forms => forms.Cookie.Name = $"recoup-form-{own}");
        // What is uploaded is sealed before it is written anywhere: no plain copy of it goes into the temporary folder.
        builder.Services.Configure<FormOptions>(forms => forms.MultipartBodyLengthLimit = forms.MemoryBufferThreshold = Guard.UploadBytesMax);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddRazorComponents();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        var app = builder.Build();
        var entrance = new Entrance();
        var address = "";
        if (options.ServesPages)
        {
            app.Use(next => new Guard(entrance, app.Services.GetRequiredService<AccessLog>(), options, () => address, next).Invoke);
            app.UseRouting();
            app.UseAntiforgery();
            AssetFiles.Map(app);
            TableFiles.Map(app);
            FileDownloads.Map(app);
            app.Services.GetRequiredService<ApiRoutes>().Map(app);
            app.Services.GetRequiredService<TextCalls>().Map(app);
            app.MapRazorComponents<Parts.App>();
        }
        else app.UseRouting();
        StatusFiles.Map(app);
        app.Services.GetRequiredService<Health>().Map(app);
        var export = Export.Begin();
        await app.StartAsync();
        var pages = new WebPages(app, entrance, export);
        address = pages.Address;
        if (options.ServesPages) _ = Task.Run(() => Warm(app.Services));
        return pages;
    }

    /// <summary>What takes longest to compute is there before somebody asks.</summary>
    private static void Warm(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var desk = scope.ServiceProvider.GetRequiredService<Desk>();
        try
        {
            if (desk.IsEmpty) return;
            foreach (var byPortfolio in new[] { false, true }) desk.PastKpis(byPortfolio);
        }
        catch (Exception e) when (e is StoreException or Microsoft.Data.Sqlite.SqliteException or IOException or Core.Foundation.YamlException)
        {
            // The first page that needs it says what is wrong, to somebody who can mend it.
        }
    }

    /// <summary>Returns when the process is told to stop.</summary>
    public Task Ended() => app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        export?.Dispose();
        await app.DisposeAsync();
    }
}
