using System.IO.Pipelines;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace RfBroadcast.AspNetCore;

/// <summary>What the handler of a channel pattern may take and return, beyond what a route handler may.</summary>
internal static class HandlerRules
{
    private const string ReturnCure = "Return true or false, a ChannelAuthResult, or the member's info (null denies), or one of these in a Task or ValueTask.";
    private const string RequestCure = "Ask for ClaimsPrincipal, ChannelAuthContext, Channel, CancellationToken, services, and the pattern's parameters.";

    private static readonly Type[] PartsOfARequest =
    [
        typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(Stream), typeof(PipeReader),
        typeof(IFormCollection), typeof(IFormFile), typeof(IFormFileCollection),
    ];

    public static void Check(ChannelPattern pattern, MethodInfo handler)
    {
        CheckResult(pattern, handler.ReturnType);
        foreach (var parameter in handler.GetParameters())
        {
            CheckParameter(pattern, parameter);
        }
    }

    /// <summary>Refuses what would be looked for in a query string: there is none.</summary>
    public static void CheckBindings(ChannelPattern pattern, IReadOnlyCollection<string> names, IEnumerable<IParameterBindingMetadata> bindings)
    {
        foreach (var binding in bindings)
        {
            var parameter = binding.ParameterInfo;
            var name = (parameter.GetCustomAttributes(inherit: false).OfType<IFromRouteMetadata>().FirstOrDefault()?.Name) ?? binding.Name;
            if (IsValue(binding) && !names.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw Fault(
                    pattern,
                    $"takes \"{parameter.ParameterType.Name} {name}\", which is not in the pattern",
                    pattern.ParameterNames is [] ? "The pattern has no parameters; write {" + name + "} into it." : $"The pattern has: {string.Join(", ", pattern.ParameterNames)}.");
            }
        }
    }

    public static InvalidOperationException Fault(ChannelPattern pattern, string what, string cure, Exception? inner = null) =>
        new($"The handler of the channel pattern \"{pattern.Text}\" {what}. {cure}{(inner is null ? "" : " " + inner.Message)}", inner);

    private static bool IsValue(IParameterBindingMetadata binding) =>
        !binding.HasBindAsync && (binding.HasTryParse || binding.ParameterInfo.ParameterType == typeof(string));

    private static void CheckResult(ChannelPattern pattern, Type type)
    {
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            type = type.GenericTypeArguments[0];
        }

        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            throw Fault(pattern, "returns nothing, so it could not decide", ReturnCure);
        }

        if (type.IsAssignableTo(typeof(IResult)))
        {
            throw Fault(pattern, $"returns {type.Name}, an HTTP result", ReturnCure);
        }
    }

    private static void CheckParameter(ChannelPattern pattern, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (PartsOfARequest.Contains(type)
            || parameter.GetCustomAttributes(inherit: false).Any(attribute =>
                attribute is IFromBodyMetadata or IFromQueryMetadata or IFromHeaderMetadata or IFromFormMetadata))
        {
            throw Fault(pattern, $"takes \"{type.Name} {parameter.Name}\", part of a request, and a subscription has none", RequestCure);
        }

        var isInPattern = pattern.ParameterNames.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase);
        if (isInPattern && (type == typeof(Channel) || type.IsArray))
        {
            throw Fault(
                pattern,
                $"takes \"{type.Name} {parameter.Name}\", and the pattern's parameter of that name is one value",
                type.IsArray ? "Take it as a string." : "Give one of them another name.");
        }
    }
}
