using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>Fifty clients and six publishers in a <see cref="ChaosWorld"/>, rounds of faults, and what must be true when it is quiet.</summary>
internal sealed class ChaosRun
{
    private const int ClientCount = 50;
    private const int UserCount = 30;
    private const int PublishersPerNode = 2;
    private const int ChannelsPerClient = 6;

    private static readonly string[] Channels =
    [
        .. Enumerable.Range(1, 16).Select(number => string.Create(CultureInfo.InvariantCulture, $"private-chaos.{number}")),
        .. Enumerable.Range(1, 4).Select(number => string.Create(CultureInfo.InvariantCulture, $"presence-chaos.{number}")),
    ];

    private readonly Random _random;
    private readonly ChaosWorld _world;
    private readonly Action<string> _log;
    private readonly Findings _findings = new();
    private readonly PublishLedger _ledger;
    private readonly ChaosClient[] _clients;
    private readonly ChaosPublisher[] _publishers;

    public ChaosRun(int seed, ChaosWorld world, Action<string> log)
    {
        _random = new Random(seed);
        _world = world;
        _log = log;
        _ledger = new PublishLedger(_findings);
        _clients = [.. Enumerable.Range(0, ClientCount).Select(NewClient)];
        _publishers =
        [
            .. Enumerable.Range(0, PublishersPerNode * ChaosWorld.NodeCount).Select(number =>
                new ChaosPublisher(number, world.Nodes[number % ChaosWorld.NodeCount], Channels, new Random(_random.Next()), _ledger, _findings)),
        ];
    }

    /// <summary>Rounds of chaos with a quiet point after each, until the time is over; then what is left in Redis.</summary>
    public async Task RunAsync(TimeSpan length, TimeSpan round)
    {
        using var stop = new CancellationTokenSource();
        ChaosClient.IsCalm = false;
        var clients = Task.WhenAll(_clients.Select(client => client.RunAsync(stop.Token)));
        try
        {
            for (var done = TimeSpan.Zero; done < length; done += round)
            {
                await RunRoundAsync(round);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await clients;
        }

        if (_ledger.Seen == 0 || _clients.Sum(client => client.Recovered) == 0)
        {
            _findings.Add("nothing has happened that could have gone wrong");
        }

        await ExpectNothingLeftAsync();
    }

    public string Summary() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_ledger.Accepted} accepted, {_ledger.Unknown} unknown, {_ledger.Refused} refused, {_ledger.Seen} seen; {_clients.Sum(client => client.Sessions)} sessions, {_clients.Sum(client => client.Recovered)} recovered, {_clients.Sum(client => client.Told)} told of a gap");

    private ChaosClient NewClient(int number)
    {
        var random = new Random(_random.Next());
        var channels = Channels.ToArray();
        random.Shuffle(channels);
        var user = string.Create(CultureInfo.InvariantCulture, $"u{number % UserCount}");
        return new ChaosClient(number, user, channels[..ChannelsPerClient], random, _world, _ledger, _findings);
    }

    private async Task RunRoundAsync(TimeSpan length)
    {
        ChaosClient.IsCalm = false;
        using (var stop = new CancellationTokenSource())
        {
            var publishers = Task.WhenAll(_publishers.Select(publisher => publisher.RunAsync(stop.Token)));
            await _world.RunAsync(ChaosSchedule.Make(new Random(_random.Next()), ChaosWorld.NodeCount, length));
            await stop.CancelAsync();
            await publishers;
        }

        _log($"{DateTime.UtcNow:HH:mm:ss.fff} quiet; {Summary()}");
        ChaosClient.IsCalm = true;
        foreach (var publisher in _publishers)
        {
            foreach (var channel in Channels)
            {
                await UntilAsync(async () => await publisher.PublishAsync(channel) ? [] : [$"{channel} cannot be published on: {publisher}"]);
            }
        }

        await UntilAsync(MessageFaultsAsync);
        await UntilAsync(PresenceFaultsAsync);
        _log($"{DateTime.UtcNow:HH:mm:ss.fff} all equal");
        Throw([]);
    }

    /// <summary>Waits until there are no differences to the truth; they are what it fails with.</summary>
    private async Task UntilAsync(Func<Task<List<string>>> differences)
    {
        using var limit = new CancellationTokenSource(Wait.Limit);
        while (true)
        {
            List<string> found;
            try
            {
                found = await differences();
            }
            catch (Exception fault) when (fault is HttpRequestException or InvalidOperationException)
            {
                found = [fault.Message]; // a node has no connection to Redis yet
            }

            if (found.Count == 0)
            {
                return;
            }

            if (limit.IsCancellationRequested)
            {
                Throw(found);
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Every client is where its channels' histories end.</summary>
    private async Task<List<string>> MessageFaultsAsync()
    {
        var tops = new Dictionary<string, ChannelPosition>(StringComparer.Ordinal);
        foreach (var channel in Channels)
        {
            tops[channel] = await _world.Nodes[0].TopAsync(channel);
        }

        return
        [
            .. from client in _clients
               from view in client.Views()
               where !view.IsLive || view.Position != tops[view.Channel]
               select $"not at {tops[view.Channel]}: {view.Trail}",
        ];
    }

    /// <summary>What Redis has, what every node says, and what every client was told are the users that are subscribed.</summary>
    private async Task<List<string>> PresenceFaultsAsync()
    {
        var faults = new List<string>();
        var views = _clients.SelectMany(client => client.Views().Select(view => (client.User, View: view))).ToList();
        foreach (var channel in Channels.Where(channel => channel.StartsWith("presence-", StringComparison.Ordinal)))
        {
            var live = views.Where(one => one.View.Channel == channel && one.View.IsLive).ToList();
            var users = live.Select(one => one.User).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            Compare($"connections of {channel} in Redis", live.Select(one => one.View.ConnectionId!), await FieldsAsync($"rf:conns:{{{channel}}}")); // live
            Compare($"members of {channel} in Redis", users, await FieldsAsync($"rf:members:{{{channel}}}"));
            foreach (var node in _world.Nodes)
            {
                Compare($"members of {channel} by {node.Address}", users, await node.MembersAsync(channel));
            }

            foreach (var (_, view) in live)
            {
                Compare($"{view.Trail} of {channel}", users, view.Members!); // of a presence channel
            }
        }

        return faults;

        void Compare(string what, IEnumerable<string> expected, IEnumerable<string> actual)
        {
            var (missing, tooMany) = (expected.Except(actual, StringComparer.Ordinal).ToList(), actual.Except(expected, StringComparer.Ordinal).ToList());
            if (missing.Count + tooMany.Count > 0)
            {
                faults.Add($"{what}: without {string.Join(' ', missing)}, and with {string.Join(' ', tooMany)}");
            }
        }
    }

    private async Task<string[]> FieldsAsync(string key) => (await _world.Redis.CliAsync("HKEYS", key)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All nodes end as a crash does; then everything goes by its TTL.</summary>
    private async Task ExpectNothingLeftAsync()
    {
        await Task.WhenAll(_world.Nodes.Select(node => node.KillAsync()));
        foreach (var key in await _world.Redis.KeysAsync())
        {
            var milliseconds = long.Parse(await _world.Redis.CliAsync("PTTL", key), CultureInfo.InvariantCulture);
            if (milliseconds == -1)
            {
                _findings.Add($"{key} stays in Redis for ever");
            }
        }

        await UntilAsync(async () => [.. (await _world.Redis.KeysAsync()).Select(key => $"{key} is left")]);
        Throw([]);
    }

    private void Throw(List<string> more)
    {
        if (_findings.All is { Count: > 0 } found || more.Count > 0)
        {
            throw new InvalidOperationException(string.Join('\n', _findings.All.Concat(more)));
        }
    }
}
