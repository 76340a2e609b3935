using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Recoup.Core;
using Recoup.Core.Evidence;
using Recoup.Core.Inputs;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>The API described as OpenAPI, from the tables by which it reads: query fields, and the kinds of input.</summary>
internal static class ApiDescription
{
    private const string Bearer = "bearer", Problems = "application/problem+json";

    /// <summary>What stands behind an address; described from here, since the address itself takes the request as it is.</summary>
    private sealed record About(string Text, IReadOnlyList<QueryField> Fields, ApiMay Needed)
    {
        /// <summary>A file goes in or out, and no JSON.</summary>
        public bool OfFile { get; init; }
    }

    public static void Describe(IEndpointConventionBuilder endpoint, string about, IReadOnlyList<QueryField> fields, ApiMay needed) =>
        endpoint.WithMetadata(new About(about, fields, needed), ((Action<HttpContext>)Described).Method)
            .WithMetadata(new ProducesResponseTypeMetadata(200, typeof(void)));

    /// <summary>An address by which a file goes in or out as it is.</summary>
    public static void DescribeFile(IEndpointConventionBuilder endpoint, string about, ApiMay needed) =>
        endpoint.WithMetadata(new About(about, [], needed) { OfFile = true }, ((Action<HttpContext>)Described).Method)
            .WithMetadata(new ProducesResponseTypeMetadata(200, typeof(void)));

    /// <summary>Stands for the handlers: without a method an address is not described at all.</summary>
    private static void Described(HttpContext http) => _ = http;

    public static void AddTo(IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.ShouldInclude = described => described.ActionDescriptor.EndpointMetadata.OfType<About>().Any();
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Recoup", Version = "v1",
                Description = "Reads figures, accounts, decisions and work, and takes inputs. "
                    + "Amounts are decimal strings in major units, dates YYYY-MM-DD, ratios and days numbers or null.",
            };
            // Where it is served is for who serves it to say.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [Bearer] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key that `recoup api-key add NAME` made.",
                },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context.Description.ActionDescriptor.EndpointMetadata.OfType<About>().Single(), context.Description.RelativePath!);
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiOperation operation, About about, string path)
    {
        operation.Summary = about.Text;
        operation.Tags = null;
        operation.Parameters = [.. about.Fields.Select(f => Parameter(f.Name, ParameterLocation.Query, f.Meaning, f.Required))];
        if (path.Contains("{account}", StringComparison.Ordinal))
            operation.Parameters.Insert(0, Parameter("account", ParameterLocation.Path, "the account's id", required: true));
        var ok = new OpenApiResponse { Description = "As the command line's JSON", Content = Body("application/json", new OpenApiSchema()) };
        operation.Responses = new OpenApiResponses { ["200"] = ok };
        var problems = new List<(int Status, string Text)>
        {
            (400, "The request can't be read"), (401, "No key in force"), (403, "The key may not do this"),
            (429, "Too much waits; come again after Retry-After"), (503, "The store can't be used now; come again after Retry-After"),
        };
        if (about.OfFile && (about.Needed & ApiMay.Read) != 0)
        {
            operation.Parameters.Insert(0, Parameter("file", ParameterLocation.Path, "the file's key", required: true));
            ok.Description = "The file, as an attachment of its own type and name";
            ok.Content = Body("application/octet-stream", Binary());
            problems.AddRange([(404, "There is no such file"), (410, "The file was withdrawn, or its person erased")]);
        }
        else if (about.OfFile)
        {
            operation.Parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header, "the key, where the form has none", required: false));
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true, Description = "A form with the file. Its name is the part's, unless there is a field for it.",
                Content = Body("multipart/form-data", FileForm()),
            };
            ok.Description = "Durable: accepted, or unchanged where its key was known.";
            ok.Content = Body("application/json", One());
            problems.AddRange(
                [(413, "The file is too large"), (415, "The body is no such form"), (422, "The file was refused: code names the refusal")]);
        }
        else if ((about.Needed & ApiMay.Write) != 0)
        {
            operation.Parameters.Add(Parameter("Idempotency-Key", ParameterLocation.Header,
                "the key of an object that has none of its own; in a list or in lines, with # and the line behind it", required: false));
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true, Description = "One input, a list of them, or one a line; gzip too.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchema { AnyOf = [Input(), new OpenApiSchema { Type = JsonSchemaType.Array, Items = Input() }] },
                    },
                    ["application/x-ndjson"] = new() { Schema = Input() },
                },
            };
            ok.Description = "Durable. One object: accepted, or unchanged where its key was known. Several: a report, and the rejects with line and reason. "
                + "Remarks: what should be looked at in what was taken, such as an address to which no mail goes.";
            ok.Content = Body("application/json", new OpenApiSchema { AnyOf = [One(), Report()] });
            problems.AddRange(
                [(413, "The request is too large"), (415, "The body's type or encoding is not known"), (422, "The input was refused: code names the refusal")]);
        }
        else
        {
            ok.Headers = new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal)
            {
                ["ETag"] = Header("the journal's version"), ["Recoup-Cells-Read"] = Header("of figures: how many cells were read"),
            };
            operation.Responses["304"] = new OpenApiResponse { Description = "Nothing was recorded since the version of If-None-Match" };
            if (path.Contains("{account}", StringComparison.Ordinal) || about.Fields.Any(f => f.Name == "account"))
                problems.Add((404, "There is no such account"));
        }
        foreach (var (status, text) in problems.OrderBy(p => p.Status))
            operation.Responses[status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = text, Content = Body(Problems, Problem()),
            };
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation where, string meaning, bool required) =>
        new() { Name = name, In = where, Description = meaning, Required = required, Schema = Text() };

    private static OpenApiHeader Header(string meaning) => new() { Description = meaning, Schema = Text() };

    private static Dictionary<string, OpenApiMediaType> Body(string type, OpenApiSchema schema) =>
        new(StringComparer.Ordinal) { [type] = new() { Schema = schema } };

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <summary>The fields of its kind of input.</summary>
    private static OpenApiSchema FileForm()
    {
        var fields = InputKinds.Of(typeof(FileInput.Added)).Fields;
        var form = Object([.. fields.Select(f => (f.Name, Described(f)))]);
        form.Required = fields.Where(f => f.Required && f.Name is not ("key" or "name")).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        return form;

        static OpenApiSchema Described(Field field)
        {
            var schema = field.Type == FieldType.Content ? Binary() : Text();
            schema.Description = field.Type == FieldType.Content ? "the file itself; at most 10 MB" : field.Meaning;
            if (field.Choices.Count > 0) schema.Enum = [.. field.Choices.Select(c => (JsonNode)c)];
            return schema;
        }
    }

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Number() => new() { Type = JsonSchemaType.Integer };

    private static OpenApiSchema Object(params (string Name, OpenApiSchema Schema)[] properties) =>
        new() { Type = JsonSchemaType.Object, Properties = properties.ToDictionary(p => p.Name, p => (IOpenApiSchema)p.Schema, StringComparer.Ordinal) };

    /// <summary>`recoup inputs --schema` has every field of every kind.</summary>
    private static OpenApiSchema Input()
    {
        var input = Object(("type", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. InputKinds.All.Select(k => (JsonNode)k.Name)] }),
            ("key", Text()));
        input.Description = "Further fields by type: `recoup inputs --schema` prints them all.";
        input.Required = new HashSet<string>(StringComparer.Ordinal) { "type" };
        return input;
    }

    private static OpenApiSchema One() => Object(("status", new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["accepted", "unchanged"] }),
        ("remarks", new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text() }));

    private static OpenApiSchema Report() =>
        Object(("read", Number()), ("accepted", Number()), ("unchanged", Number()), ("rejected", Number()), ("set_aside", Number()),
        ("inputs", new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Number() }),
        ("rejects", new OpenApiSchema { Type = JsonSchemaType.Array, Items = Object(("line", Number()), ("key", Text()), ("reason", Text())) }),
        ("remarks", new OpenApiSchema { Type = JsonSchemaType.Array, Items = Object(("line", Number()), ("text", Text())) }));

    private static OpenApiSchema Problem() => Object(("type", Text()), ("title", Text()), ("status", Number()), ("code", Text()), ("detail", Text()),
        ("problems", new OpenApiSchema { Type = JsonSchemaType.Array, Items = Object(("field", Text()), ("message", Text())) }));
}
