using Microsoft.AspNetCore.Authorization;

namespace RfBroadcast.AspNetCore;

/// <summary>One mapped pattern: who decides about the channels that match, and what is required before that one is asked.</summary>
internal sealed class ChannelMapping(ChannelPattern pattern, IChannelAuth auth)
{
    // Replaced, never changed: decisions read them without a lock.
    private volatile IAuthorizeData[] _authorizeData = [];
    private volatile AuthorizationPolicy[] _policies = [];
    private volatile bool _isPublicAllowed;

    public ChannelPattern Pattern => pattern;

    public IChannelAuth Auth => auth;

    /// <summary>Whether public channels with a matching name are open; otherwise such a subscription is taken for a typo.</summary>
    public bool IsPublicAllowed => _isPublicAllowed;

    public bool HasRequirements => _authorizeData.Length + _policies.Length > 0;

    public IReadOnlyList<IAuthorizeData> AuthorizeData => _authorizeData;

    public IReadOnlyList<AuthorizationPolicy> Policies => _policies;

    public void Require(IAuthorizeData data) => _authorizeData = [.. _authorizeData, data];

    public void Require(AuthorizationPolicy policy) => _policies = [.. _policies, policy];

    public void AllowPublic() => _isPublicAllowed = true;
}
