using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Recoup.Server.Telemetry;

/// <summary>
/// Sends the instruments by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says; without it nothing is collected and nothing
/// leaves. The protocol, headers, intervals and sampling are set by OpenTelemetry's own variables of the environment.
/// </summary>
public sealed class Export : IDisposable
{
    private readonly MeterProvider meters;
    private readonly TracerProvider traces;

    private Export(MeterProvider meters, TracerProvider traces) => (this.meters, this.traces) = (meters, traces);

    /// <summary>Null where no endpoint is named.</summary>
    public static Export? Begin()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"))) return null;
        var resource = ResourceBuilder.CreateDefault().AddService("recoup", serviceVersion: typeof(Export).Assembly.GetName().Version?.ToString(3));
        return new Export(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Instruments.Name).AddOtlpExporter().Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Instruments.Name).AddOtlpExporter().Build());
    }

    /// <summary>What was collected last is sent before it ends.</summary>
    public void Dispose()
    {
        meters.Dispose();
        traces.Dispose();
    }
}
