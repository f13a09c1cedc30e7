using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Decides every subscription. Denied unless granted: by being public, by being the user's own channel, or by the first
/// mapped pattern that matches the bare name. Thread-safe.
/// </summary>
internal sealed class ChannelAuthorizer(
    ChannelMappings mappings,
    IServiceScopeFactory scopes,
    BroadcastSerializer serializer,
    BroadcastMetrics metrics,
    TimeProvider time,
    ILogger<ChannelAuthorizer> logger)
{
    private const string AccessDenied = "access denied";
    private const string SignIn = "sign in to subscribe to this channel";

    private static readonly string UserPrefix = Channel.User("0").Name[..^1];

    /// <summary>Decides.</summary>
    /// <param name="channel">The channel asked for.</param>
    /// <param name="connectionId">The connection that asks.</param>
    /// <param name="user">Its principal.</param>
    /// <param name="userId">The id of its user, or null.</param>
    /// <param name="cancellationToken">Fires when the connection has closed.</param>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<ChannelDecision> AuthorizeAsync(
        Channel channel,
        string connectionId,
        ClaimsPrincipal user,
        string? userId,
        CancellationToken cancellationToken)
    {
        using var activity = metrics.StartAuthorize(channel.Kind);
        var decision = await FindDecisionAsync(channel, connectionId, user, userId, cancellationToken).ConfigureAwait(false);
        activity?.SetTag(BroadcastTelemetry.GrantedTag, decision.IsGranted);
        return decision;
    }

    private async ValueTask<ChannelDecision> FindDecisionAsync(
        Channel channel,
        string connectionId,
        ClaimsPrincipal user,
        string? userId,
        CancellationToken cancellationToken)
    {
        // A pattern such as {**rest} does not mean the users' own channels: only one that starts with "user." opens them to others.
        var spelledOut = IsUserChannel(channel) ? UserPrefix : string.Empty;
        var isMapped = mappings.TryFind(channel.Name, spelledOut, out var mapping, out var parameters);
        if (!channel.RequiresAuth)
        {
            return isMapped && !mapping!.IsPublicAllowed ? RefusePublic(channel, connectionId, mapping) : ChannelDecision.Grant(userId);
        }

        if (IsOwnChannel(channel, userId))
        {
            return ChannelDecision.Grant(userId);
        }

        if (!isMapped)
        {
            Log.NothingGrants(logger, channel.WireName, connectionId, mappings.Patterns);
            return IsUserChannel(channel) && string.IsNullOrEmpty(userId)
                ? ChannelDecision.Deny(ErrorCode.Unauthenticated, SignIn)
                : ChannelDecision.Deny(ErrorCode.Forbidden, AccessDenied);
        }

        try
        {
            var scope = scopes.CreateAsyncScope();
            await using var _ = scope.ConfigureAwait(false);
            var context = new ChannelAuthContext
            {
                Channel = channel,
                ConnectionId = connectionId,
                User = user,
                UserId = userId,
                Parameters = parameters!, // set when a mapping was found
                Services = scope.ServiceProvider,
            };
            scope.ServiceProvider.GetRequiredService<CurrentAuthContext>().Value = context;
            return await DecideAsync(mapping!, context, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            Log.HandlerFailed(logger, fault, channel.WireName, connectionId, mapping!.Pattern.Text);
            return ChannelDecision.Deny(ErrorCode.Internal, "the authorization of this channel failed");
        }
    }

    private async ValueTask<ChannelDecision> DecideAsync(ChannelMapping mapping, ChannelAuthContext context, CancellationToken cancellationToken)
    {
        if (mapping.HasRequirements && !await ChannelPolicies.AreMetAsync(mapping, context).ConfigureAwait(false))
        {
            return context.User.Identities.Any(identity => identity.IsAuthenticated)
                ? Deny(mapping, context, ErrorCode.Forbidden, AccessDenied)
                : Deny(mapping, context, ErrorCode.Unauthenticated, SignIn);
        }

        // An implementation that ignores nullability and returns null grants nothing.
        var result = await mapping.Auth.AuthorizeAsync(context, cancellationToken).ConfigureAwait(false);
        if (result is not { IsGranted: true })
        {
            return Deny(mapping, context, ErrorCode.Forbidden, result?.Reason ?? AccessDenied);
        }

        if (result.ExpiresAt <= time.GetUtcNow())
        {
            return Deny(mapping, context, ErrorCode.Forbidden, "the grant has expired already");
        }

        var userId = string.IsNullOrEmpty(result.UserId) ? context.UserId : result.UserId;
        if (!context.Channel.IsPresence)
        {
            return ChannelDecision.Grant(userId, expiresAt: result.ExpiresAt);
        }

        if (string.IsNullOrEmpty(userId))
        {
            return Deny(
                mapping,
                context,
                ErrorCode.Unauthenticated,
                "a member of a presence channel needs a user id: sign in, or let the handler return ChannelAuthResult.Grant(userId: ...)");
        }

        JsonElement? userInfo = result.UserInfo is null ? null : serializer.SerializeToElement(result.UserInfo);
        return ChannelDecision.Grant(userId, userInfo, result.ExpiresAt);
    }

    private ChannelDecision Deny(ChannelMapping mapping, ChannelAuthContext context, string errorCode, string reason)
    {
        Log.Denied(logger, context.Channel.WireName, context.ConnectionId, mapping.Pattern.Text, reason);
        return ChannelDecision.Deny(errorCode, reason);
    }

    private ChannelDecision RefusePublic(Channel channel, string connectionId, ChannelMapping mapping)
    {
        Log.PublicNameIsMapped(logger, channel.WireName, connectionId, mapping.Pattern.Text);
        return ChannelDecision.Deny(
            ErrorCode.Forbidden,
            $"\"{channel.Name}\" is not a public channel; \"private-{channel.Name}\" or \"presence-{channel.Name}\" was meant");
    }

    private static bool IsOwnChannel(Channel channel, string? userId) => Channel.TryUser(userId, out var own) && channel == own;

    private static bool IsUserChannel(Channel channel) =>
        channel.Kind == ChannelKind.Private && channel.Name.StartsWith(UserPrefix, StringComparison.Ordinal);
}
