using System.Reflection;
using System.Runtime.ExceptionServices;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>A multiplexer or database that does not take the command INFO, as those of version 3 without <c>allowAdmin</c>, whatever version is used here.</summary>
public class ClientWithoutInfo : DispatchProxy
{
    private object? _inner;

    internal static T Of<T>(T inner)
        where T : class
    {
        var outer = Create<T, ClientWithoutInfo>();
        ((ClientWithoutInfo)(object)outer)._inner = inner;
        return outer;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IDatabase.ExecuteAsync) && args is ["INFO", ..])
        {
            throw (Exception)Activator.CreateInstance(
                typeof(RedisCommandException), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, ["INFO needs admin mode"], culture: null)!;
        }

        try
        {
            var result = targetMethod.Invoke(_inner, args);
            return result is IDatabase database ? Of(database) : result;
        }
        catch (TargetInvocationException fault)
        {
            ExceptionDispatchInfo.Capture(fault.InnerException!).Throw();
            throw;
        }
    }
}
