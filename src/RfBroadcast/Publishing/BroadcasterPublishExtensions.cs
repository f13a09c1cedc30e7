namespace RfBroadcast;

/// <summary>
/// The publishing calls of everyday use. Each gathers one <see cref="BroadcastRequest"/> and hands it to
/// <see cref="IBroadcaster.BroadcastAsync(BroadcastRequest, CancellationToken)"/>, whose guarantees and exceptions are theirs.
/// </summary>
/// <remarks>Strings that name a channel are wire names (<c>private-orders.7</c>), but for <c>ToPrivate</c> and <c>ToPresence</c>.</remarks>
public static class BroadcasterPublishExtensions
{
    /// <summary>Publishes an event on the channels it names itself (<see cref="IEvent.BroadcastOn"/>).</summary>
    public static ValueTask<BroadcastReceipt> BroadcastAsync(this IBroadcaster broadcaster, IEvent broadcast, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.BroadcastAsync(new BroadcastRequest { Event = broadcast }, cancellationToken);
    }

    /// <summary>Publishes an event on one channel, instead of those it names itself.</summary>
    public static ValueTask<BroadcastReceipt> BroadcastAsync(
        this IBroadcaster broadcaster,
        Channel channel,
        IEvent broadcast,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.BroadcastAsync(new BroadcastRequest { Event = broadcast, Channels = [channel] }, cancellationToken);
    }

    /// <summary>Publishes an event on the channel with this wire name, instead of those it names itself.</summary>
    public static ValueTask<BroadcastReceipt> BroadcastAsync(
        this IBroadcaster broadcaster,
        string channel,
        IEvent broadcast,
        CancellationToken cancellationToken = default) =>
        broadcaster.BroadcastAsync(Channel.Parse(channel), broadcast, cancellationToken);

    /// <summary>Publishes data under a name on the channel with this wire name.</summary>
    public static ValueTask<BroadcastReceipt> BroadcastToChannelAsync(
        this IBroadcaster broadcaster,
        string channel,
        string eventName,
        object? data,
        CancellationToken cancellationToken = default) =>
        broadcaster.BroadcastAsync(new SimpleEvent(eventName, data, Channel.Parse(channel)), cancellationToken);

    /// <summary>Publishes data under a name to all connections of one user (<see cref="Channel.User"/>).</summary>
    public static ValueTask<BroadcastReceipt> BroadcastToUserAsync(
        this IBroadcaster broadcaster,
        string userId,
        string eventName,
        object? data,
        CancellationToken cancellationToken = default) =>
        broadcaster.BroadcastAsync(new SimpleEvent(eventName, data, Channel.User(userId)), cancellationToken);

    /// <summary>Publishes data under a name on an organization's private channel (<see cref="BroadcastOptions.OrganizationChannel"/>).</summary>
    public static ValueTask<BroadcastReceipt> BroadcastToOrganizationAsync(
        this IBroadcaster broadcaster,
        string organizationId,
        string eventName,
        object? data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.BroadcastAsync(
            new BroadcastRequest { Event = new SimpleEvent(eventName, data), Organizations = [organizationId] },
            cancellationToken);
    }

    /// <summary>Sends a user a notification: the event <c>notification</c> with a <see cref="UserNotification"/>.</summary>
    /// <param name="broadcaster">The broadcaster.</param>
    /// <param name="userId">The user.</param>
    /// <param name="title">A short text.</param>
    /// <param name="message">The text.</param>
    /// <param name="actionUrl">Where a click leads; null for nowhere.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static ValueTask<BroadcastReceipt> NotifyUserAsync(
        this IBroadcaster broadcaster,
        string userId,
        string title,
        string message,
        string? actionUrl = null,
        CancellationToken cancellationToken = default) =>
        broadcaster.BroadcastToUserAsync(userId, UserNotification.EventName, new UserNotification(title, message, actionUrl), cancellationToken);

    /// <summary>Alerts everybody: the event <c>system.alert</c> with a <see cref="SystemAlert"/> on a public channel.</summary>
    /// <param name="broadcaster">The broadcaster.</param>
    /// <param name="level">How grave it is, in the app's own words: <c>info</c>, <c>warning</c>.</param>
    /// <param name="message">The text.</param>
    /// <param name="actionRequired">Whether the reader has to do something.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static ValueTask<BroadcastReceipt> SystemAlertAsync(
        this IBroadcaster broadcaster,
        string level,
        string message,
        bool actionRequired = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        var alert = new SimpleEvent(SystemAlert.EventName, new SystemAlert(level, message, actionRequired));
        return broadcaster.BroadcastAsync(new BroadcastRequest { Event = alert, SystemAlerts = true }, cancellationToken);
    }

    /// <summary>Starts a broadcast to the channels with these wire names.</summary>
    public static BroadcastBuilder To(this IBroadcaster broadcaster, params string[] channels) => new BroadcastBuilder(broadcaster).To(channels);

    /// <summary>Starts a broadcast to these channels.</summary>
    public static BroadcastBuilder To(this IBroadcaster broadcaster, params Channel[] channels) => new BroadcastBuilder(broadcaster).To(channels);

    /// <summary>Starts a broadcast to the private channels with these bare names.</summary>
    public static BroadcastBuilder ToPrivate(this IBroadcaster broadcaster, params string[] names) => new BroadcastBuilder(broadcaster).ToPrivate(names);

    /// <summary>Starts a broadcast to the presence channels with these bare names.</summary>
    public static BroadcastBuilder ToPresence(this IBroadcaster broadcaster, params string[] names) => new BroadcastBuilder(broadcaster).ToPresence(names);

    /// <summary>Starts a broadcast to all connections of these users.</summary>
    public static BroadcastBuilder ToUser(this IBroadcaster broadcaster, params string[] userIds) => new BroadcastBuilder(broadcaster).ToUser(userIds);

    /// <summary>Starts a broadcast to the private channels of these organizations.</summary>
    public static BroadcastBuilder ToOrganization(this IBroadcaster broadcaster, params string[] organizationIds) =>
        new BroadcastBuilder(broadcaster).ToOrganization(organizationIds);

    /// <summary>Starts a broadcast to one connection alone, on no channel.</summary>
    public static BroadcastBuilder ToConnection(this IBroadcaster broadcaster, string connectionId) =>
        new BroadcastBuilder(broadcaster).ToConnection(connectionId);
}
