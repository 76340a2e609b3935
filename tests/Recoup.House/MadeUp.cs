using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Recoup.House;

/// <summary>Instances of any record with made-up, harmless content, for tests that ask who takes a type.</summary>
internal static class MadeUp
{
    public static object Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Of(inner);
        if (type == typeof(string)) return "x";
        if (type == typeof(byte[])) return Array.Empty<byte>();
        if (type == typeof(DateOnly)) return new DateOnly(2026, 1, 1);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)) return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        if (type.IsPrimitive || type.IsEnum) return Activator.CreateInstance(type)!;
        // A closed union of single instances has them as its fields.
        if (type.IsAbstract) return type.GetFields(BindingFlags.Static | BindingFlags.Public).First(f => f.FieldType == type).GetValue(null)!;
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in FieldsOf(type)) field.SetValue(made, Of(field.FieldType));
        return made;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
            foreach (var field in t.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
                yield return field;
    }
}
