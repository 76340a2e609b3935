using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using Recoup.Core;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Policies;

namespace Recoup.Tests.Properties;

/// <summary>
/// Something with everything that it can hold: seed 0 sets every property and no two alike, the others leave out and repeat, with
/// extremes among them.
/// </summary>
/// <param name="plain">Only texts that JSON writes as they are, and instants of whole seconds of UTC.</param>
internal sealed class Filling(int seed, bool plain = false)
{
    /// <summary>What a party has with it while it is worked on, and no state holds.</summary>
    public static readonly IReadOnlyList<string> NeverStored = ["NotesChanges", "History", "Left", "Joining"];

    private readonly Random random = new(seed);
    private int next;

    private static readonly string[] Texts = ["", "EUR", "email", "A", "B", "naïve", "名前", new string('x', 41), new string('y', 42), new string('é', 300),
        "\u0000", "🙂", "a\"b", "back\\slash", "<tag>", "a+b'c&d`e", "/path\u007f"];

    public object Of(Type type)
    {
        next++;
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner);
        if (type == typeof(string)) return seed == 0 ? $"text {next}" : plain ? $"text {random.Next(9)}" : Texts[random.Next(Texts.Length)];
        if (type == typeof(bool)) return seed == 0 || random.Next(2) == 0;
        if (type == typeof(int)) return (int)Number();
        if (type == typeof(long)) return seed != 0 && random.Next(8) == 0 ? (random.Next(2) == 0 ? long.MinValue : long.MaxValue) : Number();
        if (type == typeof(byte[])) return seed == 0 ? new byte[] { 1, 2, (byte)(next % 256) } : new byte[random.Next(3) * 100];
        if (type == typeof(DateOnly))
            return seed == 0
                ? new DateOnly(2019, 1, 1).AddDays(next * 11)
                : random.Next(8) switch { 0 => DateOnly.MinValue, 1 => DateOnly.MaxValue, _ => new DateOnly(2026, 1, 1).AddDays(random.Next(-40, 400)) };
        if (type == typeof(DateTimeOffset) && plain) return new DateTimeOffset(2026, 1, 1, 10, 0, next % 60, TimeSpan.Zero);
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.FromHours(next % 5 - 2)).AddTicks(seed == 0 ? next : random.Next(3) * 5_000_000L);
        if (type.IsEnum)
            return seed == 0
                ? Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!
                : Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length))!;
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type))
        {
            var element = type.GetGenericArguments()[0];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            for (var i = seed == 0 ? 2 : random.Next(4); i > 0; i--) list.Add(Of(element));
            return list;
        }
        if (type == typeof(Act)) return Act.All[seed == 0 ? next % Act.All.Count : random.Next(Act.All.Count)];
        // What a party's intents bring; a webhook's are beside the journal, in a form of their own.
        if (type == typeof(IntentBody)) type = (seed == 0 ? next % 2 : random.Next(2)) == 0 ? typeof(IntentBody.Letter) : typeof(IntentBody.Document);
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var nullability = new NullabilityInfoContext();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Maybe(p.ParameterType, nullability.Create(p)))]);
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
            if (property.SetMethod is not null
                && property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition != JsonIgnoreCondition.Always && !NeverStored.Contains(property.Name)
                && !constructor.GetParameters().Any(p => p.Name == property.Name))
                property.SetValue(made, Maybe(property.PropertyType, nullability.Create(property)));
        // What chapters keep is no property of a party.
        if (made is PartyState party)
            foreach (var kind in Chapters.Slices)
                if (seed == 0 || random.Next(2) == 0) party.PutSlice(kind.Place, (Slice)Of(kind.Class));
        return made;
    }

    private object? Maybe(Type type, NullabilityInfo nullability) =>
        seed != 0 && nullability.ReadState == NullabilityState.Nullable && random.Next(2) == 0 ? null : Of(type);

    private long Number() =>
        seed == 0 ? next * 1000L : random.Next(5) switch { 0 => 0, 1 => -1, 2 => int.MaxValue, 3 => int.MinValue, _ => random.Next(-70000, 70000) };
}
