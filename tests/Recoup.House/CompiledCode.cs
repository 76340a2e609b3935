using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using Recoup.Connectors.Mail;
using Recoup.Core.Events;
using Recoup.Server;
using Recoup.Simulation;
using Recoup.Statistics;
using Recoup.Storage;

namespace Recoup.House;

/// <summary>One thing that compiled code refers to: a type, or a member, and the instruction that does (null: a signature).</summary>
internal sealed record Mention(Type From, string Where, OpCode? By, MemberInfo? Member, Type Type)
{
    public override string ToString() =>
        $"{Where}: {(Member is null or System.Type ? Type.FullName ?? Type.Name : $"{Member.DeclaringType?.FullName}.{Member.Name}")}";
}

/// <summary>
/// What the program's assemblies refer to: base types, fields, signatures, locals and every instruction of every body.
/// Constants leave no trace here: the compiler copies them.
/// </summary>
internal static class CompiledCode
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<short, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    private static readonly ConcurrentDictionary<Assembly, IReadOnlyList<Mention>> Known = new();

    public static Assembly Core => typeof(Event).Assembly;

    public static IReadOnlyList<Assembly> All { get; } =
        [
            Core, typeof(Door).Assembly, typeof(KaplanMeier).Assembly, typeof(TemplateWriter).Assembly, typeof(SplitMix).Assembly, typeof(WebPages).Assembly,
            Assembly.Load("recoup"),
        ];

    public static IReadOnlyList<Mention> Of(Assembly assembly) => Known.GetOrAdd(assembly, a => [.. a.GetTypes().SelectMany(OfType)]);

    public static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    private static IEnumerable<Mention> OfType(Type type)
    {
        foreach (var used in new[] { type.BaseType }.Concat(type.GetInterfaces()).OfType<Type>().Concat(Attributes(type)))
            foreach (var part in Parts(used)) yield return new Mention(type, type.ToString(), null, null, part);
        foreach (var field in type.GetFields(Declared))
            foreach (var part in Parts(field.FieldType)) yield return new Mention(type, $"{type}.{field.Name}", null, null, part);
        foreach (var method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
        {
            var where = $"{type}.{method.Name}";
            foreach (var part in Signature(method)) yield return new Mention(type, where, null, null, part);
            if (method.GetMethodBody() is not { } body) continue;
            foreach (var part in body.LocalVariables.Select(l => l.LocalType)
                .Concat(body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause).Select(c => c.CatchType!)).SelectMany(Parts))
                yield return new Mention(type, where, null, null, part);
            foreach (var mention in OfBody(type, method, where, body.GetILAsByteArray()!)) yield return mention;
        }
    }

    private static IEnumerable<Mention> OfBody(Type type, MethodBase method, string where, byte[] il)
    {
        var typeArguments = type.IsGenericType ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var op = il[at] == 0xFE ? OpCodesByValue[unchecked((short)(0xFE00 | il[at + 1]))] : OpCodesByValue[il[at]];
            at += op.Size;
            if (op.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok)
            {
                var member = type.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments)!;
                foreach (var part in Mentioned(member).SelectMany(Parts)) yield return new Mention(type, where, op, member, part);
            }
            else if (op.Name!.EndsWith(".r4", StringComparison.Ordinal) || op.Name.EndsWith(".r8", StringComparison.Ordinal) || op.Name == "conv.r.un")
            {
                yield return new Mention(type, where, op, null, op.Name.EndsWith('4') ? typeof(float) : typeof(double));
            }
            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Mentioned(MemberInfo member) => member switch
    {
        Type t => [t],
        FieldInfo f => [f.DeclaringType!, f.FieldType],
        MethodBase m => [m.DeclaringType!, .. Signature(m), .. m.IsGenericMethod ? m.GetGenericArguments() : []],
        _ => [],
    };

    private static IEnumerable<Type> Signature(MethodBase method) =>
        method.GetParameters().Select(p => p.ParameterType).Concat(method is MethodInfo m ? [m.ReturnType] : []).SelectMany(Parts);

    private static IEnumerable<Type> Attributes(Type type) =>
        type.GetCustomAttributesData().SelectMany(a => a.ConstructorArguments.Select(x => x.Value).OfType<Type>().Append(a.AttributeType));

    /// <summary>A type and what it is made of: List of Money is List and Money.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.IsGenericParameter) return [];
        if (type.HasElementType) return Parts(type.GetElementType()!);
        if (type.IsFunctionPointer) return [];
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Prepend(type.GetGenericTypeDefinition()) : [type];
    }
}
