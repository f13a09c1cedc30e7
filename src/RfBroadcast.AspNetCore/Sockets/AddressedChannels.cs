using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>What the address of a handshake asks for: <c>/ws/{channel}</c>, <c>?channel=</c> any number of times, <c>?last=</c>.</summary>
internal static class AddressedChannels
{
    public const string Key = "channel";

    private const string LastKey = "last";

    /// <summary>The subscriptions, as if the client had asked for each; a channel that is named twice is one.</summary>
    public static List<SubscribeCommand> Read(HttpRequest request)
    {
        var last = int.TryParse(QueryValues.First(request, LastKey), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        var names = QueryValues.All(request, Key);
        if (request.RouteValues[Key] is string named)
        {
            names.Insert(0, named);
        }

        return
        [
            .. from name in names.Distinct(StringComparer.Ordinal)
               where !string.IsNullOrEmpty(name)
               select new SubscribeCommand(null, name, Since: null, PreviousConnectionId: null, last),
        ];
    }
}
